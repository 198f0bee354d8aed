"""Ratio of two groups' geometric means, from a t-test of the logarithms; with margins, bioequivalence."""

from functools import partial
from typing import Annotated, Literal

from msgspec import Meta

from topline.analysis.analyses.analysis import (
    ALL_SIDES,
    ALL_TYPES,
    T_TEST_NAMES,
    Analysed,
    Analysis,
    t_test_name,
)
from topline.analysis.analyses.comparison import (
    SidedOptions,
    compare_pairs,
    hypothesis_test,
    ratio_direction,
)
from topline.analysis.analyses.logarithms import hypothesis_test_on_scale
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.stats.estimate import Sides, Test
from topline.stats.mean import MeanSummary, summarize_logarithms
from topline.stats.two_means import Variances, geometric_mean_ratio, two_sample_t_test

PARAMETER = "Geometric mean ratio"


class GeometricRatioOptions(SidedOptions, frozen=True, kw_only=True):
    """How the variances of the logarithms are taken."""

    variances: Annotated[
        Literal["equal", "unequal"],
        Meta(description="The pooled variance of the logarithms, or Welch's."),
    ] = "equal"


def analyse(measured: MeasuredClass, options: GeometricRatioOptions) -> list[Analysed]:
    """Compare each group with the reference."""
    return compare_pairs(measured, options, _compare)


def _compare(
    measured: MeasuredClass, first: str, second: str, options: GeometricRatioOptions
) -> Analysed:
    one, other = (summarize_logarithms(measured.samples[key].numbers()) for key in (first, second))
    test = hypothesis_test(options, partial(_test, one, other, options.variances), 1.0)
    return Analysed(
        groups=(first, second),
        test=test,
        estimate=geometric_mean_ratio(
            one, other, variances=options.variances, level=options.two_sided_level
        ),
        test_name=t_test_name(test.sides),
        parameter=PARAMETER,
        comment="t-test of natural logarithms.",
        estimate_comment=ratio_direction(measured, first, second),
        decimals=3,
    )


def _test(
    one: MeanSummary, other: MeanSummary, variances: Variances, null_value: float, sides: Sides
) -> Test:
    return hypothesis_test_on_scale(
        lambda null: two_sample_t_test(
            one, other, variances=variances, null_value=null, sides=sides
        ),
        null_value,
        log=True,
    )


ANALYSIS = Analysis(
    name="geometric_mean_ratio",
    title="ratio of two groups' geometric means",
    options=GeometricRatioOptions,
    analyse=analyse,
    test_names=T_TEST_NAMES,
    parameters=(PARAMETER,),
    types=ALL_TYPES,
    sides=ALL_SIDES,
)
