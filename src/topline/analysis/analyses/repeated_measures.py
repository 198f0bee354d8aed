"""Mixed model for repeated measures (MMRM): differences between groups at a visit, from all visits."""

from typing import Annotated

import polars as pl
from msgspec import Meta

from topline.analysis.analyses.analysis import ALL_SIDES, ALL_TYPES, Analysed, Analysis
from topline.analysis.analyses.comparison import (
    SidedOptions,
    attempt_all,
    difference_direction,
    hypothesis_test,
    pairs,
)
from topline.analysis.analyses.measured_class import GROUP, MeasuredClass
from topline.analysis.analyses.model_variables import FittedToOption, modelled
from topline.analysis.repeated_measures import (
    AVERAGE,
    AtOption,
    FittedVisits,
    RepeatedModel,
    fit_visits,
    placed,
    visit_of,
)
from topline.stats.effect import Effect
from topline.stats.estimate import Sides, Test
from topline.stats.mixed_model_means import mixed_model_difference

PARAMETER = "LS Mean Difference"
NAME = "Mixed Models Analysis"


class RepeatedMeasuresOptions(SidedOptions, frozen=True, kw_only=True):
    """The model, and at which visit groups are compared."""

    model: Annotated[
        RepeatedModel, Meta(description="The model, the same as of repeated_measures_mean.")
    ] = RepeatedModel()
    fitted_to: FittedToOption = "all"
    at: AtOption = None


def analyse(measured: MeasuredClass, options: RepeatedMeasuresOptions) -> list[Analysed]:
    """Fit one model to all groups and visits, and compare each group with the reference."""
    compared = pairs(measured, options)
    return attempt_all(compared, lambda: _compare(measured, compared, options))


def _compare(
    measured: MeasuredClass, compared: list[tuple[str, str]], options: RepeatedMeasuresOptions
) -> list[Analysed]:
    keys = modelled(measured, compared, options.fitted_to)
    samples = (
        measured.every_class
        if options.model.rows is None
        else measured.selected(options.model.rows)
    )
    frame = pl.concat(
        [samples[key].analysed().with_columns(pl.lit(key).alias(GROUP)) for key in keys]
    )
    fitted = fit_visits(frame, samples[keys[0]].variable.upper(), options.model)
    at = options.at or visit_of(measured.rows(keys), options.model.visit)
    return [_one(measured, fitted, pair, at, options) for pair in compared]


def _one(
    measured: MeasuredClass,
    fitted: FittedVisits,
    pair: tuple[str, str],
    at: str,
    options: RepeatedMeasuresOptions,
) -> Analysed:
    def effect(null_value: float, sides: Sides) -> Effect:
        return mixed_model_difference(
            fitted.inference,
            placed(pair[0], at),
            placed(pair[1], at),
            level=options.two_sided_level,
            margins=fitted.margins,
            null_value=null_value,
            sides=sides,
        )

    def test(null_value: float, sides: Sides) -> Test:
        return effect(null_value, sides).test

    where = "Averaged over visits" if at == AVERAGE else f"At {options.model.visit.upper()} {at}"
    return Analysed(
        groups=pair,
        test=hypothesis_test(options, test, 0.0),
        estimate=effect(0.0, "two-sided").estimate,
        test_name=NAME,
        parameter=PARAMETER,
        comment=fitted.words,
        estimate_comment=f"{difference_direction(measured, *pair)} {where}.",
        standard_error=True,
        basis="every_class",
        condition=options.model.rows,
    )


ANALYSIS = Analysis(
    name="repeated_measures",
    title="difference at a visit by a mixed model for repeated measures (MMRM)",
    options=RepeatedMeasuresOptions,
    analyse=analyse,
    test_names=(NAME,),
    parameters=(PARAMETER,),
    types=ALL_TYPES,
    sides=ALL_SIDES,
    dispersion=True,
)
