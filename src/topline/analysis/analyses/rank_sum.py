"""Wilcoxon's rank-sum test with the Hodges–Lehmann difference; over strata van Elteren's test."""

from functools import partial
from typing import Annotated, Literal

import numpy as np
import polars as pl
from msgspec import Meta

from topline.analysis.analyses.analysis import ALL_SIDES, ALL_TYPES, Analysed, Analysis
from topline.analysis.analyses.comparison import (
    SidedOptions,
    compare_pairs,
    difference_direction,
    hypothesis_test,
)
from topline.analysis.analyses.measured_class import GROUP, MeasuredClass
from topline.errors import DataError, UsageError
from topline.stats.estimate import Floats, Sides, Test
from topline.stats.rank_sum import hodges_lehmann, rank_sum_test
from topline.stats.stratified_ranks import stratified_rank_test
from topline.trial.specification import Variable

WILCOXON, VAN_ELTEREN = "Wilcoxon (Mann-Whitney)", "Van Elteren test"
Form = Literal["exact", "normal", "normal_corrected"]


class RankSumOptions(SidedOptions, frozen=True, kw_only=True):
    """The form of the test, and strata."""

    form: Annotated[
        Form | None,
        Meta(
            description="exact also with ties; default: exact where both groups have fewer than 50 "
            "values, else normal_corrected, as R."
        ),
    ] = None
    strata: Annotated[
        tuple[Variable, ...],
        Meta(description="Variables that make strata; the test is then van Elteren's."),
    ] = ()


def analyse(measured: MeasuredClass, options: RankSumOptions) -> list[Analysed]:
    """Compare each group with the reference."""
    if options.strata and options.margin_values:
        raise UsageError("a margin with strata", accepted="a margin without strata")
    return compare_pairs(measured, options, _compare)


def _compare(measured: MeasuredClass, first: str, second: str, options: RankSumOptions) -> Analysed:
    one, other = measured.samples[first].numbers(), measured.samples[second].numbers()
    for key, values in ((first, one), (second, other)):
        if not values.size:
            raise DataError(f"no participant of {measured.titles[key]} was analyzed")
    comment = None
    if options.strata:
        test, comment = _stratified(measured, first, second, options)
    else:
        test = hypothesis_test(options, partial(_test, one, other, options.form), 0.0)
    return Analysed(
        groups=(first, second),
        test=test,
        estimate=hodges_lehmann(one, other, level=options.two_sided_level, interval=options.form),
        test_name=VAN_ELTEREN if options.strata else WILCOXON,
        parameter="Median Difference (Final Values)",
        comment=comment or f"{test.method}.",
        estimate_comment=f"{difference_direction(measured, first, second)} Hodges–Lehmann: the median "
        "of all differences between a value of the one and one of the other group"
        + (", regardless of strata." if options.strata else "."),
    )


def _test(one: Floats, other: Floats, form: Form | None, null_value: float, sides: Sides) -> Test:
    return rank_sum_test(one, other, shift=null_value, method=form, sides=sides)


def _stratified(
    measured: MeasuredClass, first: str, second: str, options: RankSumOptions
) -> tuple[Test, str]:
    names = [name.upper() for name in options.strata]
    frame = measured.rows([first, second])
    known = frame.drop_nulls(names)
    variable = measured.samples[first].variable.upper()
    # Groups are told apart in the order of their labels.
    labels = np.where((known[GROUP] == first).to_numpy(), "1", "2")
    test = stratified_rank_test(
        known[variable].cast(pl.Float64).to_numpy(),
        labels.tolist(),
        [" / ".join(map(str, row)) for row in known.select(names).iter_rows()],
        sides=options.sides,
    )
    left_out = frame.height - known.height
    words = f"Stratified by {', '.join(names)}: {test.method}."
    if left_out:
        words += f" {left_out} participants without a stratum are left out."
    return test, words


ANALYSIS = Analysis(
    name="rank_sum",
    title="Wilcoxon's rank-sum test with the Hodges–Lehmann difference; over strata van Elteren's",
    options=RankSumOptions,
    analyse=analyse,
    test_names=(WILCOXON, VAN_ELTEREN),
    parameters=("Median Difference (Final Values)",),
    types=ALL_TYPES,
    sides=ALL_SIDES,
)
