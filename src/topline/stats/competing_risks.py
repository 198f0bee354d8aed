"""Cumulative incidence of competing events in one group: the Aalen–Johansen estimate with its errors and limits.

Where a participant can have only the first of several kinds of event, one minus Kaplan–Meier with the others
censored overstates each; the cumulative incidence does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError, UsageError
from topline.stats.checking import confidence_level, counts, finite, known, same_length
from topline.stats.curve_crossing import TRANSFORMS
from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Estimate, Floats, Integers
from topline.stats.tied_times import TIE_TOLERANCE, merge_ties

VARIANCES: Mapping[str, str] = MappingProxyType(
    {
        "aalen-johansen": "multinomial at each time, as Greenwood's and R's survfit",
        "hypergeometric": "with (n − d) / (n − 1) at each time, as R's cmprsk",
    }
)
"""The variance estimators, by name."""

INCIDENCE_TRANSFORMS = ("plain", "log", "log-log")
"""The scales on which limits around a cumulative incidence are symmetric."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CumulativeIncidence:
    """Cumulative incidence by cause: one element (last axis) for each distinct time, ascending.

    Parameters
    ----------
    causes
        The codes of the causes, ascending; the first axis of two-dimensional arrays.
    time
        The distinct times of events and censorings [the unit of the input].
    at_risk
        Under observation just before each time [participants].
    events
        Events of each cause at each time [participants].
    censored
        Censorings at each time [participants].
    survival
        The probability of no event of any cause up to and including each time.
    incidence
        The probability of an event of each cause up to and including each time; with ``survival`` they sum to 1.
    number
        Participants in all.
    """

    causes: tuple[int, ...]
    time: Floats
    at_risk: Integers
    events: Integers
    censored: Integers
    survival: Floats
    incidence: Floats
    number: int


def cumulative_incidence(
    time: ArrayLike, cause: ArrayLike, *, tie_tolerance: float = TIE_TOLERANCE
) -> CumulativeIncidence:
    """Estimate the cumulative incidence of each of several competing events in one group.

    Parameters
    ----------
    time
        The time to the first event or censoring of each participant [any unit of time], from 0.
    cause
        The code of the event [1]: 0 for a censoring, 1, 2 … for the causes.
    tie_tolerance
        As in :func:`topline.stats.survival.kaplan_meier`.

    Returns
    -------
    CumulativeIncidence
        Probabilities [1] at each distinct time. Ties: events come before censorings. With one cause only it is one
        minus Kaplan–Meier; a single participant with an event has incidence 1.

    Raises
    ------
    DataError
        If there is no participant, the lengths differ, a time is missing, negative or infinite, a code is not a
        whole number from 0, or nobody has an event.

    Notes
    -----
    F(t) = Σ S(s−) d/n over the times s up to t, d the events of the cause, n at risk and S the probability of no
    event of any cause. Aalen and Johansen, Scandinavian Journal of Statistics 5 (1978) 141–150.

    Not for one minus Kaplan–Meier's question, how many would have the event if nobody had the others: data do not
    tell.

    In R: ``survival::survfit(Surv(time, factor(cause)) ~ 1)``, ``cmprsk::cuminc(time, cause)``; in SAS: PROC
    LIFETEST, TIME / EVENTCODE=.

    Examples
    --------
    >>> found = cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 1])
    >>> found.incidence
    array([[0.25, 0.25, 0.25, 0.75],
           [0.  , 0.25, 0.25, 0.25]])
    """
    times, codes = observations(time, cause)
    causes = tuple(np.unique(codes[codes > 0]).tolist())
    order = np.argsort(times, kind="stable")
    ordered = merge_ties(times[order], np.array([0, times.size]), tie_tolerance)
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    sorted_codes = codes[order]
    events = np.stack(
        [np.add.reduceat((sorted_codes == code).astype(np.int64), starts) for code in causes]
    )
    leaving = np.diff(starts, append=times.size)
    at_risk = times.size - starts
    survival = np.cumprod((at_risk - events.sum(axis=0)) / at_risk)
    before = np.concatenate(([1.0], survival[:-1]))
    return CumulativeIncidence(
        causes=causes,
        time=ordered[starts],
        at_risk=at_risk,
        events=events,
        censored=leaving - events.sum(axis=0),
        survival=survival,
        incidence=np.cumsum(before * events / at_risk, axis=1),
        number=times.size,
    )


