"""What textbooks, papers and R's documentation print for ranks, rates, regressions and summaries.

A number is right when it lies within half a unit of its last printed digit.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from tests.reference.tolerance import half_unit

from topline.stats.correlation import correlation
from topline.stats.from_summaries import p_from_interval, standard_error_from_statistic
from topline.stats.generalized_linear import RegressionFit
from topline.stats.k_sample_ranks import jonckheere_terpstra_statistic, kruskal_wallis
from topline.stats.logistic import fit_logistic
from topline.stats.model_matrix import model_matrix, variables
from topline.stats.negative_binomial import NegativeBinomialFit, fit_negative_binomial
from topline.stats.poisson_regression import fit_poisson
from topline.stats.possible_values import rounded
from topline.stats.rank_sum import hodges_lehmann, rank_sum_statistic, rank_sum_test
from topline.stats.rate import event_rate
from topline.stats.rate_comparison import rate_ratio, rate_ratio_test
from topline.stats.signed_rank import pseudomedian, signed_rank_test
from topline.stats.spread_from_summaries import deviation_from_interval, deviation_from_p

# Hollander and Wolfe, Nonparametric Statistical Methods, 1973, page 29: Hamilton depression scale factor IV.
BEFORE = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
AFTER = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
FALL = np.round(BEFORE - AFTER, 3)
# Page 69: permeability constants of the human chorioamnion at term and at 12 to 26 weeks.
AT_TERM = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
EARLIER = [1.15, 0.88, 0.90, 0.74, 1.21]
# Pages 115 to 120: mucociliary efficiency.
EFFICIENCY = [2.9, 3.0, 2.5, 2.6, 3.2, 3.8, 2.7, 4.0, 2.4, 2.8, 3.4, 3.7, 2.2, 2.0]
EFFICIENCY_GROUP = ["normal"] * 5 + ["obstructive"] * 4 + ["asbestosis"] * 5
# Chapter 6: motivational effect of knowledge of performance.
PIECES = [40, 35, 38, 43, 44, 41, 38, 40, 47, 44, 40, 42, 48, 40, 45, 43, 46, 44]
KNOWLEDGE = [1] * 6 + [2] * 6 + [3] * 6
# Page 185: Hunter L values and panel scores of canned tuna.
LIGHTNESS = [44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1]
SCORE = [2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8]
# Kruskal and Wallis (1952), table 1.1: daily production of bottle caps by three machines.
CAPS = [340, 345, 330, 342, 338, 339, 333, 344, 347, 343, 349, 355]
MACHINE = [1] * 5 + [2] * 3 + [3] * 4


@cache
def o_rings() -> RegressionFit:
    """Agresti, Categorical Data Analysis: temperature and thermal distress in 23 flights before Challenger."""
    temperature = "66 70 69 68 67 72 73 70 57 63 70 78 67 53 67 75 70 81 76 79 75 76 58"
    distress = "0 1 0 0 0 0 0 0 1 1 1 0 0 1 0 0 0 0 0 0 1 0 1"
    made = variables(covariates={"temperature": [float(t) for t in temperature.split()]})
    return fit_logistic(
        [int(one) for one in distress.split()], model_matrix(made, [("temperature",)])
    )


@cache
def beetles() -> RegressionFit:
    """Dobson, An Introduction to Generalized Linear Models: Bliss's beetles and carbon disulphide."""
    doses = [1.6907, 1.7242, 1.7552, 1.7842, 1.8113, 1.8369, 1.8610, 1.8839]
    killed = [6, 13, 18, 28, 52, 53, 61, 60]
    number = [59, 60, 62, 56, 63, 59, 62, 60]
    outcome = np.concatenate([np.arange(n) < k for k, n in zip(killed, number, strict=True)])
    made = variables(covariates={"dose": np.repeat(doses, number)})
    return fit_logistic(outcome, model_matrix(made, [("dose",)]))


