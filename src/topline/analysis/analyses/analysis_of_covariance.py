"""Analysis of covariance (or of variance): differences of least squares means from the reference."""

from functools import partial
from typing import Annotated, Literal

import polars as pl
from msgspec import Meta

from topline.analysis.analyses.analysis import ALL_SIDES, ALL_TYPES, Analysed, Analysis
from topline.analysis.analyses.comparison import (
    attempt_all,
    difference_direction,
    hypothesis_test,
    pairs,
    ratio_direction,
)
from topline.analysis.analyses.logarithms import (
    ScaleOption,
    as_ratio,
    hypothesis_test_on_scale,
    on_scale,
)
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.analysis.analyses.model_variables import SidedModelOptions, model_rows, modelled
from topline.stats.estimate import Sides, Test
from topline.stats.least_squares import GroupFit, fit_groups, least_squares_difference

PARAMETER, RATIO = "LS Mean Difference", "Ratio of geometric LS means"


class CovarianceOptions(SidedModelOptions, frozen=True, kw_only=True):
    """The margins of the means and the scale."""

    margins: Annotated[
        Literal["equal", "observed"],
        Meta(
            description="How the levels of factors are weighted in the means: equally, or as observed."
        ),
    ] = "equal"
    interactions: Annotated[
        tuple[str, ...],
        Meta(description="Covariates or factors whose effect may differ between groups."),
    ] = ()
    scale: ScaleOption = "natural"


def analyse(measured: MeasuredClass, options: CovarianceOptions) -> list[Analysed]:
    """Fit one model to all groups, and compare each with the reference."""
    compared = pairs(measured, options)
    return attempt_all(compared, lambda: _compare(measured, compared, options))


def _compare(
    measured: MeasuredClass, compared: list[tuple[str, str]], options: CovarianceOptions
) -> list[Analysed]:
    keys = modelled(measured, compared, options.fitted_to)
    rows = model_rows(measured.single_rows(keys), options.covariates, options.factors, keys)
    variable = measured.variable
    fit = fit_groups(
        on_scale(rows.frame[variable].cast(pl.Float64).to_numpy(), options.scale),
        rows.groups,
        covariates=rows.covariates,
        factors=rows.factors,
        interactions=tuple(name.upper() for name in options.interactions),
    )
    return [_one(measured, fit, pair, options, rows.comment) for pair in compared]


def _one(
    measured: MeasuredClass,
    fit: GroupFit,
    pair: tuple[str, str],
    options: CovarianceOptions,
    comment: str,
) -> Analysed:
    margins: Literal["balanced", "observed"] = (
        "balanced" if options.margins == "equal" else "observed"
    )
    log = options.scale == "log"
    difference = least_squares_difference(
        fit, *pair, level=options.two_sided_level, margins=margins
    ).estimate
    direction = (ratio_direction if log else difference_direction)(measured, *pair)
    return Analysed(
        groups=pair,
        test=hypothesis_test(options, partial(_test, fit, pair, margins, log), 1.0 if log else 0.0),
        estimate=as_ratio(difference) if log else difference,
        test_name="ANCOVA" if options.covariates else "ANOVA",
        parameter=RATIO if log else PARAMETER,
        comment=comment or None,
        estimate_comment=f"{direction} Least squares means with {options.margins} margins.",
        standard_error=not log,
        decimals=3 if log else None,
    )


def _test(
    fit: GroupFit,
    pair: tuple[str, str],
    margins: Literal["balanced", "observed"],
    log: bool,
    null_value: float,
    sides: Sides,
) -> Test:
    return hypothesis_test_on_scale(
        lambda null: (
            least_squares_difference(fit, *pair, margins=margins, null_value=null, sides=sides).test
        ),
        null_value,
        log=log,
    )


ANALYSIS = Analysis(
    name="analysis_of_covariance",
    title="difference of least squares means (ANCOVA; without covariates ANOVA)",
    options=CovarianceOptions,
    analyse=analyse,
    test_names=("ANCOVA", "ANOVA"),
    parameters=(PARAMETER, RATIO),
    types=ALL_TYPES,
    sides=ALL_SIDES,
    dispersion=True,
)
