"""Effects from one group or one sample of each study: proportions, rates, means, correlations; and the way back."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.errors import DataError, UsageError
from topline.stats.checking import counts, finite, known, positive, same_length, scalar
from topline.stats.effect_sizes import EffectSizes, effects_with_reasons
from topline.stats.estimate import Floats, Scale


@dataclass(frozen=True, slots=True)
class ProportionMeasure:
    """A transformation of proportions.

    Attributes
    ----------
    title
        In words.
    scale
        Of the transformed proportion.
    compute
        From events and numbers to values and variances.
    back
        From a transformed value, and the harmonic mean of the numbers, to a proportion.
    adds
        Whether a constant is added where a study has no events or nothing else.
    """

    title: str
    scale: Scale
    compute: Callable[[Floats, Floats], tuple[Floats, Floats]]
    back: Callable[[Floats, float], Floats]
    adds: bool


def proportion_effects(
    count: ArrayLike,
    number: ArrayLike,
    *,
    measure: str = "PLO",
    zero_cells: str = "tables with zeros",
    add: float = 0.5,
) -> EffectSizes:
    """Compute a (transformed) proportion and its variance for each study.

    Parameters
    ----------
    count, number
        Participants affected and participants of each study [participants].
    measure
        Of :data:`PROPORTION_MEASURES`.
    zero_cells
        ``"none"``, or ``"tables with zeros"``: ``add`` to both affected and not affected where either is zero (PR,
        PLN, PLO).
    add
        The constant that is added [participants].

    Returns
    -------
    EffectSizes
        Transformed proportions [1]. Undefined, NaN with the reason, where a zero remains that the measure cannot
        take; PAS and PFT are defined where nobody, or everybody, is affected.

    Raises
    ------
    DataError
        If a number is no count, a group is empty or has more events than participants, or lengths differ.
    UsageError
        If ``measure``, ``zero_cells`` or ``add`` does not fit.

    Notes
    -----
    With x of n affected and p = x/n. PR: p, variance p (1 − p)/n. PLN: log p, 1/x − 1/n. PLO: log(p/(1 − p)), 1/x +
    1/(n − x). PAS: arcsin √p, 1/(4n). PFT: mean of arcsin √(x/(n + 1)) and arcsin √((x + 1)/(n + 1)), 1/(4n + 2),
    halved as metafor does. Freeman and Tukey, Annals of Mathematical Statistics 21 (1950) 607–611,
    doi:10.1214/aoms/1177729756 (PFT); Agresti, Categorical Data Analysis, 3rd edition, 2013, section 16.1 (the delta
    method behind the others).

    Not for proportions near 0 or 1 of small studies, whose variances are poor:
    :func:`topline.stats.pooling_mixed.pool_proportions` needs none.

    In R: ``metafor::escalc(measure = "PLO", xi = count, ni = number)``; in SAS: none.

    Examples
    --------
    >>> odds = proportion_effects([3, 0], [25, 18])
    >>> odds.value.round(4), odds.variance.round(4)
    (array([-1.9924, -3.6109]), array([0.3788, 2.0541]))
    """
    affected, everyone = counts("count", count), counts("number", number)
    same_length(count=affected, number=everyone)
    wrong = (affected > everyone) | (everyone == 0)
    if wrong.any():
        place = int(np.argmax(wrong))
        raise DataError(
            f"count[{place}] is {affected[place]}, number[{place}] is {everyone[place]}",
            where=f"count[{place}]",
            accepted="a group of at least one participant, and no more events than participants",
        )
    chosen = PROPORTION_MEASURES[known("measure", measure, PROPORTION_MEASURES)]
    known("zero-cell rule", zero_cells, ("none", "tables with zeros"))
    if scalar("add", add) < 0:
        raise UsageError(f"{add} is added to cells", accepted="a finite number from 0")
    adds = chosen.adds and zero_cells != "none"
    zero = (affected == 0) | (affected == everyone)
    extra = np.where(zero & adds, add, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        value, variance = chosen.compute(
            affected.astype(np.float64) + extra, everyone.astype(np.float64) + 2 * extra
        )
    words = f"{add:g} added to both cells of studies with a zero" if adds else "nothing added"
    return effects_with_reasons(
        value,
        variance,
        f"{chosen.title} or its variance is undefined for a zero cell, and {words}",
        measure=measure,
        scale=chosen.scale,
        method=f"{chosen.title}; {words}",
    )


def proportion_from_effect(
    value: ArrayLike, *, measure: str, harmonic_number: float | None = None
) -> Floats:
    """Turn transformed proportions back into proportions.

    Parameters
    ----------
    value
        Transformed proportions, such as a pooled effect and its limits [1].
    measure
        Of :data:`PROPORTION_MEASURES`.
    harmonic_number
        The harmonic mean of the studies' numbers, for PFT [participants].

    Returns
    -------
    numpy.ndarray
        Proportions [1]. Beyond the edge of what an arcsine transformation can give they are 0 or 1; PR is given back
        as it is, also outside 0 to 1.

    Raises
    ------
    UsageError
        If ``measure`` is unknown, or is PFT without ``harmonic_number``.

    Notes
    -----
    PLN: p = exp(y); PLO: p = 1/(1 + exp(−y)); PAS: p = sin² y; PFT: Miller's inverse with the harmonic mean of the
    numbers. Miller, The American Statistician 32 (1978) 138 (PFT); Schwarzer, Chemaitelly, Abu-Raddad and Rücker,
    Research Synthesis Methods 10 (2019) 476–483, doi:10.1002/jrsm.1348 (what is wrong with it).

    Not for PFT of studies whose numbers differ much, where the result misleads: prefer PLO.

    In R: ``metafor::transf.ilogit(value)`` (PLO), ``metafor::transf.iarcsin(value)`` (PAS),
    ``metafor::transf.ipft.hm(value, targs = list(ni = number))`` (PFT), ``exp(value)`` (PLN); in SAS: none.

    Examples
    --------
    >>> proportion_from_effect([0.0], measure="PLO")
    array([0.5])
    """
    chosen = PROPORTION_MEASURES[known("measure", measure, PROPORTION_MEASURES)]
    if measure == "PFT" and not (harmonic_number is not None and harmonic_number > 0):
        raise UsageError(
            f"the harmonic mean of the numbers is {harmonic_number}",
            accepted="a number above 0, to turn a Freeman–Tukey value back",
        )
    return chosen.back(finite("value", value), harmonic_number or 1.0)


def correlation_effects(
    correlation: ArrayLike, number: ArrayLike, *, measure: str = "ZCOR"
) -> EffectSizes:
    """Compute an effect and its variance from a correlation of each study.

    Parameters
    ----------
    correlation
        Pearson correlations, from −1 to 1 [1].
    number
        Participants of each study [participants].
    measure
        ``"ZCOR"`` or ``"COR"``.

    Returns
    -------
    EffectSizes
        z or r [1]. Undefined, NaN with the reason, for fewer than four (COR: two) participants or a correlation of
        ±1.

    Raises
    ------
    DataError
        If a correlation is outside [−1, 1] or a number no count.
    UsageError
        If there is no such measure.

    Notes
    -----
    ZCOR: artanh r, variance 1/(n − 3). COR: r, (1 − r²)²/(n − 1). Fisher, Metron 1 (1921) 3–32.

    Not for partial or rank correlations, whose variances are others; not for COR of small studies with strong
    correlations, which are far from normal.

    In R: ``metafor::escalc(measure = "ZCOR", ri = correlation, ni = number)``; in SAS: none; PROC CORR
    FISHER(BIASADJ=NO) gives the limits of one study.

    Examples
    --------
    >>> z = correlation_effects([0.5], [28])
    >>> z.value.round(4), z.variance
    (array([0.5493]), array([0.04]))
    """
    r, n = finite("correlation", correlation), counts("number", number).astype(np.float64)
    same_length(correlation=r, number=n)
    if np.any(np.abs(r) > 1):
        place = int(np.argmax(np.abs(r) > 1))
        raise DataError(
            f"correlation[{place}] is {r[place]:g}",
            where=f"correlation[{place}]",
            accepted="a number from -1 to 1",
        )
    known("measure", measure, ("ZCOR", "COR"))
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "ZCOR":
            value, variance = np.arctanh(r), 1 / (n - 3)
        else:
            value, variance = r, (1 - r**2) ** 2 / (n - 1)
    return effects_with_reasons(
        value,
        np.where(n > (3 if measure == "ZCOR" else 1), variance, np.nan),
        "undefined for so few participants, or for a correlation of 1 or -1",
        measure=measure,
        scale="natural",
        method="Fisher's z of the correlation" if measure == "ZCOR" else "correlation",
    )


def one_rate_effects(
    events: ArrayLike,
    person_time: ArrayLike,
    *,
    measure: str = "IRLN",
    zero_cells: str = "tables with zeros",
    add: float = 0.5,
) -> EffectSizes:
    """Compute a (transformed) event rate and its variance for each study.

    Parameters
    ----------
    events, person_time
        Events and time at risk of each study [events, any unit of time].
    measure
        Of :data:`ONE_RATE_MEASURES`.
    zero_cells
        ``"none"``, or ``"tables with zeros"``: ``add`` to the events of studies without any (IR, IRLN).
    add
        The constant that is added [events].

    Returns
    -------
    EffectSizes
        A rate [events per unit of time], its logarithm or its root. Undefined, NaN with the reason, without events
        where nothing is added; IRS and IRFT are defined.

    Raises
    ------
    DataError
        If events are no count, or person-time is not positive.
    UsageError
        If ``measure`` or ``zero_cells`` does not fit.

    Notes
    -----
    IR: x/t, variance x/t². IRLN: log(x/t), 1/x. IRS: √(x/t), 1/(4t). IRFT: the mean of √(x/t) and √((x + 1)/t),
    1/(4t): half the sum of Freeman and Tukey, Annals of Mathematical Statistics 21 (1950) 607–611, as metafor has it.
    Rothman, Greenland and Lash, Modern Epidemiology, 3rd edition, 2008, chapter 14.

    Not for events that recur in the same participants, whose variance is larger than that of Poisson counts.

    In R: ``metafor::escalc(measure = "IRLN", xi = events, ti = person_time)``; in SAS: none.

    Examples
    --------
    >>> one_rate_effects([9], [413.0]).value.round(4)
    array([-3.8262])
    """
    x, t = counts("events", events), positive("person_time", person_time)
    same_length(events=x, person_time=t)
    known("measure", measure, ONE_RATE_MEASURES)
    known("zero-cell rule", zero_cells, ("none", "tables with zeros"))
    adds = zero_cells != "none" and measure in ("IR", "IRLN")
    filled = np.where((x == 0) & adds, add, x)
    with np.errstate(divide="ignore"):
        value, variance = {
            "IR": (filled / t, filled / t**2),
            "IRLN": (np.log(filled / t), 1 / filled),
            "IRS": (np.sqrt(filled / t), 1 / (4 * t)),
            "IRFT": ((np.sqrt(x / t) + np.sqrt((x + 1) / t)) / 2, 1 / (4 * t)),
        }[measure]
    words = f"{add:g} added to zero events" if adds else "nothing added"
    return effects_with_reasons(
        value,
        variance,
        f"undefined without events, and {words}",
        measure=measure,
        scale="log" if measure == "IRLN" else "natural",
        method=f"{ONE_RATE_MEASURES[measure]}; {words}",
    )


def rate_from_effect(
    value: ArrayLike, *, measure: str, harmonic_time: float | None = None
) -> Floats:
    """Turn transformed rates back into rates.

    Parameters
    ----------
    value
        Transformed rates, such as a pooled effect and its limits [the measure's scale].
    measure
        Of :data:`ONE_RATE_MEASURES`.
    harmonic_time
        The harmonic mean of the studies' person-times, for IRFT [time].

    Returns
    -------
    numpy.ndarray
        Rates [events per unit of time]; 0 at and beyond the edge of the transformation's range.

    Raises
    ------
    UsageError
        If ``measure`` is unknown, or is IRFT without ``harmonic_time``.

    Notes
    -----
    IRLN: r = exp(y). IRS: r = y². IRFT: with y = (√r + √(r + 1/t))/2 the root of the rate is √r = y − 1/(4yt), t the
    harmonic mean of the studies' times for a pooled effect. Freeman and Tukey, Annals of Mathematical Statistics 21
    (1950) 607–611.

    Not for IRFT where the studies' times differ much, as for proportions: pool IRLN instead.

    In R: ``metafor::transf.iirft(y, ti = t)``; in SAS: none.

    Examples
    --------
    >>> rate_from_effect([0.151612930206953], measure="IRFT", harmonic_time=413.0).round(6)
    array([0.021792])
    """
    known("measure", measure, ONE_RATE_MEASURES)
    found = finite("value", value)
    if measure == "IR":
        return np.maximum(found, 0.0)
    if measure == "IRLN":
        return np.exp(found)
    root = np.maximum(found, 0.0)
    if measure == "IRFT":
        if not (harmonic_time is not None and harmonic_time > 0):
            raise UsageError(
                f"the harmonic mean of the times is {harmonic_time}",
                accepted="a time above 0, to turn a Freeman–Tukey value back",
            )
        with np.errstate(divide="ignore"):
            root = np.maximum(root - 1 / (4 * root * harmonic_time), 0.0)
    return np.asarray(root**2)


def _plain(x: Floats, n: Floats) -> tuple[Floats, Floats]:
    share = x / n
    return share, share * (1 - share) / n


def _logarithm(x: Floats, n: Floats) -> tuple[Floats, Floats]:
    return np.log(x / n), 1 / x - 1 / n


def _log_odds(x: Floats, n: Floats) -> tuple[Floats, Floats]:
    return np.log(x / (n - x)), 1 / x + 1 / (n - x)


def _arcsine(x: Floats, n: Floats) -> tuple[Floats, Floats]:
    return np.arcsin(np.sqrt(x / n)), 1 / (4 * n)


def _freeman_tukey(x: Floats, n: Floats) -> tuple[Floats, Floats]:
    angle = np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))
    return angle / 2, 1 / (4 * n + 2)


def _identity_back(value: Floats, _: float) -> Floats:
    return value


def _exponential_back(value: Floats, _: float) -> Floats:
    return np.exp(value)


def _logistic_back(value: Floats, _: float) -> Floats:
    return np.asarray(special.expit(value))


def _arcsine_back(value: Floats, _: float) -> Floats:
    return np.sin(np.clip(value, 0, np.pi / 2)) ** 2


def _freeman_tukey_back(value: Floats, n: float) -> Floats:
    """Invert by Miller; outside what 0 and n events give, the proportion is 0 or 1."""
    least = _freeman_tukey(np.zeros(1), np.array([n]))[0]
    most = _freeman_tukey(np.array([n]), np.array([n]))[0]
    sine, cosine = np.sin(2 * value), np.cos(2 * value)
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = 1 - (sine + (sine - 1 / sine) / n) ** 2
        share = 0.5 * (1 - np.sign(cosine) * np.sqrt(np.maximum(inner, 0)))
    return np.where(value <= least, 0.0, np.where(value >= most, 1.0, share))


ONE_RATE_MEASURES: dict[str, str] = {
    "IR": "rate",
    "IRLN": "log rate",
    "IRS": "square root of the rate",
    "IRFT": "Freeman–Tukey square root of the rate",
}
"""The transformations of a rate by the names that metafor gives them in R, in words."""

PROPORTION_MEASURES: dict[str, ProportionMeasure] = {
    "PR": ProportionMeasure("proportion", "natural", _plain, _identity_back, True),
    "PLN": ProportionMeasure("log proportion", "log", _logarithm, _exponential_back, True),
    "PLO": ProportionMeasure("log odds", "natural", _log_odds, _logistic_back, True),
    "PAS": ProportionMeasure(
        "arcsine of the root proportion", "natural", _arcsine, _arcsine_back, False
    ),
    "PFT": ProportionMeasure(
        "Freeman–Tukey double arcsine", "natural", _freeman_tukey, _freeman_tukey_back, False
    ),
}
"""The transformations of a proportion by the names that metafor gives them in R."""