@cache
def counts() -> RegressionFit:
    """Dobson (1990), page 93, the randomized controlled trial in R's help(glm)."""
    made = variables(factors={"outcome": [1, 2, 3] * 3, "treatment": [1] * 3 + [2] * 3 + [3] * 3})
    return fit_poisson(
        [18, 17, 15, 20, 10, 20, 25, 13, 12], model_matrix(made, [("outcome",), ("treatment",)])
    )


@cache
def mites() -> NegativeBinomialFit:
    """Bliss and Fisher, Biometrics 9 (1953) 176-200: red mites on 150 apple leaves."""
    mites = np.repeat(np.arange(8), [70, 38, 17, 10, 9, 3, 2, 1])
    only_intercept = model_matrix(variables(covariates={"leaf": np.arange(150.0)}), [])
    return fit_negative_binomial(mites, only_intercept)


def error(fit: RegressionFit, place: int) -> float:
    return float(np.sqrt(fit.covariance[place, place]))


R = "R's documentation of {}, output of its examples"
WOLFE = "Hollander and Wolfe, Nonparametric Statistical Methods, {}"
ROTHMAN = (
    "Rothman and Greenland, Modern Epidemiology, 2nd edition, chapter 14: breast cancer after "
    "fluoroscopy, 41 of 28,010 and 15 of 19,017 person-years"
)

