"""Percentage of participants in a category, with the interval of a proportion."""

from typing import Annotated, Literal

import numpy as np
from msgspec import Meta

from topline.analysis.dispersion import confidence_interval
from topline.analysis.summaries.summary import Level, Summarised, Summary, SummaryOptions
from topline.stats.proportion import proportion

Interval = Literal["jeffreys", "wilson", "clopper_pearson", "agresti_coull", "wald"]


class PercentageOptions(SummaryOptions, frozen=True, kw_only=True):
    """The interval of a percentage."""

    interval: Annotated[Interval, Meta(description="Interval of the proportion.")] = (
        "clopper_pearson"
    )
    level: Level = 95


def percentage(count: int, number: int, options: PercentageOptions) -> Summarised:
    """Estimate a percentage with its interval; limits are kept within 0 and 100.

    A group in which nobody was analysed has no percentage, which is posted as NA.

    Examples
    --------
    >>> found = percentage(8, 27, PercentageOptions(interval="jeffreys"))
    >>> round(found.value, 1), round(found.lower, 1), round(found.upper, 1)
    (29.6, 15.1, 48.2)
    """
    if number == 0:
        reason = "no participant was analyzed"
        return Summarised(
            value=None,
            reasons=dict.fromkeys(("value", "lower", "upper"), reason),
            method="percentage of participants",
        )
    found = proportion(
        count, number, level=options.level / 100, interval=options.interval, bounded=True
    )
    # The percentage comes from the counts, so that a tie such as 12.5 is exactly one.
    limits = [
        None if limit is None else float(np.clip(100 * limit, 0, 100))
        for limit in (found.lower, found.upper)
    ]
    return Summarised(
        value=100 * count / number,
        lower=limits[0],
        upper=limits[1],
        method=f"percentage of participants; {found.method}, {options.level:g}%",
        notes="; ".join(found.notes),
    )


SUMMARY = Summary(
    name="percentage",
    title="percentage of participants by category, with an interval",
    options=PercentageOptions,
    measure_type="NUMBER",
    dispersion=lambda options: confidence_interval(options.level),
    count=percentage,
    decimals=lambda *_: (1, 1),
    unit="percentage of participants",
    variable="AVALC",
)
