"""Percentage of participants without the event at a time, by Kaplan–Meier."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from topline.analysis.dispersion import confidence_interval
from topline.analysis.summaries.mean import nothing_analysed
from topline.analysis.summaries.summary import Sample, Summarised, Summary, summarised
from topline.analysis.summaries.survival import SurvivalOptions, curve
from topline.stats.survival import survival_at


class SurvivalAtOptions(SurvivalOptions, frozen=True, kw_only=True):
    """At which time."""

    time: Annotated[float, Meta(ge=0, description="The time, in the unit of the variable.")]


def summarise(samples: Sequence[Sample], options: SurvivalAtOptions) -> list[Summarised]:
    """Summarise each sample by itself."""
    return [_one(sample, options) for sample in samples]


def _one(sample: Sample, options: SurvivalAtOptions) -> Summarised:
    estimated = curve(sample, options)
    if estimated is None:
        return nothing_analysed(True, "Kaplan–Meier")
    at = survival_at(
        estimated, options.time, level=options.level / 100, transform=options.transform
    )
    found = summarised(at)
    value, lower, upper = (
        None if part is None else 100 * part for part in (found.value, found.lower, found.upper)
    )
    return Summarised(
        value=value,
        lower=lower,
        upper=upper,
        reasons=found.reasons,
        method=f"{found.method}, {options.level:g}%, in percent",
        notes=found.notes,
        curve=estimated,
    )


SUMMARY = Summary(
    name="kaplan_meier_survival",
    title="Kaplan–Meier percentage without the event at a time, with its interval",
    options=SurvivalAtOptions,
    measure_type="NUMBER",
    dispersion=lambda options: confidence_interval(options.level),
    summarise=summarise,
    decimals=lambda *_: (1, 1),
    unit="percentage of participants",
)
