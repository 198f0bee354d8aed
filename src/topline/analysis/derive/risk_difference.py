"""The difference of two groups' proportions, first minus second, with its interval and test."""

from collections.abc import Sequence

from topline.analysis.derive.count_ranges import with_ranges
from topline.analysis.derive.derivation import Derivation, Found, Request, Task
from topline.posted.summaries import PostedCount
from topline.stats.interval_words import interval_words
from topline.stats.risk_difference import INTERVALS, risk_differences


def derive(tasks: Sequence[Task[PostedCount]], request: Request) -> list[Found]:
    """Give each difference, of fractions."""
    level, interval = request.level, request.method
    return with_ranges(
        [task.cells for task in tasks],
        lambda columns: risk_differences(*columns, level=level, interval=interval),
        "undefined",
        tested=True,
        within=(-1.0, 1.0),
    )


DERIVATION = Derivation(
    name="risk_difference",
    title="risk difference",
    place=20,
    input="counts",
    groups=2,
    is_share=True,
    null_value=0.0,
    methods={name: interval_words(method.title) for name, method in INTERVALS.items()},
    default="miettinen_nurminen",
    derive=derive,
)
