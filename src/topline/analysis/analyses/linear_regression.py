"""Linear regression: the slope of the values along the groups' scores, such as doses, or along a variable."""

from typing import Annotated

import polars as pl
from msgspec import Meta

from topline.analysis.analyses.analysis import Analysed, Analysis, AnalysisOptions
from topline.analysis.analyses.comparison import attempt
from topline.analysis.analyses.measured_class import GROUP, MeasuredClass
from topline.analysis.analyses.model_variables import (
    CovariatesOption,
    FactorsOption,
    model_rows,
)
from topline.errors import UsageError
from topline.stats.linear_model import fit_linear_model, linear_model_coefficients
from topline.stats.model_matrix import model_matrix, variables
from topline.trial.specification import Variable

NAME, PARAMETER = "Regression, Linear", "Slope"
SCORE = "__SCORE__"


class RegressionOptions(AnalysisOptions, frozen=True, kw_only=True):
    """What the slope is along, and what the model holds beside it."""

    scores: Annotated[
        tuple[float, ...], Meta(description="A number for each group in order, such as its dose.")
    ] = ()
    along: Annotated[
        Variable | None,
        Meta(description="Instead of `scores`: a numeric variable of the participant or row."),
    ] = None
    covariates: CovariatesOption = ()
    factors: FactorsOption = ()


def analyse(measured: MeasuredClass, options: RegressionOptions) -> list[Analysed]:
    """Fit one model to all groups together."""
    keys = measured.keys
    if (options.along is None) == (not options.scores):
        raise UsageError(
            "the slope is along nothing, or along two things", accepted="scores or along"
        )
    if options.scores and len(options.scores) != len(keys):
        raise UsageError(f"{len(options.scores)} scores for {len(keys)} groups")
    return [attempt(keys, lambda: _fit(measured, keys, options))]


def _fit(measured: MeasuredClass, keys: tuple[str, ...], options: RegressionOptions) -> Analysed:
    frame = measured.single_rows(keys)
    if options.along is None:
        scores = dict(zip(keys, options.scores, strict=True))
        frame = frame.with_columns(
            pl.col(GROUP).replace_strict(scores, return_dtype=pl.Float64).alias(SCORE)
        )
        along = SCORE
    else:
        along = options.along.upper()
    rows = model_rows(
        frame,
        (*options.covariates, along),
        options.factors,
        keys if options.along is None else (),
    )
    variable = measured.variable
    matrix = model_matrix(
        variables(covariates=rows.covariates, factors=rows.factors),
        [(name,) for name in (*rows.covariates, *rows.factors)],
    )
    fit = fit_linear_model(rows.frame[variable].cast(pl.Float64).to_numpy(), matrix)
    effect = next(
        one
        for one in linear_model_coefficients(fit, level=options.two_sided_level)
        if one.name == along
    )
    if options.along is None:
        what = "Scores: " + ", ".join(
            f"{measured.titles[key]} {score:g}"
            for key, score in zip(keys, options.scores, strict=True)
        )
    else:
        what = f"Along {along}"
    others = [name for name in (*rows.covariates, *rows.factors) if name != along]
    adjusted = f" Adjusted for {', '.join(others)}." if others else ""
    left = f" {rows.left_out} rows that lack a variable are left out." if rows.left_out else ""
    return Analysed(
        groups=keys,
        test=effect.test,
        estimate=effect.estimate,
        test_name=NAME,
        parameter=PARAMETER,
        comment=f"{what}.{adjusted}{left}",
        estimate_comment=f"Change in the mean for one unit more of {'the score' if along == SCORE else along}.",
        standard_error=True,
    )


ANALYSIS = Analysis(
    name="linear_regression",
    title="slope of the values along doses or another variable",
    options=RegressionOptions,
    analyse=analyse,
    test_names=(NAME,),
    parameters=(PARAMETER,),
    dispersion=True,
)
