"""What must hold of pairs, strata and larger tables, whatever their counts."""

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from topline.stats import freeman_halton_network
from topline.stats.agreement import cohen_kappa
from topline.stats.contingency import (
    CMH_TESTS,
    cochran_armitage_test,
    cochran_mantel_haenszel_test,
    cramers_v,
    pearson_test,
)
from topline.stats.exact_tables import fisher_test
from topline.stats.freeman_halton import freeman_halton_test
from topline.stats.mcnemar import mcnemar_test
from topline.stats.paired_proportions import (
    INTERVALS,
    paired_difference,
    paired_differences,
    paired_odds_ratio,
)
from topline.stats.risk_difference import risk_difference
from topline.stats.stratified_risk_difference import (
    INTERVALS as STRATIFIED,
)
from topline.stats.stratified_risk_difference import (
    WEIGHTS,
    common_risk_difference,
    common_risk_differences,
)
from topline.stats.stratified_tables import (
    cochran_mantel_haenszel,
    common_odds_ratio,
    common_risk_ratio,
)
from topline.stats.two_proportions import two_proportions_test

LEVELS = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])
CELLS = st.tuples(*[st.integers(0, 60)] * 4).filter(lambda cells: sum(cells) > 0)
Cells = tuple[int, int, int, int]


@st.composite
def strata(draw: st.DrawFn, largest: int = 60, most: int = 6) -> list[list[int]]:
    rows = []
    for _ in range(draw(st.integers(1, most))):
        number, control = draw(st.integers(1, largest)), draw(st.integers(1, largest))
        rows.append([draw(st.integers(0, number)), number, draw(st.integers(0, control)), control])
    return [list(column) for column in zip(*rows, strict=True)]


@st.composite
def contingencies(draw: st.DrawFn, largest: int = 4, most: int = 3) -> list[list[int]]:
    rows, columns = draw(st.integers(2, most)), draw(st.integers(2, most))
    cell = st.integers(0, largest)
    table = draw(
        st.lists(st.lists(cell, min_size=columns, max_size=columns), min_size=rows, max_size=rows)
    )
    assume(np.sum(table) > 0)
    return table


@given(CELLS, LEVELS, st.sampled_from(sorted(INTERVALS)))
def test_a_paired_difference_changes_sign_when_answers_are_swapped(
    cells: Cells, level: float, interval: str
) -> None:
    a, b, c, d = cells
    found = paired_difference(a, b, c, d, level=level, interval=interval)
    assert found.lower is not None
    assert found.upper is not None
    assert found.value is not None
    # Second for first, and the event for its absence.
    for other in ((a, c, b, d), (d, c, b, a)):
        mirrored = paired_difference(*other, level=level, interval=interval)
        assert mirrored.lower == pytest.approx(-found.upper, abs=1e-9)
        assert mirrored.upper == pytest.approx(-found.lower, abs=1e-9)
    assert found.lower - 1e-12 <= found.value <= found.upper + 1e-12


@given(CELLS, LEVELS)
def test_tangos_interval_leaves_out_zero_where_mcnemars_test_rejects(
    cells: Cells, level: float
) -> None:
    found = paired_difference(*cells, level=level)
    p_value = mcnemar_test(cells[1], cells[2]).p_value
    assert found.lower is not None
    assert found.upper is not None
    if p_value is None:
        assert found.lower < 0 < found.upper
    else:
        assume(abs(p_value - (1 - level)) > 1e-9)
        assert (found.lower < 0 < found.upper) == (p_value > 1 - level)


@given(st.lists(CELLS, min_size=1, max_size=10), LEVELS, st.sampled_from(sorted(INTERVALS)))
def test_many_paired_differences_equal_each_alone(
    rows: list[Cells], level: float, interval: str
) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]
    many = paired_differences(*columns, level=level, interval=interval)
    for place, row in enumerate(rows):
        one = paired_difference(*row, level=level, interval=interval)
        assert many.lower[place] == pytest.approx(one.lower, abs=1e-12)
        assert many.upper[place] == pytest.approx(one.upper, abs=1e-12)


