"""The page on coverage: one table for each family of intervals, and a sentence on what it shows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from docs.coverage.probability import LEVEL, SEED, Coverage, Table

PAGE = Path(__file__).parents[1] / "explanation" / "coverage.md"
_SHOWN = 5e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One table of the page.

    Parameters
    ----------
    title
        Its heading.
    text
        What was done.
    table
        What computes it.
    functions
        The functions of :mod:`topline.stats` whose intervals it shows, as ``"module:name"``; those for many cases at once
        beside those for one, whose formulas are the same.
    choices
        Where names of methods are listed, each of which has a row: ``"module:NAME"``.
    remark
        What else to know, below the table.
    """

    title: str
    text: str
    table: Callable[[], Table]
    functions: tuple[str, ...]
    choices: tuple[str, ...] = ()
    remark: str = ""


def coverage_page(
    tables: Mapping[str, Table], sections: Mapping[str, Section], reasons: Mapping[str, str]
) -> str:
    """Write the page from tables, and what has none with the reason."""
    lines = [
        "# Coverage",
        "",
        "A 95 % interval should hold the true value in 95 of 100 trials; few do so exactly. Each table gives, in",
        "percent, how often the intervals of topline do, written by `python -m docs.coverage`. A limit that equals",
        "the truth holds it. A sample for which the method defines no interval does not count as held; its share is",
        f"given in brackets. Simulations use seed {SEED}; with 1,000, 2,000, 5,000 or 20,000 samples their",
        "standard error is 0.7, 0.5, 0.3 or 0.2 percentage points.",
        "",
        "Under each table stand the intervals that are anti-conservative: below 94 where outcomes are enumerated,",
        "more than three standard errors of the simulation below 95 where they are simulated, both among the samples",
        "that have an interval. Three designs show where to be careful; they are no proof for a fourth. What each",
        "name stands for: [statistics](../reference/statistics.md).",
    ]
    for name, table in tables.items():
        lines += ["", *section_lines(sections[name], table)]
    lines += ["", "## Intervals without a table", ""]
    lines += [f"- `{name.replace(':', '.')}`: {reason}" for name, reason in reasons.items()]
    return "\n".join([*lines, ""])


def section_lines(section: Section, table: Table) -> list[str]:
    """Give one table with its heading and the sentence on what it shows."""
    designs = list(dict.fromkeys(design for row in table.values() for design in row))
    found = [
        f"## {section.title}",
        "",
        section.text,
        "",
        f"| interval | {' | '.join(designs)} |",
        f"|---|{'---|' * len(designs)}",
        *(
            f"| `{name}` | {' | '.join(_cell(row.get(design)) for design in designs)} |"
            for name, row in table.items()
        ),
        "",
        verdict(table),
    ]
    return [*found, "", section.remark] if section.remark else found


def _cell(coverage: Coverage | None) -> str:
    if coverage is None:
        return ""
    held = f"{100 * coverage.held:.1f}"
    if coverage.undefined < _SHOWN:
        return held
    return f"{held} ({100 * coverage.undefined:.1f} undefined)"


def verdict(table: Table) -> str:
    """Say which intervals hold the truth too rarely, which lack limits, and which never hold it less than the level.

    Examples
    --------
    >>> exact, wald = {"n = 9": Coverage(0.97, 0.0)}, {"n = 9": Coverage(0.61, 0.2)}
    >>> verdict({"wald": wald, "exact": exact})
    'Anti-conservative: `wald` (76.2 at n = 9). Without limits: `wald` (20.0 at n = 9). Never below 95: `exact`.'
    """
    worst = sorted((*found, name) for name, row in table.items() if (found := _worst(row)))
    low = [f"`{name}` ({100 * held:.1f} at {at})" for held, at, name in worst]
    high = [
        f"`{name}`" for name, row in table.items() if all(one.held >= LEVEL for one in row.values())
    ]
    without = "; ".join(_without_limits(table))
    return (
        f"Anti-conservative: {'; '.join(low) or 'none'}."
        f"{f' Without limits: {without}.' if without else ''} "
        f"Never below 95: {', '.join(high) or 'none'}."
    )


def _without_limits(table: Table) -> Iterator[str]:
    """Say which intervals lack limits most often where, those that do so alike together."""
    alike: dict[str, list[str]] = {}
    for name, row in table.items():
        share, design = max((one.undefined, design) for design, one in row.items())
        if share >= _SHOWN:
            alike.setdefault(f"({100 * share:.1f} at {design})", []).append(f"`{name}`")
    for words, names in alike.items():
        yield f"{'all' if len(names) == len(table) > 1 else ', '.join(names)} {words}"


def _worst(row: Mapping[str, Coverage]) -> tuple[float, str] | None:
    """Give the lowest of the coverages that are too low, with its design."""
    low = [
        (one.where_defined, design) for design, one in row.items() if one.where_defined < one.least
    ]
    return min(low, default=None)
