"""Fisher's exact test for tables larger than two by two (Freeman and Halton's test).

The p-value is the probability, given both margins, of all tables no likelier than the observed one. They are counted
by :mod:`topline.stats.freeman_halton_network`.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.stats.estimate import Floats, Integers, Test
from topline.stats.freeman_halton_network import Network
from topline.stats.proportion_tests import TIED
from topline.stats.table_counts import contingency_table

FEW = 500_000
"""Up to this many tables of two rows, give or take, are listed in one go."""


def freeman_halton_test(table: ArrayLike) -> Test:
    """Test exactly whether rows and columns of a table are independent, given its margins.

    p = Σ P(T) over the tables T with P(T) ≤ P(observed), where P(T) = Π rᵢ! Π cⱼ! / (N! Π tᵢⱼ!). Freeman, Halton,
    Biometrika 38 (1951) 141–149. For two by two tables it is Fisher's two-sided test. Tables within a relative 1e-7
    of the observed probability count as equally likely. Counted by the network algorithm of Mehta, Patel, Journal of
    the American Statistical Association 78 (1983) 427–434. In R: ``fisher.test(table)``, which counts those within
    3.4525e-7; in SAS: PROC FREQ, ``FISHER``.

    Not for: tables of hundreds of participants in many cells, where Pearson's test
    (:func:`topline.stats.contingency.pearson_test`) is as good and this one would take too long.

    Parameters
    ----------
    table
        As for :func:`topline.stats.contingency.contingency_table` [participants]. Empty rows and columns change
        nothing.

    Returns
    -------
    Test
        The statistic is the probability of the observed table given its margins [1]; it and the p-value are 1 where
        the margins allow no other.

    Raises
    ------
    DataError
        If the table does not fit.
    LimitError
        If more than :data:`topline.stats.freeman_halton_network.MOST_LISTED` partial tables would have to be looked
        at, or too many kept at a time: unlikely four by four tables of 300 participants are too large, likely ones
        and those of 150 are not.

    Examples
    --------
    >>> round(freeman_halton_test([[12, 5, 8], [9, 3, 14], [7, 10, 2]]).p_value, 8)
    0.00815624
    """
    cells = contingency_table(table)
    kept = cells[np.ix_(cells.sum(axis=1) > 0, cells.sum(axis=0) > 0)]
    method = "Freeman–Halton exact test of independence"
    own = _log_probability(kept)
    if min(kept.shape) < 2:
        probability = 1.0
    else:
        probability = Network(_arranged(kept), math.log(TIED)).probability()
    return Test(
        statistic=math.exp(own),
        p_value=min(1.0, probability),
        sides="two-sided",
        null_value=0.0,
        method=method,
    )


def _log_margins(cells: Floats) -> float:
    """Give the part of the log probability that all tables of the margins share."""
    margins = [*cells.sum(axis=0), *cells.sum(axis=1)]
    return float(np.sum(special.gammaln(np.array(margins) + 1)) - special.gammaln(cells.sum() + 1))


def _log_probability(cells: Floats) -> float:
    return _log_margins(cells) - float(np.sum(special.gammaln(cells + 1)))


def _arranged(cells: Floats) -> Integers:
    """Turn a table so that its rows are few and alike, and its first columns small: so states are fewest.

    Two columns that many small rows share are listed in one go.
    """
    counts = cells.astype(np.int64)
    ways = [counts, counts.T]
    turned = min(ways, key=lambda way: (way.shape[0], int(np.sum(way.sum(axis=1) ** 2))))
    if turned.shape[0] == 2 and math.prod((turned.sum(axis=0) + 1).tolist()) <= FEW:
        turned = turned.T
    return turned[:, np.argsort(turned.sum(axis=0), kind="stable")]
