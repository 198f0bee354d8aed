"""The mean of a group with its interval, and its test against the value that means no change."""

from collections.abc import Sequence
from dataclasses import replace

from topline.analysis.derive.derivation import Derivation, Found, Request, Task
from topline.analysis.derive.t_ranges import one_mean, widened
from topline.posted.summaries import PostedMean
from topline.stats.mean import arithmetic_mean, one_sample_t_test


def derive(tasks: Sequence[Task[PostedMean]], request: Request) -> list[Found | str]:
    """Give each group's mean; a test only where the measure is a change or a ratio."""
    return [_one(task, request) for task in tasks]


def _one(task: Task[PostedMean], request: Request) -> Found | str:
    (cell,) = task.cells
    deviation, summary = cell.standard_deviation, cell.summary
    if deviation is None or summary is None:
        return cell.why_none
    estimate = arithmetic_mean(summary, level=request.level)
    ranges = one_mean(cell, deviation)
    lower, upper = ranges.limits(request.level)
    found = Found(
        estimate=estimate,
        estimate_possible=cell.mean,
        lower_possible=widened(lower, estimate.lower),
        upper_possible=widened(upper, estimate.upper),
    )
    if task.null_value is None:
        return found
    test = one_sample_t_test(summary, null_value=task.null_value)
    return replace(
        found,
        test=test,
        p_value_possible=widened(ranges.p_value(task.null_value), test.p_value),
    )


DERIVATION = Derivation(
    name="mean",
    title="mean",
    place=50,
    input="means",
    groups=1,
    is_share=False,
    null_value=None,
    methods={"t": "t interval; t-test where the measure is a change or a ratio"},
    default="t",
    derive=derive,
)
