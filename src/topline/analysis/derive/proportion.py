"""The proportion of a group's participants with a characteristic, with its interval."""

from collections.abc import Sequence
from dataclasses import replace

from topline.analysis.derive.count_ranges import with_ranges
from topline.analysis.derive.derivation import Derivation, Found, Request, Task
from topline.posted.summaries import PostedCount
from topline.stats.interval_words import interval_words
from topline.stats.proportion import INTERVALS, proportions


def derive(tasks: Sequence[Task[PostedCount]], request: Request) -> list[Found]:
    """Give each group's proportion, a fraction."""
    level, interval = request.level, request.method
    found = with_ranges(
        [task.cells for task in tasks],
        lambda columns: proportions(*columns, level=level, interval=interval),
        "undefined where nobody, or everybody, has the characteristic",
        within=(0.0, 1.0),
    )
    if interval != "jeffreys":
        return found
    return [_at_the_edge(one, *task.cells) for one, task in zip(found, tasks, strict=True)]


def _at_the_edge(found: Found, cell: PostedCount) -> Found:
    if cell.count not in (0, cell.number):
        return found
    edge = "the lower limit is 0" if cell.count == 0 else "the upper limit is 1"
    return replace(found, notes=(*found.notes, f"{edge} by Jeffreys' rule for edges"))


DERIVATION = Derivation(
    name="proportion",
    title="proportion",
    place=10,
    input="counts",
    groups=1,
    is_share=True,
    null_value=None,
    methods={name: interval_words(method.title) for name, method in INTERVALS.items()},
    default="jeffreys",
    derive=derive,
)
