"""The Kaplan–Meier curve of one group: survival, its limits, its quantiles, and numbers at risk.

:func:`kaplan_meier` makes the curve with one sort; everything else is asked of the curve. Conventions are
those of R's survival package (checked against version 3.5-3), since most published limits can be
reproduced with them; :data:`topline.stats.curve_crossing.TRANSFORMS` lists the ways to put limits around survival by name.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.errors import DataError, UsageError
from topline.stats.checking import confidence_level, finite, known, same_length, scalar
from topline.stats.curve_blocks import curve_blocks
from topline.stats.curve_crossing import (
    BLOCK,
    CROSSINGS,
    TRANSFORMS,
    QuantileSearch,
    limits_around,
    nearest_crossing,
)
from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Estimate, Floats, Integers, Limits, undefined_estimate
from topline.stats.leaving_times import count_leaving, count_whole, sorted_keys, tied_runs
from topline.stats.observed_times import observed_times
from topline.stats.tied_times import TIE_TOLERANCE, tie_tolerance_in_range


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurvivalCurve:
    """A Kaplan–Meier curve: one element of each array for each distinct time, in ascending order.

    Parameters
    ----------
    time
        The distinct times at which an event or a censoring was observed [the unit of the input].
    at_risk
        Under observation just before each time [participants].
    events, censored
        Events and censorings at each time [participants].
    survival
        The probability of no event up to and including each time.
    standard_error
        Greenwood's standard error of ``survival``; NaN where survival is 0, where it is undefined.
    number
        Participants in all.
    entry
        The times of entry in ascending order where observation began late; otherwise ``None``.
    """

    time: Floats
    at_risk: Integers
    events: Integers
    censored: Integers
    survival: Floats
    standard_error: Floats
    number: int
    entry: Floats | None = None

    def __post_init__(self) -> None:
        for array in (
            self.time,
            self.at_risk,
            self.events,
            self.censored,
            self.survival,
            self.standard_error,
        ):
            array.flags.writeable = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CumulativeHazard:
    """The Nelson–Aalen cumulative hazard: one element for each distinct time, in ascending order.

    Parameters
    ----------
    time
        As in :class:`SurvivalCurve`.
    hazard
        The sum of events over at risk up to and including each time [1].
    standard_error
        Of ``hazard``: the root of the sum of events over the square of at risk.
    """

    time: Floats
    hazard: Floats
    standard_error: Floats


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    entry: ArrayLike | None = None,
    *,
    tie_tolerance: float = TIE_TOLERANCE,
) -> SurvivalCurve:
    """Estimate the survival curve of one group by Kaplan and Meier's product.

    Parameters
    ----------
    time
        The time to event or censoring of each participant [any unit of time], from 0.
    event
        1 (or True) for an event, 0 (or False) for a censoring [1]. ADaM's CNSR is the reverse.
    entry
        The time at which observation of each participant began [the unit of ``time``], from 0 and before ``time``;
        ``None`` where all began at 0.
    tie_tolerance
        Merge distinct times closer than this, absolutely [the unit of ``time``] or relative to their mean [1], so
        that the rounding noise of a change of units does not separate tied events; 0 merges nothing.

    Returns
    -------
    SurvivalCurve
        One element for each distinct time. Without events survival is 1 throughout, with standard error 0; where the
        last participant at risk has the event it falls to 0, and the standard error there is NaN. A single
        participant has a curve too. Of ties, events come before censorings.

    Raises
    ------
    DataError
        If there is no participant, the lengths differ, a time is missing, negative or infinite, an event is
        neither 0 nor 1, or an entry is not before its time.

    Notes
    -----
    S(t) = ∏ (1 − d/n) over the times up to t, of d events among n at risk; standard error S(t) √(Σ d/(n (n − d)))
    (Greenwood). Kaplan and Meier, Journal of the American Statistical Association 53 (1958) 457–481,
    doi:10.1080/01621459.1958.10501452.

    Not for competing events, of which one minus survival overstates each:
    :func:`topline.stats.competing_risks.cumulative_incidence`. Not where who is censored has another risk than who is
    not.

    In R: ``survival::survfit(Surv(time, event) ~ 1)``; in SAS: PROC LIFETEST METHOD=KM.

    Examples
    --------
    >>> curve = kaplan_meier([1, 2, 2, 3, 5], [1, 1, 0, 1, 0])
    >>> curve.time
    array([1., 2., 3., 5.])
    >>> curve.survival.round(6)
    array([0.8, 0.6, 0.3, 0.3])
    """
    times, happened = observed_times(time, event)
    tie_tolerance_in_range(tie_tolerance)
    if entry is not None:
        return _with_entry(times, happened, _entries(entry, times), tie_tolerance)
    counted = count_whole(times, happened)
    if counted is not None:
        # Whole days, the usual case: counting needs no sort at all.
        distinct, leaving, events = counted
        return _curve(distinct, times.size - (np.cumsum(leaving) - leaving), leaving, events)
    return _followed(sorted_keys(times, happened), tie_tolerance)


def survival_limits(
    curve: SurvivalCurve, *, level: float = 0.95, transform: str = "log-log"
) -> Limits:
    """Give pointwise limits of survival at each time of a curve.

    Parameters
    ----------
    curve
        From :func:`kaplan_meier`.
    level
        The confidence level, a fraction [1].
    transform
        A name in :data:`topline.stats.curve_crossing.TRANSFORMS`.

    Returns
    -------
    Limits
        NaN where survival is 0 (Greenwood's variance is undefined), and, except for "plain" and "log", where
        survival is still 1.

    Raises
    ------
    UsageError
        If the level or the transform is not known.

    Notes
    -----
    With σ² = Σ d/(n (n − d)): log-log S^exp(± z σ/log S), log S exp(± z σ) and plain S ± z S σ, both cut to [0, 1];
    logit and arcsine likewise by the delta method. Klein and Moeschberger, Survival Analysis, 2nd edition, 2003,
    section 4.3.

    Not for a band that holds the whole curve at once: each limit holds at its own time.

    In R: ``survival::survfit(Surv(time, event) ~ 1, conf.type = "log-log")``, and "log", "plain", "logit", "arcsin";
    in SAS: PROC LIFETEST CONFTYPE=LOGLOG, LOG, LINEAR, LOGIT or ASINSQRT.

    Examples
    --------
    >>> curve = kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1])
    >>> survival_limits(curve, transform="plain").lower.round(4)
    array([0.3257, 0.01  , 0.    ,    nan])
    """
    z = normal_multiplier(confidence_level(level))
    known("transform", transform, TRANSFORMS)
    with np.errstate(invalid="ignore", divide="ignore"):
        # Where survival is 0 its error is undefined; the limits are NaN there without it.
        error = curve.standard_error / curve.survival
    return limits_around(curve.survival, error, z, transform)


def survival_quantile(
    curve: SurvivalCurve,
    probability: float = 0.5,
    *,
    level: float = 0.95,
    transform: str = "log-log",
    crossing: str = "first",
) -> Estimate:
    """Estimate the time by which a share of the group has had the event; the median by default.

    The estimate is the first time at which survival is at most 1 − ``probability``. Where survival equals it (within
    :data:`topline.stats.curve_crossing.TOLERANCE`) over an interval, the estimate is the interval's midpoint, at the
    end of the curve between the interval's beginning and the last time. The limits are the times at which the lower
    and the upper limit of survival do the same.

    Parameters
    ----------
    curve
        From :func:`kaplan_meier`.
    probability
        The share with the event [1]: 0.25 for the first quartile, where survival is 0.75. Between 0 and 1.
    level, transform
        As in :func:`survival_limits`.
    crossing
        A name in :data:`topline.stats.curve_crossing.CROSSINGS`, for limits that rise again: ``"first"``, or
        ``"nearest"`` as R does.

    Returns
    -------
    Estimate
        In the unit of time. What was not reached is ``None``, with the reason in the notes.

    Raises
    ------
    UsageError
        If the probability, the level, the transform or the crossing is not known.

    Notes
    -----
    t_p = min {t : S(t) ≤ 1 − p}. Brookmeyer and Crowley, Biometrics 38 (1982) 29–41, doi:10.2307/2530286.

    A limit can rise again: an upper one in the tail of a curve, most often on the "log" scale, a lower one after an
    event among the few who had entered by then. The test of Brookmeyer and Crowley no longer rejects from the first time
    at or below 1 − ``probability`` (for the lower limit), or rejects from it (for the upper), so it counts by default. R
    looks the probability up among the sorted limits, and so reports a later time, the ``"nearest"``; its lower limit can
    be greater than the estimate.

    Not for a median of follow-up, where events and censorings change places; and not for a median that so few reach
    that its limit is open: report survival at a time instead.

    In R: ``quantile(survival::survfit(Surv(time, event) ~ 1, conf.type = "log-log"), probs = 0.5)``; in SAS: PROC
    LIFETEST, table Quartiles.

    Examples
    --------
    >>> median = survival_quantile(kaplan_meier([1, 2, 3, 4, 5, 6, 7, 8], [1] * 8))
    >>> median.value, median.lower, median.upper
    (4.5, 1.0, 7.0)
    >>> survival_quantile(kaplan_meier([3, 5, 6, 9], [0, 1, 0, 0])).reason("value")
    'not reached: survival is still above 0.5 at the last time, 9'
    """
    if not 0 < scalar("probability", probability) < 1:
        raise UsageError(
            f"a survival quantile at probability {probability}",
            accepted="a fraction between 0 and 1",
        )
    z = normal_multiplier(confidence_level(level))
    target = 1 - probability
    search = QuantileSearch(target, z, known("transform", transform, TRANSFORMS))
    known("crossing", crossing, CROSSINGS)
    for start in range(0, curve.time.size, BLOCK):
        block = slice(start, start + BLOCK)
        survival = curve.survival[block]
        with np.errstate(invalid="ignore", divide="ignore"):
            # Where survival is 0 its error is undefined, and its limits are without it.
            squared = (curve.standard_error[block] / survival) ** 2
        search.look(curve.time[block], survival, squared, last=start + BLOCK >= curve.time.size)
    reached = dict(
        zip(("value", "lower", "upper"), search.found(float(curve.time[-1])), strict=True)
    )
    if crossing == "nearest":
        limits = survival_limits(curve, level=level, transform=transform)
        for part in ("lower", "upper"):
            reached[part] = nearest_crossing(curve.time, getattr(limits, part), target)
    reasons = {
        "value": f"survival is still above {target:g} at the last time, {curve.time[-1]:g}",
        "lower": f"the lower limit of survival does not fall to {target:g}",
        "upper": f"the upper limit of survival does not fall to {target:g}",
    }
    notes = tuple(
        f"{part}: not reached: {reasons[part]}" for part, found in reached.items() if found is None
    )
    name = "median" if probability == 0.5 else f"quantile at probability {probability:g}"
    return Estimate(
        value=reached["value"],
        lower=reached["lower"],
        upper=reached["upper"],
        level=level,
        method=f"Kaplan–Meier {name}, {transform} limits",
        notes=notes,
    )


def survival_at(
    curve: SurvivalCurve,
    time: float,
    *,
    level: float = 0.95,
    transform: str = "log-log",
    extend: bool = False,
) -> Estimate:
    """Estimate the probability of no event up to and including a time.

    Parameters
    ----------
    curve
        From :func:`kaplan_meier`.
    time
        From 0 [the unit of the curve].
    level, transform
        As in :func:`survival_limits`.
    extend
        Carry the last estimate beyond the last time on which anyone was observed, instead of leaving survival there
        undefined.

    Returns
    -------
    Estimate
        A fraction [1], with Greenwood's standard error. Before the first time of the curve survival and its limits
        are 1: nothing was observed yet that could make them anything else. Limits are undefined, ``None`` with the
        reason, where survival is 0, and, except for "plain" and "log", where there was no event yet.

    Raises
    ------
    DataError
        If the time is not a finite number from 0.
    UsageError
        If the level or the transform is not known.

    Notes
    -----
    S(t) = ∏ (1 − d/n) over the times up to t; limits as in :func:`survival_limits`. Kaplan and Meier, Journal of the
    American Statistical Association 53 (1958) 457–481, doi:10.1080/01621459.1958.10501452.

    Not for a time at which few are still under observation (:func:`number_at_risk`), nor one that was chosen where
    curves lie farthest apart.

    In R: ``summary(survival::survfit(Surv(time, event) ~ 1, conf.type = "log-log"), times = time)``; in SAS: PROC
    LIFETEST TIMELIST=.

    Examples
    --------
    >>> found = survival_at(kaplan_meier([1, 2, 2, 3, 5], [1, 1, 0, 1, 0]), 2.5)
    >>> round(found.value, 4), round(found.lower, 4), round(found.upper, 4)
    (0.6, 0.1257, 0.8818)
    """
    limits = survival_limits(curve, level=level, transform=transform)
    when = float(finite("time", [time], minimum=0)[0])
    method = f"Kaplan–Meier survival at {when:g}, {transform} limits"
    position = int(np.searchsorted(curve.time, when, side="right")) - 1
    if position < 0:
        return Estimate(
            value=1.0, lower=1.0, upper=1.0, level=level, method=method, standard_error=0.0
        )
    last, ends = float(curve.time[-1]), float(curve.survival[-1])
    if when > last and ends > 0 and not extend:
        reason = f"undefined: nobody was observed beyond {last:g}, when survival was {ends:.4g}"
        return undefined_estimate(method, reason, level)
    notes = (f"value: carried from the last time, {last:g}",) if when > last and ends > 0 else ()
    survival = float(curve.survival[position])
    undefined = "survival is 0" if survival == 0 else f"{transform} limits need an event"
    lower, upper = _defined(limits.lower[position]), _defined(limits.upper[position])
    error = _defined(curve.standard_error[position])
    parts = {"lower": lower, "upper": upper, "standard_error": error}
    return Estimate(
        value=survival,
        lower=lower,
        upper=upper,
        level=level,
        method=method,
        notes=notes
        + tuple(
            f"{part}: undefined: {undefined}" for part, found in parts.items() if found is None
        ),
        standard_error=error,
    )


def number_at_risk(curve: SurvivalCurve, times: ArrayLike) -> Integers:
    """Count who is under observation just before each of given times, as a table under a plot shows it.

    Parameters
    ----------
    curve
        From :func:`kaplan_meier`.
    times
        Any times from 0, in any order [the unit of the curve].

    Returns
    -------
    numpy.ndarray
        Participants who entered before the time, and had neither event nor censoring before it [participants]. At
        time 0 without late entry, everybody; beyond the last time, nobody.

    Notes
    -----
    n(t) = #{i : entryᵢ < t ≤ timeᵢ}. Klein and Moeschberger, Survival Analysis, 2nd edition, 2003, section 4.2.

    Not for how many are known to be free of the event at a time: who is censored or has the event at that very time
    still counts.

    In R: ``summary(survival::survfit(Surv(time, event) ~ 1), times = times, extend = TRUE)$n.risk``; in SAS: PROC
    LIFETEST PLOTS=SURVIVAL(ATRISK=).

    Examples
    --------
    >>> number_at_risk(kaplan_meier([1, 2, 2, 3, 5], [1, 1, 0, 1, 0]), [0, 2, 2.5, 6])
    array([5, 4, 2, 0])
    """
    asked = finite("times", times, minimum=0)
    left = np.concatenate(([0], np.cumsum(curve.events + curve.censored)))
    gone = left[np.searchsorted(curve.time, asked, side="left")]
    if curve.entry is None:
        return np.asarray(curve.number - gone, dtype=np.int64)
    return np.asarray(np.searchsorted(curve.entry, asked, side="left") - gone, dtype=np.int64)


def nelson_aalen(curve: SurvivalCurve) -> CumulativeHazard:
    """Estimate the cumulative hazard of one group.

    Parameters
    ----------
    curve
        From :func:`kaplan_meier`.

    Returns
    -------
    CumulativeHazard
        One element for each distinct time. Without events the hazard is 0, with standard error 0; of ties, each event
        counts against all who were at risk.

    Notes
    -----
    H(t) = Σ d/n over the times up to t, with variance Σ d/n². Aalen, Annals of Statistics 6 (1978) 701–726,
    doi:10.1214/aos/1176344247.

    Not for a probability: exp(−H) is near survival, but can be above 0 where everybody has had the event.

    In R: ``survival::survfit(Surv(time, event) ~ 1)$cumhaz`` and ``$std.chaz``; in SAS: PROC LIFETEST NELSON, whose
    variance is Σ d/n² too.

    Examples
    --------
    >>> nelson_aalen(kaplan_meier([1, 2, 2, 3, 5], [1, 1, 0, 1, 0])).hazard
    array([0.2 , 0.45, 0.95, 0.95])
    """
    at_risk, events = curve.at_risk.astype(np.float64), curve.events.astype(np.float64)
    return CumulativeHazard(
        time=curve.time,
        hazard=np.cumsum(events / at_risk),
        standard_error=np.sqrt(np.cumsum(events / at_risk**2)),
    )


def _entries(entry: ArrayLike, times: Floats) -> Floats:
    entries = finite("entry", entry, minimum=0)
    same_length(time=times, entry=entries)
    late = entries >= times
    if late.any():
        position = int(np.argmax(late))
        raise DataError(
            f"entry[{position}] is {entries[position]:g}, and time[{position}] is {times[position]:g}",
            where=f"entry[{position}]",
            accepted="an entry before the time: nobody is observed for no time",
        )
    entries = np.sort(entries)
    entries.flags.writeable = False
    return entries


def _with_entry(
    times: Floats, happened: NDArray[np.bool_], entries: Floats, tolerance: float
) -> SurvivalCurve:
    distinct, leaving, events = count_leaving(times, happened)
    entered = np.searchsorted(entries, distinct, side="left")
    runs = tied_runs(distinct, tolerance)
    if runs is not None:
        starts, ends = runs
        distinct, entered = distinct[starts], entered[ends]
        leaving, events = np.add.reduceat(leaving, starts), np.add.reduceat(events, starts)
    at_risk = entered - (np.cumsum(leaving) - leaving)
    return _curve(distinct, at_risk, leaving, events, entries)


def _curve(
    distinct: Floats,
    at_risk: Integers,
    leaving: Integers,
    events: Integers,
    entries: Floats | None = None,
) -> SurvivalCurve:
    remaining = at_risk - events
    survival = np.cumprod(remaining / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Where the last at risk has the event, the term is infinite, survival 0, and their product undefined.
        terms = np.where(events > 0, events / (at_risk.astype(np.float64) * remaining), 0.0)
        error = survival * np.sqrt(np.cumsum(terms))
    return SurvivalCurve(
        time=distinct,
        at_risk=at_risk,
        events=events,
        censored=leaving - events,
        survival=survival,
        standard_error=error,
        number=int(leaving.sum()),
        entry=entries,
    )


def _followed(keys: NDArray[np.uint64], tolerance: float) -> SurvivalCurve:
    """Lay out the curve of sorted times block by block: large arrays are written once, and never read again."""
    time, survival, error = (np.empty(keys.size) for _ in range(3))
    at_risk, events, censored = (np.empty(keys.size, dtype=np.int64) for _ in range(3))
    end = 0
    for block in curve_blocks(keys, tolerance):
        height, squared = (part[block.starts] for part in block.heights())
        part = slice(end, end + height.size)
        time[part], survival[part] = block.time[block.starts], height
        at_risk[part], events[part] = block.at_risk[block.starts], block.events[block.starts]
        censored[part] = block.leaving() - events[part]
        with np.errstate(invalid="ignore"):
            # Survival 0 times its infinite logarithmic error is undefined.
            error[part] = height * np.sqrt(squared)
        end = part.stop
    return SurvivalCurve(
        time=time[:end],
        at_risk=at_risk[:end],
        events=events[:end],
        censored=censored[:end],
        survival=survival[:end],
        standard_error=error[:end],
        number=keys.size,
    )


def _defined(number: float) -> float | None:
    return None if np.isnan(number) else float(number)
