"""The difference of two groups' means, first minus second, with its interval and test.

Of least squares means the difference alone: how precise it is depends on the model's covariances,
which nobody posts.
"""

from collections.abc import Callable, Sequence

from topline.analysis.derive.derivation import Derivation, Found, Request, Task
from topline.analysis.derive.t_ranges import difference, two_means, widened
from topline.posted.summaries import MODELLED_KINDS, PostedMean
from topline.stats.estimate import Estimate
from topline.stats.possible_values import PossibleValues
from topline.stats.two_means import Variances, mean_difference, two_sample_t_test

VARIANCES: dict[str, Variances] = {"welch": "unequal", "pooled": "equal"}
METHODS = {
    "welch": "t interval and t-test by Welch, variances unequal",
    "pooled": "t interval and t-test with the pooled variance",
}


def derive(tasks: Sequence[Task[PostedMean]], request: Request) -> list[Found | str]:
    """Give each difference."""
    return [_one(task, request) for task in tasks]


def _one(task: Task[PostedMean], request: Request) -> Found | str:
    first, second = task.cells
    if first.kind in MODELLED_KINDS and first.kind == second.kind:
        return difference_alone(first, second)
    return contrast(first, second, request, mean_difference)


def contrast(
    first: PostedMean,
    second: PostedMean,
    request: Request,
    estimated: Callable[..., Estimate],
    scale: Callable[[PossibleValues], PossibleValues] = lambda values: values,
) -> Found | str:
    """Return what two groups' means tell of their contrast, with its interval and the t-test of no difference.

    Parameters
    ----------
    first, second
        The groups' means with their standard deviations.
    request
        The method and the level.
    estimated
        Gives the estimate from the two summaries.
    scale
        From the scale of the means to that of the estimate.
    """
    if first.standard_deviation is None or second.standard_deviation is None:
        return first.why_none or second.why_none
    one, two = first.summary, second.summary
    if one is None or two is None:
        return "only a bound is posted"
    variances = VARIANCES[request.method]
    estimate = estimated(one, two, variances=variances, level=request.level)
    test = two_sample_t_test(one, two, variances=variances)
    ranges = two_means(
        (first, first.standard_deviation), (second, second.standard_deviation), variances
    )
    lower, upper = ranges.limits(request.level)
    return Found(
        estimate=estimate,
        test=test,
        estimate_possible=widened(scale(ranges.estimate), estimate.value),
        lower_possible=widened(scale(lower), estimate.lower),
        upper_possible=widened(scale(upper), estimate.upper),
        p_value_possible=widened(ranges.p_value(0.0), test.p_value),
    )


def difference_alone(
    first: PostedMean,
    second: PostedMean,
    method: str = "difference of least squares means",
) -> Found:
    """Return the difference of two least squares means, without interval and test."""
    found = difference(first.mean, second.mean)
    return Found(
        estimate=Estimate(
            value=found.printed,
            method=method,
            notes=(
                f"lower: {first.why_none}",
                f"upper: {first.why_none}",
                *(() if found.printed is not None else ("value: only a bound is posted",)),
            ),
        ),
        estimate_possible=found,
    )


DERIVATION = Derivation(
    name="mean_difference",
    title="mean difference",
    place=60,
    input="means",
    groups=2,
    is_share=False,
    null_value=0.0,
    methods=METHODS,
    default="welch",
    derive=derive,
)
