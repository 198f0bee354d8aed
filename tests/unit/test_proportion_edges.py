"""What comparisons of proportions refuse, and what they say at the edges."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from topline.errors import DataError, LimitError, ToplineError, UsageError
from topline.stats.agreement import cohen_kappa
from topline.stats.contingency import (
    cochran_armitage_test,
    cochran_mantel_haenszel_test,
    cramers_v,
    kruskal_wallis_of_columns,
    likelihood_ratio_test,
    pearson_test,
)
from topline.stats.exact_tables import conditional_odds_ratio, fisher_test
from topline.stats.freeman_halton import freeman_halton_test
from topline.stats.mcnemar import mcnemar_test
from topline.stats.non_inferiority import difference_test, equivalence_test
from topline.stats.odds_ratio import odds_ratio
from topline.stats.paired_proportions import paired_difference, paired_odds_ratio
from topline.stats.proportion import proportion, proportions
from topline.stats.proportion_tests import proportion_test
from topline.stats.risk_difference import risk_difference, risk_differences
from topline.stats.risk_ratio import risk_ratio, risk_ratios
from topline.stats.stratified_risk_difference import (
    common_risk_difference,
    common_risk_differences,
)
from topline.stats.stratified_tables import (
    cochran_mantel_haenszel,
    common_odds_ratio,
    homogeneity_test,
)
from topline.stats.table_counts import contingency_table
from topline.stats.two_proportions import two_proportions_test
from topline.stats.unconditional_tests import unconditional_test

WRONG_SIDES: Any = "both"

REFUSED: dict[str, tuple[Callable[[], object], type[ToplineError], str]] = {
    "more events than participants": (
        lambda: risk_difference(5, 4, 1, 4),
        DataError,
        "count[0] is 5",
    ),
    "control group empty": (lambda: risk_ratio(1, 4, 0, 0), DataError, "control_number[0] is 0"),
    "half a participant": (lambda: odds_ratio(1, 4, 0.5, 4), DataError, "control_count[0] is 0.5"),
    "lengths": (lambda: risk_differences([1, 2], [3, 4], [1], [2]), DataError, "lengths differ"),
    "which element": (
        lambda: risk_ratios([1, 9], [3, 4], [1, 1], [2, 2]),
        DataError,
        "count[1] is 9",
    ),
    "level": (lambda: risk_difference(1, 4, 1, 4, level=95), UsageError, "write 0.95"),
    "interval of a difference": (
        lambda: risk_difference(1, 4, 1, 4, interval="newcomb"),
        UsageError,
        "did you mean 'newcombe'?",
    ),
    "interval of an odds ratio": (
        lambda: odds_ratio(1, 4, 1, 4, interval="wolf"),
        UsageError,
        "did you mean 'woolf'?",
    ),
    "scale": (
        lambda: risk_ratio(1, 4, 1, 4, scale="lgo"),  # type: ignore[arg-type]  # the fault
        UsageError,
        "did you mean 'log'?",
    ),
    "share tested": (lambda: proportion_test(1, 4, 0), UsageError, "the share tested is 0"),
    "test of a share": (
        lambda: proportion_test(1, 4, 0.5, test="exakt"),
        UsageError,
        "did you mean 'exact'?",
    ),
    "sides of a chi-squared test": (
        lambda: two_proportions_test(1, 4, 1, 4, sides="greater"),
        UsageError,
        "there is no alternative 'greater'",
    ),
    "sides": (
        lambda: fisher_test(1, 4, 1, 4, sides=WRONG_SIDES),
        UsageError,
        "there is no alternative 'both'",
    ),
    "tail": (
        lambda: conditional_odds_ratio(1, 4, 1, 4, tail="midp"),  # type: ignore[arg-type]  # the fault
        UsageError,
        "did you mean 'mid_p'?",
    ),
    "margin in percent": (
        lambda: difference_test(1, 4, 1, 4, null_difference=-10),
        UsageError,
        "write -0.1 for a margin of 10 percentage points",
    ),
    "margins in disorder": (
        lambda: equivalence_test(1, 4, 1, 4, lower_margin=0.1, upper_margin=-0.1),
        UsageError,
        "a lower margin below the upper",
    ),
    "too large to enumerate": (
        lambda: fisher_test(2 * 10**7, 10**8, 2 * 10**7, 10**8),
        LimitError,
        "use a large-sample test",
    ),
    "too many tables": (
        lambda: unconditional_test(1, 5000, 1, 5000),
        LimitError,
        "at most 4,000,000 tables",
    ),
    "too many tables of many cells": (
        lambda: freeman_halton_test(np.full((6, 6), 20) + 20 * np.eye(6)),
        LimitError,
        "use Pearson's test",
    ),
    "no pair": (lambda: paired_difference(0, 0, 0, 0), DataError, "no pair at position 0"),
    "negative pairs": (lambda: mcnemar_test(-1, 2), DataError, "first_only[0] is -1"),
    "test of pairs": (lambda: mcnemar_test(1, 2, test="exakt"), UsageError, "'exact'?"),
    "one row": (lambda: pearson_test([[1, 2]]), DataError, "at least two rows"),
    "ragged": (lambda: pearson_test([[1, 2], [3]]), DataError, "at least two rows"),
    "text": (lambda: pearson_test([["1", "2"], ["3", "4"]]), DataError, "other than numbers"),
    "cell": (lambda: contingency_table([[1, 2], [3, -4]]), DataError, "table[1][1] is -4"),
    "missing cell": (
        lambda: contingency_table([[1.0, 2.0], [3.0, math.nan]]),
        DataError,
        "table[1][1] is nan",
    ),
    "nobody": (lambda: contingency_table([[0, 0], [0, 0]]), DataError, "counts nobody"),
    "square": (lambda: cohen_kappa([[1, 2, 3], [4, 5, 6]]), DataError, "a square table"),
    "scores": (
        lambda: cochran_armitage_test([1, 2], [3, 4], [1, 2, 3]),
        DataError,
        "3 scores for 2 categories",
    ),
    "shapes of strata": (
        lambda: cochran_mantel_haenszel_test([[[1, 2], [3, 4]], [[1, 2, 3], [4, 5, 6]]]),
        DataError,
        "different shapes",
    ),
    "no strata": (lambda: cochran_mantel_haenszel_test([]), DataError, "or there is none"),
    "association": (
        lambda: cochran_mantel_haenszel_test([[[1, 2], [3, 4]]], test="general_asociation"),
        UsageError,
        "did you mean 'general_association'?",
    ),
    "weights that do not go with Sato": (
        lambda: common_risk_difference([1], [4], [1], [4], interval="sato", weights="equal"),
        UsageError,
        "does not hold for the weights 'equal'",
    ),
    "offsets": (
        lambda: common_risk_differences([1, 1], [4, 4], [1, 1], [4, 4], [0, 1]),
        DataError,
        "the offsets go from 0 to 1",
    ),
    "homogeneity": (
        lambda: homogeneity_test([1], [4], [1], [4], test="tarones"),
        UsageError,
        "did you mean 'tarone'?",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_named(name: str) -> None:
    compute, kind, words = REFUSED[name]
    with pytest.raises(kind) as caught:
        compute()
    assert words in str(caught.value)


def test_the_logit_interval_says_that_it_has_no_limits_at_the_edges() -> None:
    found = proportion(0, 20, interval="logit")
    assert (found.value, found.lower, found.upper) == (0, None, None)
    assert "undefined at 0 of 20" in (found.reason("upper") or "")


def test_jeffreys_says_where_the_rule_for_edges_was_applied() -> None:
    assert "the lower limit is 0 by Jeffreys' rule for edges" in proportion(0, 20).notes
    assert "the upper limit is 1 by Jeffreys' rule for edges" in proportion(20, 20).notes
    assert proportion(8, 20).notes == ()


def test_a_million_distinct_pairs_on_two_threads_equal_each_alone() -> None:
    number = np.repeat(np.arange(1, 501), 501)
    count = np.tile(np.arange(501), 500)
    inside = count <= number
    many = proportions(count[inside], number[inside], interval="likelihood_ratio")
    for place in (0, 5_000, 60_000, 125_000):
        alone = proportion(
            float(count[inside][place]), float(number[inside][place]), interval="likelihood_ratio"
        )
        assert (many.lower[place], many.upper[place]) == (alone.lower, alone.upper)


def test_a_ratio_without_events_says_what_it_lacks() -> None:
    nothing = risk_ratio(0, 10, 0, 10)
    assert (nothing.value, nothing.lower, nothing.upper) == (None, 0, None)
    assert "a group has no events" in (nothing.reason("value") or "")
    assert "without bound" in (nothing.reason("upper") or "")
    katz = risk_ratio(3, 10, 0, 10, interval="katz")
    assert (katz.value, katz.lower, katz.upper) == (None, None, None)
    assert "infinite" in (katz.reason("value") or "")
    logarithm = risk_ratio(0, 10, 3, 10, scale="log")
    assert logarithm.lower is None
    assert "however small" in (logarithm.reason("lower") or "")


def test_where_every_participant_has_the_event_a_ratio_is_one_without_width() -> None:
    found = risk_ratio(10, 10, 20, 20, interval="katz")
    assert (found.lower, found.value, found.upper) == (1, 1, 1)


def test_margins_that_allow_one_table_tell_nothing_about_the_odds() -> None:
    found = conditional_odds_ratio(0, 10, 0, 20)
    assert (found.value, found.lower, found.upper) == (None, 0, None)
    assert found.reason("value") == "undefined: the margins allow only the observed table"
    assert fisher_test(0, 10, 0, 20).p_value == 1


def test_chi_squared_is_undefined_without_events_and_z_infinite_without_spread() -> None:
    assert two_proportions_test(0, 10, 0, 20).statistic is None
    assert two_proportions_test(0, 10, 0, 20, test="likelihood_ratio").statistic == 0
    found = two_proportions_test(10, 10, 0, 20, test="unpooled", sides="greater")
    assert (found.statistic, found.p_value) == (None, 0)
    assert found.reason("statistic") == "infinite, because neither group varies"


def test_walds_test_against_a_margin_is_undefined_without_spread() -> None:
    found = difference_test(10, 10, 20, 20, null_difference=-0.1, test="wald")
    assert (found.statistic, found.p_value) == (None, None)
    score = difference_test(10, 10, 20, 20, null_difference=-0.1)
    assert score.p_value is not None


def test_pairs_that_all_agree_say_what_is_undefined() -> None:
    assert mcnemar_test(0, 0).reason("p_value") == "undefined without discordant pairs"
    assert mcnemar_test(0, 0, test="exact").p_value == 1
    assert paired_odds_ratio(0, 0).value is None
    assert paired_odds_ratio(3, 0).value is None
    assert "infinite" in (paired_odds_ratio(3, 0).reason("value") or "")
    assert cohen_kappa([[5, 0], [0, 0]]).value is None
    tango = paired_difference(5, 0, 0, 5)
    assert tango.lower is not None
    assert tango.upper is not None
    assert tango.lower < 0 < tango.upper


def test_equal_discordant_pairs_are_not_corrected_below_zero() -> None:
    found = mcnemar_test(4, 4, test="corrected")
    assert (found.statistic, found.p_value) == (0, 1)


def test_strata_without_information_say_so() -> None:
    nothing = ([0, 3], [5, 3], [0, 4], [6, 4])
    assert cochran_mantel_haenszel(*nothing).statistic is None
    assert common_odds_ratio(*nothing).value is None
    newcombe = common_risk_difference(*nothing, interval="newcombe")
    assert newcombe.value == 0
    assert newcombe.reason("lower") == "no stratum of a group has both events and non-events"
    score = common_risk_difference(*nothing)
    assert score.lower is not None
    assert score.lower < 0


def test_the_correction_of_the_stratified_test_never_enlarges_it() -> None:
    """A total within half an event of its expectation is not corrected, as in R."""
    strata = ([2], [4], [2], [4])
    assert cochran_mantel_haenszel(*strata, corrected=True).statistic == 0


def test_an_empty_column_is_refused_by_large_sample_tests_only() -> None:
    table = [[3, 0, 4], [5, 0, 1]]
    for test in (pearson_test, likelihood_ratio_test):
        assert "leave it out" in (test(table).reason("statistic") or "")
    assert cramers_v(table) is None
    whole = freeman_halton_test([[3, 4], [5, 1]]).p_value
    assert freeman_halton_test(table).p_value == pytest.approx(whole, rel=1e-12)
    assert fisher_test(3, 7, 5, 6).p_value == pytest.approx(whole, rel=1e-12)


def test_one_participant_in_every_stratum_tells_nothing() -> None:
    found = cochran_mantel_haenszel_test([[[1, 0], [0, 0]], [[0, 0], [0, 1]]])
    assert found.reason("p_value") == "no stratum has both variables vary"


def test_tied_scores_pool_their_columns_in_kruskal_and_walliss_test() -> None:
    tied = kruskal_wallis_of_columns([[3, 2, 4], [5, 4, 1]], [1, 1, 2])
    pooled = kruskal_wallis_of_columns([[5, 4], [9, 1]])
    assert tied.statistic == pytest.approx(pooled.statistic, rel=1e-12)


def test_barnards_test_counts_tables_with_equal_statistics_together() -> None:
    """9 of 10 against 3 of 10 ties with 7 of 10 against 1 of 10, which rounding must not part."""
    found = unconditional_test(9, 10, 3, 10)
    assert found.p_value == pytest.approx(0.00795555114746094, rel=1e-10)
    assert found.p_value == unconditional_test(7, 10, 1, 10).p_value


def test_exact_methods_are_bounded_in_time_for_large_groups() -> None:
    assert fisher_test(50_100, 100_000, 49_900, 100_000).p_value == pytest.approx(0.3739, abs=1e-3)
    found = unconditional_test(510, 1000, 490, 1000)
    # The maximum lies where events are rare, far from the observed half: one event against none is more extreme.
    assert found.statistic is not None
    assert min(found.statistic, 1 - found.statistic) < 0.01
    chances = stats.binom.pmf(np.arange(1001), 1000, found.statistic)
    first, second = np.arange(1001)[:, None], np.arange(1001)[None, :]
    with np.errstate(invalid="ignore"):
        share = (first + second) / 2000
        z = np.abs(first - second) / 1000 / np.sqrt(share * (1 - share) / 500)
    extreme = np.nan_to_num(z) >= 20 / 1000 / math.sqrt(0.25 / 500) - 1e-9
    assert found.p_value == pytest.approx(float((np.outer(chances, chances))[extreme].sum()))
