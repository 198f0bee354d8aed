"""Crossover: interventions compared within participants by a mixed model of sequence, period and intervention."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
import polars as pl
from msgspec import Meta

from topline.analysis.analyses.analysis import ALL_SIDES, ALL_TYPES, Analysed, Analysis
from topline.analysis.analyses.comparison import (
    SidedOptions,
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
from topline.analysis.analyses.measured_class import GROUP, MeasuredClass
from topline.analysis.analyses.model_variables import FittedToOption, modelled
from topline.analysis.cohort import INDEX
from topline.errors import DataError
from topline.stats.degrees_of_freedom import Inference, Method, mixed_model_inference
from topline.stats.estimate import Sides, Test
from topline.stats.mixed_model import fit_mixed_model
from topline.stats.mixed_model_means import mixed_model_difference
from topline.stats.model_matrix import model_matrix, variables
from topline.trial.specification import Variable

NAME = "Mixed Models Analysis"
DIFFERENCE, RATIO = "Mean Difference (Final Values)", "Geometric mean ratio"


class CrossoverOptions(SidedOptions, frozen=True, kw_only=True):
    """Sequence, period, scale; for bioequivalence scale log, level 90 and margin [0.8, 1.25]."""

    period: Annotated[Variable, Meta(description="The period of a measurement.")] = "APERIOD"
    sequence: Annotated[
        Variable, Meta(description="The sequence of interventions of the participant.")
    ] = "TRTSEQP"
    scale: ScaleOption = "natural"
    fitted_to: FittedToOption = "all"
    degrees_of_freedom: Annotated[
        Method, Meta(description="satterthwaite, kenward-roger or a variant of it.")
    ] = "satterthwaite"


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A model that settled, with what to say of it."""

    inference: Inference
    words: str


def analyse(measured: MeasuredClass, options: CrossoverOptions) -> list[Analysed]:
    """Fit one model to all interventions, and compare each with the reference."""
    compared = pairs(measured, options)
    return attempt_all(compared, lambda: _compare(measured, compared, options))


def _compare(
    measured: MeasuredClass, compared: list[tuple[str, str]], options: CrossoverOptions
) -> list[Analysed]:
    keys = modelled(measured, compared, options.fitted_to)
    for key in keys:
        if not measured.samples[key].numbers().size:
            raise DataError(f"no participant of {measured.titles[key]} was analyzed")
    variable = measured.variable
    fitted = _fit(measured.rows(keys), variable, keys, options)
    return [_one(measured, fitted, pair, options) for pair in compared]


def _fit(frame: pl.DataFrame, variable: str, keys: list[str], options: CrossoverOptions) -> _Fitted:
    period, sequence = options.period.upper(), options.sequence.upper()
    known = frame.drop_nulls([period, sequence])
    periods = known[period].cast(pl.String).to_list()
    factors = {
        "group": known[GROUP].to_list(),
        "period": periods,
        "sequence": known[sequence].cast(pl.String).to_list(),
    }
    matrix = model_matrix(
        variables(factors=factors, levels={"group": keys}), [(name,) for name in factors]
    )
    fit = fit_mixed_model(
        on_scale(np.asarray(known[variable].cast(pl.Float64).to_numpy()), options.scale),
        matrix,
        subject=known[INDEX].to_list(),
        visit=periods,
        # A random participant: every two periods are equally correlated.
        covariance="compound-symmetry",
    )
    if not fit.converged:
        raise DataError(f"the model did not settle: {'; '.join(fit.notes)}")
    inference = mixed_model_inference(fit, method=options.degrees_of_freedom)
    left_out = frame.height - known.height
    words = (
        f"Mixed model of sequence, period and intervention with a random participant; {fit.number} "
        f"measurements of {fit.participants} participants."
    )
    if left_out:
        words += f" {left_out} measurements without period or sequence are left out."
    return _Fitted(inference, f"{words} {_carry_over(inference)}".strip())


def _carry_over(inference: Inference) -> str:
    """Test the sequences, which in a trial of two periods differ where an intervention carries over."""
    levels = inference.fit.matrix.variables.factors["sequence"].levels
    if len(levels) != 2:
        return ""
    found = mixed_model_difference(inference, {"sequence": levels[1]}, {"sequence": levels[0]})
    if found.test.p_value is None:
        return ""
    return f"Sequence effect, which would show a carry-over: p = {found.test.p_value:.4f}."


def _one(
    measured: MeasuredClass, fitted: _Fitted, pair: tuple[str, str], options: CrossoverOptions
) -> Analysed:
    log = options.scale == "log"
    difference = mixed_model_difference(
        fitted.inference,
        {"group": pair[0]},
        {"group": pair[1]},
        level=options.two_sided_level,
    ).estimate
    direction = (ratio_direction if log else difference_direction)(measured, *pair)
    return Analysed(
        groups=pair,
        test=hypothesis_test(
            options, partial(_test, fitted.inference, pair, log), 1.0 if log else 0.0
        ),
        estimate=as_ratio(difference) if log else difference,
        test_name=NAME,
        parameter=RATIO if log else DIFFERENCE,
        comment=fitted.words,
        estimate_comment=f"{direction} Within participants.",
        standard_error=not log,
        decimals=3 if log else None,
    )


def _test(
    inference: Inference, pair: tuple[str, str], log: bool, null_value: float, sides: Sides
) -> Test:
    def against(null: float) -> Test:
        return mixed_model_difference(
            inference, {"group": pair[0]}, {"group": pair[1]}, null_value=null, sides=sides
        ).test

    return hypothesis_test_on_scale(against, null_value, log=log)


ANALYSIS = Analysis(
    name="crossover",
    title="interventions compared within participants of a crossover",
    options=CrossoverOptions,
    analyse=analyse,
    test_names=(NAME,),
    parameters=(DIFFERENCE, RATIO),
    types=ALL_TYPES,
    sides=ALL_SIDES,
    dispersion=True,
)
