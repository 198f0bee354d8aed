"""Many Kaplan–Meier curves at once, the participants of one group after those of another."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.stats.estimate import Floats, Integers
from topline.stats.grouping import apply_within, cumulative_products, cumulative_sums, run_bounds
from topline.stats.leaving_times import packed_keys
from topline.stats.observed_times import observed_times
from topline.stats.survival import SurvivalCurve
from topline.stats.tied_times import TIE_TOLERANCE, merge_ties


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurvivalCurves:
    """Kaplan–Meier curves of many groups, one after the other.

    Parameters
    ----------
    time, at_risk, events, censored, survival, standard_error
        As in :class:`topline.stats.survival.SurvivalCurve`; read-only.
    squared
        Greenwood's sum: the square of the standard error of the logarithm of survival.
    offsets
        Where the curve of each group begins, and at last the number of all times.
    number
        Participants in each group.
    """

    time: Floats
    at_risk: Integers
    events: Integers
    censored: Integers
    survival: Floats
    standard_error: Floats
    squared: Floats
    offsets: Integers
    number: Integers

    def __post_init__(self) -> None:
        for array in (
            self.time,
            self.at_risk,
            self.events,
            self.censored,
            self.survival,
            self.standard_error,
            self.squared,
        ):
            array.flags.writeable = False

    def __len__(self) -> int:
        return self.number.size

    def curve(self, group: int) -> SurvivalCurve:
        """Give the curve of one group, counted from 0, as a view.

        Examples
        --------
        >>> curves = kaplan_meier_curves([1, 2, 3, 4], [1, 0, 1, 1], [0, 2, 4])
        >>> curves.curve(1).survival
        array([0.5, 0. ])
        """
        part = slice(int(self.offsets[group]), int(self.offsets[group + 1]))
        return SurvivalCurve(
            time=self.time[part],
            at_risk=self.at_risk[part],
            events=self.events[part],
            censored=self.censored[part],
            survival=self.survival[part],
            standard_error=self.standard_error[part],
            number=int(self.number[group]),
        )


def kaplan_meier_curves(
    time: ArrayLike,
    event: ArrayLike,
    offsets: ArrayLike,
    *,
    tie_tolerance: float = TIE_TOLERANCE,
) -> SurvivalCurves:
    """Estimate many groups' survival curves at once, each as :func:`topline.stats.survival.kaplan_meier` does.

    Parameters
    ----------
    time, event, tie_tolerance
        As in :func:`topline.stats.survival.kaplan_meier`, the participants of one group after the other.
    offsets
        Where each group begins, and at last the number of participants [1]; every group has at least one.

    Returns
    -------
    SurvivalCurves
        Each curve to the last digit as :func:`topline.stats.survival.kaplan_meier` gives it: NaN for the standard
        error where survival is 0.

    Raises
    ------
    DataError
        As :func:`topline.stats.survival.kaplan_meier`, and if the offsets do not divide the participants or a group
        is empty.

    Examples
    --------
    >>> curves = kaplan_meier_curves([1, 2, 2, 3, 5, 4], [1, 1, 0, 1, 0, 1], [0, 5, 6])
    >>> curves.survival.round(6), curves.offsets
    (array([0.8, 0.6, 0.3, 0.3, 0. ]), array([0, 4, 5]))
    """
    times, happened = observed_times(time, event)
    bounds = run_bounds(offsets, times.size)
    keys = packed_keys(times, happened)
    apply_within(_sorted, keys, bounds, keys)
    died = (keys & np.uint64(1)).astype(np.int64)
    keys >>= np.uint64(1)
    ordered = merge_ties(keys.view(np.float64), bounds, tie_tolerance)
    changes = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    changes[bounds[:-1]] = True
    starts = np.flatnonzero(changes)
    curve_bounds = np.searchsorted(starts, bounds)
    sizes = np.diff(curve_bounds)
    at_risk = np.repeat(bounds[1:], sizes) - starts
    events = died if starts.size == died.size else np.add.reduceat(died, starts)
    remaining = at_risk - events
    survival = cumulative_products(remaining / at_risk, curve_bounds)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Where the last at risk has the event, the term is infinite, survival 0, and their product undefined.
        terms = np.where(events > 0, events / (at_risk.astype(np.float64) * remaining), 0.0)
        squared = cumulative_sums(terms, curve_bounds)
        error = survival * np.sqrt(squared)
    return SurvivalCurves(
        time=ordered[starts],
        at_risk=at_risk,
        events=events,
        censored=np.diff(starts, append=died.size) - events,
        survival=survival,
        standard_error=error,
        squared=squared,
        offsets=curve_bounds,
        number=np.diff(bounds),
    )


def _sorted(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return np.sort(keys, axis=-1)
