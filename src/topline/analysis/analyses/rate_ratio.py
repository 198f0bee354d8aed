"""Ratio or difference of two event rates per person-time, with exact or score limits and test."""

from functools import partial
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta

from topline.analysis.analyses.analysis import ALL_SIDES, ALL_TYPES, Analysed, Analysis
from topline.analysis.analyses.comparison import (
    SidedOptions,
    compare_pairs,
    difference_direction,
    hypothesis_test,
    ratio_direction,
)
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.errors import DataError, UsageError
from topline.stats.estimate import Estimate, Sides, Test
from topline.stats.rate_comparison import (
    DIFFERENCE_INTERVALS,
    RATIO_INTERVALS,
    rate_difference,
    rate_difference_test,
    rate_ratio,
    rate_ratio_test,
)
from topline.trial.specification import Variable

NAMES = {
    "exact": "Exact conditional test of a rate ratio",
    "mid_p": "Mid-p conditional test of a rate ratio",
    "score": "Score test of a rate ratio",
}
DIFFERENCE_NAME = "Score test of a rate difference"
RATIO, DIFFERENCE = "Rate ratio", "Rate difference"


class RateRatioOptions(SidedOptions, frozen=True, kw_only=True):
    """Person-time, and which contrast, limits and test."""

    exposure: Annotated[Variable, Meta(description="Person-time of a participant.")]
    contrast: Annotated[
        Literal["ratio", "difference"], Meta(description="Ratio or difference of the rates.")
    ] = "ratio"
    per: Annotated[
        float, Meta(gt=0, description="For a difference: the person-time the rates are given for.")
    ] = 1
    limits: Annotated[
        Literal[
            "exact",
            "mid_p",
            "score",
            "jeffreys",
            "wald_log",
            "wald",
            "mover_jeffreys",
            "mover_score",
        ]
        | None,
        Meta(
            description="The interval; default: exact for a ratio (or mid_p, score, jeffreys, wald_log), "
            "score for a difference (or wald, mover_jeffreys, mover_score)."
        ),
    ] = None
    test: Annotated[
        Literal["exact", "mid_p", "score"], Meta(description="The test of a ratio.")
    ] = "exact"


Counted = tuple[float, float, float, float]


def analyse(measured: MeasuredClass, options: RateRatioOptions) -> list[Analysed]:
    """Compare each group with the reference."""
    available = RATIO_INTERVALS if options.contrast == "ratio" else DIFFERENCE_INTERVALS
    if options.limits is not None and options.limits not in available:
        raise UsageError(
            f"limits: {options.limits} of a {options.contrast}", accepted=", ".join(available)
        )
    return compare_pairs(measured, options, _compare)


def _compare(
    measured: MeasuredClass, first: str, second: str, options: RateRatioOptions
) -> Analysed:
    counted: Counted = (
        *_total(measured, first, options.exposure),
        *_total(measured, second, options.exposure),
    )
    ratio = options.contrast == "ratio"
    test = (
        hypothesis_test(options, partial(_ratio_test, counted, options.test), 1.0)
        if ratio
        else hypothesis_test(options, partial(_difference_test, counted, options.per), 0.0)
    )
    direction = (ratio_direction if ratio else difference_direction)(measured, first, second)
    return Analysed(
        groups=(first, second),
        test=test,
        estimate=_estimate(counted, options),
        test_name=NAMES[options.test] if ratio else DIFFERENCE_NAME,
        parameter=RATIO if ratio else DIFFERENCE,
        comment=f"{counted[0]:g} events in {counted[1]:g} of person-time and {counted[2]:g} in "
        f"{counted[3]:g}.",
        estimate_comment=direction if ratio else f"{direction} Per {options.per:g} of person-time.",
        decimals=2,
    )


def _total(measured: MeasuredClass, key: str, exposure: str) -> tuple[float, float]:
    sample = measured.samples[key]
    events, time = sample.numbers(), sample.numbers(exposure)
    if not events.size:
        raise DataError(f"no participant of {measured.titles[key]} was analyzed")
    if np.isnan(time).any():
        raise DataError(
            f"{exposure.upper()} is missing for {int(np.isnan(time).sum())} participants with events "
            "counted",
            accepted="person-time for every participant counted",
        )
    return float(events.sum()), float(time.sum())


def _estimate(counted: Counted, options: RateRatioOptions) -> Estimate:
    level = options.two_sided_level
    if options.contrast == "ratio":
        return rate_ratio(*counted, level=level, interval=options.limits or "exact")
    return rate_difference(
        *_scaled(counted, options.per), level=level, interval=options.limits or "score"
    )


def _scaled(counted: Counted, per: float) -> Counted:
    events, time, control_events, control_time = counted
    return events, time / per, control_events, control_time / per


def _ratio_test(counted: Counted, test: str, null_value: float, sides: Sides) -> Test:
    return rate_ratio_test(*counted, null_value=null_value, test=test, sides=sides)


def _difference_test(counted: Counted, per: float, null_value: float, sides: Sides) -> Test:
    return rate_difference_test(*_scaled(counted, per), null_value=null_value, sides=sides)


ANALYSIS = Analysis(
    name="rate_ratio",
    title="ratio or difference of two event rates",
    options=RateRatioOptions,
    analyse=analyse,
    test_names=(*NAMES.values(), DIFFERENCE_NAME),
    parameters=(RATIO, DIFFERENCE),
    types=ALL_TYPES,
    sides=ALL_SIDES,
)
