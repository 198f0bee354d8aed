"""Which methods of the statistics take one case at a time, and why; all others take many at once, or are made of arrays."""

from collections.abc import Mapping
from types import MappingProxyType

_FITTED = "each fit solves equations of its own data, which is where the time goes"
_OF_A_FIT = "asked of one curve or one fitted model"
_ENUMERATED = "an enumeration of its own for each data set, of another size each time"
_SEARCHED = "each estimate looks for its own places among ordered pairs of observations, in another number of steps each time"
_CURVES = "each data set has its own times, and the work is in the sums over them"
_PRINTED = "takes intervals of possible values instead of numbers, to follow the rounding of one printed result"
_STUDIES = "made of one set of studies; `topline.stats.many_poolings.pool_many` pools many sets, with τ², Q and I²"
_DISTRIBUTION = "an integral of its own for each number"
_SCORES = "the rank of the covariance is found table by table"
_FEW = "a loop over the cases does the same; nothing is written for many"

ONE_BY_ONE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        _FITTED: (
            "cox.cox",
            "fine_gray.fine_gray",
            "least_squares.fit_groups",
            "linear_model.fit_linear_model",
            "logistic.fit_logistic",
            "meta_regression.regress_effects",
            "mixed_model.fit_mixed_model",
            "mixed_model_means.fit_repeated_measures",
            "negative_binomial.fit_negative_binomial",
            "pooling_mixed.pool_odds_ratios",
            "pooling_mixed.pool_proportions",
            "poisson_regression.fit_poisson",
        ),
        _OF_A_FIT: (
            "baseline_hazard.predicted_survival",
            "competing_risks.incidence_at",
            "competing_risks.incidence_error",
            "concordance.cox_concordance",
            "cox_residuals.martingale_residuals",
            "cox_residuals.schoenfeld_residuals",
            "cox_residuals.score_residuals",
            "degrees_of_freedom.mixed_model_inference",
            "fine_gray.predicted_incidence",
            "least_squares.group_test",
            "least_squares.least_squares_difference",
            "least_squares.least_squares_mean",
            "linear_model.linear_model_coefficients",
            "linear_model.linear_model_difference",
            "linear_model.linear_model_mean",
            "linear_model.type_three_tests",
            "linear_model.type_two_tests",
            "log_rank.trend",
            "mixed_model_means.mixed_model_coefficients",
            "mixed_model_means.mixed_model_contrast",
            "mixed_model_means.mixed_model_difference",
            "mixed_model_means.mixed_model_mean",
            "mixed_model_means.mixed_model_test",
            "negative_binomial.dispersion_estimate",
            "negative_binomial.negative_binomial_ratios",
            "proportional_hazards.proportional_hazards",
            "regression_ratios.coefficient_ratios",
            "survival.number_at_risk",
            "survival.survival_limits",
        ),
        _ENUMERATED: (
            "exact_tables.conditional_estimate",
            "exact_tables.conditional_odds_ratio",
            "freeman_halton.freeman_halton_test",
            "unconditional_tests.unconditional_test",
        ),
        _CURVES: (
            "competing_risks.cumulative_incidence",
            "concordance.concordance",
            "gray_test.gray_test",
            "stratified_ranks.stratified_rank_test",
            "survival.nelson_aalen",
        ),
        _PRINTED: (
            "from_summaries.effect_from_interval",
            "from_summaries.interval_at_level",
            "from_summaries.interval_from_p",
            "from_summaries.interval_from_standard_error",
            "from_summaries.one_sided_p",
            "from_summaries.p_from_interval",
            "from_summaries.standard_error_from_interval",
            "from_summaries.standard_error_from_p",
            "from_summaries.standard_error_from_statistic",
            "from_summaries.two_sided_p",
            "spread_from_summaries.deviation_bounds_from_range",
            "spread_from_summaries.deviation_from_error",
            "spread_from_summaries.deviation_from_interval",
            "spread_from_summaries.deviation_from_p",
            "spread_from_summaries.deviation_from_paired_p",
            "spread_from_summaries.deviation_from_quartiles",
            "spread_from_summaries.deviation_from_range",
            "spread_from_summaries.error_from_deviation",
            "spread_from_summaries.mean_from_median",
        ),
        _STUDIES: (
            "henmi_copas.henmi_copas_interval",
            "heterogeneity.heterogeneity_limits",
            "heterogeneity.q_test",
            "influence.diagnose_influence",
            "influence.shrink",
            "mantel_haenszel_pooling.pool_mantel_haenszel",
            "mantel_haenszel_pooling.pool_mantel_haenszel_rates",
            "peto_pooling.pool_peto",
            "pooling.prediction_interval",
            "publication_bias.begg_test",
            "publication_bias.egger_test",
            "publication_bias.failsafe_number",
            "trim_and_fill.trim_and_fill",
        ),
        _DISTRIBUTION: (
            "studentized_range.studentized_range_probability",
            "studentized_range.studentized_range_quantile",
        ),
        _SCORES: (
            "contingency.cochran_mantel_haenszel_test",
            "contingency.kruskal_wallis_of_columns",
        ),
        _FEW: (
            "analysis_of_variance.brown_forsythe_test",
            "analysis_of_variance.differences_from",
            "analysis_of_variance.tukey_differences",
            "non_inferiority.restricted_proportions",
            "quantile.spread",
            "shape.shapiro_wilk_test",
            "shape.skewness",
        ),
    }
)
"""Why -> the methods, as module.function."""
