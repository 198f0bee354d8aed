"""What makes a whole outcome measure one that nothing can be computed from, and what a model gave."""

import re
from collections.abc import Iterator

from topline.posted.dispersions import dispersion
from topline.posted.spreads import article
from topline.posted.summaries import Unusable, possible
from topline.posted.units import Counted
from topline.record.results import Measurement, OutcomeMeasure
from topline.stats.possible_values import PossibleValues

_CERTAINLY_PERCENT = 3.0
"""A geometric coefficient of variation is a percentage where one of the measure is as large; else it may be a fraction."""

_MODELLED = re.compile(
    r"\b(?:model[- ])?adjusted (?:geometric )?means?\b|\bmodel[- ]adjusted\b|\badjusted (?:mean )?change\b"
    r"|\bleast[- ]squares?\b|\bls[- ]?means?\b|\blsm\b|\bestimated marginal means?\b|\bmmrm\b|\bancova\b"
    r"|\bmixed[- ](?:effects? )?model\b|\banalysis of covariance\b|\bmodel[- ]based\b|\brepeated measures\b"
)


def modelled(measure: OutcomeMeasure) -> str | None:
    """Return the words by which a mean says that a model gave it; ``None`` where none do.

    A standard deviation and a coefficient of variation are of measurements, whatever the description
    says of later analyses.

    Examples
    --------
    >>> modelled(OutcomeMeasure(title="Adjusted Mean Change From Baseline"))
    'adjusted mean'
    """
    spread = dispersion(measure.dispersion_type).word
    texts = [measure.title, measure.unit_of_measure]
    if spread not in ("standard deviation", "coefficient of variation"):
        texts.append(measure.description)
    for text in texts:
        found = _MODELLED.search((text or "").casefold())
        if found is not None:
            return found[0]
    return None


def _spreads(measure: OutcomeMeasure) -> Iterator[PossibleValues]:
    for posted in _measurements(measure):
        spread = possible(posted.spread)
        if not isinstance(spread, str):
            yield spread


def _measurements(measure: OutcomeMeasure) -> Iterator[Measurement]:
    for measure_class in measure.classes or ():
        for category in measure_class.categories or ():
            yield from category.measurements or ()


def odd_coefficients(measure: OutcomeMeasure) -> Unusable | None:
    """Return why geometric coefficients of variation may be fractions, or percentages."""
    if dispersion(measure.dispersion_type).word != "coefficient of variation":
        return None
    largest = max((spread.middle for spread in _spreads(measure)), default=None)
    if largest is None or largest >= _CERTAINLY_PERCENT:
        return None
    return Unusable(
        f"no coefficient of variation is above {largest:g}: percent, or fractions of 1?"
    )


def odd_shares(measure: OutcomeMeasure, unit: Counted) -> Unusable | None:
    """Return why percentages may be fractions, or fractions percentages."""
    values = [possible(posted.value) for posted in _measurements(measure)]
    largest = max((one.middle for one in values if not isinstance(one, str)), default=0.0)
    if unit is Counted.FRACTION and largest > 1:
        return Unusable(f"the unit is a proportion, and {largest:g} is above 1")
    if unit is Counted.PERCENTAGE and 0 < largest <= 1:
        return Unusable(f"no percentage is above {largest:g}: percent, or fractions of 1?")
    return None


def other(measure: OutcomeMeasure) -> str:
    """Return why a measure is none that can be computed from."""
    if measure.param_type is None:
        return "the document does not say what the values are: a mean, a median, a number?"
    kind = measure.param_type.replace("_", " ").casefold()
    if kind == "number":
        unit = measure.unit_of_measure or "no unit"
        return f"a number of {unit!r} says neither how many of the participants nor which share"
    return f"{article(kind)} is no count, mean or geometric mean"
