"""What stands beside a posted value, in the registry's two vocabularies."""

from dataclasses import dataclass
from typing import Literal

_BASELINE_LEVELS = {
    80.0: "CONFIDENCE_80",
    90.0: "CONFIDENCE_90",
    95.0: "CONFIDENCE_95",
    97.5: "CONFIDENCE_975",
    99.0: "CONFIDENCE_99",
}


@dataclass(frozen=True, slots=True)
class Dispersion:
    """A measure of dispersion or precision.

    Attributes
    ----------
    outcome
        Its name for an outcome measure.
    baseline
        Its code for a baseline measure.
    shape
        Whether it is one number (``spread``) or two (``limits``).
    """

    outcome: str
    baseline: str
    shape: Literal["spread", "limits"]


STANDARD_DEVIATION = Dispersion("Standard Deviation", "STANDARD_DEVIATION", "spread")
STANDARD_ERROR = Dispersion("Standard Error", "STANDARD_ERROR", "spread")
QUARTILES = Dispersion("Inter-Quartile Range", "INTER_QUARTILE_RANGE", "limits")
RANGE = Dispersion("Full Range", "FULL_RANGE", "limits")
COEFFICIENT_OF_VARIATION = Dispersion(
    "Geometric Coefficient of Variation", "GEOMETRIC_COEFFICIENT", "spread"
)


def confidence_interval(level: float) -> Dispersion:
    """Name the confidence interval of a level in percent.

    Examples
    --------
    >>> confidence_interval(95).outcome, confidence_interval(97.5).baseline
    ('95% Confidence Interval', 'CONFIDENCE_975')
    """
    return Dispersion(
        f"{level:g}% Confidence Interval",
        _BASELINE_LEVELS.get(float(level), "CONFIDENCE_OTHER"),
        "limits",
    )


def error_or_interval(shown: Literal["standard_error", "interval"], level: float) -> Dispersion:
    """Name what stands beside a mean of a model: its standard error, or its confidence interval.

    Examples
    --------
    >>> error_or_interval("interval", 90).outcome, error_or_interval("standard_error", 90).outcome
    ('90% Confidence Interval', 'Standard Error')
    """
    return confidence_interval(level) if shown == "interval" else STANDARD_ERROR
