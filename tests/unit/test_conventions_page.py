"""The page on where software disagrees names what exists, and its examples run."""

import doctest
import re
from pathlib import Path
from typing import get_args

import pytest

from topline.stats import (
    between_study_variance,
    competing_risks,
    correlation,
    cox,
    curve_crossing,
    degrees_of_freedom,
    effect_sizes_two_by_two,
    mcnemar,
    odds_ratio,
    pooling,
    proportion,
    proportion_tests,
    quantile,
    rank_sum,
    risk_difference,
    risk_ratio,
    stratified_risk_difference,
    two_proportions,
    unconditional_tests,
)

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "conventions.md"

KNOWN = {
    *proportion.INTERVALS,
    *proportion_tests.TESTS,
    *risk_difference.INTERVALS,
    *risk_ratio.INTERVALS,
    *odds_ratio.INTERVALS,
    *two_proportions.EQUALITY_TESTS,
    *mcnemar.MCNEMAR_TESTS,
    *unconditional_tests.TESTS,
    *stratified_risk_difference.INTERVALS,
    *quantile.DEFINITIONS,
    *get_args(rank_sum.RankSumMethod),
    *get_args(rank_sum.ShiftInterval),
    *get_args(correlation.RankError),
    *correlation.DISTRIBUTIONS,
    *curve_crossing.TRANSFORMS,
    *cox.TIES,
    *competing_risks.VARIANCES,
    *degrees_of_freedom.METHODS,
    *effect_sizes_two_by_two.ZERO_CELL_RULES,
    *between_study_variance.METHODS,
    *pooling.INTERVALS,
    *pooling.PREDICTIONS,
}
"""Every name of a method that the page may use."""

OTHERS = {
    "method", "qbeta", "prop.test", "bounded=True", "CL=MN", "corrected=False", "corrected=True",
    "False", "variances=\"unequal\"", "\"equal\"", "margins=\"balanced\"", "\"observed\"", "OM",
    "type_two_tests", "type_three_tests", "zeros=\"drop\"", "\"pratt\"", "tie_tolerance",
    "TIES=EXACT", "coxph", "finegray", "KR(LINEAR)", "KR", "information=\"observed\"",
    "\"expected\"", "glm.nb", "CLODDS=PL", "confint", "heterogeneity_from_q", "meta",
    "method=None", "profile", "profile_interpolated", "method=\"REML\"",
}  # fmt: skip
"""Names of functions, parameters and other software."""


def test_every_method_on_the_page_exists() -> None:
    tables = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    named = set(re.findall(r"`([^`]+)`", "\n".join(tables)))
    assert named - KNOWN - OTHERS == set()


def test_the_examples_give_what_the_page_says() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert found.attempted > 20
    assert found.failed == 0


@pytest.mark.parametrize("heading", ["Proportions", "Survival", "Pooling"])
def test_every_table_says_the_default(heading: str) -> None:
    part = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2]
    assert part.lstrip().startswith(
        "| what is open | ways, and who takes them | default, and why |"
    )