@given(st.integers(0, 80), st.integers(0, 80))
def test_mcnemars_exact_tests_sum_the_binomial(first_only: int, second_only: int) -> None:
    discordant, smaller = first_only + second_only, min(first_only, second_only)
    ways = [math.comb(discordant, k) for k in range(discordant + 1)]
    tail = sum(ways[: smaller + 1])
    exact = min(1.0, 2 * tail / 2**discordant)
    mid = min(1.0, (2 * tail - ways[smaller]) / 2**discordant)
    assert mcnemar_test(first_only, second_only, test="exact").p_value == pytest.approx(exact)
    found = mcnemar_test(first_only, second_only, test="mid_p").p_value
    assert found == pytest.approx(1.0 if discordant == 0 else mid)


@given(st.integers(0, 60), st.integers(0, 60), LEVELS)
def test_a_paired_odds_ratio_is_inverted_when_answers_are_swapped(
    first_only: int, second_only: int, level: float
) -> None:
    found = paired_odds_ratio(first_only, second_only, level=level)
    mirrored = paired_odds_ratio(second_only, first_only, level=level)
    if found.lower and mirrored.upper:
        assert found.lower * mirrored.upper == pytest.approx(1, rel=1e-9)


@given(strata(most=1), LEVELS)
def test_one_stratum_is_the_table_itself(columns: list[list[int]], level: float) -> None:
    single = [column[0] for column in columns]
    alone = risk_difference(*single, level=level)
    found = common_risk_difference(*columns, level=level)
    assert found.lower == pytest.approx(alone.lower, abs=1e-9)
    assert found.upper == pytest.approx(alone.upper, abs=1e-9)
    cmh = cochran_mantel_haenszel(*columns).statistic
    expected = two_proportions_test(*single, test="n_minus_1").statistic
    if expected is None:
        assert cmh is None
    else:
        assert cmh == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(
    st.lists(strata(), min_size=1, max_size=5),
    LEVELS,
    st.sampled_from(sorted(STRATIFIED)),
    st.sampled_from(sorted(WEIGHTS)),
)
def test_many_stratified_differences_equal_each_alone(
    comparisons: list[list[list[int]]], level: float, interval: str, weights: str
) -> None:
    assume(STRATIFIED[interval].weights in (None, weights))
    options: dict[str, Any] = {"level": level, "interval": interval, "weights": weights}
    columns = [list(itertools.chain(*parts)) for parts in zip(*comparisons, strict=True)]
    offsets = [0, *itertools.accumulate(len(one[0]) for one in comparisons)]
    first, second, third, fourth = columns
    many = common_risk_differences(first, second, third, fourth, offsets, **options)
    for place, one in enumerate(comparisons):
        alone = common_risk_difference(*one, **options)
        if alone.lower is None:
            assert math.isnan(many.lower[place])
        else:
            assert many.lower[place] == pytest.approx(alone.lower, abs=1e-9)
            assert many.upper[place] == pytest.approx(alone.upper, abs=1e-9)


@given(strata(), LEVELS, st.sampled_from(sorted(STRATIFIED)))
def test_a_common_difference_changes_sign_when_groups_are_swapped(
    columns: list[list[int]], level: float, interval: str
) -> None:
    found = common_risk_difference(*columns, level=level, interval=interval)
    mirrored = common_risk_difference(
        columns[2], columns[3], columns[0], columns[1], level=level, interval=interval
    )
    if found.lower is None or found.upper is None:
        assert mirrored.lower is None
    else:
        assert mirrored.lower == pytest.approx(-found.upper, abs=1e-9)
        assert mirrored.upper == pytest.approx(-found.lower, abs=1e-9)


