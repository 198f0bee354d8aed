"""The page on coverage holds every interval method, and what it says of them is what they do."""

from collections.abc import Callable, Iterable

import pytest
from docs.coverage import PAGE, SECTIONS, section_lines
from docs.coverage_probabilities import Table, coverage_of, proportions_table, rates_table

from topline.stats import odds_ratio, pooling, proportion, rate, risk_difference, risk_ratio
from topline.stats.curve_crossing import TRANSFORMS

TEXT = PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ("proportions", proportion.INTERVALS),
        ("risk differences", risk_difference.INTERVALS),
        ("risk ratios", risk_ratio.INTERVALS),
        ("odds ratios", odds_ratio.INTERVALS),
        ("rates", rate.INTERVALS),
        ("survival", TRANSFORMS),
        (
            "pooling",
            [f"{method}, {name}" for method in ("DL", "REML") for name in pooling.INTERVALS],
        ),
    ],
)
def test_every_interval_of_a_registry_has_its_row(section: str, names: Iterable[str]) -> None:
    part = TEXT.split(f"## {SECTIONS[section].title}\n")[1].split("\n## ")[0]
    assert [name for name in names if f"\n| `{name}` |" not in part] == [], (
        "run `python -m docs.coverage`"
    )


@pytest.mark.parametrize(
    ("section", "table"), [("proportions", proportions_table), ("rates", rates_table)]
)
def test_the_page_says_what_enumeration_gives_now(section: str, table: Callable[[], Table]) -> None:
    assert "\n".join(section_lines(SECTIONS[section], table())) in TEXT, (
        "run `python -m docs.coverage`"
    )


def test_exact_intervals_hold_the_truth_at_least_as_often_as_their_level() -> None:
    for table, names in (
        (proportions_table(), ("clopper_pearson", "blaker")),
        (rates_table(), ("exact",)),
    ):
        for name in names:
            assert all(coverage.held >= 0.95 for coverage in table[name].values()), name


def test_an_interval_without_limits_does_not_hold_the_truth() -> None:
    found = coverage_of(1.0, [0.0, float("nan"), 0.0], [2.0, 2.0, float("inf")], [0.5, 0.2, 0.3])
    assert (found.held, found.undefined) == (0.8, 0.2)
