"""Freeman and Halton's test of tables that take R's network algorithm up to a minute.

The p-values are of R 4.2.2 (2022-10-31), printed with 17 digits by ``fisher.test(table, workspace = 2e7)$p.value``, where
``table`` is without its empty rows. R puts partial tables together whose logarithms are within 3.4525e-7, so that the
last digits of its p-values of large tables are not exact.
"""

import math

import numpy as np
import pytest

from topline.stats.freeman_halton import freeman_halton_test
from topline.stats.freeman_halton_network import Network

R_TOLERANCE = 3.4525e-7

R = {
    "4 x 4, 151 participants": (
        [[12, 4, 12, 8], [8, 11, 9, 7], [9, 14, 8, 9], [4, 11, 7, 15]],
        0.0940977509114,
    ),
    "4 x 4, 130 participants": (
        [[8, 8, 7, 8], [6, 8, 9, 9], [7, 11, 6, 7], [4, 12, 15, 7]],
        0.651917214472,
    ),
    "5 x 5, 98 participants": (
        [[5, 4, 6, 3, 2], [2, 7, 4, 5, 3], [6, 3, 2, 4, 7], [3, 5, 5, 6, 2], [4, 4, 1, 3, 6]],
        0.500599132123,
    ),
    "an empty row": ([[8, 2], [4, 2], [0, 0]], 0.60439560439560447),
    "equal margins": ([[20, 18, 19, 19], [18, 20, 19, 19]], 0.99576881907641412),
    "equal margins in both directions": (
        [[15, 12, 11, 6], [8, 10, 13, 13], [9, 11, 13, 11], [12, 11, 7, 14]],
        0.45444049261570818,
    ),
    "sparse": (
        [[0, 1, 0, 1, 2], [0, 1, 0, 0, 0], [0, 0, 3, 0, 0], [0, 0, 0, 3, 1], [0, 0, 0, 0, 6]],
        0.00010303422068127909,
    ),
    "sparse and wide": (
        [[1, 1, 0, 0, 0, 0], [0, 4, 1, 2, 3, 1], [1, 1, 0, 1, 0, 1]],
        0.66208791208791207,
    ),
    "unlikely": ([[15, 22, 2, 0], [0, 1, 0, 10], [2, 0, 1, 0]], 1.2242861662517671e-10),
    "most unlikely": ([[0, 46], [52, 1], [63, 112]], 2.5233006623309551e-29),
    "unlikely, 4 x 4": (
        [[6, 5, 1, 9], [5, 10, 4, 5], [3, 4, 1, 9], [7, 0, 15, 6]],
        6.050510312327649e-05,
    ),
    "4 x 4, 170 participants": (
        [[10, 5, 6, 3], [19, 11, 15, 8], [24, 5, 24, 7], [6, 6, 18, 0]],
        0.031404436499647838,
    ),
    "4 x 5": (
        [[7, 5, 4, 13, 6], [12, 2, 2, 6, 5], [8, 2, 2, 6, 2], [14, 4, 4, 7, 9]],
        0.76323309041232146,
    ),
    "3 x 6": (
        [[6, 12, 13, 12, 16, 11], [4, 14, 9, 11, 15, 14], [9, 9, 10, 19, 17, 17]],
        0.79148819008826321,
    ),
    "5 x 4": (
        [[2, 1, 1, 3], [3, 3, 9, 16], [4, 9, 5, 14], [4, 6, 1, 15], [2, 4, 8, 10]],
        0.26685166060923804,
    ),
}


@pytest.mark.parametrize("name", R)
def test_the_p_value_is_that_of_r(name: str) -> None:
    table, expected = R[name]
    assert freeman_halton_test(table).p_value == pytest.approx(expected, rel=1e-8)


def test_r_counts_tables_as_equally_likely_up_to_three_times_as_far() -> None:
    """FEXACT in R tests with 3.4525e-7; where tables lie between 1e-7 and that, its p-value is larger."""
    cells = np.array([[39, 47, 21, 3], [65, 15, 7, 20], [4, 27, 21, 24]])
    with_r = 2.5887793837418933e-20
    assert Network(cells, R_TOLERANCE).probability() == pytest.approx(with_r, rel=2e-9)
    own = freeman_halton_test(cells).p_value
    assert own is not None
    assert math.isclose(own, with_r, rel_tol=1e-6)
    assert own < with_r * (1 - 1e-7)