def incidence_error(
    curve: CumulativeIncidence, cause: int, *, variance: str = "aalen-johansen"
) -> Floats:
    """Give the standard error of a cumulative incidence at each time.

    Parameters
    ----------
    curve
        From :func:`cumulative_incidence`.
    cause
        The code of the cause [1]; 0 for the probability of no event.
    variance
        A name in :data:`VARIANCES`. The two differ by about 1/(2 n).

    Returns
    -------
    numpy.ndarray
        One standard error for each time [1]; "aalen-johansen" gives 0 where everybody has had the event of one cause,
        "hypergeometric" mostly not.

    Raises
    ------
    UsageError
        If the cause has no event, or the variance is not known, or the hypergeometric one is asked for the
        probability of no event.

    Notes
    -----
    Var F(t) = Σ S(s−)²/n² × Var Σ g dN(s) over the times s up to t, where an event of the cause itself changes F(t)
    by 1 − (F(t) − F(s))/S(s) and any other event by −(F(t) − F(s))/S(s). Andersen, Borgan, Gill and Keiding,
    Statistical Models Based on Counting Processes, 1993, chapter 4, section IV.4.1.

    Not for the first and last times of small groups, where normal limits from it are poor.

    In R: ``survival::survfit(Surv(time, factor(cause)) ~ 1)$std.err`` ("aalen-johansen"), the root of
    ``cmprsk::cuminc(time, cause)[[1]]$var`` ("hypergeometric"); in SAS: PROC LIFETEST ERROR=DELTA or ERROR=AALEN,
    TIME / EVENTCODE=, not compared here.

    Examples
    --------
    >>> incidence_error(cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 1]), 1).round(4)
    array([0.2165, 0.2165, 0.2165, 0.2165])
    """
    known("variance", variance, VARIANCES)
    n = curve.at_risk.astype(np.float64)
    every = curve.events.sum(axis=0).astype(np.float64)
    if cause == 0:
        if variance != "aalen-johansen":
            raise UsageError(
                "the hypergeometric error of the probability of no event",
                accepted="the variance 'aalen-johansen'",
            )
        left = n - every
        terms = np.divide(every, n * left, out=np.zeros_like(n), where=left > 0)
        return np.asarray(curve.survival * np.sqrt(np.cumsum(terms)))
    row = _row(curve, cause)
    own, incidence = curve.events[row].astype(np.float64), curve.incidence[row]
    before = np.concatenate(([1.0], curve.survival[:-1]))
    # Nobody is left after a survival of 0: the later incidence no longer depends on what happens there.
    inverse = np.divide(1.0, curve.survival, out=np.zeros_like(n), where=curve.survival > 0)
    if variance == "aalen-johansen":
        both = before**2 / n**2 * (1 - every / n)
        constant, linear, square = before**2 / n**2 * own * (1 - own / n), both * own, both * every
    else:
        spare = np.maximum(n - 1, 1)
        mine = before**2 / n**2 * own * (1 - np.maximum(own - 1, 0) / spare)
        other = every - own
        theirs = before**2 / n**2 * other * (1 - np.maximum(other - 1, 0) / spare)
        constant, linear, square = mine, mine, mine + theirs
    # g is 1 + u for the cause and u for the others, with u = (F(s) − F(t)) / S(s): expanded in powers of F(t).
    level = incidence * inverse
    zeroth = np.cumsum(constant + 2 * linear * level + square * level**2)
    first = np.cumsum(linear * inverse + square * level * inverse)
    second = np.cumsum(square * inverse**2)
    variances = zeroth - 2 * incidence * first + incidence**2 * second
    return np.asarray(np.sqrt(np.maximum(variances, 0.0)))