@given(strata())
def test_a_stratum_in_which_nobody_has_the_event_changes_no_ratio(
    columns: list[list[int]],
) -> None:
    more = [[*column, extra] for column, extra in zip(columns, (0, 7, 0, 9), strict=True)]
    for estimate in (common_odds_ratio, common_risk_ratio):
        found, other = estimate(*columns), estimate(*more)
        if found.value is None:
            assert other.value is None
        else:
            assert other.value == pytest.approx(found.value, rel=1e-12)
            assert other.lower == pytest.approx(found.lower, rel=1e-9)
    assert fisher_test(*more).p_value == pytest.approx(fisher_test(*columns).p_value, rel=1e-9)


@given(strata(largest=8, most=3))
def test_the_exact_test_over_strata_enumerates_their_margins(columns: list[list[int]]) -> None:
    chances: dict[int, int] = {0: 1}
    for x, n, y, m in zip(*columns, strict=True):
        events = x + y
        longer: dict[int, int] = {}
        for total, ways in chances.items():
            for k in range(max(0, events - m), min(n, events) + 1):
                added = ways * math.comb(n, k) * math.comb(m, events - k)
                longer[total + k] = longer.get(total + k, 0) + added
        chances = longer
    own = chances[sum(columns[0])]
    expected = sum(way for way in chances.values() if way <= own) / sum(chances.values())
    assert fisher_test(*columns).p_value == pytest.approx(expected, rel=1e-9)


def listed(rows: list[int], columns: list[int]) -> list[tuple[tuple[int, ...], ...]]:
    """List all tables of given margins."""
    if len(columns) == 1:
        return [tuple((row,) for row in rows)]
    found = []
    for cells in itertools.product(*(range(row + 1) for row in rows)):
        if sum(cells) == columns[0]:
            rest = [row - cell for row, cell in zip(rows, cells, strict=True)]
            found += [
                tuple((cell, *more) for cell, more in zip(cells, table, strict=True))
                for table in listed(rest, columns[1:])
            ]
    return found


@given(contingencies())
def test_freeman_and_haltons_test_enumerates_the_tables_of_the_margins(
    table: list[list[int]],
) -> None:
    def weight(cells: Any) -> float:
        return math.prod(1 / math.factorial(cell) for row in cells for cell in row)

    rows, columns = (
        [sum(row) for row in table],
        [sum(column) for column in zip(*table, strict=True)],
    )
    weights = [weight(cells) for cells in listed(rows, columns)]
    own = weight(table) * (1 + 1e-7)
    expected = math.fsum(one for one in weights if one <= own) / math.fsum(weights)
    assert freeman_halton_test(table).p_value == pytest.approx(expected, rel=1e-9)
    transposed = np.transpose(table).tolist()
    assert freeman_halton_test(transposed).p_value == pytest.approx(expected, rel=1e-9)
    assert freeman_halton_test(table[::-1]).p_value == pytest.approx(expected, rel=1e-9)


@given(contingencies(largest=30, most=5))
def test_one_stratum_of_general_association_is_pearsons_test(table: list[list[int]]) -> None:
    pearson = pearson_test(table)
    assume(pearson.statistic is not None)
    assert pearson.statistic is not None
    found = cochran_mantel_haenszel_test([table])
    number = float(np.sum(table))
    assert found.statistic == pytest.approx(
        pearson.statistic * (number - 1) / number, rel=1e-8, abs=1e-9
    )
    assert found.degrees_of_freedom == pearson.degrees_of_freedom
    strength = cramers_v(table)
    assert strength is not None
    assert 0 <= strength <= 1 + 1e-12


