"""Least squares mean at a visit from a mixed model for repeated measures (MMRM)."""

from collections.abc import Sequence
from typing import Annotated, Literal

import polars as pl
from msgspec import Meta

from topline.analysis.dispersion import error_or_interval
from topline.analysis.repeated_measures import (
    GROUP,
    AtOption,
    RepeatedModel,
    fit_visits,
    placed,
    visit_of,
)
from topline.analysis.summaries.mean import nothing_analysed
from topline.analysis.summaries.summary import (
    Level,
    Sample,
    SelectSamples,
    Summarised,
    Summary,
    SummaryOptions,
    with_error_or_limits,
)
from topline.stats.mixed_model_means import mixed_model_mean


class RepeatedMeanOptions(SummaryOptions, frozen=True, kw_only=True):
    """The model, and what stands beside its means."""

    model: Annotated[
        RepeatedModel, Meta(description="The model, the same as of the analysis repeated_measures.")
    ] = RepeatedModel()
    at: AtOption = None
    dispersion: Annotated[
        Literal["standard_error", "interval"],
        Meta(description="What stands beside the least squares mean."),
    ] = "standard_error"
    level: Level = 95


def summarise(
    samples: Sequence[Sample], options: RepeatedMeanOptions, select: SelectSamples
) -> list[Summarised]:
    """Fit one model to all groups and visits, and give the means at the visit of the class."""
    interval = options.dispersion == "interval"
    with_values = [sample for sample in samples if sample.participants]
    if not with_values:
        return [nothing_analysed(interval, "repeated measures mean") for _ in samples]
    present = {sample.column for sample in with_values}
    chosen = [one for one in select(options.model.rows) if one.column in present]
    fitted = fit_visits(
        pl.concat([one.analysed().with_columns(pl.lit(one.column).alias(GROUP)) for one in chosen]),
        samples[0].variable.upper(),
        options.model,
    )
    at = options.at or visit_of(
        pl.concat([sample.analysed() for sample in with_values]), options.model.visit
    )
    found = []
    for sample in samples:
        if sample.column not in present:
            found.append(nothing_analysed(interval, "repeated measures mean"))
            continue
        estimate = mixed_model_mean(
            fitted.inference,
            placed(sample.column, at),
            level=options.level / 100,
            margins=fitted.margins,
        )
        found.append(with_error_or_limits(estimate, interval=interval, about=fitted.words))
    return found


SUMMARY = Summary(
    name="repeated_measures_mean",
    title="least squares mean at a visit from a mixed model for repeated measures (MMRM)",
    options=RepeatedMeanOptions,
    measure_type="LEAST_SQUARES_MEAN",
    dispersion=lambda options: error_or_interval(options.dispersion, options.level),
    summarise_within=summarise,
    joint=True,
)
