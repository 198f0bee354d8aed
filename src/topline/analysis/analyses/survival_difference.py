"""Difference of two groups' Kaplan–Meier survival at a time, in percentage points."""

import math
from typing import Annotated

from msgspec import Meta

from topline.analysis.analyses.analysis import ALL_SIDES, ALL_TYPES, Analysed, Analysis
from topline.analysis.analyses.comparison import (
    SidedOptions,
    compare_pairs,
    difference_direction,
    hypothesis_test,
)
from topline.analysis.analyses.event_times import CensorOption, survival_curve
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.analysis.analyses.two_by_two import in_percent
from topline.errors import DataError
from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Estimate, Sides, Test
from topline.stats.ranking import normal_probability
from topline.stats.survival import survival_at

NAME = "Z-test of survival at a time"


class SurvivalDifferenceOptions(SidedOptions, frozen=True, kw_only=True):
    """At which time; margins are in percentage points."""

    at: Annotated[float, Meta(ge=0, description="The time, in the unit of the analysis value.")]
    censor: CensorOption = "CNSR"


def analyse(measured: MeasuredClass, options: SurvivalDifferenceOptions) -> list[Analysed]:
    """Compare each group with the reference."""
    return compare_pairs(measured, options, _compare)


def _compare(
    measured: MeasuredClass, first: str, second: str, options: SurvivalDifferenceOptions
) -> Analysed:
    value, error = 0.0, 0.0
    for key, sign in ((first, 1), (second, -1)):
        curve = survival_curve(measured, key, options.censor)
        at = survival_at(curve, options.at, transform="plain")
        if at.value is None or at.standard_error is None:
            raise DataError(
                f"survival of {measured.titles[key]} at {options.at:g}: "
                f"{at.reason('value') or at.reason('standard_error')}"
            )
        value += sign * at.value
        error = math.hypot(error, at.standard_error)
    if error == 0:
        raise DataError(f"survival at {options.at:g} has no variance in either group")
    half = normal_multiplier(options.two_sided_level) * error
    estimate = Estimate(
        value=value,
        lower=value - half,
        upper=value + half,
        level=options.two_sided_level,
        standard_error=error,
        method=f"difference of Kaplan–Meier survival at {options.at:g} with Greenwood's variances",
    )

    def against(null_value: float, sides: Sides) -> Test:
        statistic = (value - null_value / 100) / error
        return Test(
            statistic=statistic,
            p_value=normal_probability(statistic, sides),
            sides=sides,
            null_value=null_value,
            method="z test of the difference in survival",
        )

    return Analysed(
        groups=(first, second),
        test=hypothesis_test(options, against, 0.0),
        estimate=in_percent(estimate),
        test_name=NAME,
        parameter="Difference in Kaplan-Meier survival",
        estimate_comment=f"{difference_direction(measured, first, second)} In percentage points at "
        f"{options.at:g}.",
        standard_error=True,
        decimals=1,
    )


ANALYSIS = Analysis(
    name="survival_difference",
    title="difference of Kaplan–Meier survival at a time",
    options=SurvivalDifferenceOptions,
    analyse=analyse,
    test_names=(NAME,),
    parameters=("Difference in Kaplan-Meier survival",),
    types=ALL_TYPES,
    sides=ALL_SIDES,
    dispersion=True,
)
