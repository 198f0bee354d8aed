"""Which intervals the page on coverage shows, table by table, and why it leaves others out."""

from collections.abc import Mapping
from types import MappingProxyType

from docs.coverage import (
    hazards,
    linear_models,
    means,
    paired,
    poolings,
    proportions,
    ranks,
    rates,
    regressions,
    strata,
    survival,
)
from docs.coverage.page import Section
from docs.coverage.probability import Table

SECTIONS: Mapping[str, Section] = MappingProxyType(
    {
        "proportions": Section(
            title="One proportion",
            text="All counts are enumerated.",
            table=proportions.proportions_table,
            functions=("proportion:proportion", "proportion:proportions"),
            choices=("proportion:INTERVALS",),
        ),
        "risk differences": Section(
            title="Risk difference",
            text="All tables of the two groups are enumerated; sizes, then true proportions.",
            table=proportions.risk_differences_table,
            functions=("risk_difference:risk_difference", "risk_difference:risk_differences"),
            choices=("risk_difference:INTERVALS",),
        ),
        "risk ratios": Section(
            title="Risk ratio",
            text="As for the risk difference.",
            table=proportions.risk_ratios_table,
            functions=("risk_ratio:risk_ratio", "risk_ratio:risk_ratios"),
            choices=("risk_ratio:INTERVALS",),
        ),
        "odds ratios": Section(
            title="Odds ratio",
            text="As for the risk difference.",
            table=proportions.odds_ratios_table,
            functions=("odds_ratio:odds_ratio", "odds_ratio:odds_ratios"),
            choices=("odds_ratio:INTERVALS",),
        ),
        "paired differences": Section(
            title="Difference of paired proportions",
            text="All tables of pairs are enumerated; how many pairs, then the true shares of those in which only the first, "
            "and only the second, has the event.",
            table=paired.paired_differences_table,
            functions=(
                "paired_proportions:paired_difference",
                "paired_proportions:paired_differences",
            ),
            choices=("paired_proportions:INTERVALS",),
        ),
        "paired odds ratios": Section(
            title="Odds ratio of matched pairs",
            text="All numbers of discordant pairs are enumerated, designs as above. Without discordant pairs nothing is "
            "defined; an upper limit is infinite where no pair has the event only in the second.",
            table=paired.paired_odds_ratios_table,
            functions=(
                "paired_proportions:paired_odds_ratio",
                "paired_proportions:paired_odds_ratios",
            ),
            choices=("proportion:INTERVALS",),
        ),
        "kappas": Section(
            title="Cohen's kappa",
            text="All tables of two raters' yes and no are enumerated, designs as above.",
            table=paired.kappas_table,
            functions=("agreement:cohen_kappa", "agreement:cohen_kappas"),
            remark="The normal interval of kappa is one for large samples.",
        ),
        "common risk differences": Section(
            title="Risk difference common to strata",
            text="A true difference of 0.2 in every stratum, the control group's proportions from 0.2 to 0.5; the sizes of the two "
            f"groups. Two strata are enumerated; of more, {strata.SAMPLES_OF_DIFFERENCES:,} samples are drawn.",
            table=strata.common_risk_differences_table,
            functions=(
                "stratified_risk_difference:common_risk_difference",
                "stratified_risk_difference:common_risk_differences",
                "mantel_haenszel_pooling:pool_mantel_haenszel",
            ),
            choices=(
                "stratified_risk_difference:INTERVALS",
                "stratified_risk_difference:WEIGHTS",
            ),
            remark="Greenland and Robins's variance is for few large strata, Sato's for many small ones as well.",
        ),
        "common risk ratios": Section(
            title="Risk ratio common to strata",
            text=f"A true ratio of 1.5, designs as above; {strata.SAMPLES:,} samples where they are drawn.",
            table=strata.common_risk_ratios_table,
            functions=(
                "stratified_tables:common_risk_ratio",
                "many_stratified_tables:common_risk_ratios",
            ),
        ),
        "common odds ratios": Section(
            title="Odds ratio common to strata",
            text=f"A true ratio of 2, designs as above; {strata.SAMPLES_OF_ODDS_RATIOS:,} samples where they are drawn.",
            table=strata.common_odds_ratios_table,
            functions=(
                "stratified_tables:common_odds_ratio",
                "many_stratified_tables:common_odds_ratios",
                "exact_tables:conditional_odds_ratio",
                "peto_pooling:pool_peto",
            ),
        ),
        "rates": Section(
            title="Rate",
            text="All counts of events are enumerated.",
            table=rates.rates_table,
            functions=("rate:event_rate", "rate:event_rates"),
            choices=("rate:INTERVALS",),
        ),
        "rate ratios": Section(
            title="Rate ratio",
            text="All likely counts of two groups are enumerated, of which the second is observed half as long.",
            table=rates.rate_ratios_table,
            functions=("rate_comparison:rate_ratio", "rate_comparison:rate_ratios"),
            choices=("rate_comparison:RATIO_INTERVALS",),
        ),
        "rate differences": Section(
            title="Rate difference",
            text="As for the rate ratio.",
            table=rates.rate_differences_table,
            functions=("rate_comparison:rate_difference", "rate_comparison:rate_differences"),
            choices=("rate_comparison:DIFFERENCE_INTERVALS",),
        ),
        "common rates": Section(
            title="Rate ratio and difference common to strata",
            text=f"Simulated, {strata.SAMPLES:,} samples a design: a ratio (IRR) of 1.5 or a difference (IRD) of 0.5 in every stratum, "
            "by Mantel and Haenszel; events expected in the control group, which is observed half as long.",
            table=strata.common_rates_table,
            functions=("mantel_haenszel_pooling:pool_mantel_haenszel_rates",),
            choices=("mantel_haenszel_pooling:RATE_TITLES",),
        ),
        "locations": Section(
            title="Mean, median and geometric mean",
            text=f"Simulated, {means.SAMPLES:,} samples a design, from a distribution that fits the interval and from a skewed one.",
            table=means.locations_table,
            functions=(
                "mean:arithmetic_mean",
                "mean:geometric_mean",
                "many_means:arithmetic_means",
                "many_means:geometric_means",
                "median:median",
                "many_order_statistics:medians",
            ),
        ),
        "spreads": Section(
            title="Standard deviation and ratio of variances",
            text=f"Simulated, {means.SAMPLES_OF_SPREADS:,} samples a design.",
            table=means.spreads_table,
            functions=(
                "variances:standard_deviation",
                "many_variances:standard_deviations",
                "variances:variance_ratio",
                "many_variances:variance_ratios",
            ),
            remark="These are intervals for normal values only: with other values more of them does not help.",
        ),
        "mean differences": Section(
            title="Difference of means and ratio of geometric means",
            text=f"Simulated, {means.SAMPLES:,} samples a design of normal values or logarithms; sizes, then standard deviations.",
            table=means.mean_differences_table,
            functions=(
                "two_means:mean_difference",
                "two_means:geometric_mean_ratio",
                "many_means:mean_differences",
                "many_means:geometric_mean_ratios",
            ),
            choices=("two_means:Variances",),
        ),
        "standardized differences": Section(
            title="Standardised difference of means",
            text=f"Simulated, {means.SAMPLES_OF_STANDARDIZED:,} samples a design of normal values.",
            table=means.standardized_differences_table,
            functions=(
                "standardized_difference:cohens_d",
                "standardized_difference:hedges_g",
                "many_variances:many_cohens_d",
                "many_variances:many_hedges_g",
            ),
            remark="The limits of Hedges' g are those of Cohen's d, which are exact, times the factor that takes the bias from "
            "the estimate; small samples with large effects show that the limits have no such bias.",
        ),
        "several means": Section(
            title="Several means",
            text=f"Simulated, {means.SAMPLES_OF_SPREADS:,} samples of four groups of normal values; their sizes.",
            table=means.several_means_table,
            functions=(
                "analysis_of_variance:tukey_differences",
                "analysis_of_variance:differences_from",
            ),
        ),
        "shifts": Section(
            title="Shift of two samples by ranks",
            text=f"Simulated, {ranks.SAMPLES:,} samples a design of normal values; where tied, rounded to halves of their standard deviation.",
            table=ranks.shifts_table,
            functions=("rank_sum:hodges_lehmann", "many_rank_estimates:shifts"),
            choices=("rank_sum:ShiftInterval",),
            remark="With tied values a limit often equals the truth, and then holds it.",
        ),
        "pseudomedians": Section(
            title="Pseudomedian by signed ranks",
            text=f"Simulated, {ranks.SAMPLES:,} samples a design from Student's t with 3 degrees of freedom.",
            table=ranks.pseudomedians_table,
            functions=("signed_rank:pseudomedian", "many_rank_estimates:pseudomedians"),
            choices=("ranking:RANK_METHODS",),
        ),
        "correlations": Section(
            title="Correlation",
            text=f"Simulated, {ranks.SAMPLES_OF_CORRELATIONS:,} samples a design of normal pairs with correlation ρ.",
            table=ranks.correlations_table,
            functions=("correlation:correlation", "many_correlations:correlations"),
            choices=("correlation:Coefficient", "correlation:RankError"),
            remark="`fisher`, the variance of Pearson's coefficient, is too small for Spearman's and far too large for Kendall's.",
        ),
        "covariance analysis": Section(
            title="Means adjusted for a covariate",
            text=f"Simulated, {linear_models.SAMPLES:,} samples a design of two groups with a covariate.",
            table=linear_models.covariance_analysis_table,
            functions=(
                "least_squares:least_squares_mean",
                "least_squares:least_squares_difference",
                "linear_model:linear_model_mean",
                "linear_model:linear_model_difference",
                "linear_model:linear_model_coefficients",
            ),
        ),
        "repeated measures": Section(
            title="Mixed model for repeated measures",
            text=f"Simulated, {linear_models.SAMPLES_OF_REPEATED:,} samples a design: two groups at three visits, an unstructured covariance, "
            "a fifth of the values missing at each later visit; by each method for standard errors and degrees of freedom.",
            table=linear_models.repeated_measures_table,
            functions=(
                "mixed_model_means:mixed_model_mean",
                "mixed_model_means:mixed_model_difference",
                "mixed_model_means:mixed_model_contrast",
                "mixed_model_means:mixed_model_coefficients",
            ),
            choices=("degrees_of_freedom:METHODS",),
            remark="`kenward-roger`, as R's mmrm has it under that name, writes an unstructured matrix by its Cholesky factor. "
            "Kenward and Roger's adjustment takes estimates of parameters to be unbiased, which holds for elements of the "
            "matrix but not of the factor: the standard errors come out too small in small trials. "
            "`kenward-roger-linear` and `kenward-roger-sas` do not have this fault.",
        ),
        "logistic": Section(
            title="Odds ratio by logistic regression",
            text="All outcomes of two groups are enumerated: 0.15 of the first group with the outcome, an odds ratio of 2.",
            table=regressions.logistic_table,
            functions=("regression_ratios:coefficient_ratios",),
            choices=("regression_ratios:RatioLimits",),
        ),
        "counts": Section(
            title="Rate ratio by Poisson and negative binomial regression",
            text=f"Simulated, {regressions.SAMPLES:,} samples a design: one and two events a participant expected; Poisson counts, or counts of "
            "participants whose rates vary, with dispersion 0.7.",
            table=regressions.counts_table,
            functions=(
                "regression_ratios:coefficient_ratios",
                "negative_binomial:negative_binomial_ratios",
                "negative_binomial:dispersion_estimate",
            ),
            choices=(
                "regression_ratios:RatioLimits",
                "negative_binomial:Information",
            ),
        ),
        "medians": Section(
            title="Median survival",
            text=f"Simulated, {survival.SAMPLES:,} samples a design: exponential survival with mean 1, censoring uniform from 0 to 3 (about a "
            "third is censored); Kaplan–Meier median with limits by each transform. An upper limit that is not reached is no "
            "bound.",
            table=survival.medians_table,
            functions=("survival:survival_quantile", "survival_quantiles:survival_quantiles"),
            choices=("curve_crossing:TRANSFORMS",),
        ),
        "survival": Section(
            title="Survival at a time",
            text="As for the median: survival at times with true survival 0.78 and 0.22. It is undefined after the last time of "
            "a sample, and most transforms give no limits before the first event.",
            table=survival.survival_table,
            functions=(
                "survival:survival_at",
                "survival:survival_limits",
                "many_survival_comparisons:survivals_at",
            ),
            choices=("curve_crossing:TRANSFORMS",),
        ),
        "survival differences": Section(
            title="Difference of survival at a time",
            text="As for survival at a time, of groups with hazards 1 and 0.6: true differences -0.08 and -0.18. After the last time "
            "of a group, or where all of it had the event, there are no limits.",
            table=survival.survival_differences_table,
            functions=(
                "survival_difference:survival_difference",
                "many_survival_comparisons:survival_differences",
            ),
        ),
        "restricted means": Section(
            title="Restricted mean survival time",
            text="As for the median, of groups with hazards 1 and 0.6, up to a time of 1.5.",
            table=survival.restricted_means_table,
            functions=(
                "restricted_mean:restricted_mean",
                "restricted_mean:restricted_mean_difference",
                "restricted_mean:restricted_mean_ratio",
                "many_survival_comparisons:restricted_mean_ratios",
                "many_survival_comparisons:restricted_means",
                "many_survival_comparisons:restricted_mean_differences",
            ),
        ),
        "incidences": Section(
            title="Cumulative incidence of a competing cause",
            text="As for the median: the incidence at time 1 of a cause of two fifths of all events. Where no event is of the cause "
            "there are no limits.",
            table=survival.incidences_table,
            functions=("competing_risks:incidence_at",),
            choices=("competing_risks:INCIDENCE_TRANSFORMS", "competing_risks:VARIANCES"),
        ),
        "hazard ratios": Section(
            title="Hazard ratio",
            text=f"Simulated, {hazards.SAMPLES:,} samples a design: two groups with survival as for the median and a hazard ratio of 0.6; tied, "
            "times are rounded up to a fifth of the mean.",
            table=hazards.hazard_ratios_table,
            functions=(
                "cox:cox",
                "hazard_ratio:peto_hazard_ratio",
                "hazard_ratio:peto_hazard_ratios",
                "hazard_ratio:pike_hazard_ratio",
                "hazard_ratio:pike_hazard_ratios",
            ),
            choices=("cox:TIES",),
        ),
        "concordances": Section(
            title="Concordance",
            text=f"Simulated, {hazards.SAMPLES:,} samples a design: a normal covariate with a log hazard ratio of 0.7, no censoring.",
            table=hazards.concordances_table,
            functions=("concordance:concordance", "concordance:cox_concordance"),
        ),
        "subdistribution": Section(
            title="Subdistribution hazard ratio",
            text=f"Simulated, {hazards.SAMPLES:,} samples a design after Fine and Gray (1999): half of the first group would have the cause of "
            "interest, a ratio of 0.6, censoring uniform from 0 to 3.",
            table=hazards.subdistribution_table,
            functions=("fine_gray:fine_gray",),
        ),
        "pooling": Section(
            title="Pooled effect",
            text=f"Simulated, {poolings.SAMPLES:,} samples a design: k studies with sampling variances uniform from 0.04 to 0.4, true effects "
            "normal around 0 with variance τ².",
            table=poolings.poolings_table,
            functions=("pooling:pool", "many_poolings:pool_many"),
            choices=("between_study_variance:METHODS", "pooling:INTERVALS"),
        ),
        "predictions": Section(
            title="Prediction interval",
            text="As for the pooled effect, by REML: how probable it is that the true effect of one more study lies within.",
            table=poolings.predictions_table,
            functions=("pooling:prediction_interval",),
            choices=("pooling:PREDICTIONS", "pooling:INTERVALS"),
            remark="Where the variance between studies is small beside their own, it is often estimated as 0, and the prediction "
            "interval is then only one of the mean (Partlett, Riley, Statistics in Medicine 36 (2017) 301–317).",
        ),
        "heterogeneity": Section(
            title="Variance between studies",
            text="As for the pooled effect. Limits of I² and H² hold their truths when these do.",
            table=poolings.heterogeneity_table,
            functions=("heterogeneity:heterogeneity_limits",),
        ),
        "funnels": Section(
            title="Funnels and meta-regression",
            text=f"As for the pooled effect, {poolings.SAMPLES_OF_FUNNELS:,} samples a design without any bias, τ² by DerSimonian and Laird where it is estimated: "
            "the effect after trim and fill, slope and limit of Egger's regression, the coefficient of a moderator without effect.",
            table=poolings.funnels_table,
            functions=(
                "trim_and_fill:trim_and_fill",
                "publication_bias:egger_test",
                "meta_regression:regress_effects",
            ),
            choices=(
                "trim_and_fill:ESTIMATORS",
                "publication_bias:PREDICTORS",
                "pooling:INTERVALS",
            ),
            remark="Trim and fill invents studies where none are missing, and its interval takes them for observed: it shows how far a "
            "result would move, and is no estimate to report alone.",
        ),
    }
)
"""The tables by name."""


