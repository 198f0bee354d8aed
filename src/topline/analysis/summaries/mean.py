"""Arithmetic mean with its standard deviation, standard error or t interval."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

from topline.analysis.dispersion import (
    STANDARD_DEVIATION,
    STANDARD_ERROR,
    Dispersion,
    confidence_interval,
)
from topline.analysis.summaries.summary import (
    Level,
    Sample,
    Summarised,
    Summary,
    SummaryOptions,
    summarised,
)
from topline.stats.mean import MeanSummary, arithmetic_mean, summarize

_ONE_VALUE = "not estimable from a single participant"


class MeanOptions(SummaryOptions, frozen=True, kw_only=True):
    """What stands beside a mean."""

    dispersion: Annotated[
        Literal["standard_deviation", "standard_error", "interval"],
        Meta(description="What stands beside the mean."),
    ] = "standard_deviation"
    level: Level = 95


def dispersion(options: MeanOptions) -> Dispersion:
    """Name what stands beside the mean."""
    if options.dispersion == "interval":
        return confidence_interval(options.level)
    return STANDARD_ERROR if options.dispersion == "standard_error" else STANDARD_DEVIATION


def summarise(samples: Sequence[Sample], options: MeanOptions) -> list[Summarised]:
    """Summarise each sample by itself."""
    return [_one(sample, options) for sample in samples]


def _one(sample: Sample, options: MeanOptions) -> Summarised:
    values = sample.numbers()
    if values.size == 0:
        return nothing_analysed(options.dispersion == "interval", "arithmetic mean")
    summary = summarize(values)
    estimate = arithmetic_mean(summary, level=options.level / 100)
    if options.dispersion == "interval":
        return summarised(estimate)
    spread = (
        estimate.standard_error
        if options.dispersion == "standard_error"
        else summary.standard_deviation
    )
    return _with_spread(summary, spread, options)


def _with_spread(summary: MeanSummary, spread: float | None, options: MeanOptions) -> Summarised:
    return Summarised(
        value=summary.mean,
        spread=spread,
        reasons={} if spread is not None else {"spread": _ONE_VALUE},
        method=f"arithmetic mean, {options.dispersion.replace('_', ' ')}",
    )


def nothing_analysed(limits: bool, method: str) -> Summarised:
    """Summarise a sample without values: nothing can be estimated, and the record says why."""
    reason = "no participant was analyzed"
    parts = ("value", "lower", "upper") if limits else ("value", "spread")
    return Summarised(value=None, reasons=dict.fromkeys(parts, reason), method=method)


SUMMARY = Summary(
    name="mean",
    title="arithmetic mean with standard deviation, standard error or interval",
    options=MeanOptions,
    measure_type="MEAN",
    dispersion=dispersion,
    summarise=summarise,
)
