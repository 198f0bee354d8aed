"""``python -m docs.coverage`` writes how often the intervals hold the truth: ``docs/explanation/coverage.md``."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from docs.coverage_probabilities import (
    SAMPLES,
    SAMPLES_OF_VALUES,
    SEED,
    Coverage,
    Table,
    locations_table,
    odds_ratios_table,
    poolings_table,
    proportions_table,
    rates_table,
    risk_differences_table,
    risk_ratios_table,
    survival_table,
)

PAGE = Path(__file__).parent / "explanation" / "coverage.md"
LEVEL = 0.95
_SHOWN = 5e-4

ENUMERATED = 0.94
"""An interval that holds the truth less often than this is called anti-conservative where all outcomes are summed."""


def least_simulated(samples: int) -> float:
    """Give the same where samples are drawn: three standard errors of the simulation below the level.

    Examples
    --------
    >>> round(least_simulated(2_000), 3)
    0.935
    """
    return LEVEL - 3 * math.sqrt(LEVEL * (1 - LEVEL) / samples)


@dataclass(frozen=True, slots=True)
class Section:
    """One table: its title, what was done, how it is computed, and below what coverage an interval is named."""

    title: str
    text: str
    table: Callable[[], Table]
    least: float


SECTIONS: Mapping[str, Section] = {
    "proportions": Section(
        "One proportion", "All counts are enumerated.", proportions_table, ENUMERATED
    ),
    "risk differences": Section(
        "Risk difference",
        "All tables of the two groups are enumerated; sizes, then true proportions.",
        risk_differences_table,
        ENUMERATED,
    ),
    "risk ratios": Section(
        "Risk ratio", "As for the risk difference.", risk_ratios_table, ENUMERATED
    ),
    "odds ratios": Section(
        "Odds ratio", "As for the risk difference.", odds_ratios_table, ENUMERATED
    ),
    "rates": Section("Rate", "All counts of events are enumerated.", rates_table, ENUMERATED),
    "locations": Section(
        "Mean, median and geometric mean",
        f"Simulated, {SAMPLES_OF_VALUES:,} samples a design, from a distribution that fits the interval and from a skewed one.",
        locations_table,
        least_simulated(SAMPLES_OF_VALUES),
    ),
    "survival": Section(
        "Median survival",
        f"Simulated, {SAMPLES:,} samples a design: exponential survival with mean 1, censoring uniform from 0 to 3 (about a third is censored); "
        "Kaplan–Meier median with limits by each transform. An upper limit that is not reached is no bound.",
        survival_table,
        least_simulated(SAMPLES),
    ),
    "pooling": Section(
        "Pooled effect",
        f"Simulated, {SAMPLES:,} samples a design: k studies with sampling variances uniform from 0.04 to 0.4, true effects normal around 0 with "
        "variance τ².",
        poolings_table,
        least_simulated(SAMPLES),
    ),
}


def coverage_page(tables: Mapping[str, Table]) -> str:
    """Write the page from the tables of :data:`SECTIONS`."""
    lines = [
        "# Coverage",
        "",
        "A 95 % interval should hold the true value in 95 of 100 trials; few do so exactly. Each table gives, in",
        "percent, how often the intervals of topline do, written by `python -m docs.coverage`. A limit that equals",
        "the truth holds it. A sample for which the method defines no interval does not count as held; its share is",
        f"given in brackets. Simulations use seed {SEED}.",
        "",
        "Under each table stand the intervals that are anti-conservative: below 94 where outcomes are enumerated,",
        "more than three standard errors of the simulation below 95 where they are simulated, both among the samples",
        "that have an interval. Three designs show where to be careful; they are no proof for a fourth. What each",
        "name stands for: [statistics](../reference/statistics.md).",
    ]
    for name, table in tables.items():
        section = SECTIONS[name]
        lines += ["", *section_lines(section, table)]
    return "\n".join([*lines, ""])


def section_lines(section: Section, table: Table) -> list[str]:
    """Give one table with its heading and the sentence on what it shows."""
    designs = list(next(iter(table.values())))
    return [
        f"## {section.title}",
        "",
        section.text,
        "",
        f"| interval | {' | '.join(designs)} |",
        f"|---|{'---|' * len(designs)}",
        *(
            f"| `{name}` | {' | '.join(_cell(row[design]) for design in designs)} |"
            for name, row in table.items()
        ),
        "",
        verdict(table, section.least),
    ]


def _cell(coverage: Coverage) -> str:
    held = f"{100 * coverage.held:.1f}"
    if coverage.undefined < _SHOWN:
        return held
    return f"{held} ({100 * coverage.undefined:.1f} undefined)"


def verdict(table: Table, least: float) -> str:
    """Say which intervals hold the truth too rarely, which lack limits, and which never hold it less than the level.

    Examples
    --------
    >>> exact, wald = {"n = 9": Coverage(0.97, 0.0)}, {"n = 9": Coverage(0.61, 0.2)}
    >>> verdict({"wald": wald, "exact": exact}, 0.94)
    'Anti-conservative: `wald` (76.2 at n = 9). Without limits: `wald` (20.0 at n = 9). Never below 95: `exact`.'
    """
    worst = sorted((*min(_where_defined(row)), name) for name, row in table.items())
    low = [f"`{name}` ({100 * held:.1f} at {at})" for held, at, name in worst if held < least]
    lacking = [
        f"`{name}` ({100 * share:.1f} at {design})"
        for name, row in table.items()
        for share, design in [max((one.undefined, design) for design, one in row.items())]
        if share >= _SHOWN
    ]
    high = [
        f"`{name}`" for name, row in table.items() if all(one.held >= LEVEL for one in row.values())
    ]
    without = f" Without limits: {'; '.join(lacking)}." if lacking else ""
    return (
        f"Anti-conservative: {'; '.join(low) or 'none'}.{without} "
        f"Never below 95: {', '.join(high) or 'none'}."
    )


def _where_defined(row: Mapping[str, Coverage]) -> list[tuple[float, str]]:
    return [
        (one.held / (1 - one.undefined), design) for design, one in row.items() if one.undefined < 1
    ]


def main() -> None:
    """Compute every table and write the page."""
    tables = {name: section.table() for name, section in SECTIONS.items()}
    PAGE.write_text(coverage_page(tables), encoding="utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
