"""Wilcoxon's signed-rank test, or the sign test: whether the values of a group differ from a fixed value."""

from functools import partial
from typing import Annotated, Literal

from msgspec import Meta

from topline.analysis.analyses.analysis import ALL_SIDES, Analysed, Analysis, AnalysisOptions
from topline.analysis.analyses.comparison import attempt
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.analysis.summaries.summary import Sample
from topline.stats.median import median, sign_test
from topline.stats.signed_rank import pseudomedian, signed_rank_test

SIGNED_RANK, SIGN = "Wilcoxon signed-rank test", "Sign Test"
PSEUDOMEDIAN, MEDIAN = "Pseudomedian (Hodges-Lehmann)", "Median"


class SignedRankOptions(AnalysisOptions, frozen=True, kw_only=True):
    """The value tested against, and which test."""

    null_value: Annotated[
        float, Meta(description="The median under the null hypothesis; 0 for a change.")
    ] = 0
    test: Annotated[
        Literal["signed_rank", "sign"], Meta(description="Signed ranks, or signs alone.")
    ] = "signed_rank"
    sides: Annotated[
        Literal["two-sided", "greater", "less"], Meta(description="The alternative.")
    ] = "two-sided"


def analyse(measured: MeasuredClass, options: SignedRankOptions) -> list[Analysed]:
    """Test each group by itself."""
    return [
        attempt((sample.column,), partial(_one, sample, options))
        for sample in measured.own
        if sample.participants
    ]


def _one(sample: Sample, options: SignedRankOptions) -> Analysed:
    values, level = sample.numbers(), options.two_sided_level
    if options.test == "sign":
        test = sign_test(values, null_value=options.null_value, sides=options.sides)
        estimate, name, parameter = median(values, level=level).estimate, SIGN, MEDIAN
    else:
        test = signed_rank_test(values, null_value=options.null_value, sides=options.sides)
        estimate, name, parameter = pseudomedian(values, level=level), SIGNED_RANK, PSEUDOMEDIAN
    return Analysed(
        groups=(sample.column,),
        test=test,
        estimate=estimate,
        test_name=name,
        parameter=parameter,
        comment=f"{test.method} against {options.null_value:g}.",
        estimate_comment=f"{estimate.method}.",
    )


ANALYSIS = Analysis(
    name="signed_rank",
    title="Wilcoxon's signed-rank test or the sign test of a group against a fixed value",
    options=SignedRankOptions,
    analyse=analyse,
    test_names=(SIGNED_RANK, SIGN),
    parameters=(PSEUDOMEDIAN, MEDIAN),
    sides=ALL_SIDES,
)
