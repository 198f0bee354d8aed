"""Linear models: coding, contrasts and tests of terms."""

import itertools

import numpy as np
import pytest

from topline.errors import DataError, UsageError
from topline.stats.least_squares import fit_groups, least_squares_difference, least_squares_mean
from topline.stats.linear_model import (
    LinearFit,
    fit_linear_model,
    linear_model_coefficients,
    linear_model_difference,
    linear_model_mean,
    type_three_tests,
    type_two_tests,
)
from topline.stats.model_matrix import Term, categorize, model_matrix, variables

ARM = ["a", "b", "c"] * 8
SITE = ["x"] * 11 + ["y"] * 13
BASELINE = np.random.default_rng(1).normal(50, 10, 24)
OUTCOME = BASELINE * 0.5 + np.random.default_rng(2).normal(size=24) + np.arange(24) % 3


def fitted(*terms: Term) -> LinearFit:
    made = variables(covariates={"baseline": BASELINE}, factors={"arm": ARM, "site": SITE})
    return fit_linear_model(OUTCOME, model_matrix(made, terms))


@pytest.mark.parametrize("margins", ["balanced", "observed"])
def test_two_ways_to_least_squares_means_agree(margins: str) -> None:
    fit = fitted(("baseline",), ("site",), ("arm",), ("arm", "site"))
    groups = fit_groups(
        OUTCOME,
        ARM,
        covariates={"baseline": BASELINE},
        factors={"site": SITE},
        interactions=["site"],
    )
    for arm in "abc":
        one = linear_model_mean(fit, {"arm": arm}, margins=margins)  # type: ignore[arg-type]  # a word of two
        other = least_squares_mean(groups, arm, margins=margins)  # type: ignore[arg-type]  # a word of two
        assert one.value == pytest.approx(other.value, rel=1e-12)
        assert one.standard_error == pytest.approx(other.standard_error, rel=1e-12)
    difference = linear_model_difference(
        fit, {"arm": "b"}, {"arm": "a"}, null_value=1, sides="less"
    )
    same = least_squares_difference(groups, "b", "a", null_value=1, sides="less")
    assert difference.name == "b - a"
    assert difference.test.p_value == pytest.approx(same.test.p_value, rel=1e-11)


def test_the_response_at_a_covariates_value() -> None:
    fit = fitted(("baseline",))
    slope = linear_model_coefficients(fit)[1].estimate.value
    gap = linear_model_difference(fit, {"baseline": 60.0}, {"baseline": 50.0}).estimate.value
    assert slope is not None
    assert gap == pytest.approx(10 * slope, rel=1e-12)


def test_a_term_in_no_other_is_tested_alike_by_both_types() -> None:
    fit = fitted(("baseline",), ("arm",), ("site",), ("arm", "site"))
    two, three = type_two_tests(fit), type_three_tests(fit)
    for term in (("baseline",), ("arm", "site")):
        assert two[term].statistic == pytest.approx(three[term].statistic, rel=1e-10)
    assert list(three) == [(), ("baseline",), ("arm",), ("site",), ("arm", "site")]
    assert two[("arm",)].statistic != pytest.approx(three[("arm",)].statistic, rel=1e-3)


def test_a_test_of_one_column_is_the_square_of_its_coefficients() -> None:
    fit = fitted(("baseline",), ("site",))
    for effect in linear_model_coefficients(fit)[1:]:
        term = (effect.name.removesuffix("y"),)
        assert effect.test.statistic is not None
        square = effect.test.statistic**2
        assert type_two_tests(fit)[term].statistic == pytest.approx(square, rel=1e-11)


def test_the_order_and_coding_of_terms_do_not_change_type_two() -> None:
    terms: list[Term] = [("baseline",), ("arm",), ("site",)]
    first = type_two_tests(fitted(*terms))
    for order in itertools.permutations(terms):
        again = type_two_tests(fitted(*order))
        for term in terms:
            assert again[term].statistic == pytest.approx(first[term].statistic, rel=1e-10)


