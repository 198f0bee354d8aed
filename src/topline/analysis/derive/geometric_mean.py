"""The geometric mean of a group with its interval."""

from collections.abc import Sequence

from topline.analysis.derive.derivation import Derivation, Found, Request, Task
from topline.analysis.derive.logarithms import back, estimate_back
from topline.analysis.derive.t_ranges import one_mean, widened
from topline.posted.summaries import PostedMean
from topline.stats.mean import arithmetic_mean


def derive(tasks: Sequence[Task[PostedMean]], request: Request) -> list[Found | str]:
    """Give each group's geometric mean, on the scale of the measurements."""
    return [_one(task, request) for task in tasks]


def _one(task: Task[PostedMean], request: Request) -> Found | str:
    (cell,) = task.cells
    deviation, summary = cell.standard_deviation, cell.summary
    if deviation is None or summary is None:
        return cell.why_none
    estimate = estimate_back(
        arithmetic_mean(summary, level=request.level),
        "geometric mean, t interval on the logarithms",
    )
    lower, upper = one_mean(cell, deviation).limits(request.level)
    return Found(
        estimate=estimate,
        estimate_possible=widened(back(cell.mean), estimate.value),
        lower_possible=widened(back(lower), estimate.lower),
        upper_possible=widened(back(upper), estimate.upper),
    )


DERIVATION = Derivation(
    name="geometric_mean",
    title="geometric mean",
    place=55,
    input="geometric means",
    groups=1,
    is_share=False,
    null_value=None,
    methods={"t": "t interval on the logarithms"},
    default="t",
    derive=derive,
)
