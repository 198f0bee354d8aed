"""The ratio of two groups' geometric means, first over second, with its interval and test."""

from collections.abc import Sequence
from dataclasses import replace

from topline.analysis.derive.derivation import Derivation, Found, Request, Task
from topline.analysis.derive.logarithms import back, estimate_back
from topline.analysis.derive.mean_difference import METHODS, contrast, difference_alone
from topline.analysis.derive.t_ranges import difference, widened
from topline.posted.summaries import MODELLED_KINDS, PostedMean
from topline.stats.two_means import geometric_mean_ratio


def derive(tasks: Sequence[Task[PostedMean]], request: Request) -> list[Found | str]:
    """Give each ratio, on the natural scale."""
    return [_one(task, request) for task in tasks]


def _one(task: Task[PostedMean], request: Request) -> Found | str:
    first, second = task.cells
    if first.kind in MODELLED_KINDS and first.kind == second.kind:
        return ratio_alone(first, second)
    return contrast(first, second, request, geometric_mean_ratio, back)


def ratio_alone(first: PostedMean, second: PostedMean) -> Found:
    """Return the ratio of two geometric least squares means, without interval and test."""
    method = "ratio of geometric least squares means"
    found = difference_alone(first, second, method)
    values = back(difference(first.mean, second.mean))
    return replace(
        found,
        estimate=estimate_back(found.estimate, method),
        estimate_possible=widened(values, estimate_back(found.estimate, method).value),
    )


DERIVATION = Derivation(
    name="geometric_mean_ratio",
    title="ratio of geometric means",
    place=70,
    input="geometric means",
    groups=2,
    is_share=True,
    null_value=1.0,
    methods=METHODS,
    default="welch",
    derive=derive,
)