def incidence_at(
    curve: CumulativeIncidence,
    cause: int,
    time: float,
    *,
    level: float = 0.95,
    transform: str = "log-log",
    variance: str = "aalen-johansen",
) -> Estimate:
    """Estimate the probability of an event of a cause up to and including a time.

    Parameters
    ----------
    curve
        From :func:`cumulative_incidence`.
    cause
        The code of the cause [1]; 0 for the probability of no event of any cause.
    time
        From 0 [the unit of the curve].
    level
        The confidence level, a fraction [1].
    transform
        "plain", "log" or "log-log"; R's ``survfit`` defaults to "log", SAS to "log-log".
    variance
        As in :func:`incidence_error`.

    Returns
    -------
    Estimate
        A fraction [1]. Limits are undefined, ``None`` with the reason, under "log" and "log-log" where it is 0, and
        under "log-log" where it is 1. Beyond the last time the last estimate is carried on, and a note says so where
        anyone was still free of events.

    Raises
    ------
    DataError
        If the time is not a finite number from 0.
    UsageError
        If the cause has no event, or the level, the transform or the variance is not known.

    Notes
    -----
    F(t) of :func:`cumulative_incidence`; with σ its standard error, log-log F^exp(± z σ/(F log F)), log F exp(± z
    σ/F) and plain F ± z σ, both cut to [0, 1]. Aalen and Johansen, Scandinavian Journal of Statistics 5 (1978)
    141–150.

    Not for a time at which few are still under observation, nor one chosen after seeing the curves.

    In R: ``summary(survival::survfit(Surv(time, factor(cause)) ~ 1), times = time)``,
    ``cmprsk::timepoints(cmprsk::cuminc(time, cause), time)``; in SAS: PROC LIFETEST TIMELIST=, TIME / EVENTCODE=.

    Examples
    --------
    >>> found = incidence_at(cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 1]), 1, 2.5)
    >>> found.value, round(found.lower, 4), round(found.upper, 4)
    (0.25, 0.0089, 0.6653)
    """
    multiplier = normal_multiplier(confidence_level(level))
    known("transform", transform, INCIDENCE_TRANSFORMS)
    when = float(finite("time", [time], minimum=0)[0])
    errors = incidence_error(curve, cause, variance=variance)
    values = curve.survival if cause == 0 else curve.incidence[_row(curve, cause)]
    position = int(np.searchsorted(curve.time, when, side="right")) - 1
    value = float(values[position]) if position >= 0 else float(cause == 0)
    error = float(errors[position]) if position >= 0 else 0.0
    what = "no event" if cause == 0 else f"cause {cause}"
    notes = _carried(curve, when)
    lower, upper = _limits(value, error, multiplier, transform)
    if lower is None:
        reason = f"undefined: {transform} limits need a probability between 0 and 1"
        notes = (*notes, f"lower: {reason}", f"upper: {reason}")
    return Estimate(
        value=value,
        lower=lower,
        upper=upper,
        level=level,
        standard_error=error,
        method=f"Aalen–Johansen probability of {what} at {when:g}, {variance} variance, {transform} limits",
        notes=notes,
    )


def observations(time: ArrayLike, cause: ArrayLike) -> tuple[Floats, Integers]:
    """Take times and codes of causes.

    Part of :func:`cumulative_incidence`.

    Parameters
    ----------
    time, cause
        As in :func:`cumulative_incidence`.

    Returns
    -------
    tuple
        The times and the codes, checked.

    Raises
    ------
    DataError
        As :func:`cumulative_incidence`.

    Examples
    --------
    >>> observations([1, 2], [0, 2])
    (array([1., 2.]), array([0, 2]))
    """
    times, codes = finite("time", time, minimum=0), counts("cause", cause)
    same_length(time=times, cause=codes)
    if not codes.any():
        raise DataError(
            "nobody has an event of any cause",
            where="cause",
            accepted="codes: 0 for a censoring, 1, 2 … for causes, at least one of them above 0",
        )
    return times, codes


def _row(curve: CumulativeIncidence, cause: int) -> int:
    if cause not in curve.causes:
        raise UsageError(
            f"cause {cause}", accepted=f"a cause with events: {', '.join(map(str, curve.causes))}"
        )
    return curve.causes.index(cause)


def _carried(curve: CumulativeIncidence, when: float) -> tuple[str, ...]:
    last = float(curve.time[-1])
    if when > last and curve.survival[-1] > 0:
        return (f"value: carried from the last time, {last:g}",)
    return ()


def _limits(
    value: float, error: float, multiplier: float, transform: str
) -> tuple[float | None, float | None]:
    if transform != "plain" and value == 0:
        return None, None
    if value == 1:
        return (None, None) if transform == "log-log" else (1.0, 1.0)
    if error == 0:
        return value, value
    found = TRANSFORMS[transform](np.array([value]), np.array([error / value]), multiplier)
    return float(found.lower[0]), float(found.upper[0])
