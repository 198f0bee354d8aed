"""Difference of two groups' restricted mean survival times."""

from typing import Annotated

from msgspec import Meta

from topline.analysis.analyses.analysis import ALL_TYPES, Analysed, Analysis
from topline.analysis.analyses.comparison import (
    ComparisonOptions,
    compare_pairs,
    difference_direction,
)
from topline.analysis.analyses.event_times import CensorOption, survival_curve
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.stats.restricted_mean import restricted_mean_difference

NAME = "Z-test of restricted mean survival time"
PARAMETER = "Restricted mean survival time difference"


class RestrictedMeanOptions(ComparisonOptions, frozen=True, kw_only=True):
    """Up to which time."""

    horizon: Annotated[float, Meta(gt=0, description="The time up to which survival is averaged.")]
    censor: CensorOption = "CNSR"


def analyse(measured: MeasuredClass, options: RestrictedMeanOptions) -> list[Analysed]:
    """Compare each group with the reference."""
    return compare_pairs(measured, options, _compare)


def _compare(
    measured: MeasuredClass, first: str, second: str, options: RestrictedMeanOptions
) -> Analysed:
    own, other = (survival_curve(measured, key, options.censor) for key in (first, second))
    estimate, test = restricted_mean_difference(
        own, other, options.horizon, level=options.two_sided_level
    )
    return Analysed(
        groups=(first, second),
        test=None if options.margin_values else test,
        estimate=estimate,
        test_name=None if options.margin_values else NAME,
        parameter=PARAMETER,
        estimate_comment=f"{difference_direction(measured, first, second)} Up to {options.horizon:g}.",
        standard_error=True,
    )


ANALYSIS = Analysis(
    name="restricted_mean_difference",
    title="difference of restricted mean survival times",
    options=RestrictedMeanOptions,
    analyse=analyse,
    test_names=(NAME,),
    parameters=(PARAMETER,),
    types=ALL_TYPES,
    dispersion=True,
)