def test_names_and_coding_of_columns_are_those_of_r() -> None:
    made = variables(factors={"arm": ["a", "b", "c"], "site": ["x", "y", "y"]})
    full = model_matrix(made, [("site", "arm"), ("arm",), ("site",)])
    assert full.names == (
        "(Intercept)",
        "armb",
        "armc",
        "sitey",
        "sitey:armb",
        "sitey:armc",
    )
    summed = model_matrix(made, [("arm",)], coding="sum")
    assert summed.names == ("(Intercept)", "arm1", "arm2")
    assert summed.columns[:, 1:].tolist() == [[1, 0], [0, 1], [-1, -1]]


def test_a_determined_column_is_left_out_as_r_does() -> None:
    made = variables(factors={"arm": ARM, "copy": ARM})
    fit = fit_linear_model(OUTCOME, model_matrix(made, [("arm",), ("copy",)]))
    alone = fit_linear_model(OUTCOME, model_matrix(made, [("arm",)]))
    assert fit.estimated.tolist() == [True, True, True, False, False]
    assert fit.degrees_of_freedom == alone.degrees_of_freedom
    found, expected = linear_model_coefficients(fit), linear_model_coefficients(alone)
    for one, other in zip(found, expected, strict=False):
        assert one.estimate.standard_error == pytest.approx(
            other.estimate.standard_error, rel=1e-12
        )
    assert found[3].estimate.reason("value") is not None
    assert linear_model_mean(fit, {"arm": "b"}).value is None
    assert linear_model_mean(fit, {"arm": "b", "copy": "b"}).value == pytest.approx(
        linear_model_mean(alone, {"arm": "b"}).value, rel=1e-12
    )
    assert type_two_tests(fit)[("copy",)].statistic is None
    assert type_three_tests(fit)[("arm",)].statistic is None


def test_a_perfect_fit_and_one_without_freedom_say_so() -> None:
    made = model_matrix(variables(factors={"arm": ["a", "a", "b", "b"]}), [("arm",)])
    perfect = fit_linear_model([1, 1, 2, 2], made)
    found = linear_model_coefficients(perfect)[1]
    assert found.estimate.value == pytest.approx(1, rel=1e-14)
    assert "perfect" in str(found.estimate.reason("lower"))
    assert perfect.determination == pytest.approx(1, rel=1e-14)
    small = model_matrix(variables(factors={"arm": ["a", "b"]}), [("arm",)])
    exact = fit_linear_model([1, 2], small)
    assert exact.residual_standard_deviation is None
    assert "no degrees of freedom" in str(type_two_tests(exact)[("arm",)].reason("p_value"))
    assert fit_linear_model([1, 1, 1, 1], made).determination is None


def test_what_is_no_model_is_refused() -> None:
    made = variables(covariates={"age": [1, 2]}, factors={"arm": ["a", "b"]})
    with pytest.raises(UsageError, match="no variable 'sex'"):
        model_matrix(made, [("sex",)])
    with pytest.raises(UsageError, match="twice"):
        model_matrix(made, [("arm", "arm")])
    with pytest.raises(UsageError, match="twice"):
        model_matrix(made, [("arm", "age"), ("age", "arm")])
    with pytest.raises(UsageError, match="used twice"):
        variables(covariates={"arm": [1, 2]}, factors={"arm": ["a", "b"]})
    with pytest.raises(DataError, match="arm\\[1\\] is missing"):
        variables(factors={"arm": ["a", None]})
    with pytest.raises(DataError, match="not in its order"):
        categorize("arm", ["a", "z"], order=["a", "b"])
    with pytest.raises(DataError, match="no observation of arm"):
        categorize("arm", ["a", "a"], order=["a", "b"])
    with pytest.raises(DataError, match="lengths differ"):
        variables(covariates={"age": [1, 2, 3]}, factors={"arm": ["a", "b"]})
    with pytest.raises(DataError, match="too large"):
        fit_linear_model([1e200, 1], model_matrix(made, [("arm",)]))


def test_levels_that_are_numbers_are_in_their_order() -> None:
    assert categorize("week", [12, 2, 4]).levels == ("2", "4", "12")
    assert categorize("week", ["12", "2", "4"]).levels == ("12", "2", "4")
