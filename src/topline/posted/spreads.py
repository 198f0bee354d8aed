"""The standard deviation behind a posted spread: standard deviation, standard error, limits or coefficient of variation."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from topline.posted.dispersions import Dispersion
from topline.posted.summaries import MODELLED_KINDS, Kind, possible
from topline.record.results import Measurement
from topline.stats.distribution import t_multiplier
from topline.stats.possible_values import PossibleValues


@dataclass(frozen=True, slots=True)
class Spread:
    """A standard deviation, what it was had from, and the members that hold that."""

    deviation: PossibleValues
    word: str
    members: tuple[str, ...]


_OF: Mapping[Kind, Sequence[str]] = {
    "arithmetic": ("standard deviation", "standard error"),
    # A standard deviation beside a geometric mean may be of the logarithms, geometric, or of the values.
    "geometric": ("coefficient of variation",),
}


def spread_of(
    kind: Kind, posted: Measurement, dispersed: Dispersion, mean: PossibleValues, number: int
) -> Spread | str:
    """Return the standard deviation behind a posted spread, or why there is none.

    Parameters
    ----------
    kind
        Of the mean; of a geometric one the deviation is that of the natural logarithms.
    posted
        The measurement.
    dispersed
        What its spread is said to be.
    mean
        The mean, of a geometric one its logarithm.
    number
        Participants analyzed.

    Examples
    --------
    >>> posted = Measurement(value="5", spread="0.50")
    >>> found = spread_of("arithmetic", posted, Dispersion("standard error"), possible("5"), 25)
    >>> found.deviation.middle
    2.5
    """
    if kind in MODELLED_KINDS:
        return "the model's degrees of freedom and covariances are not posted"
    if number < 2:
        return "a single participant has no standard deviation"
    word, level = dispersed.word, dispersed.level
    if word == "confidence interval" and level is not None:
        return _from_limits(kind, posted, mean, number, level)
    if word not in _OF[kind]:
        return f"{article(word)} gives no standard deviation{_of_logarithms(kind)}"
    spread = possible(posted.spread, posted.comment)
    if isinstance(spread, str):
        return f"of the {word}, {spread}"
    if spread.middle < 0:
        return f"the {word} is negative"
    spread = PossibleValues(max(spread.lower, 0.0), spread.upper, spread.printed)
    if word == "standard error":
        spread = spread.mapped(lambda error: error * math.sqrt(number))
        word = "the posted standard errors"
    elif word == "coefficient of variation":
        spread = spread.mapped(_deviation_of_logarithms)
        word = "the posted geometric coefficients of variation [percent]"
    return Spread(spread, word, ("spread",))


def _from_limits(
    kind: Kind, posted: Measurement, mean: PossibleValues, number: int, level: float
) -> Spread | str:
    """Take limits as mean ± t standard errors, which they are only if the mean is in their middle."""
    lower, upper = possible(posted.lower_limit), possible(posted.upper_limit)
    if isinstance(lower, str):
        return f"of the lower limit, {lower}"
    if isinstance(upper, str):
        return f"of the upper limit, {upper}"
    if kind == "geometric":
        if lower.lower <= 0:
            return "the lower limit may be 0, which has no logarithm"
        lower, upper = lower.mapped(math.log), upper.mapped(math.log)
    if lower.middle > upper.middle:
        return "the limits are not in order"
    middle = PossibleValues((lower.lower + upper.lower) / 2, (lower.upper + upper.upper) / 2)
    if not middle.may_equal(mean):
        return "the limits are not symmetric about the mean, so they are not of a t interval"
    share = math.sqrt(number) / (2 * t_multiplier(level, number - 1))
    deviation = PossibleValues(
        max(upper.lower - lower.upper, 0.0) * share,
        (upper.upper - lower.lower) * share,
        (upper.middle - lower.middle) * share,
    )
    word = f"the posted {100 * level:g} % limits, taken as mean ± t standard errors"
    return Spread(deviation, word, ("lowerLimit", "upperLimit"))


def _deviation_of_logarithms(percent: float) -> float:
    """Return s from the geometric coefficient of variation √(exp(s²) − 1)."""
    return math.sqrt(math.log1p((percent / 100) ** 2))


def article(word: str) -> str:
    """Return a measure of dispersion, or a type, with its article.

    Examples
    --------
    >>> article("inter-quartile range"), article("")
    ('an inter-quartile range', 'no dispersion')
    """
    if not word or word in ("na", "not applicable"):
        return "no dispersion"
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _of_logarithms(kind: Kind) -> str:
    return " of the logarithms" if kind == "geometric" else ""