def compute(name: str) -> Table:
    """Compute one table, as a plain dictionary that can go from one process to another."""
    return {interval: dict(row) for interval, row in SECTIONS[name].table().items()}


_SAME = "the interval of `topline.stats.pooling.pool`, on part of the studies"
_GIVEN = "turns published numbers into each other; whether the interval holds the truth was decided where it was made"

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "influence:leave_one_out": _SAME,
        "influence:accumulate": _SAME,
        "henmi_copas:henmi_copas_interval": "one interval takes a third of a second, which three designs of enough samples "
        "forbid; its authors give simulations (Henmi, Copas, Statistics in Medicine 29 (2010) 2969–2983)",
        "pooling_mixed:pool_odds_ratios": "one fit takes up to seconds; simulations are given by Jackson and others, Statistics in "
        "Medicine 37 (2018) 1059–1085",
        "pooling_mixed:pool_proportions": "one fit takes a tenth of a second; the method is the same",
        "two_proportions:contrast_estimates": "what risk differences, risk ratios and odds ratios are made with",
        "log_coefficients:ratio_estimate": "what ratios of regressions are made with",
        "effect_sizes:effects_from_intervals": _GIVEN,
        "from_summaries:standard_error_from_interval": _GIVEN,
        "from_summaries:p_from_interval": _GIVEN,
        "from_summaries:interval_from_p": _GIVEN,
        "from_summaries:interval_from_standard_error": _GIVEN,
        "from_summaries:interval_at_level": _GIVEN,
        "spread_from_summaries:deviation_from_interval": _GIVEN,
    }
)
"""Functions that give or take an interval and have no table -> why."""
