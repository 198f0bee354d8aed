"""Paired t-test: whether the values of a group changed from one measurement to another."""

from functools import partial
from typing import Annotated, Literal

import numpy as np
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
from topline.errors import DataError
from topline.stats.mean import arithmetic_mean, paired_t_test, summarize_pairs
from topline.trial.specification import Variable


class PairedOptions(AnalysisOptions, frozen=True, kw_only=True):
    """The variable compared with, and the sides."""

    compared_with: Annotated[
        Variable, Meta(description="The other measurement of the same participant.")
    ] = "BASE"
    null_value: Annotated[
        float, Meta(description="The mean difference under the null hypothesis.")
    ] = 0
    sides: Annotated[
        Literal["two-sided", "greater", "less"], Meta(description="The alternative.")
    ] = "two-sided"


def analyse(measured: MeasuredClass, options: PairedOptions) -> list[Analysed]:
    """Test each group by itself; participants without both values are left out, and counted."""
    return [
        attempt((sample.column,), partial(_one, sample, options))
        for sample in measured.own
        if sample.participants
    ]


def _one(sample: Sample, options: PairedOptions) -> Analysed:
    after, before = sample.numbers(), sample.numbers(options.compared_with)
    both = ~np.isnan(before)
    if not both.any():
        raise DataError(f"no participant has both {sample.variable} and {options.compared_with}")
    after, before = after[both], before[both]
    left_out = int((~both).sum())
    words = f"{sample.variable.upper()} minus {options.compared_with.upper()}"
    return Analysed(
        groups=(sample.column,),
        test=paired_t_test(after, before, null_value=options.null_value, sides=options.sides),
        estimate=arithmetic_mean(summarize_pairs(after, before), level=options.two_sided_level),
        test_name=t_test_name(options.sides),
        parameter="Mean Difference (Net)",
        comment=f"Paired t-test of {words} against {options.null_value:g} in {after.size} pairs"
        + (f"; {left_out} participants without both values are left out." if left_out else "."),
        estimate_comment=f"Mean of {words} with its t interval.",
    )


ANALYSIS = Analysis(
    name="paired_t_test",
    title="paired t-test of two measurements of the same participants",
    options=PairedOptions,
    analyse=analyse,
    test_names=T_TEST_NAMES,
    parameters=("Mean Difference (Net)",),
    sides=ALL_SIDES,
)
