"""``topline stat`` for means: one, two, several groups, from a column or from a summary."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from topline.cli.options import Json
from topline.cli.stat_arguments import numbers
from topline.cli.stat_columns import Columns, columns
from topline.cli.stat_command import StatCommand
from topline.cli.stat_options import (
    Explain,
    Level,
    OptionalData,
    OptionalGroup,
    OptionalValue,
    Reference,
    SidesWord,
    Where,
    alternative,
    fraction,
)
from topline.cli.stat_report import Row, number, report
from topline.errors import DataError, UsageError

if TYPE_CHECKING:
    from topline.stats.estimate import Floats
    from topline.stats.mean import MeanSummary
    from topline.stats.two_means import Variances

_SUMMARY = "N,MEAN,SD"
_SAMPLE = "the number of participants, the mean and the standard deviation, such as 20,5.1,1.2"


def mean(
    summary: Annotated[
        str | None, typer.Argument(metavar=_SUMMARY, help="Such as 20,5.1,1.2; or --data.")
    ] = None,
    data: OptionalData = None,
    value: OptionalValue = None,
    minus: Annotated[
        str | None, typer.Option(metavar="COL", help="A second column, subtracted: paired values.")
    ] = None,
    by: OptionalGroup = None,
    geometric: Annotated[
        bool, typer.Option("--geometric", help="The geometric mean, too; of values above 0.")
    ] = False,
    shape: Annotated[
        bool, typer.Option("--shape", help="Skewness and Shapiro and Wilk's test, too.")
    ] = False,
    quantile: Annotated[
        list[float] | None,
        typer.Option(metavar="SHARE", help="This quantile, too, as 0.9; may be repeated."),
    ] = None,
    definition: Annotated[
        str,
        typer.Option(metavar="NAME", help="Of quartiles; the nine are listed by --explain."),
    ] = "averaged_inverted_cdf",
    null: Annotated[
        float | None, typer.Option("--null", metavar="NUMBER", help="Test against this value, too.")
    ] = None,
    where: Where = None,
    level: Level = 95,
    sides: SidesWord = "two-sided",
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate a mean with its spread; from measurements the median and quartiles, too.

    Example: topline stat mean --data adsl.csv --value AGE --by TRT01P
    """
    from topline.stats.mean import arithmetic_mean, one_sample_t_test, summarize
    from topline.stats.median import sign_test
    from topline.stats.variances import standard_deviation

    confidence, side = fraction(level), alternative(sides)
    notes: tuple[str, ...] = ()
    rows: list[Row] = []
    samples: list[tuple[str, MeanSummary, Floats | None]]
    if summary is not None:
        _alone(data)
        samples = [("", summary_of(summary, _SUMMARY), None)]
    else:
        read = _read(data, value, by, where, minus)
        notes = read.notes
        measured = _measured(read, value or "", minus, by)
        samples = [(name, summarize(found), found) for name, found in measured]
    for opening, sample, found in samples:
        rows.append(Row(f"{opening}participants", number(sample.number, "count")))
        rows.append(Row(f"{opening}mean", arithmetic_mean(sample, level=confidence)))
        rows.append(Row(f"{opening}SD", standard_deviation(sample, level=confidence)))
        if null is not None:
            tested = one_sample_t_test(sample, null_value=null, sides=side)
            rows.append(Row(f"{opening}t test", tested))
        if found is not None:
            rows += _described(opening, found, confidence, definition)
            rows += _quantiles(opening, found, quantile or (), definition)
            if geometric:
                rows += _geometric(opening, found, confidence)
            if shape:
                rows += _shape(opening, found)
            if null is not None:
                signs = sign_test(found, null_value=null, sides=side)
                rows.append(Row(f"{opening}sign test", signs))
    report(rows, json=json, notes=notes)


def _measured(
    read: Columns, value: str, minus: str | None, by: str | None
) -> "Iterator[tuple[str, Floats]]":
    for label in read.groups(by) if by else [""]:
        group = read.within(by, label) if by else read
        found = group.numbers(value)
        paired = found - group.numbers(minus) if minus else found
        yield f"{label}: " if label else "", paired


def _described(opening: str, values: "Floats", level: float, definition: str) -> Iterator[Row]:
    from topline.stats.median import median
    from topline.stats.quantile import spread

    yield Row(f"{opening}median", median(values, level=level).estimate)
    found = spread(values, definition=definition)
    for part in ("minimum", "first_quartile", "third_quartile", "maximum"):
        words = f"quantile by {found.definition}" if "quartile" in part else "observation"
        yield Row(f"{opening}{part.replace('_', ' ')}", number(getattr(found, part), words))


def _quantiles(
    opening: str, values: "Floats", shares: Iterable[float], definition: str
) -> Iterator[Row]:
    from topline.stats.quantile import quantiles

    for share in shares:
        (found,) = quantiles(values, [share], definition=definition)
        yield Row(f"{opening}quantile {share:g}", number(found, f"quantile by {definition}"))


def _geometric(opening: str, values: "Floats", level: float) -> Iterator[Row]:
    from topline.stats.mean import geometric_mean

    logarithmic = geometric_mean(values, level=level)
    yield Row(f"{opening}geometric mean", logarithmic.estimate)
    variation = number(logarithmic.coefficient_of_variation, "geometric, a fraction")
    yield Row(f"{opening}coefficient of variation", variation)


