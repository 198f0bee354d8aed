"""``python -m tests.reference DIR``: compare topline's statistics with a folder of reference values."""

import math
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.reference.run import Comparison, Family, compare

_SHOWN = 10


def main(arguments: list[str]) -> int:
    """Print the comparison by family; 1 if anything failed or is not implemented."""
    saved = Path(arguments[2]) if len(arguments) == 3 and arguments[1] == "--save" else None
    if not (len(arguments) == 1 or saved) or not Path(arguments[0]).is_dir():
        print("usage: python -m tests.reference DIR [--save FILE]", file=sys.stderr)
        print(
            "  DIR holds JSON files of cases; data files lie in its sibling data/", file=sys.stderr
        )
        print("  FILE gets the agreement by family, as TOML", file=sys.stderr)
        return 2
    results = compare(Path(arguments[0]))
    if not (results.families or results.unreadable):
        print(f"{arguments[0]} holds no JSON files with cases", file=sys.stderr)
        return 2
    _print(results)
    if saved:
        saved.write_text(agreement_text(results.families), encoding="utf-8")
    print(f"{results.passed} passed, {results.failed} failed")
    return 1 if results.failed else 0


def _print(results: Comparison) -> None:
    for name, family in sorted(results.families.items()):
        line = f"{name}: {len(family.cases)} cases, {family.passed} passed, {family.failed} failed"
        if family.missing:
            line += f", not implemented: {', '.join(family.missing)}"
        if family.passed:
            line += f", at least {family.least:.1f} digits"
        if family.exempted:
            line += (
                f", {family.exempted} only by an exemption (tests/reference/exemptions.py says why)"
            )
        print(line)
        for wrong in family.wrong[:_SHOWN]:
            print(f"    {wrong}")
        if len(family.wrong) > _SHOWN:
            print(f"    and {len(family.wrong) - _SHOWN} more")
    for what in results.unreadable:
        print(what)


def agreement_text(results: Mapping[str, Family]) -> str:
    """Give the agreement by family as TOML; a case that nothing computes counts as one failed value."""
    lines = ["# Written by: python -m tests.reference DIR --save docs/reference/agreement.toml"]
    for name, family in sorted(results.items()):
        failed = family.failed + len(family.missing)
        lines += [
            "",
            f"[{name}]",
            f"cases = {len(family.cases)}",
            f"values = {family.passed + failed}",
            f"failed = {failed}",
            # Rounded down: what is said must hold.
            f"least_digits = {math.floor(family.least * 10) / 10 if family.passed else 0.0}",
            f"exempted = {family.exempted}",
        ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
