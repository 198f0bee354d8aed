"""Two-sample t-test: the difference of two groups' means, with Welch's or a pooled variance."""

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
    difference_direction,
    hypothesis_test,
)
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.stats.estimate import Sides, Test
from topline.stats.mean import MeanSummary, summarize
from topline.stats.two_means import Variances, mean_difference, two_sample_t_test


class TwoSampleOptions(SidedOptions, frozen=True, kw_only=True):
    """How the variances of the groups are taken."""

    variances: Annotated[
        Literal["unequal", "equal"],
        Meta(description="Welch's test, or the pooled variance of Student's."),
    ] = "unequal"


def analyse(measured: MeasuredClass, options: TwoSampleOptions) -> list[Analysed]:
    """Compare each group with the reference."""
    return compare_pairs(measured, options, _compare)


def _compare(
    measured: MeasuredClass, first: str, second: str, options: TwoSampleOptions
) -> Analysed:
    one, other = (summarize(measured.samples[key].numbers()) for key in (first, second))
    test = hypothesis_test(options, partial(_test, one, other, options.variances), null_value=0.0)
    direction = difference_direction(measured, first, second)
    return Analysed(
        groups=(first, second),
        test=test,
        estimate=mean_difference(
            one, other, variances=options.variances, level=options.two_sided_level
        ),
        test_name=t_test_name(test.sides),
        parameter="Mean Difference (Final Values)",
        comment="Welch's t-test." if options.variances == "unequal" else "Pooled-variance t-test.",
        estimate_comment=direction,
        standard_error=True,
    )


def _test(
    one: MeanSummary, other: MeanSummary, variances: Variances, null_value: float, sides: Sides
) -> Test:
    return two_sample_t_test(one, other, variances=variances, null_value=null_value, sides=sides)


ANALYSIS = Analysis(
    name="two_sample_t_test",
    title="difference of two groups' means with a t-test",
    options=TwoSampleOptions,
    analyse=analyse,
    test_names=T_TEST_NAMES,
    parameters=("Mean Difference (Final Values)",),
    types=ALL_TYPES,
    sides=ALL_SIDES,
    dispersion=True,
)
