"""What must hold of one or two proportions for every table: duality, mirrors, exact enumeration."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from topline.stats.estimate import Estimate, Estimates
from topline.stats.exact_tables import conditional_odds_ratio, fisher_test
from topline.stats.non_inferiority import difference_test, restricted_proportions
from topline.stats.odds_ratio import INTERVALS as ODDS_RATIOS
from topline.stats.odds_ratio import odds_ratio, odds_ratios
from topline.stats.proportion import proportion
from topline.stats.proportion_tests import TESTS, proportion_test
from topline.stats.risk_difference import INTERVALS as DIFFERENCES
from topline.stats.risk_difference import risk_difference, risk_differences
from topline.stats.risk_ratio import INTERVALS as RATIOS
from topline.stats.risk_ratio import risk_ratio, risk_ratios
from topline.stats.two_proportions import two_proportions_test
from topline.stats.unconditional_tests import TESTS as UNCONDITIONAL
from topline.stats.unconditional_tests import unconditional_test

LEVELS = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])
SHARES = st.floats(0.02, 0.98).map(lambda share: round(share, 4))
Table = tuple[int, int, int, int]


@st.composite
def tables(draw: st.DrawFn, largest: int = 300) -> Table:
    number, control_number = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    return (
        draw(st.integers(0, number)),
        number,
        draw(st.integers(0, control_number)),
        control_number,
    )


def swapped(table: Table) -> Table:
    return table[2], table[3], table[0], table[1]


def lacking(table: Table) -> Table:
    return table[1] - table[0], table[1], table[3] - table[2], table[3]


@given(tables(), LEVELS, st.sampled_from(sorted(DIFFERENCES)))
def test_a_difference_changes_sign_when_groups_or_outcomes_are_swapped(
    table: Table, level: float, interval: str
) -> None:
    found = risk_difference(*table, level=level, interval=interval)
    for other in (swapped(table), lacking(table)):
        mirrored = risk_difference(*other, level=level, interval=interval)
        assert mirrored.value == pytest.approx(negative(found.value), abs=1e-13)
        assert mirrored.lower == pytest.approx(negative(found.upper), abs=1e-9)
        assert mirrored.upper == pytest.approx(negative(found.lower), abs=1e-9)


def negative(number: float | None) -> float:
    assert number is not None
    return -number


def unbounded(number: float | None) -> float:
    """Read a limit that is not bounded as infinity."""
    return math.inf if number is None else number


def inverse(number: float | None) -> float:
    return math.inf if number == 0 else 1 / unbounded(number)


@given(tables(), LEVELS, st.sampled_from(sorted(set(RATIOS) - {"katz"})))
def test_a_ratio_is_inverted_when_groups_are_swapped(
    table: Table, level: float, interval: str
) -> None:
    found = risk_ratio(*table, level=level, interval=interval)
    mirrored = risk_ratio(*swapped(table), level=level, interval=interval)
    assert mirrored.lower == pytest.approx(inverse(found.upper), rel=1e-9)
    assert unbounded(mirrored.upper) == pytest.approx(inverse(found.lower), rel=1e-9)


@given(tables(60), LEVELS, st.sampled_from(sorted(set(ODDS_RATIOS) - {"woolf"})))
def test_an_odds_ratio_is_inverted_when_groups_or_outcomes_are_swapped(
    table: Table, level: float, interval: str
) -> None:
    found = odds_ratio(*table, level=level, interval=interval)
    for other in (swapped(table), lacking(table)):
        mirrored = odds_ratio(*other, level=level, interval=interval)
        assert mirrored.lower == pytest.approx(inverse(found.upper), rel=1e-8)
        assert unbounded(mirrored.upper) == pytest.approx(inverse(found.lower), rel=1e-8)


@given(tables(), LEVELS, st.sampled_from(["miettinen_nurminen", "mee"]))
def test_score_limits_are_the_differences_that_the_score_test_just_does_not_reject(
    table: Table, level: float, interval: str
) -> None:
    found = risk_difference(*table, level=level, interval=interval)
    test = {"mee": "farrington_manning"}.get(interval, interval)
    for limit, sides in ((found.lower, "greater"), (found.upper, "less")):
        assert limit is not None
        if abs(limit) < 1:
            tested: Any = sides
            p_value = difference_test(*table, null_difference=limit, sides=tested, test=test)
            assert p_value.p_value == pytest.approx((1 - level) / 2, rel=1e-6)


@given(tables(40), st.floats(-0.99, 0.99))
def test_restricted_proportions_have_the_largest_likelihood(
    table: Table, difference: float
) -> None:
    x, n, y, m = table

    def likelihood(second: float) -> float:
        shares = ((x, second + difference), (n - x, 1 - second - difference), (y, second))
        cells = (*shares, (m - y, 1 - second))
        return math.fsum(
            count * math.log(max(share, 1e-300)) for count, share in cells if count > 0
        )

    first, second = restricted_proportions(*table, null_difference=difference)
    assert first == pytest.approx(second + difference, abs=1e-15)
    best = likelihood(second)
    for other in np.linspace(max(0, -difference), min(1, 1 - difference), 200):
        assert likelihood(float(other)) <= best + 1e-9 * abs(best)


@settings(max_examples=15)  # thousands of rows each
@given(st.lists(tables(50), min_size=1, max_size=6), LEVELS, st.booleans())
def test_many_comparisons_at_once_equal_each_alone(
    rows: list[Table], level: float, repeated: bool
) -> None:
    # Repeated hundreds of times, the many take the path that computes each distinct table once.
    columns = [list(column) for column in zip(*(rows * 400 if repeated else rows), strict=True)]
    for interval in DIFFERENCES:
        compare(
            risk_differences(*columns, level=level, interval=interval),
            [risk_difference(*row, level=level, interval=interval) for row in rows],
        )
    for interval in RATIOS:
        compare(
            risk_ratios(*columns, level=level, interval=interval),
            [risk_ratio(*row, level=level, interval=interval) for row in rows],
        )
    for interval in sorted(set(ODDS_RATIOS) - {"conditional_exact", "conditional_mid_p"}):
        compare(
            odds_ratios(*columns, level=level, interval=interval),
            [odds_ratio(*row, level=level, interval=interval) for row in rows],
        )


def compare(many: Estimates, each: list[Estimate]) -> None:
    for place in range(many.value.size):
        one = each[place % len(each)]
        for found, single in ((many.lower, one.lower), (many.upper, one.upper)):
            number = float(found[place])
            if single is None:
                assert not math.isfinite(number)
            else:
                assert number == pytest.approx(single, rel=1e-12, abs=1e-13)


@given(tables(12))
def test_fishers_test_enumerates_the_tables_of_the_margins(table: Table) -> None:
    x, n, y, m = table
    events = x + y
    ways = {
        k: math.comb(n, k) * math.comb(m, events - k)
        for k in range(max(0, events - m), min(n, events) + 1)
    }
    total = sum(ways.values())
    no_likelier = sum(way for way in ways.values() if way <= ways[x])
    assert fisher_test(*table).p_value == pytest.approx(no_likelier / total, rel=1e-12)
    above = sum(way for k, way in ways.items() if k >= x)
    assert fisher_test(*table, sides="greater").p_value == pytest.approx(above / total, rel=1e-12)
    half = (no_likelier - ways[x] / 2) / total
    assert fisher_test(*table, tail="mid_p").p_value == pytest.approx(half, rel=1e-12)


@given(tables(30), LEVELS)
def test_conditional_limits_have_the_tails_they_promise(table: Table, level: float) -> None:
    x, n, y, m = table
    found = conditional_odds_ratio(*table, level=level)
    law = stats.nchypergeom_fisher
    if found.lower:
        tail = law.sf(x - 1, n + m, x + y, n, found.lower)
        assert tail == pytest.approx((1 - level) / 2, rel=1e-6)
    if found.upper is not None:
        tail = law.cdf(x, n + m, x + y, n, found.upper)
        assert tail == pytest.approx((1 - level) / 2, rel=1e-6)
    if found.value:
        assert law.mean(n + m, x + y, n, found.value) == pytest.approx(x, rel=1e-6)


@settings(max_examples=30)  # each tests every table of its two groups
@given(tables(7), st.sampled_from(sorted(UNCONDITIONAL)), st.sampled_from(["two-sided", "greater"]))
def test_an_unconditional_p_value_is_the_largest_over_the_common_proportion(
    table: Table, test: str, sides: Any
) -> None:
    _, n, _, m = table
    everyone = [
        (unconditional_test(a, n, b, m, test=test, sides=sides).p_value or 0.0, a, b)
        for a in range(n + 1)
        for b in range(m + 1)
    ]
    own = unconditional_test(*table, test=test, sides=sides).p_value
    assert own is not None
    # The rejection region of the p-value itself has at most that probability, whatever the proportion.
    for share in np.linspace(0.01, 0.99, 33):
        size = math.fsum(
            stats.binom.pmf(a, n, share) * stats.binom.pmf(b, m, share)
            for p_value, a, b in everyone
            if p_value <= own * (1 + 1e-9)
        )
        assert size <= own + 1e-9


@given(tables(20), st.sampled_from(["two-sided", "greater", "less"]))
def test_boschloo_is_never_less_powerful_than_fisher(table: Table, sides: Any) -> None:
    boschloo = unconditional_test(*table, test="boschloo", sides=sides).p_value
    fisher = fisher_test(*table, sides=sides).p_value
    assert boschloo is not None
    assert fisher is not None
    assert boschloo <= fisher * (1 + 1e-6)


@given(tables(), st.sampled_from(["pearson", "pearson_corrected", "likelihood_ratio"]))
def test_chi_squared_tests_agree_with_scipy(table: Table, test: str) -> None:
    x, n, y, m = table
    assume(0 < x + y < n + m)
    expected = stats.chi2_contingency(
        [[x, n - x], [y, m - y]],
        correction=test == "pearson_corrected",
        lambda_="log-likelihood" if test == "likelihood_ratio" else "pearson",
    )
    found = two_proportions_test(*table, test=test)
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-9, abs=1e-12)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)


@given(tables())
def test_the_pooled_z_is_the_root_of_pearsons_statistic(table: Table) -> None:
    z, chi = (two_proportions_test(*table, test=test) for test in ("pooled", "pearson"))
    if z.statistic is None or chi.statistic is None:
        assert z.statistic is chi.statistic
    else:
        assert z.statistic**2 == pytest.approx(chi.statistic, rel=1e-9, abs=1e-12)
        assert z.p_value == pytest.approx(chi.p_value, rel=1e-8)


@given(st.integers(1, 400), st.data(), LEVELS)
def test_blaker_and_mid_p_lie_within_clopper_pearson(
    number: int, data: st.DataObject, level: float
) -> None:
    count = data.draw(st.integers(0, number))
    wide = proportion(count, number, level=level, interval="clopper_pearson")
    for interval in ("blaker", "mid_p"):
        found = proportion(count, number, level=level, interval=interval)
        assert found.lower is not None
        assert found.upper is not None
        assert wide.lower is not None
        assert wide.upper is not None
        assert wide.lower - 1e-12 <= found.lower
        assert found.upper <= wide.upper + 1e-12


def acceptability(count: int, number: int, share: float) -> float:
    """Blaker's acceptability, by summing over all counts."""
    law = stats.binom.pmf(np.arange(number + 1), number, share)
    tails = np.minimum(np.cumsum(law), np.cumsum(law[::-1])[::-1])
    return float(law[tails <= tails[count] * (1 + 1e-9)].sum())


