"""Estimates from counts, with the range that rounded percentages leave: all tables that print as posted.

A count is exact. A percentage leaves several counts where the group is large or few digits were
printed; every table of possible counts is computed then, many at once.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from topline.analysis.derive.derivation import Found
from topline.analysis.derive.two_counts import Columns, equality, test_of_equality
from topline.posted.summaries import PostedCount
from topline.stats.estimate import Estimate, Estimates, Floats, Test
from topline.stats.possible_values import PossibleValues
from topline.stats.two_proportions import single_estimate

MOST_COUNTS = 20
"""Of one group; of more possible counts this many are computed, spread evenly, with both ends."""


def possible_counts(cell: PostedCount) -> list[int]:
    """Return the counts to compute for a cell, both ends among them.

    Examples
    --------
    >>> possible_counts(PostedCount(group="", count=12, lowest=11, highest=13, number=400, inputs=()))
    [11, 12, 13]
    """
    if cell.highest - cell.lowest < MOST_COUNTS:
        return list(range(cell.lowest, cell.highest + 1))
    spread = np.linspace(cell.lowest, cell.highest, MOST_COUNTS).round().astype(np.int64)
    return sorted({cell.count, *spread.tolist()})


def with_ranges(
    tasks: Sequence[Sequence[PostedCount]],
    estimates: Callable[[Columns], Estimates],
    undefined: str,
    *,
    within: tuple[float, float],
    tested: bool = False,
) -> list[Found]:
    """Compute tasks from counts: each from the counts as posted, and from all that print so.

    Parameters
    ----------
    tasks
        For each estimate the cells of its groups.
    estimates
        Columns of counts and numbers, group by group, to estimates.
    undefined
        Why a number is undefined, should it be.
    within
        What the quantity cannot be outside of; a limit that is outside is left so, with a note.
    tested
        Whether the two groups of each task are tested for equality.
    """
    tables = [list(_tables(cells)) for cells in tasks]
    if not tables:
        return []
    flat = np.array(list(itertools.chain.from_iterable(tables)), dtype=np.int64)
    columns = tuple(flat[:, place] for place in range(flat.shape[1]))
    many = estimates(columns)
    tests = equality(columns) if tested else None
    found, begin = [], 0
    for cells, rows in zip(tasks, tables, strict=True):
        here = slice(begin, begin + len(rows))
        estimate = _estimate(many, begin, undefined)
        test = test_of_equality(tests, begin) if tests is not None else None
        found.append(
            Found(
                estimate=estimate,
                test=test,
                estimate_possible=_hull(many.value[here], estimate.value),
                lower_possible=_hull(many.lower[here], estimate.lower),
                upper_possible=_hull(many.upper[here], estimate.upper),
                p_value_possible=(
                    _p_range(cells, tests.p_value[here], test) if tests is not None else None
                ),
                notes=(*_notes(cells), *_outside(estimate, within)),
            )
        )
        begin += len(rows)
    return found


def _estimate(many: Estimates, place: int, undefined: str) -> Estimate:
    """Take one of many estimates, with the reasons for what it lacks."""
    one = slice(place, place + 1)
    return single_estimate(
        replace(many, value=many.value[one], lower=many.lower[one], upper=many.upper[one]),
        undefined=undefined,
    )


def _tables(cells: Sequence[PostedCount]) -> Iterator[tuple[int, ...]]:
    """Yield the table as posted, then, where a percentage leaves several, all possible ones."""
    yield _table([cell.count for cell in cells], cells)
    if not all(cell.is_exact for cell in cells):
        for counts in itertools.product(*(possible_counts(cell) for cell in cells)):
            yield _table(counts, cells)


def _outside(estimate: Estimate, within: tuple[float, float]) -> Iterator[str]:
    for part, limit in (("lower", estimate.lower), ("upper", estimate.upper)):
        if limit is not None and not within[0] <= limit <= within[1]:
            yield f"{part}: the formula gives {limit:.6g}, outside the possible range; left as it is"


def _table(counts: Sequence[int], cells: Sequence[PostedCount]) -> tuple[int, ...]:
    pairs = ((count, cell.number) for count, cell in zip(counts, cells, strict=True))
    return tuple(itertools.chain.from_iterable(pairs))


def _hull(values: Floats, printed: float | None) -> PossibleValues | None:
    """Return the ends of all values; ``None`` where none of them is defined."""
    defined = values[~np.isnan(values)]
    if not defined.size:
        return None
    low, high = float(defined.min()), float(defined.max())
    if printed is not None:  # one computation and many at once may differ in the last digit
        low, high = min(low, printed), max(high, printed)
    return PossibleValues(low, high, printed)


def _p_range(
    cells: Sequence[PostedCount], tested: Floats, test: Test | None
) -> PossibleValues | None:
    if test is None:
        return None
    found = _hull(tested, test.p_value)
    if found is None or len(cells) != 2:
        return found
    # Between two tables of opposite sign lies one without a difference, which may not be among those computed.
    signs = {
        math.copysign(1, difference) if difference else 0
        for difference in (
            cells[0].lowest / cells[0].number - cells[1].highest / cells[1].number,
            cells[0].highest / cells[0].number - cells[1].lowest / cells[1].number,
        )
    }
    return found if len(signs) == 1 else PossibleValues(found.lower, 1.0, found.printed)


def _notes(cells: Sequence[PostedCount]) -> Iterator[str]:
    for cell in cells:
        if cell.is_exact:
            continue
        yield (
            f"the percentage of {cell.group} is that of {cell.lowest} to {cell.highest} of "
            f"{cell.number} participants; {cell.count} is the nearest"
        )
        if cell.highest - cell.lowest >= MOST_COUNTS:
            yield f"of these counts {MOST_COUNTS} were computed for the range, both ends among them"
