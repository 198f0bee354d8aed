"""Curves behind posted numbers: what a chart needs and a record cannot hold."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalCurve:
    """A Kaplan–Meier curve of one group of one outcome measure.

    Attributes
    ----------
    address
        JSON Pointer of the outcome measure.
    group_id
        The group's id in the outcome measure.
    group_title
        The group's title.
    unit
        The unit of time.
    times
        Distinct times, ascending, in that unit; the first is 0.
    survival, lower, upper
        Probability and limits from each time on; limits are ``None`` where undefined.
    censored
        Times of censoring.
    at_risk_times, at_risk
        Numbers at risk for the table below the chart.
    level
        Confidence level, as 0.95.
    transform
        The transform of the limits: ``plain``, ``log`` or ``log-log``.
    """

    address: str
    group_id: str
    group_title: str
    unit: str
    times: tuple[float, ...]
    survival: tuple[float, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    censored: tuple[float, ...]
    at_risk_times: tuple[float, ...]
    at_risk: tuple[int, ...]
    level: float
    transform: str
