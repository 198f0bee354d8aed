"""Cox regression: hazard ratios of groups against the reference, with strata and covariates."""

from typing import Annotated, Literal

import numpy as np
from msgspec import Meta

from topline.analysis.analyses.analysis import ALL_TYPES, Analysed, Analysis
from topline.analysis.analyses.comparison import attempt_all, pairs, ratio_direction
from topline.analysis.analyses.event_times import CensorOption, StrataOption, event_times
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.analysis.analyses.model_variables import ModelOptions, model_rows, modelled
from topline.errors import ToplineError
from topline.stats.cox import CoxFit, cox
from topline.stats.proportional_hazards import proportional_hazards


class CoxOptions(ModelOptions, frozen=True, kw_only=True):
    """Strata and the handling of ties."""

    censor: CensorOption = "CNSR"
    strata: StrataOption = ()
    ties: Annotated[
        Literal["efron", "breslow", "exact"],
        Meta(
            description="How events at one time are handled: R's default is efron, SAS's breslow."
        ),
    ] = "efron"


def analyse(measured: MeasuredClass, options: CoxOptions) -> list[Analysed]:
    """Fit one model to all groups, and compare each with the reference."""
    compared = pairs(measured, options)
    return attempt_all(compared, lambda: _compare(measured, compared, options))


def _compare(
    measured: MeasuredClass, compared: list[tuple[str, str]], options: CoxOptions
) -> list[Analysed]:
    keys = modelled(measured, compared, options.fitted_to)
    data = event_times(measured, keys, options.censor, options.strata)
    rows = model_rows(
        data.frame.with_columns(
            __time__=data.time,
            __event__=data.event,
            __stratum__=np.array(data.strata if data.strata is not None else [""] * data.time.size),
        ),
        options.covariates,
        options.factors,
        keys,
    )
    matrix = rows.matrix(keys)
    fit = cox(
        rows.frame["__time__"].to_numpy(),
        rows.frame["__event__"].to_numpy(),
        # The baseline hazard takes the place of an intercept.
        matrix.columns[:, 1:],
        names=matrix.names[1:],
        strata=rows.frame["__stratum__"].to_list() if data.strata is not None else None,
        ties=options.ties,
        level=options.two_sided_level,
    )
    comment = " ".join(
        part
        for part in (
            f"{options.ties.capitalize()}'s handling of ties."
            if options.ties != "exact"
            else "Exact handling of ties.",
            data.comment,
            rows.comment,
            data.events_by_group(measured, keys),
        )
        if part
    )
    return [
        Analysed(
            groups=(first, second),
            test=None if options.margin_values else fit.coefficient_tests[place],
            estimate=fit.hazard_ratios[place],
            test_name=None if options.margin_values else "Regression, Cox",
            parameter="Hazard Ratio (HR)",
            comment=f"{comment} {_proportionality(fit, f'group{first}')}".strip(),
            estimate_comment=f"Hazard of {ratio_direction(measured, first, second)}",
            decimals=2,
        )
        for place, (first, second) in enumerate(compared)
    ]


def _proportionality(fit: CoxFit, name: str) -> str:
    """Say what the test of proportional hazards says of a comparison."""
    try:
        found = proportional_hazards(fit)
    except ToplineError:
        return ""
    test = dict(zip(found.terms, found.tests, strict=True))[name]
    if test.p_value is None:
        return ""
    return (
        "Proportional hazards (scaled Schoenfeld residuals): "
        f"p {'< 0.0001' if test.p_value < 0.0001 else f'= {test.p_value:.4f}'}."
    )


ANALYSIS = Analysis(
    name="cox_regression",
    title="hazard ratios by Cox regression, with strata and covariates",
    options=CoxOptions,
    analyse=analyse,
    test_names=("Regression, Cox",),
    parameters=("Hazard Ratio (HR)",),
    types=ALL_TYPES,
)
