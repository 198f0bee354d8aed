"""The odds ratio of two groups, first over second, with its interval and test."""

import math
from collections.abc import Sequence

from topline.analysis.derive.count_ranges import with_ranges
from topline.analysis.derive.derivation import Derivation, Found, Request, Task
from topline.posted.summaries import PostedCount
from topline.stats.interval_words import interval_words
from topline.stats.odds_ratio import INTERVALS, odds_ratios


def derive(tasks: Sequence[Task[PostedCount]], request: Request) -> list[Found]:
    """Give each odds ratio; undefined where a cell of the table is 0."""
    level, interval = request.level, request.method
    return with_ranges(
        [task.cells for task in tasks],
        lambda columns: odds_ratios(*columns, level=level, interval=interval),
        "a cell of the table is 0",
        tested=True,
        within=(0.0, math.inf),
    )


DERIVATION = Derivation(
    name="odds_ratio",
    title="odds ratio",
    place=40,
    input="counts",
    groups=2,
    is_share=True,
    null_value=1.0,
    methods={name: interval_words(method.title) for name, method in INTERVALS.items()},
    default="miettinen_nurminen",
    derive=derive,
)
