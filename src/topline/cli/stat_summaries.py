"""``topline stat from-summary``: effects, errors, p-values and limits from one another, with what rounding leaves open."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, TypedDict, cast

import typer

from topline.cli.options import Json
from topline.cli.stat_command import StatCommand
from topline.cli.stat_options import Explain, Level, SidesWord, alternative, fraction
from topline.cli.stat_report import Row, report
from topline.errors import DataError, UsageError

if TYPE_CHECKING:
    from topline.stats.estimate import Scale, Sides
    from topline.stats.possible_values import Derived, Given

ROUNDED = (
    "numbers are taken as rounded to the digits they are written with; possible is all that such numbers can give "
    "(--exact takes them as they are)"
)

Exact = Annotated[
    bool,
    typer.Option("--exact", help="Numbers are exact, not rounded to the digits they have here."),
]
Lower = Annotated[
    str | None, typer.Option(metavar="NUMBER", help="The lower confidence limit, as printed.")
]
Upper = Annotated[
    str | None, typer.Option(metavar="NUMBER", help="The upper confidence limit, as printed.")
]
PValue = Annotated[
    str | None, typer.Option("--p", metavar="NUMBER", help="The p-value, as 0.03 or '<0.001'.")
]


def printed(text: str | None, *, exact: bool) -> "Given | None":
    """Take a number as it is printed: all numbers that are rounded so, or itself.

    Examples
    --------
    >>> printed("0.68", exact=True), printed("0.68", exact=False).lower
    (0.68, 0.675)
    """
    from topline.stats.possible_values import rounded

    if text is None:
        return None
    found = rounded(text)
    return found.printed if exact and found.printed is not None else found


class _Test(TypedDict):
    """What functions that take or give a p-value want to know."""

    sides: "Sides"
    null_value: float | None
    scale: "Scale"
    degrees_of_freedom: float | None


class _Spread(TypedDict):
    """What functions that take or give limits want to know."""

    scale: "Scale"
    degrees_of_freedom: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Summary:
    """How published numbers are to be understood, and the level of the limits that are wanted."""

    level: float
    wanted: float
    test: _Test

    @property
    def spread(self) -> _Spread:
        return {
            "scale": self.test["scale"],
            "degrees_of_freedom": self.test["degrees_of_freedom"],
        }


def from_summary(
    value: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="The effect, as printed.")
    ] = None,
    lower: Lower = None,
    upper: Upper = None,
    error: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER", help="Its standard error, as printed; of a ratio, the logarithm's."
        ),
    ] = None,
    p: PValue = None,
    statistic: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="The test statistic, as printed.")
    ] = None,
    kind: Annotated[
        str, typer.Option(metavar="WORD", help="Of the statistic: z, t, chi-squared or f.")
    ] = "z",
    ratio: Annotated[
        bool, typer.Option("--ratio", help="The effect is a ratio: errors are of its logarithm.")
    ] = False,
    df: Annotated[
        float | None,
        typer.Option(metavar="NUMBER", help="Degrees of freedom of Student's t; else normal."),
    ] = None,
    null: Annotated[
        float | None,
        typer.Option("--null", metavar="NUMBER", help="The value tested; else 0, or 1 of a ratio."),
    ] = None,
    sides: SidesWord = "two-sided",
    level: Level = 95,
    to: Annotated[
        float | None,
        typer.Option(metavar="PERCENT", help="The level of limits wanted, if another."),
    ] = None,
    exact: Exact = False,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Give an effect's standard error, p-value and limits from those of them that were published.

    From its limits; or from the effect with its p-value, standard error or test statistic; or from a p-value
    alone its other forms.

    Example: topline stat from-summary --value 0.68 --lower 0.50 --upper 0.92 --ratio
    """
    confidence = fraction(level)
    asked = _Summary(
        level=confidence,
        wanted=confidence if to is None else fraction(to, "--to"),
        test={
            "sides": alternative(sides),
            "null_value": null,
            "scale": "log" if ratio else "natural",
            "degrees_of_freedom": df,
        },
    )
    effect, low, high, spread, chance, found = (
        printed(text, exact=exact) for text in (value, lower, upper, error, p, statistic)
    )
    if (low is None) != (high is None):
        raise UsageError("one limit without the other", accepted="--lower with --upper")
    sources = sum(one is not None for one in (low, spread, chance, found))
    if sources != 1:
        raise UsageError(
            "several sources of the error are given" if sources else "nothing is given to go by",
            accepted="one of: --lower with --upper; --value with --p, --error or --statistic; --p alone",
        )
    if low is not None and high is not None:
        rows = list(_from_limits(effect, low, high, asked))
    elif effect is not None:
        made = None if found is None else _error_by_statistic(effect, found, kind, asked)
        rows = list(_from_effect(effect, spread, chance, made, asked))
    elif chance is not None:
        rows = list(_other_sides(chance, asked.test["sides"]))
    else:
        raise UsageError("the effect is missing", accepted="--value with --error or --statistic")
    report(rows, json=json, notes=[] if exact else [ROUNDED])


