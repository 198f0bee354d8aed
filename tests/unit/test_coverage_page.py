"""The page on coverage holds every interval, and what it says of them is what they do."""

import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import get_args

import pytest
from docs.coverage.page import PAGE, section_lines
from docs.coverage.probability import coverage_of
from docs.coverage.proportions import proportions_table
from docs.coverage.rates import rates_table
from docs.coverage.sections import REASONS, SECTIONS

import topline.stats
from topline.cli.stat import COMMANDS

TEXT = PAGE.read_text(encoding="utf-8")

NO_INTERVALS = {
    "covariance_structures:STRUCTURES": "of models; a structure that fits them changes no interval's method",
    "effect_sizes_means:MEAN_MEASURES": "measures",
    "effect_sizes_one_group:PROPORTION_MEASURES": "measures",
    "effect_sizes_rates:RATE_MEASURES": "measures",
    "effect_sizes_two_by_two:MEASURES": "measures",
    "effect_sizes_two_by_two:ZERO_CELL_RULES": "of effects, before they are pooled",
    "fine_gray:TIED_CENSORINGS": "without effect where no times are shared, as in the designs of the page",
    "pooling_mixed:MODELS": "of pool_odds_ratios, which has its reason on the page",
    "quantile:DEFINITIONS": "of quantiles",
}
"""Choices at the command line that no interval depends on, besides tests and weights of tests -> of what they are."""

STALE = "run `python -m docs.coverage`"


def functions_with_a_level() -> Iterator[str]:
    """The public functions of topline.stats that take a confidence level by name: those that give or take an interval."""
    for module in pkgutil.iter_modules(topline.stats.__path__):
        for name, function in vars(import_module(f"topline.stats.{module.name}")).items():
            if name.startswith("_") or not inspect.isfunction(function):
                continue
            if function.__module__ != f"topline.stats.{module.name}":
                continue
            level = inspect.signature(function).parameters.get("level")
            if level is not None and level.kind is inspect.Parameter.KEYWORD_ONLY:
                yield f"{module.name}:{name}"


def found(place: str) -> object:
    module, _, name = place.partition(":")
    return getattr(import_module(f"topline.stats.{module}"), name)


def names_of(place: str) -> tuple[str, ...]:
    """The names that a registry lists, or a type of alternatives allows."""
    listed = found(place)
    return get_args(listed) or tuple(listed)  # type: ignore[arg-type] # a registry is iterable


def rows_of(section: str) -> list[list[str]]:
    """The parts of the rows' names in a section of the page."""
    part = TEXT.split(f"## {SECTIONS[section].title}\n")[1].split("\n## ")[0]
    names = [line.split("`")[1] for line in part.splitlines() if line.startswith("| `")]
    return [name.split(", ") for name in names]


def test_every_function_that_gives_an_interval_has_a_table_or_a_reason() -> None:
    shown = {place for section in SECTIONS.values() for place in section.functions}
    public = set(functions_with_a_level())
    assert len(public) > 60
    assert public - shown - set(REASONS) == set()
    assert (shown | set(REASONS)) - public == set()
    assert shown & set(REASONS) == set()


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_of_the_page_has_every_method_and_at_least_three_designs(
    section: str,
) -> None:
    rows = rows_of(section)
    assert rows, STALE
    for place in SECTIONS[section].choices:
        assert [name for name in names_of(place) if not any(name in row for row in rows)] == [], (
            STALE
        )
    part = TEXT.split(f"## {SECTIONS[section].title}\n")[1]
    titles = next(line for line in part.splitlines() if line.startswith("| interval |"))
    assert titles.count("|") - 2 >= 3


def interval_registries() -> Iterator[str]:
    """The registries of topline.stats whose names say that they list ways to an interval."""
    for module in pkgutil.iter_modules(topline.stats.__path__):
        for name in vars(import_module(f"topline.stats.{module.name}")):
            if name.endswith(("INTERVALS", "TRANSFORMS", "PREDICTIONS")) and name[0] != "_":
                yield f"{module.name}:{name}"


def test_every_registry_of_interval_methods_is_one_that_a_section_shows() -> None:
    shown = {id(found(place)) for one in SECTIONS.values() for place in one.choices}
    assert [place for place in interval_registries() if id(found(place)) not in shown] == []


def test_every_choice_at_the_command_line_is_shown_or_concerns_no_interval() -> None:
    shown = {id(found(place)) for one in SECTIONS.values() for place in one.choices}
    offered = {place for command in COMMANDS for place in command.methods}
    left = {
        place
        for place in offered
        if id(found(place)) not in shown and not place.endswith(("TESTS", "WEIGHTS"))
    }
    assert left == set(NO_INTERVALS)


@pytest.mark.parametrize(
    "section",
    [
        "proportions",
        "risk differences",
        "risk ratios",
        "paired differences",
        "rates",
        "rate ratios",
        "rate differences",
    ],
)
def test_the_page_says_what_enumeration_gives_now(section: str) -> None:
    lines = section_lines(SECTIONS[section], SECTIONS[section].table())
    assert "\n".join(lines) in TEXT, STALE


def test_what_has_no_table_stands_on_the_page_with_its_reason() -> None:
    for place, reason in REASONS.items():
        assert f"- `{place.replace(':', '.')}`: {reason}" in TEXT, STALE


def test_exact_intervals_hold_the_truth_at_least_as_often_as_their_level() -> None:
    for table, names in (
        (proportions_table(), ("clopper_pearson", "blaker")),
        (rates_table(), ("exact",)),
        (SECTIONS["rate ratios"].table(), ("exact",)),
    ):
        for name in names:
            row: Mapping[str, object] = table[name]
            assert all(coverage.where_defined >= 0.95 for coverage in table[name].values()), row


def test_an_interval_without_limits_does_not_hold_the_truth() -> None:
    seen = coverage_of(1.0, [0.0, float("nan"), 0.0], [2.0, 2.0, float("inf")], [0.5, 0.2, 0.3])
    assert (seen.held, seen.undefined) == (0.8, 0.2)
