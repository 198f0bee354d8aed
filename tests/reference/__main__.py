"""``python -m tests.reference DIR``: compare topline's statistics with a folder of reference values."""

import sys
from pathlib import Path

from tests.reference.run import compare

_SHOWN = 10


def main(arguments: list[str]) -> int:
    """Print the comparison by family; 1 if anything failed or is not implemented."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("usage: python -m tests.reference DIR", file=sys.stderr)
        print(
            "  DIR holds JSON files of cases; data files lie in its sibling data/", file=sys.stderr
        )
        return 2
    results = compare(Path(arguments[0]))
    if not results:
        print(f"{arguments[0]} holds no cases", file=sys.stderr)
        return 2
    for name, family in sorted(results.items()):
        line = (
            f"{name}: {len(family.cases)} cases, {family.passed} passed, {len(family.wrong)} failed"
        )
        if family.missing:
            line += f", not implemented: {', '.join(family.missing)}"
        elif family.passed:
            line += f", at least {family.least:.1f} digits"
        if family.exempted:
            line += (
                f", {family.exempted} only within an exemption (tests/reference/run.py says why)"
            )
        print(line)
        for wrong in family.wrong[:_SHOWN]:
            print(f"    {wrong}")
        if len(family.wrong) > _SHOWN:
            print(f"    and {len(family.wrong) - _SHOWN} more")
    passed = sum(family.passed for family in results.values())
    failed = sum(len(family.wrong) + len(family.missing) for family in results.values())
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
