"""An estimate from two posted summaries, with all it can be, whatever is known of its precision."""

import math
from collections.abc import Sequence
from dataclasses import replace

from topline.analysis.derive.derivation import Found, Range, Request, Task
from topline.analysis.derive.interval_ways import DERIVATIONS
from topline.analysis.derive.posted_analysis import Parameter
from topline.analysis.derive.registry import derivations
from topline.posted.summaries import MODELLED_KINDS, Kind, Posted, PostedCount
from topline.stats.possible_values import PossibleValues


def estimate_range(parameter: Parameter, cells: Sequence[Posted]) -> PossibleValues | None:
    """Return all that an estimate can be from two posted summaries; ``None`` where it is undefined.

    Parameters
    ----------
    parameter
        What is estimated.
    cells
        The two groups, first minus or over second.
    """
    derivation = derivations()[DERIVATIONS[parameter]]
    task = Task(cells=tuple(_without_spread(cell) for cell in cells))
    (found,) = derivation.derive([task], Request(level=0.95, method=derivation.default))
    return found.estimate_possible if isinstance(found, Found) else None


def _without_spread(cell: Posted) -> Posted:
    """Take a mean for what it is without its spread, which the estimate does not need."""
    if isinstance(cell, PostedCount) or cell.kind in MODELLED_KINDS:
        return cell
    kind: Kind = "least squares" if cell.kind == "arithmetic" else "geometric least squares"
    return replace(cell, kind=kind, standard_deviation=None, why_none="not needed")


def as_range(values: PossibleValues | None) -> Range | None:
    """Return possible values as a range whose missing ends are missing.

    Examples
    --------
    >>> as_range(PossibleValues(0.0, math.inf))
    Range(lower=0.0, upper=None)
    """
    if values is None:
        return None
    ends = [None if math.isinf(end) else end for end in (values.lower, values.upper)]
    return Range(*ends)
