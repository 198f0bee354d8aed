"""``topline stat spread-from-summary``: a standard deviation, or a mean, from what a report prints instead of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from topline.cli.options import Json
from topline.cli.stat_command import StatCommand
from topline.cli.stat_options import Explain, Level, fraction
from topline.cli.stat_report import Row, report
from topline.cli.stat_summaries import ROUNDED, Exact, Lower, PValue, Upper, printed
from topline.errors import UsageError

if TYPE_CHECKING:
    from topline.stats.possible_values import Given


_Smallest = Annotated[
    str | None, typer.Option(metavar="NUMBER", help="The smallest value, as printed.")
]
_Largest = Annotated[
    str | None, typer.Option(metavar="NUMBER", help="The largest value, as printed.")
]


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two numbers that belong together, such as the limits of an interval, or neither."""

    words: str
    low: "Given | None"
    high: "Given | None"

    def both(self) -> "tuple[Given, Given] | None":
        if self.low is None or self.high is None:
            if self.low is not self.high:
                raise UsageError("one without the other", accepted=self.words)
            return None
        return self.low, self.high


def spread_from_summary(
    number: Annotated[int, typer.Option("--n", metavar="N", help="Participants of the group.")],
    error: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="The standard error of the mean.")
    ] = None,
    sd: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="The SD, to give the standard error.")
    ] = None,
    lower: Lower = None,
    upper: Upper = None,
    quantile: Annotated[
        str, typer.Option(metavar="WORD", help="Behind the limits: t or normal.")
    ] = "t",
    difference: Annotated[
        str | None,
        typer.Option(metavar="NUMBER", help="Of two means, or a mean change, with --p."),
    ] = None,
    p: PValue = None,
    control_number: Annotated[
        int | None,
        typer.Option(
            "--control-n", metavar="N", help="Of the other group; without it values are paired."
        ),
    ] = None,
    smallest: _Smallest = None,
    largest: _Largest = None,
    first_quartile: Annotated[
        str | None, typer.Option("--q1", metavar="NUMBER", help="The first quartile.")
    ] = None,
    third_quartile: Annotated[
        str | None, typer.Option("--q3", metavar="NUMBER", help="The third quartile.")
    ] = None,
    median: Annotated[
        str | None,
        typer.Option(metavar="NUMBER", help="To give the mean, with quartiles or extremes."),
    ] = None,
    mean: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="To narrow what the range leaves open.")
    ] = None,
    level: Level = 95,
    exact: Exact = False,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Give a standard deviation from a standard error, limits, a p-value, a range or quartiles; a mean from a median.

    Each that is given makes a row of its own.

    Example: topline stat spread-from-summary --n 25 --lower 30.0 --upper 34.2
    """
    from topline.stats import spread_from_summaries as family

    confidence = fraction(level)
    own, spread, low, high, between, chance, least, most, q1, q3, middle, centre = (
        printed(text, exact=exact)
        for text in (
            *(error, sd, lower, upper, difference, p),
            *(smallest, largest, first_quartile, third_quartile, median, mean),
        )
    )
    limits = _Pair("--lower with --upper", low, high).both()
    tested = _Pair("--difference with --p", between, chance).both()
    extremes = _Pair("--smallest with --largest", least, most).both()
    quartiles = _Pair("--q1 with --q3", q1, q3).both()
    rows: list[Row] = []
    if own is not None:
        rows.append(Row("SD from the standard error", family.deviation_from_error(own, number)))
    if spread is not None:
        rows.append(Row("standard error", family.error_from_deviation(spread, number)))
    if limits is not None:
        found = family.deviation_from_interval(
            *limits, number, level=confidence, reference=quantile
        )
        rows.append(Row("SD from the limits", found))
    if tested is not None:
        rows.append(_from_p(tested, number, control_number))
    rows += _from_order(extremes, quartiles, number, centre)
    if middle is not None:
        found = family.mean_from_median(middle, number, quartiles=quartiles, extremes=extremes)
        rows.append(Row("mean", found))
    if not rows:
        raise UsageError(
            "nothing is given to go by",
            accepted="--error, --sd, --lower with --upper, --difference with --p, --smallest with --largest, or --q1 with --q3",
        )
    report(rows, json=json, notes=[] if exact else [ROUNDED])


def _from_p(tested: "tuple[Given, Given]", number: int, control_number: int | None) -> Row:
    from topline.stats import spread_from_summaries as family

    difference, p_value = tested
    if control_number is None:
        found = family.deviation_from_paired_p(difference, p_value, number)
        return Row("SD of changes from the p-value", found)
    found = family.deviation_from_p(difference, p_value, number, control_number)
    return Row("common SD from the p-value", found)


def _from_order(
    extremes: "tuple[Given, Given] | None",
    quartiles: "tuple[Given, Given] | None",
    number: int,
    mean: "Given | None",
) -> Iterator[Row]:
    from topline.stats import spread_from_summaries as family
    from topline.stats.possible_values import Derived

    if extremes is not None:
        yield Row("SD from the range", family.deviation_from_range(*extremes, number))
        bounds = Derived(
            value=None,
            possible=family.deviation_bounds_from_range(*extremes, number, mean=mean),
            method="whatever the distribution, from the range"
            + (" and the mean" if mean is not None else ""),
            notes=("value: a range by itself gives bounds only",),
        )
        yield Row("SD, bounds", bounds)
    if quartiles is not None:
        found = family.deviation_from_quartiles(*quartiles, number)
        yield Row("SD from the quartiles", found)
    if extremes is not None and quartiles is not None:
        both = family.deviation_from_quartiles(
            *quartiles, number, smallest=extremes[0], largest=extremes[1]
        )
        yield Row("SD from quartiles and range", both)


COMMANDS = (
    StatCommand(
        name="spread-from-summary",
        run=spread_from_summary,
        functions=(
            "spread_from_summaries:deviation_from_error",
            "spread_from_summaries:error_from_deviation",
            "spread_from_summaries:deviation_from_interval",
            "spread_from_summaries:deviation_from_p",
            "spread_from_summaries:deviation_from_paired_p",
            "spread_from_summaries:deviation_from_range",
            "spread_from_summaries:deviation_bounds_from_range",
            "spread_from_summaries:deviation_from_quartiles",
            "spread_from_summaries:mean_from_median",
        ),
    ),
)
"""The command for spreads in summaries."""
