"""Whether the means of several groups are equal: F test adjusted for covariates, Welch's, or Kruskal and Wallis's."""

from typing import Annotated, Literal

import polars as pl
from msgspec import Meta

from topline.analysis.analyses.analysis import Analysed, Analysis
from topline.analysis.analyses.comparison import attempt
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.analysis.analyses.model_variables import ModelOptions, model_rows
from topline.errors import UsageError
from topline.stats.analysis_of_variance import summarize_groups, welch_analysis
from topline.stats.estimate import Test
from topline.stats.k_sample_ranks import jonckheere_terpstra, kruskal_wallis
from topline.stats.least_squares import fit_groups, group_test

NAMES = {
    "f": "ANOVA",
    "welch": "Welch's ANOVA",
    "kruskal_wallis": "Kruskal-Wallis",
    "jonckheere_terpstra": "Jonckheere-Terpstra test",
}


class VarianceOptions(ModelOptions, frozen=True, kw_only=True):
    """Which test."""

    test: Annotated[
        Literal["f", "welch", "kruskal_wallis", "jonckheere_terpstra"],
        Meta(
            description="f takes covariates and factors (type 3); jonckheere_terpstra asks for a trend "
            "over the groups in order."
        ),
    ] = "f"


def analyse(measured: MeasuredClass, options: VarianceOptions) -> list[Analysed]:
    """Test all groups together."""
    keys = measured.keys
    if len(keys) < 2:
        raise UsageError("a comparison of one group", accepted="two groups or more")
    if options.test != "f" and (options.covariates or options.factors):
        raise UsageError(f"test: {options.test} takes no covariates or factors", accepted="f")
    return [attempt(keys, lambda: _one(measured, keys, options))]


def _one(measured: MeasuredClass, keys: tuple[str, ...], options: VarianceOptions) -> Analysed:
    rows = model_rows(measured.single_rows(keys), options.covariates, options.factors, keys)
    variable = measured.variable
    values = rows.frame[variable].cast(pl.Float64).to_numpy()
    test: Test
    if options.test == "f":
        test = group_test(
            fit_groups(values, rows.groups, covariates=rows.covariates, factors=rows.factors)
        )
    elif options.test == "welch":
        test = welch_analysis(summarize_groups(values, rows.groups))
    elif options.test == "kruskal_wallis":
        test = kruskal_wallis(values, rows.groups)
    else:
        test = jonckheere_terpstra(values, rows.groups, order=keys)
    adjusted = options.test == "f" and options.covariates
    order = (
        f"Order: {', '.join(measured.titles[key] for key in keys)}."
        if options.test == "jonckheere_terpstra"
        else ""
    )
    return Analysed(
        groups=keys,
        test=test,
        test_name="ANCOVA" if adjusted else NAMES[options.test],
        comment=" ".join(part for part in (rows.comment, order) if part) or None,
    )


ANALYSIS = Analysis(
    name="analysis_of_variance",
    title="test that several groups' means or distributions are equal",
    options=VarianceOptions,
    analyse=analyse,
    test_names=(*NAMES.values(), "ANCOVA"),
)
