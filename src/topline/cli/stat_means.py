"""``topline stat`` for means: one, two, several groups, from a column or from a summary."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from topline.cli.options import Json
from topline.cli.stat_arguments import numbers
from topline.cli.stat_columns import Columns, columns
from topline.cli.stat_command import StatCommand
from topline.cli.stat_options import (
    Data,
    Explain,
    Group,
    Level,
    OptionalData,
    OptionalGroup,
    Reference,
    SidesWord,
    Value,
    Where,
    alternative,
    fraction,
)
from topline.cli.stat_report import Row, effect_rows, number, report
from topline.errors import UsageError

if TYPE_CHECKING:
    from topline.stats.estimate import Floats
    from topline.stats.mean import MeanSummary
    from topline.stats.two_means import Variances

_SUMMARY = "N,MEAN,SD"
_SAMPLE = "the number of participants, the mean and the standard deviation, such as 20,5.1,1.2"

_Value = Annotated[
    str | None, typer.Option("--value", metavar="COL", help="The column of measurements.")
]


def mean(
    summary: Annotated[
        str | None, typer.Argument(metavar=_SUMMARY, help="Such as 20,5.1,1.2; or --data.")
    ] = None,
    data: OptionalData = None,
    value: _Value = None,
    minus: Annotated[
        str | None, typer.Option(metavar="COL", help="A second column, subtracted: paired values.")
    ] = None,
    by: OptionalGroup = None,
    geometric: Annotated[
        bool, typer.Option("--geometric", help="The geometric mean, too; of values above 0.")
    ] = False,
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
            rows += _described(opening, found, confidence, definition, geometric=geometric)
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


def _described(
    opening: str, values: "Floats", level: float, definition: str, *, geometric: bool
) -> Iterator[Row]:
    from topline.stats.mean import geometric_mean
    from topline.stats.median import median
    from topline.stats.quantile import spread

    yield Row(f"{opening}median", median(values, level=level).estimate)
    found = spread(values, definition=definition)
    for part in ("minimum", "first_quartile", "third_quartile", "maximum"):
        words = f"quantile by {found.definition}" if "quartile" in part else "observation"
        yield Row(f"{opening}{part.replace('_', ' ')}", number(getattr(found, part), words))
    if geometric:
        logarithmic = geometric_mean(values, level=level)
        yield Row(f"{opening}geometric mean", logarithmic.estimate)
        variation = number(logarithmic.coefficient_of_variation, "geometric, a fraction")
        yield Row(f"{opening}coefficient of variation", variation)


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
    value: _Value = None,
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


def anova(
    data: Data,
    value: Value,
    by: Group,
    reference: Reference = None,
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Compare several means: analysis of variance, Welch's, equal variances, pairs by Tukey.

    Example: topline stat anova --data advs.csv --value CHG --by TRTP
    """
    from topline.stats import analysis_of_variance as family

    confidence = fraction(level)
    read = columns(data, [value, by], where)
    values, labels = read.numbers(value), read.labels(by)
    groups = family.summarize_groups(values, labels)
    rows = [
        Row("anova", family.one_way_analysis(groups).test),
        Row("welch", family.welch_analysis(groups)),
        Row("bartlett", family.bartlett_test(groups)),
        Row("brown-forsythe", family.brown_forsythe_test(values, labels)),
    ]
    if reference is None:
        for effect in family.tukey_differences(groups, level=confidence):
            rows += effect_rows(effect.name, effect)
    else:
        for effect in family.differences_from(groups, reference, level=confidence):
            rows += effect_rows(effect.name, effect)
    report(rows, json=json, notes=read.notes)


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
    StatCommand(
        name="anova",
        run=anova,
        functions=(
            "analysis_of_variance:one_way_analysis",
            "analysis_of_variance:welch_analysis",
            "analysis_of_variance:bartlett_test",
            "analysis_of_variance:brown_forsythe_test",
            "analysis_of_variance:tukey_differences",
            "analysis_of_variance:differences_from",
        ),
    ),
)
"""The commands for means."""
