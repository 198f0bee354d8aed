"""Least squares mean: the mean of each group at equal covariates (one-way, ANCOVA)."""

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
import polars as pl
from msgspec import Meta
from numpy.typing import NDArray

from topline.analysis.dispersion import error_or_interval
from topline.analysis.summaries.mean import nothing_analysed
from topline.analysis.summaries.summary import (
    Level,
    Sample,
    Summarised,
    Summary,
    SummaryOptions,
    with_error_or_limits,
)
from topline.errors import DataError
from topline.stats.least_squares import GroupFit, fit_groups, least_squares_mean
from topline.trial.specification import Variable


class LeastSquaresOptions(SummaryOptions, frozen=True, kw_only=True):
    """The model, and what stands beside its means."""

    covariates: Annotated[
        tuple[Variable, ...], Meta(description="Continuous covariates, such as BASE.")
    ] = ()
    factors: Annotated[
        tuple[Variable, ...], Meta(description="Categorical covariates, such as SITEGR1.")
    ] = ()
    margins: Annotated[
        Literal["equal", "observed"],
        Meta(description="How the levels of factors are weighted: equally, or as observed."),
    ] = "equal"
    dispersion: Annotated[
        Literal["standard_error", "interval"],
        Meta(description="What stands beside the least squares mean."),
    ] = "standard_error"
    level: Level = 95


def fit(samples: Sequence[Sample], options: LeastSquaresOptions) -> GroupFit:
    """Fit the model to all groups together.

    Nobody with a value is left out, so that the number analyzed is that of the model.

    Raises
    ------
    DataError
        If a covariate is missing for a participant with a value, or is no number.
    """
    frames = []
    for sample in samples:
        sample.numbers()  # one row a participant, and a number
        frames.append(sample.analysed().with_columns(pl.lit(sample.column).alias("__group__")))
    frame = pl.concat(frames)
    return fit_groups(
        frame[samples[0].variable.upper()].cast(pl.Float64).to_numpy(),
        frame["__group__"].to_list(),
        covariates={
            name.upper(): _numeric(_covariate(frame, name.upper())) for name in options.covariates
        },
        factors={
            name.upper(): _covariate(frame, name.upper()).to_list() for name in options.factors
        },
    )


def _covariate(frame: pl.DataFrame, name: str) -> pl.Series:
    values = frame[name]
    missing = values.null_count()
    if missing:
        raise DataError(
            f"{name} is missing for {missing} participants with a value",
            accepted="every covariate of the model for every participant analyzed",
            advice=f"leave them out by `where: {name} is not missing`, or impute in the data",
        )
    return values


def _numeric(values: pl.Series) -> NDArray[np.float64]:
    if not values.dtype.is_numeric():
        raise DataError(
            f"{values.name} holds {str(values.dtype).lower()} values",
            accepted="a number as a covariate",
            advice="name a categorical variable among `factors:`",
        )
    return values.cast(pl.Float64).to_numpy()


def summarise(samples: Sequence[Sample], options: LeastSquaresOptions) -> list[Summarised]:
    """Fit one model to all samples, and summarise each by its least squares mean."""
    with_values = [sample for sample in samples if sample.participants]
    interval = options.dispersion == "interval"
    if not with_values:
        return [nothing_analysed(interval, "least squares mean") for _ in samples]
    fitted = fit(with_values, options)
    present = {str(name) for name in np.asarray(fitted.group.levels)}
    return [
        _one(fitted, sample.column, options)
        if sample.column in present
        else nothing_analysed(interval, "least squares mean")
        for sample in samples
    ]


def _one(fitted: GroupFit, group: str, options: LeastSquaresOptions) -> Summarised:
    estimate = least_squares_mean(
        fitted,
        group,
        level=options.level / 100,
        margins="balanced" if options.margins == "equal" else "observed",
    )
    return with_error_or_limits(
        estimate,
        interval=options.dispersion == "interval",
        about=f"model degrees of freedom {fitted.degrees_of_freedom}",
    )


SUMMARY = Summary(
    name="least_squares_mean",
    title="least squares mean, one-way or adjusted for covariates",
    options=LeastSquaresOptions,
    measure_type="LEAST_SQUARES_MEAN",
    dispersion=lambda options: error_or_interval(options.dispersion, options.level),
    summarise=summarise,
    joint=True,
)
