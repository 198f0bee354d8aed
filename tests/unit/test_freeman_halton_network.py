"""The parts of the network of Freeman and Halton's test: its logarithms, bounds and limits."""

import itertools
import math

import numpy as np
import pytest

from topline.errors import LimitError
from topline.stats import freeman_halton_network as network
from topline.stats.freeman_halton import freeman_halton_test
from topline.stats.freeman_halton_factorials import Factorials
from topline.stats.freeman_halton_network import _lower_bounds, _tangents


def test_equal_products_of_factorials_have_equal_units() -> None:
    factorials = Factorials(300)
    # 10! = 7! 6!, 16! = 14! 5! 2!, 9! = 7! 3! 3! 2!.
    for one, others in ((10, [7, 6]), (16, [14, 5, 2]), (9, [7, 3, 3, 2])):
        assert math.factorial(one) == math.prod(map(math.factorial, others))
        alone, together = (factorials.units(np.array(which)) for which in ([one], others))
        assert alone.sum() == together.sum()


@pytest.mark.parametrize("total", [1, 2, 300, 100_000, 5_000_000])
def test_units_and_numbers_are_the_same_logarithm(total: int) -> None:
    factorials = Factorials(total)
    count = np.unique(np.linspace(0, total, 50).astype(np.int64))
    expected = np.array([math.lgamma(one + 1.0) for one in count.tolist()])
    margin = 1e-9 + total * factorials.unit
    assert factorials.logarithm(count) == pytest.approx(expected, rel=1e-12)
    assert factorials.units(count) * factorials.unit == pytest.approx(
        expected, rel=1e-12, abs=margin
    )


def test_no_filling_is_outside_the_bounds() -> None:
    """All 3 × 3 fillings of some margins, empty rows and columns of one among them."""
    factorials = Factorials(30)
    for room, columns in (([0, 3, 6], [1, 4, 4]), ([2, 2, 2], [3, 2, 1]), ([1, 1, 9], [5, 5, 1])):
        values = []
        for first, second in itertools.product(
            itertools.product(*(range(have + 1) for have in room)), repeat=2
        ):
            cells = np.array([first, second, np.subtract(room, np.add(first, second))])
            if cells.min() >= 0 and cells.sum(axis=1).tolist() == columns:
                values.append(-float(factorials.logarithm(cells).sum()))
        rows, wanted = np.array([room]), np.array(columns)
        upper, lower = (
            _tangents(rows, wanted, factorials)[0],
            _lower_bounds(rows, wanted, factorials),
        )
        assert lower[0] - 1e-9 <= min(values)
        assert max(values) <= upper[0] + 1e-9
        assert upper[0] - max(values) < 0.7


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("MOST_LISTED", "partial tables"),
        ("_MOST_WAYS", "undecided ways to fill a column"),
        ("_MOST_PASTS", "undecided partial tables"),
        ("_MOST_AT_ONCE", "ways to fill one column"),
    ],
)
def test_every_limit_refuses(monkeypatch: pytest.MonkeyPatch, limit: str, words: str) -> None:
    table = [[5, 4, 6, 3, 2], [2, 7, 4, 5, 3], [6, 3, 2, 4, 7], [3, 5, 5, 6, 2]]
    assert freeman_halton_test(table).p_value == pytest.approx(0.506786323744, rel=1e-11)
    monkeypatch.setattr(network, limit, 20)
    with pytest.raises(LimitError, match=words) as caught:
        freeman_halton_test(table)
    assert "at most 20" in str(caught.value)
    assert "use Pearson's test" in str(caught.value)


def test_the_likeliest_table_of_its_margins_has_the_p_value_1_whatever_its_size() -> None:
    assert freeman_halton_test(np.full((6, 6), 30)).p_value == pytest.approx(1, rel=1e-11)
    assert freeman_halton_test([[2**20, 1], [2, 0]]).p_value == pytest.approx(1, rel=1e-6)
