"""How groups are compared: which with which, in what direction, by which rows, and what is posted of it.

The statistics have their reference values elsewhere; here each analysis is held to the arrays that it must be of, taken
from the data by hand.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.spec.comparative_trial import NUMBER, adsl, adx, compared
from tests.spec.small_trial import notes, outcome

from topline.analysis.analyses.registry import analyses
from topline.analysis.findings import AnalysisError
from topline.errors import SpecificationError
from topline.record.results import MeasureAnalysis
from topline.stats.analysis_of_variance import summarize_groups, welch_analysis
from topline.stats.contingency import cochran_armitage_test, cochran_mantel_haenszel_test
from topline.stats.cox import cox
from topline.stats.estimate import Sides, Test
from topline.stats.fine_gray import fine_gray
from topline.stats.gray_test import gray_test
from topline.stats.least_squares import fit_groups, least_squares_difference
from topline.stats.linear_model import fit_linear_model, linear_model_coefficients
from topline.stats.log_rank import log_rank
from topline.stats.logistic import fit_logistic
from topline.stats.mcnemar import mcnemar_test
from topline.stats.mean import summarize, summarize_logarithms
from topline.stats.model_matrix import model_matrix, variables
from topline.stats.negative_binomial import fit_negative_binomial, negative_binomial_ratios
from topline.stats.odds_ratio import odds_ratio
from topline.stats.rank_sum import hodges_lehmann, rank_sum_test
from topline.stats.rate_comparison import rate_ratio, rate_ratio_test
from topline.stats.regression_ratios import coefficient_ratios
from topline.stats.restricted_mean import restricted_mean, restricted_mean_difference
from topline.stats.risk_difference import risk_difference
from topline.stats.risk_ratio import risk_ratio
from topline.stats.signed_rank import signed_rank_test
from topline.stats.stratified_ranks import stratified_rank_test
from topline.stats.stratified_tables import cochran_mantel_haenszel, common_odds_ratio
from topline.stats.survival import kaplan_meier, survival_at
from topline.stats.two_means import geometric_mean_ratio, mean_difference, two_sample_t_test
from topline.stats.two_proportions import two_proportions_test

DATA = adx().to_dict(as_series=False)
PEOPLE = adsl().to_dict(as_series=False)
ARM = np.array(PEOPLE["TRT01P"])
SITE = np.array(PEOPLE["SITE"])


def of(arm: str, variable: str = "AVAL") -> np.ndarray[Any, Any]:
    chosen: np.ndarray[Any, Any] = np.array(DATA[variable])[arm == ARM]
    return chosen


def responded(arm: str, stratum: str | None = None) -> tuple[int, int]:
    chosen = (arm == ARM) & (np.isin(SITE, [stratum]) if stratum else np.ones(NUMBER, dtype=bool))
    return int((np.array(DATA["AVALC"])[chosen] == "Y").sum()), int(chosen.sum())


MEAN = "unit: points\nsummary: mean\n"
RATE = "summary: percentage\nvariable: AVALC\nunit: percentage of participants\ncategories: [{title: Y, values: ['Y']}]\n"
TIME = "summary: kaplan_meier_quantile\nvariable: TIME\nunit: weeks\n"
GRADES = (
    "summary: count_of_participants\nvariable: GRADE\nunit: Participants\n"
    "categories: [{title: mild}, {title: moderate}, {title: severe}]\n"
)


def posted(folder: Path, kind: str, analysis: str, more: str = "") -> list[MeasureAnalysis]:
    made = compared(folder, f"{kind}decimals: 6\nanalyses: [{analysis}]", more)
    return list(outcome(made).analyses or ())


def first(folder: Path, kind: str, analysis: str) -> MeasureAnalysis:
    return posted(folder, kind, analysis)[0]


def p_text(p: float | None) -> str:
    assert p is not None
    return "<0.0001" if p < 0.00005 else f"{p:.4f}"


class TestPairsAndDirections:
    def test_every_group_is_compared_with_the_comparator(self, tmp_path: Path) -> None:
        found = posted(tmp_path, MEAN, "two_sample_t_test")
        assert [one.group_ids for one in found] == [("OG000", "OG002"), ("OG001", "OG002")]
        assert [one.estimate_comment for one in found] == [
            "Drug minus Placebo.",
            "Low Dose minus Placebo.",
        ]

    def test_two_groups_named_are_the_pair_in_that_order(self, tmp_path: Path) -> None:
        (one,) = posted(tmp_path, MEAN, "{method: two_sample_t_test, groups: [low, drug]}")
        assert one.group_ids == ("OG001", "OG000")
        assert one.estimate_comment == "Low Dose minus Drug."

    def test_a_reference_may_be_named(self, tmp_path: Path) -> None:
        found = posted(tmp_path, MEAN, "{method: two_sample_t_test, reference: low}")
        assert [one.group_ids for one in found] == [("OG000", "OG001"), ("OG002", "OG001")]

    def test_without_a_comparator_the_reference_must_be_named(self, tmp_path: Path) -> None:
        with pytest.raises(AnalysisError, match="nothing says which group the others are compared"):
            posted(tmp_path, MEAN + "groups: [drug, low]\n", "two_sample_t_test")

    def test_an_unknown_reference_is_a_mistake_of_the_file(self, tmp_path: Path) -> None:
        with pytest.raises(SpecificationError, match='the group "plcebo"'):
            posted(tmp_path, MEAN, "{method: two_sample_t_test, reference: plcebo}")

    def test_a_class_may_be_named_and_an_unknown_one_is_refused(self, tmp_path: Path) -> None:
        classes = MEAN + "classes: {A: \"STRAT == 'A'\", B: \"STRAT == 'B'\"}\n"
        (one, _) = posted(tmp_path, classes, "{method: two_sample_t_test, classes: B}")
        assert str(one.statistical_comment).startswith("Of B.")
        found = posted(tmp_path / "all", classes, "{method: two_sample_t_test, classes: all}")
        assert [str(one.statistical_comment)[:5] for one in found] == [
            "Of A.",
            "Of A.",
            "Of B.",
            "Of B.",
        ]
        with pytest.raises(AnalysisError, match="classes C, which the outcome does not have"):
            posted(tmp_path / "c", classes, "{method: two_sample_t_test, classes: C}")


class TestWhatCannotBeAnalysed:
    def test_is_noted_with_its_reason_and_the_rest_is_posted(self, tmp_path: Path) -> None:
        made = compared(
            tmp_path,
            MEAN + "where: not (AVAL is not missing and TRT01P == 'low')\n"
            "population_description: Those with a value\nanalyses: [two_sample_t_test]",
        )
        (one,) = outcome(made).analyses or ()
        assert one.group_ids == ("OG000", "OG002")
        assert "Low Dose, Placebo" in notes(made)
        assert "the analysis is not posted" in notes(made)

    def test_a_method_that_cannot_be_of_a_type_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(AnalysisError, match="type: non_inferiority, which log_rank cannot be"):
            posted(tmp_path, TIME, "{method: log_rank, type: non_inferiority, margin: 1.3}")

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ("type: non_inferiority", "0 margins for the type non_inferiority"),
            ("type: equivalence, margin: 3", "1 margins for the type equivalence"),
            ("type: equivalence, margin: [3, -3]", "margins that are not in order"),
            ("margin: 3", "1 margins for the type other"),
            ("type: non_inferiority, margin: -3, interval: upper", "where the lower limit decides"),
            (
                "type: equivalence, margin: [-3, 3], interval: lower",
                "interval: lower for equivalence",
            ),
            ("family: key", "the family 'key', which `multiplicity:` does not have"),
        ],
    )
    def test_margins_and_families_that_do_not_fit(
        self, tmp_path: Path, options: str, said: str
    ) -> None:
        with pytest.raises(AnalysisError) as caught:
            posted(tmp_path, MEAN, f"{{method: two_sample_t_test, {options}}}")
        assert said in str(caught.value)

    def test_an_option_that_a_method_does_not_have(self, tmp_path: Path) -> None:
        with pytest.raises(SpecificationError, match="sides"):
            posted(tmp_path, TIME, "{method: cox_regression, sides: less}")


class TestMargins:
    def test_non_inferiority_by_the_lower_limit(self, tmp_path: Path) -> None:
        one = first(
            tmp_path,
            MEAN,
            "{method: two_sample_t_test, type: non_inferiority, margin: -2, interval: lower, level: 97.5}",
        )
        estimate = mean_difference(summarize(of("drug")), summarize(of("placebo")), level=0.95)
        test = two_sample_t_test(
            summarize(of("drug")), summarize(of("placebo")), null_value=-2, sides="greater"
        )
        assert (one.ci_num_sides, one.ci_pct_value, one.ci_upper_limit) == (
            "ONE_SIDED",
            "97.5",
            None,
        )
        assert one.ci_lower_limit == f"{estimate.lower:.6f}"
        assert (one.non_inferiority_type, one.tested_non_inferiority) == ("NON_INFERIORITY", True)
        assert one.p_value == p_text(test.p_value)
        assert one.p_value_comment == "One-sided: greater than -2, the margin."
        assert one.non_inferiority_comment == (
            f"The margin is -2. The lower limit of the one-sided 97.5% interval, {estimate.lower:.6f}, "
            "is above it: non-inferiority is shown."
        )

    def test_non_inferiority_that_is_not_shown(self, tmp_path: Path) -> None:
        one = first(
            tmp_path,
            MEAN,
            "{method: two_sample_t_test, type: non_inferiority, margin: 0.1, better: lower}",
        )
        assert str(one.non_inferiority_comment).endswith(
            "is not below it: non-inferiority is not shown."
        )

    def test_equivalence_by_two_one_sided_tests(self, tmp_path: Path) -> None:
        one = first(
            tmp_path,
            MEAN,
            "{method: geometric_mean_ratio, type: equivalence, margin: [0.8, 1.25], level: 90}",
        )
        logs = [summarize_logarithms(of(arm)) for arm in ("drug", "placebo")]
        one_sided: tuple[tuple[float, Sides], ...] = ((0.8, "greater"), (1.25, "less"))
        tests = [
            two_sample_t_test(*logs, variances="equal", null_value=math.log(margin), sides=sides)
            for margin, sides in one_sided
        ]
        estimate = geometric_mean_ratio(*logs, level=0.9)
        assert one.p_value == p_text(max(test.p_value or 0 for test in tests))
        assert (one.ci_lower_limit, one.ci_upper_limit) == (
            f"{estimate.lower:.3f}",
            f"{estimate.upper:.3f}",
        )
        assert str(one.non_inferiority_comment).startswith("The margins are 0.8 and 1.25. ")


class TestMultiplicity:
    def test_adjusted_p_values_say_so(self, tmp_path: Path) -> None:
        found = posted(
            tmp_path,
            MEAN,
            "{method: two_sample_t_test, family: primary}",
            "multiplicity: {primary: holm}",
        )
        unadjusted = [
            two_sample_t_test(summarize(of(arm)), summarize(of("placebo"))).p_value or 0.0
            for arm in ("drug", "low")
        ]
        larger = max(unadjusted)
        assert found[0].p_value == p_text(min(1.0, 2 * unadjusted[0]))
        assert found[1].p_value == p_text(max(larger, min(1.0, 2 * unadjusted[0])))
        assert str(found[1].p_value_comment).startswith(
            "Adjusted by Holm's method for the 2 tests of the family primary. Unadjusted: "
        )


def _cox() -> tuple[Any, Any]:
    columns = np.column_stack([ARM == "drug", ARM == "low"]).astype(float)
    fit = cox(DATA["TIME"], np.array(DATA["CNSR"]) == 0, columns, strata=DATA["STRAT"])
    return fit.hazard_ratios[0], fit.coefficient_tests[0]


def _times(arm: str) -> Any:
    return kaplan_meier(of(arm, "TIME"), of(arm, "CNSR") == 0)


def _causes() -> np.ndarray[Any, Any]:
    death = np.array(DATA["EVNT"]) == "DEATH"
    event = np.array(DATA["CNSR"]) == 0
    return np.where(event & death, 2, np.where(event, 1, 0))


def _table(stratum: str) -> list[list[int]]:
    grades = np.array(DATA["GRADE"])
    return [
        [int(((arm == ARM) & (grades == grade) & (SITE == stratum)).sum()) for grade in ("mild", "moderate", "severe")]
        for arm in ("drug", "low", "placebo")
    ]  # fmt: skip


def _ancova() -> tuple[Any, Any]:
    fit = fit_groups(
        DATA["AVAL"], list(ARM), covariates={"BASE": DATA["BASE"]}, factors={"SITE": list(SITE)}
    )
    found = least_squares_difference(fit, "drug", "placebo")
    return found.estimate, found.test


BOTH = (*responded("drug"), *responded("placebo"))
STRATA = tuple(
    [pair[place] for pair in (responded(arm, stratum) for stratum in "123")]
    for arm in ("drug", "placebo")
    for place in (0, 1)
)
TWO = ARM != "low"

CASES: dict[str, tuple[str, str, Callable[[], tuple[Any, Any]]]] = {
    "risk_difference": (
        RATE, "risk_difference",
        lambda: (risk_difference(*BOTH), two_proportions_test(*BOTH)),
    ),
    "risk_ratio": (RATE, "{method: risk_ratio, limits: katz}", lambda: (risk_ratio(*BOTH, interval="katz"), two_proportions_test(*BOTH))),
    "odds_ratio": (RATE, "odds_ratio", lambda: (odds_ratio(*BOTH), two_proportions_test(*BOTH))),
    "odds ratio over strata from ADSL": (
        RATE, "{method: odds_ratio, strata: [SITE]}",
        lambda: (common_odds_ratio(*STRATA), cochran_mantel_haenszel(*STRATA)),
    ),
    "proportions_test": (RATE, "{method: proportions_test, strata: [SITE]}", lambda: (None, cochran_mantel_haenszel(*STRATA))),
    "trend_of_proportions": (
        RATE, "{method: trend_of_proportions, groups: [placebo, low, drug]}",
        lambda: (None, cochran_armitage_test([responded(a)[0] for a in ("placebo", "low", "drug")], [30, 30, 30])),
    ),
    "mcnemar": (
        RATE, "{method: mcnemar, before: BASEC == 'Y'}",
        lambda: (None, mcnemar_test(
            int(((of("drug", "AVALC") == "Y") & (of("drug", "BASEC") == "N")).sum()),
            int(((of("drug", "AVALC") == "N") & (of("drug", "BASEC") == "Y")).sum()),
        )),
    ),
    "association": (
        GRADES, "{method: association, strata: [SITE]}",
        lambda: (None, cochran_mantel_haenszel_test([_table(s) for s in "123"], test="row_mean_scores")),
    ),
    "analysis_of_covariance": (MEAN, "{method: analysis_of_covariance, covariates: [BASE], factors: [SITE]}", _ancova),
    "analysis_of_variance": (
        MEAN, "{method: analysis_of_variance, test: welch}",
        lambda: (None, welch_analysis(summarize_groups(DATA["AVAL"], list(ARM)))),
    ),
    "rank_sum": (
        MEAN, "rank_sum",
        lambda: (hodges_lehmann(of("drug"), of("placebo")), rank_sum_test(of("drug"), of("placebo"))),
    ),
    "rank sum over strata": (
        MEAN, "{method: rank_sum, strata: [SITE]}",
        lambda: (None, stratified_rank_test(np.array(DATA["AVAL"])[TWO], list(ARM[TWO]), list(SITE[TWO]))),
    ),
    "signed_rank": (
        MEAN, "{method: signed_rank, null_value: 10}",
        lambda: (None, signed_rank_test(of("drug"), null_value=10)),
    ),
    "log_rank": (
        TIME, "{method: log_rank, strata: [STRAT]}",
        lambda: (None, log_rank(DATA["TIME"], np.array(DATA["CNSR"]) == 0, list(ARM), strata=DATA["STRAT"]).test),
    ),
    "cox_regression": (TIME, "{method: cox_regression, strata: [STRAT]}", _cox),
    "restricted_mean_difference": (
        TIME, "{method: restricted_mean_difference, horizon: 12}",
        lambda: restricted_mean_difference(_times("drug"), _times("placebo"), 12),
    ),
    "gray_test": (
        TIME, "{method: gray_test, competing: EVNT == 'DEATH' and CNSR == 0}",
        lambda: (None, gray_test(DATA["TIME"], _causes(), list(ARM)).test),
    ),
    "fine_gray": (
        TIME, "{method: fine_gray, competing: EVNT == 'DEATH' and CNSR == 0}",
        lambda: (
            (fit := fine_gray(DATA["TIME"], _causes(), np.column_stack([ARM == "drug", ARM == "low"]).astype(float))).hazard_ratios[0],
            fit.coefficient_tests[0],
        ),
    ),
    "survival_difference": (
        TIME, "{method: survival_difference, at: 8}",
        lambda: (None, _survival_test()),
    ),
    "logistic_regression": (RATE, "{method: logistic_regression, covariates: [AGE], limits: profile}", lambda: _logistic()),
    "count_regression": (
        "summary: {method: event_rate, exposure: TRTDUR}\nvariable: COUNT\nunit: events per year\n",
        "{method: count_regression, exposure: TRTDUR}",
        lambda: _counts_model(),
    ),
    "linear_regression": (
        MEAN, "{method: linear_regression, groups: [placebo, low, drug], scores: [0, 1, 2], covariates: [BASE]}",
        lambda: _slope(),
    ),
    "rate_ratio": (
        "summary: {method: event_rate, exposure: TRTDUR}\nvariable: COUNT\nunit: events per year\n",
        "{method: rate_ratio, exposure: TRTDUR}",
        lambda: (
            rate_ratio(*(counts := _counted())),
            rate_ratio_test(*counts),
        ),
    ),
}  # fmt: skip


GROUPS = {"group": list(ARM)}
ORDER = {"group": ["placebo", "drug", "low"]}


def _survival_test() -> Test:
    values = [survival_at(_times(arm), 8, transform="plain") for arm in ("drug", "placebo")]
    assert values[0].value is not None
    assert values[1].value is not None
    assert values[0].standard_error is not None
    assert values[1].standard_error is not None
    z = (values[0].value - values[1].value) / math.hypot(
        values[0].standard_error, values[1].standard_error
    )
    return Test(
        statistic=z,
        p_value=math.erfc(abs(z) / math.sqrt(2)),
        sides="two-sided",
        null_value=0,
        method="z",
    )


def _logistic() -> tuple[Any, Any]:
    made = model_matrix(
        variables(covariates={"AGE": PEOPLE["AGE"]}, factors=GROUPS, levels=ORDER),
        [("group",), ("AGE",)],
    )
    fit = fit_logistic([int(one == "Y") for one in DATA["AVALC"]], made)
    found = next(
        one for one in coefficient_ratios(fit, limits="profile") if one.name == "groupdrug"
    )
    return found.estimate, found.test


def _counts_model() -> tuple[Any, Any]:
    made = model_matrix(variables(factors=GROUPS, levels=ORDER), [("group",)])
    fit = fit_negative_binomial(DATA["COUNT"], made, offset=np.log(PEOPLE["TRTDUR"]))
    found = next(one for one in negative_binomial_ratios(fit) if one.name == "groupdrug")
    return found.estimate, found.test


def _slope() -> tuple[Any, Any]:
    dose = [{"placebo": 0.0, "low": 1.0, "drug": 2.0}[arm] for arm in ARM]
    made = model_matrix(
        variables(covariates={"dose": dose, "BASE": DATA["BASE"]}), [("dose",), ("BASE",)]
    )
    fit = fit_linear_model(DATA["AVAL"], made)
    found = next(one for one in linear_model_coefficients(fit) if one.name == "dose")
    return found.estimate, found.test


def _counted() -> tuple[float, float, float, float]:
    time = np.array(PEOPLE["TRTDUR"])
    return (
        float(of("drug", "COUNT").sum()), float(time[ARM == "drug"].sum()),
        float(of("placebo", "COUNT").sum()), float(time[ARM == "placebo"].sum()),
    )  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_analysis_is_of_the_rows_it_must_be_of(tmp_path: Path, name: str) -> None:
    kind, analysis, expected = CASES[name]
    options = analysis if analysis.startswith("{") else f"{{method: {analysis}}}"
    one = first(tmp_path, kind, options.replace("}", ", decimals: 6}", 1))
    estimate, test = expected()
    scale = 100 if one.param_type == "Risk Difference (RD)" else 1
    if estimate is not None:
        assert one.param_value == f"{scale * estimate.value:.6f}"
        assert one.ci_lower_limit == f"{scale * estimate.lower:.6f}"
        assert one.ci_upper_limit == f"{scale * estimate.upper:.6f}"
    assert one.p_value == p_text(test.p_value)


@pytest.mark.parametrize(
    ("analysis", "kind", "estimate"),
    [
        ("{method: restricted_mean_difference, horizon: 12}", TIME,
         lambda arm: restricted_mean(_times(arm), 12).value),
        ("{method: survival_difference, at: 8}", TIME,
         lambda arm: 100 * (survival_at(_times(arm), 8).value or 0.0)),
        ("risk_difference", RATE, lambda arm: 100 * responded(arm)[0] / responded(arm)[1]),
        ("two_sample_t_test", MEAN, lambda arm: of(arm).mean()),
        ("analysis_of_covariance", MEAN, lambda arm: of(arm).mean()),
    ],
)  # fmt: skip
def test_a_difference_is_the_first_groups_own_value_minus_the_references(
    tmp_path: Path, analysis: str, kind: str, estimate: Callable[[str], Any]
) -> None:
    options = analysis if analysis.startswith("{") else f"{{method: {analysis}}}"
    one = first(tmp_path, kind, options.replace("}", ", decimals: 6}", 1))
    assert str(one.estimate_comment).startswith("Drug minus Placebo.")
    assert one.param_value == f"{estimate('drug') - estimate('placebo'):.6f}"


def test_every_analysis_has_a_case_here_or_is_specified_by_itself() -> None:
    by_itself = {
        "one_sample_t_test", "paired_t_test", "two_sample_t_test", "geometric_mean_ratio",
        "repeated_measures", "crossover",
    }  # fmt: skip
    assert set(analyses()) == set(CASES).intersection(analyses()) | by_itself


def test_every_comparison_posts_what_it_declares() -> None:
    for name, analysis in analyses().items():
        assert analysis.name == name
        assert analysis.title
        assert analysis.test_names or analysis.parameters