def _from_limits(
    effect: "Given | None", lower: "Given", upper: "Given", asked: _Summary
) -> Iterator[Row]:
    from topline.stats import from_summaries as family

    middle = family.effect_from_interval(lower, upper, scale=asked.test["scale"])
    if effect is None:
        yield Row("effect", middle)
    else:
        _refuse_outside(effect, lower, upper)
        yield Row("middle of the limits", middle)
    yield from _logarithm(middle.result if effect is None else effect, asked)
    spread = family.standard_error_from_interval(lower, upper, level=asked.level, **asked.spread)
    yield _error_row(spread, asked)
    p_value = family.p_from_interval(lower, upper, estimate=effect, level=asked.level, **asked.test)
    yield Row(f"p-value, {asked.test['sides']}", p_value)
    if asked.wanted != asked.level:
        yield from _limit_rows(
            family.interval_at_level(
                lower, upper, level=asked.level, wanted=asked.wanted, **asked.spread
            ),
            asked,
        )


def _refuse_outside(effect: "Given", lower: "Given", upper: "Given") -> None:
    from topline.stats.possible_values import possible

    low, middle, high = possible(lower), possible(effect), possible(upper)
    if middle.upper < low.lower or middle.lower > high.upper:
        raise DataError(
            f"an effect of {middle.middle:g} with limits of {low.middle:g} and {high.middle:g}",
            where="--value",
            accepted="an effect that lies between its limits",
        )


def _error_by_statistic(
    effect: "Given", statistic: "Given", kind: str, asked: _Summary
) -> "Derived":
    from topline.stats.from_summaries import standard_error_from_statistic

    return standard_error_from_statistic(
        effect,
        statistic,
        kind=cast("Literal['z', 't', 'chi-squared', 'f']", kind),
        null_value=asked.test["null_value"],
        scale=asked.test["scale"],
    )


def _from_effect(
    effect: "Given",
    error: "Given | None",
    p_value: "Given | None",
    by_statistic: "Derived | None",
    asked: _Summary,
) -> Iterator[Row]:
    from topline.stats import from_summaries as family

    yield from _logarithm(effect, asked)
    found = by_statistic
    if p_value is not None:
        found = family.standard_error_from_p(effect, p_value, **asked.test)
    if found is not None:
        yield _error_row(found, asked)
    spread = error if found is None else found.result
    assert spread is not None  # one of the three sources is given
    limits = family.interval_from_standard_error(effect, spread, level=asked.wanted, **asked.spread)
    yield from _limit_rows(limits, asked)
    if p_value is None:
        lower, upper = (one.result for one in limits)
        tested = family.p_from_interval(
            lower, upper, estimate=effect, level=asked.wanted, **asked.test
        )
        yield Row(f"p-value, {asked.test['sides']}", tested)


def _logarithm(effect: "Given", asked: _Summary) -> Iterator[Row]:
    """Give the logarithm of a ratio, which is what studies are pooled by."""
    from topline.stats.possible_values import derive

    if asked.test["scale"] == "log":
        yield Row("log effect", derive(_log, (effect,), "natural logarithm of the effect"))


def _log(number: float) -> float:
    return math.log(number) if number > 0 else -math.inf


def _error_row(found: "Derived", asked: _Summary) -> Row:
    of = " of the logarithm" if asked.test["scale"] == "log" else ""
    return Row(f"standard error{of}", found)


def _limit_rows(limits: "tuple[Derived, Derived]", asked: _Summary) -> Iterator[Row]:
    for word, limit in zip(("lower", "upper"), limits, strict=True):
        yield Row(f"{word} limit, {100 * asked.wanted:.6g}%", limit)


def _other_sides(p_value: "Given", sides: "Sides") -> Iterator[Row]:
    from topline.stats.from_summaries import one_sided_p, two_sided_p

    if sides != "two-sided":
        yield Row("p-value, two-sided", two_sided_p(p_value))
        return
    for towards, words in ((True, "towards"), (False, "away from")):
        found = one_sided_p(p_value, effect_towards_alternative=towards)
        yield Row(f"p-value, one-sided, effect {words} the alternative", found)


COMMANDS = (
    StatCommand(
        name="from-summary",
        run=from_summary,
        functions=(
            "from_summaries:standard_error_from_interval",
            "from_summaries:effect_from_interval",
            "from_summaries:p_from_interval",
            "from_summaries:interval_at_level",
            "from_summaries:standard_error_from_p",
            "from_summaries:interval_from_p",
            "from_summaries:interval_from_standard_error",
            "from_summaries:standard_error_from_statistic",
            "from_summaries:one_sided_p",
            "from_summaries:two_sided_p",
        ),
    ),
)
"""The command for effects in summaries."""
