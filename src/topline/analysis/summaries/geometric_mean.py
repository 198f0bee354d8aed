"""Geometric mean with its coefficient of variation or its interval."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

from topline.analysis.dispersion import COEFFICIENT_OF_VARIATION, confidence_interval
from topline.analysis.summaries.mean import nothing_analysed
from topline.analysis.summaries.summary import (
    Level,
    Sample,
    Summarised,
    Summary,
    SummaryOptions,
    summarised,
)
from topline.stats.mean import geometric_mean


class GeometricMeanOptions(SummaryOptions, frozen=True, kw_only=True):
    """What stands beside a geometric mean."""

    dispersion: Annotated[
        Literal["coefficient_of_variation", "interval"],
        Meta(description="What stands beside the geometric mean; the coefficient in percent."),
    ] = "coefficient_of_variation"
    level: Level = 95


def summarise(samples: Sequence[Sample], options: GeometricMeanOptions) -> list[Summarised]:
    """Summarise each sample by itself."""
    return [_one(sample, options) for sample in samples]


def _one(sample: Sample, options: GeometricMeanOptions) -> Summarised:
    values = sample.numbers()
    interval = options.dispersion == "interval"
    if values.size == 0:
        return nothing_analysed(interval, "geometric mean")
    found = geometric_mean(values, level=options.level / 100)
    if interval:
        return summarised(found.estimate)
    coefficient = found.coefficient_of_variation
    return Summarised(
        value=found.estimate.value,
        spread=None if coefficient is None else 100 * coefficient,
        reasons={} if coefficient is not None else {"spread": "not estimable from these values"},
        method="geometric mean, geometric coefficient of variation in percent",
    )


SUMMARY = Summary(
    name="geometric_mean",
    title="geometric mean with coefficient of variation or interval",
    options=GeometricMeanOptions,
    measure_type="GEOMETRIC_MEAN",
    dispersion=lambda options: (
        confidence_interval(options.level)
        if options.dispersion == "interval"
        else COEFFICIENT_OF_VARIATION
    ),
    summarise=summarise,
    decimals=lambda data, options: (
        data + 1,
        data + 1 if options.dispersion == "interval" else 1,
    ),
)
