"""Median with its quartiles or its full range."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

from topline.analysis.dispersion import QUARTILES, RANGE
from topline.analysis.summaries.mean import nothing_analysed
from topline.analysis.summaries.summary import Sample, Summarised, Summary, SummaryOptions
from topline.stats.quantile import DEFAULT, spread

Definition = Literal[
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "linear",
    "median_unbiased",
    "normal_unbiased",
]


class MedianOptions(SummaryOptions, frozen=True, kw_only=True):
    """What stands beside a median, and which quantiles are meant."""

    dispersion: Annotated[
        Literal["quartiles", "range"], Meta(description="What stands beside the median.")
    ] = "quartiles"
    quantile: Annotated[
        Definition,
        Meta(description="The quantile definition; the default is SAS's (Hyndman and Fan's 2)."),
    ] = "averaged_inverted_cdf"


def summarise(samples: Sequence[Sample], options: MedianOptions) -> list[Summarised]:
    """Summarise each sample by itself."""
    return [_one(sample, options) for sample in samples]


def _one(sample: Sample, options: MedianOptions) -> Summarised:
    values = sample.numbers()
    if values.size == 0:
        return nothing_analysed(True, "median")
    found = spread(values, definition=options.quantile)
    quartiles = options.dispersion == "quartiles"
    return Summarised(
        value=found.median,
        lower=found.first_quartile if quartiles else found.minimum,
        upper=found.third_quartile if quartiles else found.maximum,
        method=f"median, {options.dispersion}; quantile definition {options.quantile}"
        + (" (SAS default)" if options.quantile == DEFAULT else ""),
    )


def _decimals(data: int, options: MedianOptions) -> tuple[int, int]:
    # A minimum or a maximum is a value as it was recorded: it gains no place.
    return data + 1, data + 1 if options.dispersion == "quartiles" else data


SUMMARY = Summary(
    name="median",
    title="median with quartiles or full range",
    options=MedianOptions,
    measure_type="MEDIAN",
    dispersion=lambda options: QUARTILES if options.dispersion == "quartiles" else RANGE,
    summarise=summarise,
    decimals=_decimals,
)