PRINTED: list[tuple[str, Callable[[], float | None], str]] = [
    (
        R.format("wilcox.test: depression"),
        lambda: signed_rank_test(FALL, sides="greater").p_value,
        "0.01953",
    ),
    (R.format("wilcox.test: V"), lambda: signed_rank_test(FALL).statistic, "40"),
    (
        WOLFE.format("example 3.3: estimate of the fall"),
        lambda: pseudomedian(FALL).value,
        "0.46",
    ),
    (
        WOLFE.format("example 3.4: lower limit, level 0.96"),
        lambda: pseudomedian(FALL, level=0.96).lower,
        "0.010",
    ),
    (
        WOLFE.format("example 3.4: upper limit, level 0.96"),
        lambda: pseudomedian(FALL, level=0.96).upper,
        "0.786",
    ),
    (
        R.format("wilcox.test: permeability"),
        lambda: rank_sum_test(AT_TERM, EARLIER, sides="greater").p_value,
        "0.1272",
    ),
    (
        R.format("wilcox.test: W of permeability"),
        lambda: rank_sum_statistic(AT_TERM, EARLIER).value,
        "35",
    ),
    (
        WOLFE.format("example 4.3: shift"),
        lambda: hodges_lehmann(AT_TERM, EARLIER).value,
        "0.305",
    ),
    (
        WOLFE.format("chapter 4: lower limit of the shift"),
        lambda: hodges_lehmann(AT_TERM, EARLIER, level=0.96).lower,
        "-0.15",
    ),
    (
        WOLFE.format("chapter 4: upper limit of the shift"),
        lambda: hodges_lehmann(AT_TERM, EARLIER, level=0.96).upper,
        "0.76",
    ),
    (
        R.format("kruskal.test: mucociliary efficiency"),
        lambda: kruskal_wallis(EFFICIENCY, EFFICIENCY_GROUP).statistic,
        "0.77143",
    ),
    (
        R.format("kruskal.test: its p-value"),
        lambda: kruskal_wallis(EFFICIENCY, EFFICIENCY_GROUP).p_value,
        "0.68",
    ),
    (
        "Kruskal and Wallis, Journal of the American Statistical Association 47 (1952), table 1.1: H",
        lambda: kruskal_wallis(CAPS, MACHINE).statistic,
        "5.656",
    ),
    (
        WOLFE.format("chapter 6, motivational effect: J"),
        lambda: jonckheere_terpstra_statistic(PIECES, KNOWLEDGE).value,
        "79",
    ),
    (
        R.format("cor.test: Kendall's tau of tuna"),
        lambda: correlation(LIGHTNESS, SCORE, coefficient="kendall").value,
        "0.4444444",
    ),
    (
        R.format("poisson.test: lower limit of 137 in 24.19893"),
        lambda: event_rate(137, 24.19893).lower,
        "4.753125",
    ),
    (
        R.format("poisson.test: upper limit of 137 in 24.19893"),
        lambda: event_rate(137, 24.19893).upper,
        "6.692709",
    ),
    (
        R.format("poisson.test: p-value of 11 in 800 against 21 in 3011"),
        lambda: rate_ratio_test(11, 800, 21, 3011).p_value,
        "0.07967",
    ),
    (
        R.format("poisson.test: lower limit of that ratio"),
        lambda: rate_ratio(11, 800, 21, 3011).lower,
        "0.8584264",
    ),
    (
        R.format("poisson.test: upper limit of that ratio"),
        lambda: rate_ratio(11, 800, 21, 3011).upper,
        "4.2772659",
    ),
    (f"{ROTHMAN}: ratio", lambda: rate_ratio(41, 28010, 15, 19017).value, "1.86"),
    (
        f"{ROTHMAN}: lower approximate limit",
        lambda: rate_ratio(41, 28010, 15, 19017, interval="wald_log").lower,
        "1.03",
    ),
    (
        f"{ROTHMAN}: upper approximate limit",
        lambda: rate_ratio(41, 28010, 15, 19017, interval="wald_log").upper,
        "3.35",
    ),
    ("Agresti, O-rings: intercept", lambda: o_rings().coefficients[0], "15.0429"),
    ("Agresti, O-rings: slope", lambda: o_rings().coefficients[1], "-0.2322"),
    ("Agresti, O-rings: error of the slope", lambda: error(o_rings(), 1), "0.1082"),
    ("Dobson, beetles: intercept", lambda: beetles().coefficients[0], "-60.72"),
    ("Dobson, beetles: slope", lambda: beetles().coefficients[1], "34.27"),
    ("Dobson, beetles: error of the intercept", lambda: error(beetles(), 0), "5.18"),
    ("Dobson, beetles: error of the slope", lambda: error(beetles(), 1), "2.91"),
    (R.format("glm: Dobson's counts, outcome 2"), lambda: counts().coefficients[1], "-0.4543"),
    (R.format("glm: its error"), lambda: error(counts(), 1), "0.2022"),
    (R.format("glm: residual deviance"), lambda: counts().deviance, "5.1291"),
    (R.format("glm: null deviance"), lambda: counts().null_deviance, "10.5814"),
    ("Bliss and Fisher (1953), red mites: k", lambda: mites().theta, "1.0246"),
    (
        "Altman and Bland, BMJ 343 (2011) d2304: p-value of a risk ratio of 0.81 (0.70 to 0.94)",
        lambda: p_from_interval(0.70, 0.94, estimate=0.81, scale="log").value,
        "0.005",
    ),
    (
        "Cochrane Handbook, section 6.5.2.3: standard error of a difference of 3.8 with t = 2.78",
        lambda: standard_error_from_statistic(3.8, 2.78).value,
        "1.37",
    ),
    (
        "Cochrane Handbook, section 6.5.2.2: deviation of 25 participants with interval 30.0 to 34.2",
        lambda: deviation_from_interval(30.0, 34.2, 25).value,
        "5.09",
    ),
]


@pytest.mark.parametrize(
    ("source", "computed", "printed"), PRINTED, ids=[one[0] for one in PRINTED]
)
def test_numbers_that_are_printed_come_out(
    source: str, computed: Callable[[], float | None], printed: str
) -> None:
    found = computed()
    assert found is not None, source
    assert abs(found - float(printed)) <= half_unit(printed) * (1 + 1e-9), source


def test_a_rounded_p_value_allows_the_deviation_that_the_handbook_derives_by_rounding() -> None:
    """Cochrane Handbook, section 6.5.2.3: difference 3.8, p = 0.008, 25 and 22 participants, by rounded steps 4.69."""
    found = deviation_from_p(3.8, rounded("0.008"), 25, 22)
    assert found.possible.may_equal(rounded("4.69"))
