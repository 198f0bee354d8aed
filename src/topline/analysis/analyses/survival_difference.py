"""Difference of two groups' Kaplan–Meier survival at a time, in percentage points."""

from dataclasses import replace
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
from topline.stats.estimate import Sides, Test
from topline.stats.survival import survival_at
from topline.stats.survival_difference import survival_difference, survival_difference_test

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
    own, other = (survival_curve(measured, key, options.censor) for key in (first, second))
    for key, curve in ((first, own), (second, other)):
        at = survival_at(curve, options.at, transform="plain")
        reason = at.reason("value") or at.reason("standard_error")
        if reason:
            raise DataError(f"survival of {measured.titles[key]} at {options.at:g}: {reason}")
    estimate = survival_difference(own, other, options.at, level=options.two_sided_level)
    if estimate.lower is None:
        raise DataError(f"survival at {options.at:g} has no variance in either group")

    def against(null_value: float, sides: Sides) -> Test:
        found = survival_difference_test(
            own, other, options.at, null_value=null_value / 100, sides=sides
        )
        return replace(found, null_value=null_value)

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
