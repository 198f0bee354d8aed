"""Events per unit of person-time, with the exact Poisson interval."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from msgspec import Meta

from topline.analysis.dispersion import confidence_interval
from topline.analysis.summaries.mean import nothing_analysed
from topline.analysis.summaries.summary import (
    Level,
    Sample,
    Summarised,
    Summary,
    SummaryOptions,
    summarised,
)
from topline.errors import DataError
from topline.stats.rate import event_rate
from topline.trial.specification import Variable


class EventRateOptions(SummaryOptions, frozen=True, kw_only=True):
    """What the events are counted against."""

    exposure: Annotated[Variable, Meta(description="Person-time of a participant.")]
    per: Annotated[
        float, Meta(gt=0, description="Person-time the rate is given for: 100 for a rate per 100.")
    ] = 1
    level: Level = 95


def summarise(samples: Sequence[Sample], options: EventRateOptions) -> list[Summarised]:
    """Summarise each sample by itself."""
    return [_one(sample, options) for sample in samples]


def _one(sample: Sample, options: EventRateOptions) -> Summarised:
    events = sample.numbers()
    if events.size == 0:
        return nothing_analysed(True, "event rate")
    exposure = sample.numbers(options.exposure)
    if np.isnan(exposure).any():
        raise DataError(
            f"{options.exposure.upper()} is missing for {int(np.isnan(exposure).sum())} participants "
            "with events counted",
            accepted="person-time for every participant counted",
        )
    with np.errstate(over="ignore"):  # a sum beyond any number is refused by the estimate
        total, time = float(events.sum()), float(exposure.sum())
    found = summarised(event_rate(total, time, level=options.level / 100, per=options.per))
    return Summarised(
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        reasons=found.reasons,
        method=f"{found.method}, {options.level:g}%; {total:g} events in {time:g} of person-time, "
        f"per {options.per:g}",
        notes=found.notes,
    )


SUMMARY = Summary(
    name="event_rate",
    title="events per person-time with the exact Poisson interval",
    options=EventRateOptions,
    measure_type="NUMBER",
    dispersion=lambda options: confidence_interval(options.level),
    summarise=summarise,
    decimals=lambda *_: (2, 2),
)