def _shape(opening: str, values: "Floats") -> Iterator[Row]:
    from topline.stats.shape import shapiro_wilk_test, skewness

    why = "undefined: too few values, or all equal"
    yield Row(
        f"{opening}skewness",
        number(skewness(values), "third moment over the cubed SD, both with divisor n", why=why),
    )
    yield Row(f"{opening}shapiro-wilk", shapiro_wilk_test(values))


def summary_of(text: str, name: str) -> "MeanSummary":
    """Take the number, mean and standard deviation of a sample.

    Examples
    --------
    >>> summary_of("20,5.1,1.2", "SUMMARY").mean
    5.1
    """
    from topline.stats.checking import counts
    from topline.stats.mean import MeanSummary

    size, middle, deviation = numbers(text, name, ("n", "mean", "sd"))
    whole = int(counts("n", [size])[0])
    if whole < 2:
        raise DataError(
            f"{whole} participants with a standard deviation",
            where=name,
            accepted="at least 2 participants",
        )
    return MeanSummary(number=whole, mean=middle, standard_deviation=deviation)


def _alone(data: Path | None) -> None:
    if data is not None:
        raise UsageError("both numbers and --data are given", accepted="one of them")


def _read(
    data: Path | None,
    value: str | None,
    by: str | None,
    where: list[str] | None,
    minus: str | None = None,
) -> Columns:
    if data is None or value is None:
        raise UsageError(
            "there is nothing to compute from", accepted=f"{_SAMPLE}, or --data with --value"
        )
    return columns(data, [value, minus, by], where)


def two_means(
    first: Annotated[
        str | None, typer.Argument(metavar=_SUMMARY, help="Of the first group; or --data.")
    ] = None,
    control: Annotated[
        str | None, typer.Argument(metavar="CONTROL", help="The same of the second group.")
    ] = None,
    data: OptionalData = None,
    value: OptionalValue = None,
    by: OptionalGroup = None,
    reference: Reference = None,
    variances: Annotated[
        str, typer.Option(metavar="WORD", help="unequal (Welch) or equal (pooled).")
    ] = "unequal",
    geometric: Annotated[
        bool, typer.Option("--geometric", help="The ratio of geometric means, too.")
    ] = False,
    null: Annotated[float, typer.Option(metavar="NUMBER", help="The difference tested.")] = 0.0,
    where: Where = None,
    level: Level = 95,
    sides: SidesWord = "two-sided",
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Compare two means: difference, t test, standardised differences, variances.

    Example: topline stat two-means 20,5.1,1.2 22,4.3,1.4
    """
    from topline.stats import two_means as family
    from topline.stats.mean import summarize, summarize_logarithms
    from topline.stats.standardized_difference import cohens_d, hedges_g
    from topline.stats.variances import variance_ratio, variance_ratio_test

    confidence, side = fraction(level), alternative(sides)
    spread = cast("Variances", variances)
    notes: tuple[str, ...] = ()
    logarithms: tuple[MeanSummary, MeanSummary] | None = None
    label = ""
    if first is not None and control is not None:
        _alone(data)
        one, other = summary_of(first, _SUMMARY), summary_of(control, "CONTROL")
        notes = (f"the first against the second: {first}, {control}",)
        if geometric:
            raise UsageError(
                "geometric means need the measurements", where="--geometric", accepted="--data"
            )
    else:
        if by is None:
            raise UsageError(
                "there are no two groups", accepted=f"two of {_SAMPLE}; or --data with --by"
            )
        read = _read(data, value, by, where)
        notes = read.notes
        names = read.two_groups(by, reference)
        label = f"{names[0]} - {names[1]}: "
        measured = [read.within(by, name).numbers(value or "") for name in names]
        one, other = summarize(measured[0]), summarize(measured[1])
        if geometric:
            logarithms = summarize_logarithms(measured[0]), summarize_logarithms(measured[1])
    estimate = family.mean_difference(one, other, variances=spread, level=confidence)
    test = family.two_sample_t_test(one, other, variances=spread, null_value=null, sides=side)
    rows = [
        Row(f"{label}difference", estimate),
        Row(f"{label}t test", test),
        Row(f"{label}Cohen's d", cohens_d(one, other, level=confidence)),
        Row(f"{label}Hedges' g", hedges_g(one, other, level=confidence)),
        Row(f"{label}ratio of variances", variance_ratio(one, other, level=confidence)),
        Row(f"{label}test of variances", variance_ratio_test(one, other)),
    ]
    if logarithms is not None:
        ratio = family.geometric_mean_ratio(*logarithms, variances=spread, level=confidence)
        rows.append(Row(f"{label}ratio of geometric means", ratio))
    report(rows, json=json, notes=notes)


COMMANDS = (
    StatCommand(
        name="mean",
        run=mean,
        functions=(
            "mean:arithmetic_mean",
            "mean:one_sample_t_test",
            "mean:geometric_mean",
            "variances:standard_deviation",
            "median:median",
            "median:sign_test",
            "quantile:spread",
            "quantile:quantiles",
            "shape:skewness",
            "shape:shapiro_wilk_test",
        ),
        methods=("quantile:DEFINITIONS",),
    ),
    StatCommand(
        name="two-means",
        run=two_means,
        functions=(
            "two_means:mean_difference",
            "two_means:two_sample_t_test",
            "two_means:geometric_mean_ratio",
            "standardized_difference:cohens_d",
            "standardized_difference:hedges_g",
            "variances:variance_ratio",
            "variances:variance_ratio_test",
        ),
    ),
)
"""The commands for means."""
