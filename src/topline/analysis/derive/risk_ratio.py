"""The ratio of two groups' proportions, first over second, with its interval and test."""

import math
from collections.abc import Sequence

from topline.analysis.derive.count_ranges import with_ranges
from topline.analysis.derive.derivation import Derivation, Found, Request, Task
from topline.posted.summaries import PostedCount
from topline.stats.interval_words import interval_words
from topline.stats.risk_ratio import INTERVALS, risk_ratios


def derive(tasks: Sequence[Task[PostedCount]], request: Request) -> list[Found]:
    """Give each ratio; undefined without events in the second group."""
    level, interval = request.level, request.method
    return with_ranges(
        [task.cells for task in tasks],
        lambda columns: risk_ratios(*columns, level=level, interval=interval),
        "a group has no events, and the ratio needs some",
        tested=True,
        within=(0.0, math.inf),
    )


DERIVATION = Derivation(
    name="risk_ratio",
    title="risk ratio",
    place=30,
    input="counts",
    groups=2,
    is_share=True,
    null_value=1.0,
    methods={name: interval_words(method.title) for name, method in INTERVALS.items()},
    default="miettinen_nurminen",
    derive=derive,
)
