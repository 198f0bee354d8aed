"""Sample quantiles by nine definitions, the median, quartiles and range.

Numbering and properties: Hyndman and Fan, "Sample quantiles in statistical packages", The American
Statistician 50 (1996) 361–365, doi:10.1080/00031305.1996.10473566. Written out here rather than asked of
NumPy, whose discontinuous definitions go by the rounding noise of probability times number: of 100
observations it gives the 57th as 57th percentile by definition 2, and not the mean of the 57th and 58th.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import UsageError
from topline.stats.checking import finite, known
from topline.stats.estimate import Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantileDefinition:
    """One way to say which number a quantile of a sample is.

    Parameters
    ----------
    name
        The key in :data:`DEFINITIONS`; NumPy's ``method`` has the same name.
    type
        Hyndman and Fan's number, R's ``type``.
    shift
        What is added to probability × number to give the position: ``constant + slope × probability``.
    usage
        Which software means this one.
    """

    name: str
    type: int
    shift: tuple[float, float]
    usage: str


def _registry(*definitions: QuantileDefinition) -> Mapping[str, QuantileDefinition]:
    return MappingProxyType({definition.name: definition for definition in definitions})


DEFINITIONS: Mapping[str, QuantileDefinition] = _registry(
    QuantileDefinition(name="inverted_cdf", type=1, shift=(0, 0), usage="SAS QNTLDEF=3"),
    QuantileDefinition(
        name="averaged_inverted_cdf", type=2, shift=(0, 0), usage="SAS default, QNTLDEF=5"
    ),
    QuantileDefinition(name="closest_observation", type=3, shift=(-0.5, 0), usage="SAS QNTLDEF=2"),
    QuantileDefinition(
        name="interpolated_inverted_cdf", type=4, shift=(0, 0), usage="SAS QNTLDEF=1"
    ),
    QuantileDefinition(name="hazen", type=5, shift=(0.5, 0), usage="hydrology; MATLAB"),
    QuantileDefinition(name="weibull", type=6, shift=(0, 1), usage="SAS QNTLDEF=4; SPSS; Minitab"),
    QuantileDefinition(name="linear", type=7, shift=(1, -1), usage="default of R, NumPy and Excel"),
    QuantileDefinition(
        name="median_unbiased", type=8, shift=(1 / 3, 1 / 3), usage="Hyndman and Fan's advice"
    ),
    QuantileDefinition(name="normal_unbiased", type=9, shift=(3 / 8, 1 / 4), usage="normal scores"),
)
"""The nine definitions by name."""

DEFAULT = "averaged_inverted_cdf"
"""The default definition: SAS's, since most submitted tables come from SAS."""

NOISE = 1e-12
"""A position this close to a whole number, relatively, is that whole number: 0.07 × 100 is 7."""


def quantiles(
    values: ArrayLike, probabilities: Sequence[float], *, definition: str = DEFAULT
) -> tuple[float, ...]:
    """Give sample quantiles.

    Q(p) = (1 − w) x₍ⱼ₎ + w x₍ⱼ₊₁₎ of the ordered observations, with j = ⌊np + m⌋ and a weight w; m and w are what
    the nine definitions differ in. Hyndman and Fan, The American Statistician 50 (1996) 361–365,
    doi:10.1080/00031305.1996.10473566. Not for times of which some are censored:
    :func:`topline.stats.survival.survival_quantile`. In R: ``quantile(x, probabilities, type = 2)``, by default
    ``type = 7``; in SAS: PROC UNIVARIATE, PCTLDEF=5 (QNTLDEF=5 in PROC MEANS).

    Parameters
    ----------
    values
        One finite number for each observation, in any order [the measurement's unit]; at least one.
    probabilities
        The share of the distribution below each quantile, from 0 to 1 [1]; at least one.
    definition
        A name in :data:`DEFINITIONS`.

    Returns
    -------
    tuple of float
        One quantile for each probability, in the measurement's unit: the observation itself where there is a single
        one, the smallest and the largest at 0 and 1.

    Raises
    ------
    DataError
        If an element is not a finite number, or there is none.
    UsageError
        If a probability or the definition is not known.

    Examples
    --------
    >>> quantiles([1, 2, 3, 4], [0.25, 0.5, 0.75])
    (1.5, 2.5, 3.5)
    >>> quantiles([1, 2, 3, 4], [0.25, 0.5, 0.75], definition="linear")
    (1.75, 2.5, 3.25)
    """
    ordered = np.sort(finite("values", values))
    return tuple(
        _quantile(ordered, probability, definition) for probability in shares_below(probabilities)
    )


