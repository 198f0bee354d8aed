"""``topline stat`` for regressions of binary outcomes and of counts."""

from typing import TYPE_CHECKING, Annotated, cast

import typer

from topline.cli.options import Json
from topline.cli.stat_columns import Columns, columns
from topline.cli.stat_command import StatCommand
from topline.cli.stat_design import Covariates, Factors, Interactions, compared_with, design
from topline.cli.stat_options import Data, Explain, Level, Where, fraction
from topline.cli.stat_report import Row, effect_rows, number, report

if TYPE_CHECKING:
    from topline.stats.estimate import Floats

_Counts = Annotated[str, typer.Option("--events", metavar="COL", help="The column of counts.")]
_Exposure = Annotated[
    str | None, typer.Option("--time", metavar="COL", help="The column of times at risk.")
]


def logistic(
    data: Data,
    outcome: Annotated[
        str, typer.Option(metavar="COL[=VALUE]", help="1 or 0, or the value that counts as 1.")
    ],
    covariate: Covariates = None,
    factor: Factors = None,
    interaction: Interactions = None,
    limits: Annotated[
        str,
        typer.Option(metavar="WORD", help="wald, profile, or profile_interpolated as R's confint."),
    ] = "wald",
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate odds ratios by logistic regression.

    Example: topline stat logistic --data adeff.csv --outcome AVALC=Y --factor TRTP --covariate BASE
    """
    from topline.stats.logistic import fit_logistic
    from topline.stats.regression_ratios import RatioLimits, coefficient_ratios

    confidence = fraction(level)
    read = columns(data, [outcome, *(covariate or ()), *(factor or ())], where)
    matrix = design(read, covariate, factor, interaction)
    happened = read.happened(outcome)
    fit = fit_logistic(happened, matrix)
    kind = cast("RatioLimits", limits)
    rows: list[Row] = []
    for effect in coefficient_ratios(fit, level=confidence, limits=kind):
        rows += effect_rows(effect.name, effect)
    rows += _counted(happened)
    rows.append(Row("log likelihood", number(fit.log_likelihood, "at the estimates")))
    report(rows, json=json, notes=(*read.notes, *compared_with(matrix)))


def _counted(happened: "Floats") -> tuple[Row, Row]:
    return (
        Row("observations", number(happened.size, "count")),
        Row("events", number(float(happened.sum()), "count")),
    )


def _offset(read: Columns, time: str | None) -> "Floats | None":
    import numpy as np

    return None if time is None else np.log(read.positive(time))


def poisson(
    data: Data,
    events: _Counts,
    time: _Exposure = None,
    covariate: Covariates = None,
    factor: Factors = None,
    interaction: Interactions = None,
    limits: Annotated[
        str,
        typer.Option(metavar="WORD", help="wald, profile, or profile_interpolated as R's confint."),
    ] = "wald",
    dispersion: Annotated[
        str, typer.Option(metavar="WORD", help="one, or pearson for errors widened by it.")
    ] = "one",
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate rate ratios by Poisson regression.

    Example: topline stat poisson --data adexac.csv --events AVAL --time EXPOSURE --factor TRTP
    """
    from topline.stats.poisson_regression import fit_poisson
    from topline.stats.regression_ratios import Dispersion, RatioLimits, coefficient_ratios

    confidence = fraction(level)
    read = columns(data, [events, time, *(covariate or ()), *(factor or ())], where)
    matrix, happened = design(read, covariate, factor, interaction), read.counts(events)
    fit = fit_poisson(
        happened,
        matrix,
        offset=_offset(read, time),
    )
    found = coefficient_ratios(
        fit,
        level=confidence,
        limits=cast("RatioLimits", limits),
        dispersion=cast("Dispersion", dispersion),
    )
    rows: list[Row] = []
    for effect in found:
        rows += effect_rows(effect.name, effect)
    rows += _counted(happened)
    rows.append(Row("log likelihood", number(fit.log_likelihood, "at the estimates")))
    report(rows, json=json, notes=(*read.notes, *compared_with(matrix)))


def negative_binomial(
    data: Data,
    events: _Counts,
    time: _Exposure = None,
    covariate: Covariates = None,
    factor: Factors = None,
    interaction: Interactions = None,
    information: Annotated[
        str, typer.Option(metavar="WORD", help="Of errors: observed, or expected as R's glm.nb.")
    ] = "observed",
    where: Where = None,
    level: Level = 95,
    json: Json = False,
    explain: Explain = False,
) -> None:
    """Estimate rate ratios by negative binomial regression.

    Example: topline stat negative-binomial --data adexac.csv --events AVAL --time EXPOSURE --factor TRTP
    """
    from topline.stats import negative_binomial as family

    confidence = fraction(level)
    read = columns(data, [events, time, *(covariate or ()), *(factor or ())], where)
    matrix, happened = design(read, covariate, factor, interaction), read.counts(events)
    fit = family.fit_negative_binomial(
        happened,
        matrix,
        offset=_offset(read, time),
        information=cast("family.Information", information),
    )
    rows: list[Row] = []
    for effect in family.negative_binomial_ratios(fit, level=confidence):
        rows += effect_rows(effect.name, effect)
    rows += _counted(happened)
    rows.append(Row("dispersion", family.dispersion_estimate(fit, level=confidence)))
    rows.append(Row("log likelihood", number(fit.log_likelihood, "at the estimates")))
    report(rows, json=json, notes=(*read.notes, *compared_with(matrix)))


COMMANDS = (
    StatCommand(
        name="logistic",
        run=logistic,
        functions=("logistic:fit_logistic", "regression_ratios:coefficient_ratios"),
    ),
    StatCommand(
        name="poisson",
        run=poisson,
        functions=("poisson_regression:fit_poisson", "regression_ratios:coefficient_ratios"),
    ),
    StatCommand(
        name="negative-binomial",
        run=negative_binomial,
        functions=(
            "negative_binomial:fit_negative_binomial",
            "negative_binomial:negative_binomial_ratios",
            "negative_binomial:dispersion_estimate",
        ),
    ),
)
"""The commands for models."""
