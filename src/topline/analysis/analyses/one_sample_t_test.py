"""One-sample t-test: whether the mean of a group differs from a fixed value."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

from topline.analysis.analyses.analysis import Analysed, Analysis, AnalysisOptions, t_test_name
from topline.analysis.summaries.summary import Level, Sample
from topline.stats.mean import arithmetic_mean, one_sample_t_test, summarize


class OneSampleOptions(AnalysisOptions, frozen=True, kw_only=True):
    """The value tested against, and the sides."""

    null_value: Annotated[float, Meta(description="The mean under the null hypothesis.")]
    sides: Annotated[
        Literal["two-sided", "greater", "less"], Meta(description="The alternative.")
    ] = "two-sided"
    level: Level = 95


def analyse(samples: Sequence[Sample], options: OneSampleOptions) -> list[Analysed]:
    """Test each group by itself; a group without a value has nothing to test."""
    return [_one(sample, options) for sample in samples if sample.participants]


def _one(sample: Sample, options: OneSampleOptions) -> Analysed:
    summary = summarize(sample.numbers())
    return Analysed(
        groups=(sample.column,),
        test=one_sample_t_test(summary, null_value=options.null_value, sides=options.sides),
        estimate=arithmetic_mean(summary, level=options.level / 100),
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
)