def shares_below(probabilities: Sequence[float]) -> list[float]:
    """Take the probabilities of quantiles. Part of :func:`quantiles`.

    Parameters
    ----------
    probabilities
        From 0 to 1 [1]; at least one.

    Raises
    ------
    UsageError
        If one is not such a fraction.

    Examples
    --------
    >>> shares_below([0, 0.5])
    [0.0, 0.5]
    """
    shares: list[float] = finite("probabilities", probabilities).tolist()
    for probability in shares:
        if not 0 <= probability <= 1:
            raise UsageError(
                f"a quantile at probability {probability}", accepted="a fraction from 0 to 1"
            )
    return shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Minimum, quartiles and maximum of a sample, with the definition of the quartiles."""

    number: int
    minimum: float
    first_quartile: float
    median: float
    third_quartile: float
    maximum: float
    definition: str


def spread(values: ArrayLike, *, definition: str = DEFAULT) -> Spread:
    """Summarize measurements by median, quartiles and range.

    The quartiles and the median are Q(p) of :func:`quantiles` at p = ¼, ½ and ¾. Source: :func:`quantiles`. Not for
    times of which some are censored. In R: ``quantile(x, type = 2)``; in SAS: PROC MEANS, MIN Q1 MEDIAN Q3 MAX.

    Parameters
    ----------
    values
        One finite number for each observation [the measurement's unit]; at least one.
    definition
        A name in :data:`DEFINITIONS`, for the quartiles and the median. Definitions 1, 3 and 4 give a median that
        is not the mean of the middle two of an even number.

    Returns
    -------
    Spread
        In the measurement's unit; of a single observation all five are that one.

    Raises
    ------
    DataError, UsageError
        As :func:`quantiles`.

    Examples
    --------
    >>> found = spread([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2])
    >>> found.minimum, found.first_quartile, found.median, found.third_quartile, found.maximum
    (-1.6, -0.2, 0.35, 2.0, 3.7)
    """
    numbers = finite("values", values)
    first, median, third = quantiles(numbers, (0.25, 0.5, 0.75), definition=definition)
    return Spread(
        number=numbers.size,
        minimum=float(numbers.min()),
        first_quartile=first,
        median=median,
        third_quartile=third,
        maximum=float(numbers.max()),
        definition=definition,
    )


def _quantile(ordered: Floats, probability: float, definition: str) -> float:
    places = ordered_places(np.array([ordered.size]), probability, definition)
    lower, upper = (float(ordered[place[0]]) for place in places[:2])
    weight = float(places[2][0])
    if weight == 0 or lower == upper:
        return lower
    return upper if weight == 1 else (1 - weight) * lower + weight * upper


def ordered_places(
    number: Integers, probability: float, definition: str
) -> tuple[Integers, Integers, Floats]:
    """Say between which two ordered observations a quantile lies, from 0, and the weight of the upper one.

    Part of :func:`quantiles`.

    Parameters
    ----------
    number
        How many observations each sample has [observations]; from 1.
    probability
        From 0 to 1 [1].
    definition
        A name in :data:`DEFINITIONS`.

    Examples
    --------
    >>> ordered_places(np.array([4, 1]), 0.25, "linear")
    (array([0, 0]), array([1, 0]), array([0.75, 0.  ]))
    """
    chosen = DEFINITIONS[known("quantile definition", definition, DEFINITIONS)]
    constant, slope = chosen.shift
    position = number * probability + constant + slope * probability
    nearest = np.round(position)
    whole = np.abs(position - nearest) <= NOISE * np.maximum(1, nearest)
    position = np.where(whole, nearest, position)
    below = np.floor(position).astype(np.int64)
    weight = _weights_above(position - below, below, chosen.type)
    # Order statistics count from 1; before the first and after the last the outermost is meant.
    lower, upper = (np.clip(rank - 1, 0, number - 1) for rank in (below, below + 1))
    return lower, upper, weight


def _weights_above(fraction: Floats, below: Integers, type_: int) -> Floats:
    """Give the weight of the upper of two neighbouring order statistics."""
    if type_ in (1, 2):
        return np.where(fraction > 0, 1.0, 0.0 if type_ == 1 else 0.5)
    if type_ == 3:
        return np.where((fraction == 0) & (below % 2 == 0), 0.0, 1.0)
    return fraction