@given(contingencies(largest=30, most=4), st.sampled_from(sorted(CMH_TESTS)))
def test_a_table_twice_in_strata_doubles_the_statistic(table: list[list[int]], test: str) -> None:
    once = cochran_mantel_haenszel_test([table], test=test)
    twice = cochran_mantel_haenszel_test([table, table], test=test)
    if once.statistic is None:
        assert twice.statistic is None
    else:
        assert twice.statistic == pytest.approx(2 * once.statistic, rel=1e-8, abs=1e-9)


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 20)), min_size=2, max_size=5),
    st.floats(-5, 5),
    st.floats(0.1, 5),
)
def test_a_trend_does_not_depend_on_the_unit_of_the_scores(
    groups: list[tuple[int, int]], shift: float, unit: float
) -> None:
    affected, number = [x for x, _ in groups], [x + rest for x, rest in groups]
    scores = [float(place) for place in range(len(groups))]
    plain = cochran_armitage_test(affected, number, scores)
    moved = cochran_armitage_test(affected, number, [shift + unit * score for score in scores])
    if plain.statistic is None:
        assert moved.statistic is None
    else:
        assert moved.statistic == pytest.approx(plain.statistic, rel=1e-6, abs=1e-9)
        table = [[x, n - x] for x, n in zip(affected, number, strict=True)]
        everyone = sum(number)
        trend = cochran_mantel_haenszel_test([table], test="correlation", row_scores=scores)
        assert trend.statistic == pytest.approx(
            plain.statistic * (everyone - 1) / everyone, rel=1e-8, abs=1e-9
        )


@given(CELLS)
def test_the_standard_error_of_kappa_is_that_of_the_delta_method(cells: Cells) -> None:
    table = np.array(cells, dtype=float).reshape(2, 2)
    found = cohen_kappa(table)
    assume(found.standard_error is not None)
    number = table.sum()
    shares = table / number

    def kappa(share: Any) -> float:
        chance = float(share.sum(axis=1) @ share.sum(axis=0))
        return (float(np.trace(share)) - chance) / (1 - chance)

    step = 1e-6
    slopes = np.zeros((2, 2))
    for place in itertools.product(range(2), range(2)):
        more, less = shares.copy(), shares.copy()
        more[place] += step
        less[place] -= step
        slopes[place] = (kappa(more) - kappa(less)) / (2 * step)
    variance = (np.sum(shares * slopes**2) - np.sum(shares * slopes) ** 2) / number
    assert found.value == pytest.approx(kappa(shares), abs=1e-12)
    assert found.standard_error == pytest.approx(math.sqrt(max(variance, 0)), rel=1e-4, abs=1e-5)


def exact_p_value(table: list[list[int]]) -> Fraction:
    """Sum the probabilities of all tables in whole numbers: {(what rows have left, Π x!): number of tables}."""
    rows, columns = (
        [sum(row) for row in table],
        [sum(column) for column in zip(*table, strict=True)],
    )
    found = {(tuple(rows), 1): 1}
    for column in columns:
        longer: dict[tuple[tuple[int, ...], int], int] = {}
        for (room, product), number in found.items():
            for cells in itertools.product(*(range(min(have, column) + 1) for have in room)):
                if sum(cells) == column:
                    rest = tuple(have - cell for have, cell in zip(room, cells, strict=True))
                    key = (rest, product * math.prod(map(math.factorial, cells)))
                    longer[key] = longer.get(key, 0) + number
        found = longer
    own = math.prod(math.factorial(cell) for row in table for cell in row)
    weights = {product: Fraction(number, product) for (_, product), number in found.items()}
    counted = sum(weight for product, weight in weights.items() if product * (1 + 1e-7) >= own)
    return Fraction(counted) / sum(weights.values())


@settings(max_examples=25)
@given(
    st.lists(
        st.lists(st.sampled_from([0, 0, 1, 1, 2, 3]), min_size=4, max_size=4),
        min_size=3,
        max_size=5,
    )
)
def test_freeman_and_haltons_test_of_many_columns_is_exact_however_the_work_is_divided(
    table: list[list[int]],
) -> None:
    assume(0 < np.sum(table) <= 16)
    expected = pytest.approx(float(exact_p_value(table)), rel=1e-11)
    assert freeman_halton_test(table).p_value == expected
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(freeman_halton_network, "_TOGETHER", 7)
        changed.setattr(freeman_halton_network, "_FIRST", 2)
        for tails in (0, 1_000_000):  # always and never
            changed.setattr(freeman_halton_network, "_TAILS", tails)
            assert freeman_halton_test(table).p_value == expected
