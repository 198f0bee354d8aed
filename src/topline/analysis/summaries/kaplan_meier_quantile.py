"""Time by which a share of participants had the event: the Kaplan–Meier median and its kin."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from topline.analysis.dispersion import confidence_interval
from topline.analysis.summaries.mean import nothing_analysed
from topline.analysis.summaries.summary import Sample, Summarised, Summary, summarised
from topline.analysis.summaries.survival import SurvivalOptions, curve
from topline.stats.survival import survival_quantile


class QuantileOptions(SurvivalOptions, frozen=True, kw_only=True):
    """Which quantile, and its limits."""

    probability: Annotated[
        float, Meta(gt=0, lt=1, description="The share with the event: 0.5 for the median.")
    ] = 0.5


def summarise(samples: Sequence[Sample], options: QuantileOptions) -> list[Summarised]:
    """Summarise each sample by itself."""
    return [_one(sample, options) for sample in samples]


def _one(sample: Sample, options: QuantileOptions) -> Summarised:
    estimated = curve(sample, options)
    if estimated is None:
        return nothing_analysed(True, "Kaplan–Meier")
    quantile = survival_quantile(
        estimated,
        options.probability,
        level=options.level / 100,
        transform=options.transform,
    )
    found = summarised(quantile)
    return Summarised(
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        reasons=found.reasons,
        method=f"{found.method}, {options.level:g}%; "
        f"{int(estimated.events.sum())} events in {estimated.number}",
        notes=found.notes,
        curve=estimated,
    )


SUMMARY = Summary(
    name="kaplan_meier_quantile",
    title="Kaplan–Meier median or other quantile with its interval",
    options=QuantileOptions,
    measure_type="MEDIAN",
    dispersion=lambda options: confidence_interval(options.level),
    summarise=summarise,
    decimals=lambda *_: (1, 1),
    # The registry's Median is the quantile at one half; any other quantile is a Number.
    type_of=lambda options: "MEDIAN" if options.probability == 0.5 else "NUMBER",
)
