"""Logistic regression: odds ratios of groups against the reference, adjusted for covariates."""

from typing import Annotated, Literal

import polars as pl
from msgspec import Meta

from topline.analysis.analyses.analysis import ALL_TYPES, Analysed, Analysis
from topline.analysis.analyses.comparison import attempt_all, pairs, ratio_direction
from topline.analysis.analyses.measured_class import RESPONDED, MeasuredClass
from topline.analysis.analyses.model_variables import ModelOptions, model_rows, modelled
from topline.analysis.analyses.two_by_two import basis_of
from topline.stats.effect import Effect
from topline.stats.logistic import fit_logistic
from topline.stats.regression_ratios import coefficient_ratios


class LogisticOptions(ModelOptions, frozen=True, kw_only=True):
    """Who responded, and which limits."""

    category: Annotated[
        str | None,
        Meta(description="The category whose participants are counted, where there are several."),
    ] = None
    limits: Annotated[
        Literal["wald", "profile"],
        Meta(description="Wald limits, or those of the profile likelihood."),
    ] = "wald"


def analyse(measured: MeasuredClass, options: LogisticOptions) -> list[Analysed]:
    """Fit one model to all groups, and compare each with the reference."""
    compared = pairs(measured, options)
    return attempt_all(compared, lambda: _compare(measured, compared, options))


def _compare(
    measured: MeasuredClass, compared: list[tuple[str, str]], options: LogisticOptions
) -> list[Analysed]:
    keys = modelled(measured, compared, options.fitted_to)
    rows = model_rows(
        measured.responses(keys, options.category), options.covariates, options.factors, keys
    )
    matrix = rows.matrix(keys)
    fit = fit_logistic(rows.frame[RESPONDED].cast(pl.Int64).to_numpy(), matrix)
    found: dict[str, Effect] = {
        effect.name: effect
        for effect in coefficient_ratios(fit, level=options.two_sided_level, limits=options.limits)
    }
    return [
        basis_of(
            measured,
            Analysed(
                groups=(first, second),
                test=None if options.margin_values else found[f"group{first}"].test,
                estimate=found[f"group{first}"].estimate,
                test_name=None if options.margin_values else "Regression, Logistic",
                parameter="Odds Ratio (OR)",
                comment=rows.comment or None,
                estimate_comment=f"{ratio_direction(measured, first, second)} "
                f"{'Profile likelihood' if options.limits == 'profile' else 'Wald'} limits.",
                decimals=2,
            ),
        )
        for first, second in compared
    ]


ANALYSIS = Analysis(
    name="logistic_regression",
    title="odds ratios by logistic regression, adjusted for covariates",
    options=LogisticOptions,
    analyse=analyse,
    test_names=("Regression, Logistic",),
    parameters=("Odds Ratio (OR)",),
    types=ALL_TYPES,
)