@given(st.integers(1, 60), st.data(), LEVELS)
def test_blaker_holds_exactly_the_acceptable_shares(
    number: int, data: st.DataObject, level: float
) -> None:
    count = data.draw(st.integers(0, number))
    found = proportion(count, number, level=level, interval="blaker")
    assert found.lower is not None
    assert found.upper is not None
    for share in np.linspace(0.001, 0.999, 97):
        if not found.lower <= share <= found.upper:
            assert acceptability(count, number, float(share)) < 1 - level + 1e-9
    # Just inside, the limits are accepted.
    inside = 1e-7 * (found.upper - found.lower)
    for share in (found.lower + inside, found.upper - inside):
        if 0 < share < 1:
            assert acceptability(count, number, share) >= 1 - level - 1e-5


@given(st.integers(1, 300), st.data(), SHARES, st.sampled_from(sorted(TESTS)))
def test_one_sided_tests_of_a_proportion_mirror_each_other(
    number: int, data: st.DataObject, share: float, test: str
) -> None:
    count = data.draw(st.integers(0, number))
    found = proportion_test(count, number, share, test=test, sides="greater").p_value
    mirrored = proportion_test(number - count, number, 1 - share, test=test, sides="less").p_value
    assert found == pytest.approx(mirrored, rel=1e-9, abs=1e-15)


@given(st.integers(1, 300), st.data(), SHARES)
def test_the_exact_test_of_a_proportion_agrees_with_scipy(
    number: int, data: st.DataObject, share: float
) -> None:
    count = data.draw(st.integers(0, number))
    for sides in ("two-sided", "greater", "less"):
        tested: Any = sides
        found = proportion_test(count, number, share, sides=tested).p_value
        assert found == pytest.approx(
            stats.binomtest(count, number, share, alternative=sides).pvalue, rel=1e-9, abs=1e-300
        )


@given(st.integers(1, 300), st.data(), LEVELS, SHARES)
def test_intervals_hold_the_shares_that_their_tests_do_not_reject(
    number: int, data: st.DataObject, level: float, share: float
) -> None:
    count = data.draw(st.integers(0, number))
    pairs = {"wilson": "score", "clopper_pearson": "exact_doubled", "mid_p": "mid_p"}
    for interval, test in pairs.items():
        found = proportion(count, number, level=level, interval=interval)
        p_value = proportion_test(count, number, share, test=test).p_value
        assert found.lower is not None
        assert found.upper is not None
        assert p_value is not None
        assume(abs(p_value - (1 - level)) > 1e-9)
        assert (found.lower < share < found.upper) == (p_value > 1 - level)
