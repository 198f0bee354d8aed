"""Regression of counts of events: rate ratios of groups by a negative binomial or a Poisson model with exposure."""

from typing import Annotated, Literal

import numpy as np
import polars as pl
from msgspec import Meta

from topline.analysis.analyses.analysis import ALL_TYPES, Analysed, Analysis
from topline.analysis.analyses.comparison import attempt_all, pairs, ratio_direction
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.analysis.analyses.model_variables import ModelOptions, model_rows, modelled
from topline.errors import DataError
from topline.stats.effect import Effect
from topline.stats.estimate import Floats
from topline.stats.model_matrix import ModelMatrix
from topline.stats.negative_binomial import fit_negative_binomial, negative_binomial_ratios
from topline.stats.poisson_regression import fit_poisson
from topline.stats.regression_ratios import coefficient_ratios
from topline.trial.specification import Variable

NAMES = {
    "negative_binomial": "Negative binomial regression",
    "poisson": "Poisson regression",
}
PARAMETER = "Rate ratio"


class CountRegressionOptions(ModelOptions, frozen=True, kw_only=True):
    """The distribution, and the person-time of each participant."""

    distribution: Annotated[
        Literal["negative_binomial", "poisson"],
        Meta(
            description="Of the counts: negative_binomial lets participants differ in their rate."
        ),
    ] = "negative_binomial"
    exposure: Annotated[
        Variable | None,
        Meta(description="Person-time of a participant, whose logarithm is the offset."),
    ] = None


def analyse(measured: MeasuredClass, options: CountRegressionOptions) -> list[Analysed]:
    """Fit one model to all groups, and compare each with the reference."""
    compared = pairs(measured, options)
    return attempt_all(compared, lambda: _compare(measured, compared, options))


def _compare(
    measured: MeasuredClass, compared: list[tuple[str, str]], options: CountRegressionOptions
) -> list[Analysed]:
    keys = modelled(measured, compared, options.fitted_to)
    rows = model_rows(measured.single_rows(keys), options.covariates, options.factors, keys)
    events = rows.frame[measured.variable]
    found = _effects(
        events.cast(pl.Float64).to_numpy(), rows.matrix(keys), _offset(rows.frame, options), options
    )
    return [
        Analysed(
            groups=(first, second),
            test=None if options.margin_values else found[f"group{first}"].test,
            estimate=found[f"group{first}"].estimate,
            test_name=None if options.margin_values else NAMES[options.distribution],
            parameter=PARAMETER,
            comment=rows.comment or None,
            estimate_comment=ratio_direction(measured, first, second),
            decimals=2,
        )
        for first, second in compared
    ]


def _offset(frame: pl.DataFrame, options: CountRegressionOptions) -> Floats | None:
    if options.exposure is None:
        return None
    name = options.exposure.upper()
    wrong = int((~(frame[name].cast(pl.Float64) > 0).fill_null(False)).sum())
    if wrong:
        raise DataError(
            f"{name} is missing or not above 0 for {wrong} participants with events counted",
            accepted="person-time above 0 for every participant counted",
        )
    return np.asarray(np.log(frame[name].cast(pl.Float64).to_numpy()))


def _effects(
    events: Floats, matrix: ModelMatrix, offset: Floats | None, options: CountRegressionOptions
) -> dict[str, Effect]:
    level = options.two_sided_level
    if options.distribution == "poisson":
        effects = coefficient_ratios(fit_poisson(events, matrix, offset=offset), level=level)
    else:
        fit = fit_negative_binomial(events, matrix, offset=offset)
        effects = negative_binomial_ratios(fit, level=level)
    return {effect.name: effect for effect in effects}


ANALYSIS = Analysis(
    name="count_regression",
    title="rate ratios by negative binomial or Poisson regression",
    options=CountRegressionOptions,
    analyse=analyse,
    test_names=tuple(NAMES.values()),
    parameters=(PARAMETER,),
    types=ALL_TYPES,
)
