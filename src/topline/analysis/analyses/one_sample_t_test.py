"""One-sample t-test: whether the mean of a group differs from a fixed value."""

from functools import partial
from typing import Annotated, Literal

from msgspec import Meta

from topline.analysis.analyses.analysis import (
    ALL_SIDES,
    T_TEST_NAMES,
    Analysed,
    Analysis,
    AnalysisOptions,
    t_test_name,
)
from topline.analysis.analyses.comparison import attempt
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.analysis.summaries.summary import Sample
from topline.stats.mean import arithmetic_mean, one_sample_t_test, summarize


class OneSampleOptions(AnalysisOptions, frozen=True, kw_only=True):
    """The value tested against, and the sides."""

    null_value: Annotated[float, Meta(description="The mean under the null hypothesis.")]
    sides: Annotated[
        Literal["two-sided", "greater", "less"], Meta(description="The alternative.")
    ] = "two-sided"


def analyse(measured: MeasuredClass, options: OneSampleOptions) -> list[Analysed]:
    """Test each group by itself; a group without a value has nothing to test."""
    return [
        attempt((sample.column,), partial(_one, sample, options))
        for sample in measured.own
        if sample.participants
    ]


def _one(sample: Sample, options: OneSampleOptions) -> Analysed:
    summary = summarize(sample.numbers())
    return Analysed(
        groups=(sample.column,),
        test=one_sample_t_test(summary, null_value=options.null_value, sides=options.sides),
        estimate=arithmetic_mean(summary, level=options.two_sided_level),
        test_name=t_test_name(options.sides),
        parameter="Mean",
        comment=f"One-sample t-test of the mean against {options.null_value:g}.",
        estimate_comment="Mean of the group with its t interval.",
    )


ANALYSIS = Analysis(
    name="one_sample_t_test",
    title="one-sample t-test of a mean against a fixed value",
    options=OneSampleOptions,
    analyse=analyse,
    test_names=T_TEST_NAMES,
    parameters=("Mean",),
    sides=ALL_SIDES,
)
