"""Tests that two proportions are equal, by the names of a specification, with the registry's names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Annotated, Literal

from msgspec import Meta

from topline.analysis.analyses.two_by_two import ProportionOptions, TwoByTwo
from topline.errors import UsageError
from topline.stats.estimate import Sides, Test
from topline.stats.exact_tables import fisher_test
from topline.stats.stratified_tables import cochran_mantel_haenszel
from topline.stats.two_proportions import two_proportions_test
from topline.stats.unconditional_tests import unconditional_test

TestName = Literal[
    "chi_squared",
    "chi_squared_corrected",
    "n_minus_1_chi_squared",
    "likelihood_ratio",
    "z_pooled",
    "fisher_exact",
    "fisher_mid_p",
    "barnard",
    "boschloo",
    "cochran_mantel_haenszel",
    "cochran_mantel_haenszel_corrected",
    "cochran_mantel_haenszel_exact",
]
TestOption = Annotated[
    TestName | Literal["none"] | None,
    Meta(
        description="The test of equality; default: chi_squared, with strata cochran_mantel_haenszel; "
        "none for the interval alone."
    ),
]


@dataclass(frozen=True, slots=True)
class EqualityTest:
    """A test of equality.

    Attributes
    ----------
    posted
        The registry's method, or a name of one's own.
    test
        From tables and alternative to the test.
    stratified
        Whether it takes strata.
    directed
        Whether it has one-sided alternatives.
    """

    posted: str
    test: Callable[[TwoByTwo, Sides], Test]
    stratified: bool = False
    directed: bool = False


def _large(name: str, tables: TwoByTwo, sides: Sides) -> Test:
    return two_proportions_test(*tables.single, test=name, sides=sides)


def _fisher(tail: Literal["exact", "mid_p"], tables: TwoByTwo, sides: Sides) -> Test:
    return fisher_test(*tables.cells, sides=sides, tail=tail)


def _unconditional(name: str, tables: TwoByTwo, sides: Sides) -> Test:
    return unconditional_test(*tables.single, test=name, sides=sides)


def _mantel_haenszel(corrected: bool, tables: TwoByTwo, sides: Sides) -> Test:
    return cochran_mantel_haenszel(*tables.cells, corrected=corrected)


EQUALITY_TESTS: Mapping[TestName, EqualityTest] = MappingProxyType(
    {
        "chi_squared": EqualityTest("Chi-squared", partial(_large, "pearson")),
        "chi_squared_corrected": EqualityTest(
            "Chi-squared, Corrected", partial(_large, "pearson_corrected")
        ),
        "n_minus_1_chi_squared": EqualityTest("Chi-squared", partial(_large, "n_minus_1")),
        "likelihood_ratio": EqualityTest(
            "Likelihood ratio chi-squared", partial(_large, "likelihood_ratio")
        ),
        "z_pooled": EqualityTest(
            "Z-test, pooled variance", partial(_large, "pooled"), directed=True
        ),
        "fisher_exact": EqualityTest("Fisher Exact", partial(_fisher, "exact"), directed=True),
        "fisher_mid_p": EqualityTest("Fisher mid-p", partial(_fisher, "mid_p"), directed=True),
        "barnard": EqualityTest(
            "Barnard's exact test", partial(_unconditional, "barnard_pooled"), directed=True
        ),
        "boschloo": EqualityTest(
            "Boschloo's exact test", partial(_unconditional, "boschloo"), directed=True
        ),
        "cochran_mantel_haenszel": EqualityTest(
            "Cochran-Mantel-Haenszel", partial(_mantel_haenszel, False), stratified=True
        ),
        "cochran_mantel_haenszel_corrected": EqualityTest(
            "Cochran-Mantel-Haenszel", partial(_mantel_haenszel, True), stratified=True
        ),
        "cochran_mantel_haenszel_exact": EqualityTest(
            "Cochran-Mantel-Haenszel, exact",
            partial(_fisher, "exact"),
            stratified=True,
            directed=True,
        ),
    }
)
"""The tests by name."""

POSTED_NAMES = tuple(dict.fromkeys(one.posted for one in EQUALITY_TESTS.values()))
"""Every name that a test of equality may be posted under."""


class EqualityOptions(ProportionOptions, frozen=True, kw_only=True):
    """Options of a comparison of proportions that may test their equality."""

    test: TestOption = None


def equality_test(tables: TwoByTwo, options: EqualityOptions) -> tuple[Test | None, str | None]:
    """Test equality by the test asked for, or the usual one; give the test with the name it is posted under.

    Raises
    ------
    UsageError
        If the test takes no strata and there are some, or has no one-sided form and one is asked for.
    """
    if options.test == "none":
        return None, None
    name: TestName = options.test or ("cochran_mantel_haenszel" if tables.strata else "chi_squared")
    chosen = EQUALITY_TESTS[name]
    if tables.strata and not chosen.stratified:
        raise UsageError(
            f"test: {name} takes no strata",
            accepted=", ".join(key for key, one in EQUALITY_TESTS.items() if one.stratified),
        )
    if options.sides != "two-sided" and not chosen.directed:
        raise UsageError(
            f"test: {name} has no direction, and sides is {options.sides}",
            accepted=", ".join(key for key, one in EQUALITY_TESTS.items() if one.directed),
        )
    return chosen.test(tables, options.sides), chosen.posted
