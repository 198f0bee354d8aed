"""Tables of two categorical variables: association, trend, and the Cochran–Mantel–Haenszel family with strata.

Rows are groups, columns responses, cells counts of participants. A row or column without a participant carries no
information; large-sample tests refuse it rather than guess the degrees of freedom.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from topline.errors import DataError
from topline.stats.checking import LARGEST_COUNT, finite, known
from topline.stats.estimate import Floats, Test, Tests


def contingency_table(table: ArrayLike, name: str = "table") -> Floats:
    """Take a table of counts. Part of :func:`pearson_test`.

    Parameters
    ----------
    table
        At least two rows and two columns of whole numbers from 0 [participants]; at least one participant.
    name
        What it is called in a message.

    Raises
    ------
    DataError
        If it is not such a table; the message names the element.

    Examples
    --------
    >>> contingency_table([[1, 2], [3, 4.0]])
    array([[1., 2.],
           [3., 4.]])
    """
    try:
        cells = np.asarray(table)
    except ValueError:  # rows of different lengths
        cells = np.empty(0, dtype=object)
    if cells.ndim != 2 or min(cells.shape) < 2:
        raise DataError(
            f"{name} is not a table of at least two rows and two columns",
            where=name,
            accepted="rows of equal length, each a sequence of counts",
        )
    numbers = _counts(cells, name)
    if not numbers.any():
        raise DataError(f"{name} counts nobody", where=name, accepted="at least one participant")
    return numbers


def _counts(cells: NDArray[Any], name: str) -> Floats:
    """Take cells that are counts, in any number of dimensions."""
    if cells.dtype.kind not in "buif":
        raise DataError(
            f"{name} holds something other than numbers",
            where=name,
            accepted="whole numbers from 0",
        )
    numbers = cells.astype(np.float64)
    with np.errstate(invalid="ignore"):
        wrong = ~((numbers >= 0) & (numbers == np.floor(numbers)) & (numbers <= LARGEST_COUNT))
    if wrong.any():
        place = tuple(np.argwhere(wrong)[0].tolist())
        where = name + "".join(f"[{index}]" for index in place)
        raise DataError(
            f"{where} is {numbers[place]:g}",
            where=where,
            accepted="a count: a whole number from 0",
        )
    return numbers


def pearson_test(table: ArrayLike) -> Test:
    """Test whether rows and columns are independent: χ² = Σ (o − e)²/e with (r − 1)(c − 1) degrees of freedom.

    o are the counts, e = row total × column total / N. Pearson, Philosophical Magazine 50 (1900) 157–175,
    doi:10.1080/14786440009463897. In R: ``chisq.test(table, correct = FALSE)``; in SAS: PROC FREQ, ``CHISQ``. Not
    for many expected counts below 5: :mod:`topline.stats.freeman_halton`.

    Parameters
    ----------
    table
        As for :func:`contingency_table` [participants].

    Returns
    -------
    Test
        Undefined, with the reason, where a row or column is empty.

    Raises
    ------
    DataError
        If the table does not fit.

    Examples
    --------
    >>> found = pearson_test([[12, 5, 8], [9, 3, 14], [7, 10, 2]])
    >>> round(found.statistic, 4), found.degrees_of_freedom, round(found.p_value, 6)
    (14.4066, 4, 0.006104)
    """
    cells = contingency_table(table)
    method = "Pearson's chi-squared test of independence"
    degrees = (cells.shape[0] - 1) * (cells.shape[1] - 1)
    expected = _expected(cells)
    if not expected.all():
        return _undefined(method, degrees, "a row or column is empty: leave it out")
    return _chi_squared(float(np.sum((cells - expected) ** 2 / expected)), degrees, method)


def pearson_tests(tables: ArrayLike) -> Tests:
    """Test independence in many tables of one shape, each as :func:`pearson_test` does.

    Parameters
    ----------
    tables
        Counts in three dimensions: tables, rows, columns [participants].

    Returns
    -------
    Tests
        χ²; NaN where a row or column of a table is empty.

    Raises
    ------
    DataError
        If they are no such tables, or a table counts nobody; the message names the element.

    Examples
    --------
    >>> pearson_tests([[[12, 5], [9, 14]], [[3, 4], [0, 0]]]).statistic.round(4)
    array([3.879,   nan])
    """
    try:
        given = np.asarray(tables)
    except ValueError:  # tables of different shapes
        given = np.empty(0, dtype=object)
    if given.ndim != 3 or not given.shape[0] or min(given.shape[1:]) < 2:
        raise DataError(
            "tables are not counts in three dimensions",
            where="tables",
            accepted="tables of one shape, each of at least two rows and two columns",
        )
    rows, columns = given.shape[1:]
    cells = _counts(given, "tables")
    everyone = cells.sum(axis=(1, 2), keepdims=True)
    if not everyone.all():
        where = f"tables[{int(np.argmax(everyone.ravel() == 0))}]"
        raise DataError(f"{where} counts nobody", where=where, accepted="at least one participant")
    expected = cells.sum(axis=2, keepdims=True) * cells.sum(axis=1, keepdims=True) / everyone
    full = expected.all(axis=(1, 2))
    statistic = np.full(full.size, np.nan)
    statistic[full] = ((cells[full] - expected[full]) ** 2 / expected[full]).sum(axis=(1, 2))
    degrees = (rows - 1) * (columns - 1)
    return Tests(
        statistic=statistic,
        degrees_of_freedom=np.full(full.size, float(degrees)),
        p_value=np.asarray(special.chdtrc(degrees, statistic), dtype=np.float64),
        sides="two-sided",
        null_value=0.0,
        method="Pearson's chi-squared test of independence",
        undefined="a row or column is empty: leave it out",
    )


def likelihood_ratio_test(table: ArrayLike) -> Test:
    """Test independence of rows and columns by the likelihood ratio.

    G² = 2 Σ o log(o/e) with (r − 1)(c − 1) degrees of freedom and e as in :func:`pearson_test`. Agresti,
    Categorical Data Analysis, 3rd edition, 2013, section 3.2. In R: ``DescTools::GTest(table)``; in SAS: PROC FREQ,
    ``CHISQ`` (likelihood ratio chi-square). Not for many expected counts below 5, where it is further from χ² than
    Pearson's.

    Parameters
    ----------
    table
        As for :func:`contingency_table` [participants].

    Returns
    -------
    Test
        Undefined, with the reason, where a row or column is empty; a cell of 0 adds nothing.

    Raises
    ------
    DataError
        If the table does not fit.

    Examples
    --------
    >>> round(likelihood_ratio_test([[12, 5, 8], [9, 3, 14], [7, 10, 2]]).statistic, 4)
    14.438
    """
    cells = contingency_table(table)
    method = "likelihood-ratio test of independence (G²)"
    degrees = (cells.shape[0] - 1) * (cells.shape[1] - 1)
    expected = _expected(cells)
    if not expected.all():
        return _undefined(method, degrees, "a row or column is empty: leave it out")
    return _chi_squared(
        max(2 * float(np.sum(special.rel_entr(cells, expected))), 0.0), degrees, method
    )


def cramers_v(table: ArrayLike) -> float | None:
    """Give Cramér's V, √(χ² / (N (min(r, c) − 1))), from 0 for none to 1 for perfect association.

    Cramér, Mathematical Methods of Statistics, 1946, page 282. In R: ``DescTools::CramerV(table)``; in SAS: PROC
    FREQ, ``CHISQ`` (whose V of a 2×2 table has a sign). Not for the strength of association in small tables, where
    it is far above 0 by chance.

    Parameters
    ----------
    table
        As for :func:`contingency_table` [participants].

    Returns
    -------
    float or None
        V [1]; ``None`` where a row or column is empty.

    Raises
    ------
    DataError
        If the table does not fit.

    Examples
    --------
    >>> round(cramers_v([[12, 5, 8], [9, 3, 14], [7, 10, 2]]), 6)
    0.320787
    """
    cells = contingency_table(table)
    statistic = pearson_test(cells).statistic
    if statistic is None:
        return None
    return math.sqrt(statistic / (float(cells.sum()) * (min(cells.shape) - 1)))


def cochran_armitage_test(
    affected: ArrayLike, number: ArrayLike, scores: ArrayLike | None = None
) -> Test:
    """Test for a linear trend of proportions over ordered groups.

    χ² = (Σ xᵢ(sᵢ − s̄))² / (p q Σ nᵢ(sᵢ − s̄)²), one degree of freedom. Cochran, Biometrics 10 (1954) 417–451,
    doi:10.2307/3001616; Armitage, Biometrics 11 (1955) 375–386, doi:10.2307/3001775. Mantel's trend statistic is (N
    − 1)/N times it. In R: ``prop.trend.test(affected, number, scores)``; in SAS: PROC FREQ, ``TREND`` (z). Not for
    proportions that rise and fall again over the groups.

    Parameters
    ----------
    affected, number
        Participants with the event, and participants, of each group in order [participants].
    scores
        A number for each group, such as its dose [its unit]; 1, 2, … by default. Their unit does not change the
        test.

    Returns
    -------
    Test
        Undefined, with the reason, where nobody or everybody has the event, or all scores are equal.

    Raises
    ------
    DataError
        If counts or scores do not fit.

    Examples
    --------
    >>> found = cochran_armitage_test([2, 5, 9, 14], [30, 30, 30, 30])
    >>> round(found.statistic, 4), round(found.p_value, 7)
    (14.2222, 0.0001624)
    """
    x, n = finite("affected", affected), finite("number", number)
    if x.size != n.size:
        raise DataError(f"the lengths differ: affected has {x.size}, number has {n.size}")
    cells = contingency_table(np.stack([x, n - x], axis=1), "[affected, number - affected]")
    weights = _scores("scores", scores, cells.shape[0])
    method = "Cochran–Armitage test for trend"
    total, number_of_all = float(x.sum()), float(n.sum())
    centred = weights - float(np.sum(n * weights)) / number_of_all
    share = total / number_of_all
    variance = share * (1 - share) * float(np.sum(n * centred**2))
    if not variance > 0:
        return _undefined(method, 1, "nobody or everybody has the event, or all scores are equal")
    return _chi_squared(float(np.sum(x * centred)) ** 2 / variance, 1, method)


CMH_TESTS = {
    "correlation": "Cochran–Mantel–Haenszel test of correlation (linear by linear)",
    "row_mean_scores": "Cochran–Mantel–Haenszel test of row mean scores",
    "general_association": "Cochran–Mantel–Haenszel test of general association",
}
"""The tests of :func:`cochran_mantel_haenszel_test` in words."""


def cochran_mantel_haenszel_test(
    tables: Sequence[ArrayLike],
    *,
    test: str = "general_association",
    row_scores: ArrayLike | None = None,
    column_scores: ArrayLike | None = None,
) -> Test:
    """Test association of rows and columns over strata, given the margins of each stratum.

    Q = G′V⁻¹G, where G sums over strata the contrasts A(o − e) of the cells and V their hypergeometric covariances.
    ``correlation``: A holds products of row and column scores; one degree of freedom (Mantel's trend; with one
    stratum (N − 1)r²). ``row_mean_scores``: the mean column score differs between rows; r − 1.
    ``general_association``: any; (r − 1)(c − 1), with one stratum Pearson's times (N − 1)/N. Landis, Heyman, Koch,
    International Statistical Review 46 (1978) 237–254, doi:10.2307/1402373. In R: ``vcdExtra::CMHtest``, and
    ``mantelhaen.test(tables, correct = FALSE)``, which has the last one only; in SAS: PROC FREQ, ``CMH`` (the three
    lines).

    Not for: strata in which the direction of the association differs.

    Parameters
    ----------
    tables
        One table for each stratum, all of one shape [participants].
    test
        A name in :data:`CMH_TESTS`.
    row_scores, column_scores
        A number for each row and column, such as a dose [its unit]; 1, 2, … by default. Midranks as column scores
        give Kruskal and Wallis's test.

    Returns
    -------
    Test
        Undefined, with the reason, where no stratum tells anything about the contrast. A stratum with a single
        participant tells nothing.

    Raises
    ------
    DataError
        If tables or scores do not fit.
    UsageError
        If ``test`` does not fit.

    Examples
    --------
    >>> table = [[12, 5, 8], [9, 3, 14], [7, 10, 2]]
    >>> round(cochran_mantel_haenszel_test([table], test="row_mean_scores").statistic, 6)
    3.583525
    """
    known("test", test, CMH_TESTS)
    strata = [contingency_table(table, f"tables[{i}]") for i, table in enumerate(tables)]
    if not strata or any(table.shape != strata[0].shape for table in strata):
        raise DataError(
            "the tables of the strata have different shapes, or there is none",
            where="tables",
            accepted="one table for each stratum, all with the same rows and columns",
        )
    rows, columns = strata[0].shape
    by_row = _scores("row_scores", row_scores, rows)[None, :]
    by_column = _scores("column_scores", column_scores, columns)[None, :]
    row_contrasts = by_row if test == "correlation" else np.eye(rows)
    column_contrasts = np.eye(columns) if test == "general_association" else by_column
    size = row_contrasts.shape[0] * column_contrasts.shape[0]
    excess, covariance = np.zeros(size), np.zeros((size, size))
    for table in strata:
        own, own_covariance = _stratum(table, row_contrasts, column_contrasts)
        excess += own
        covariance += own_covariance
    rank, statistic = _quadratic_form(excess, covariance)
    method = CMH_TESTS[test]
    if rank == 0:
        return _undefined(method, None, "no stratum has both variables vary")
    return _chi_squared(statistic, rank, method)


def kruskal_wallis_of_columns(table: ArrayLike, column_scores: ArrayLike | None = None) -> Test:
    """Test whether rows differ in an ordered response, by Kruskal and Wallis's ranks with ties.

    H = (N − 1) Σ nᵢ(R̄ᵢ − (N + 1)/2)² / Σ (Rⱼ − (N + 1)/2)² of midranks Rⱼ, which is the Cochran–Mantel–Haenszel
    test of row mean scores with midranks of the columns as scores. Kruskal, Wallis, Journal of the American
    Statistical Association 47 (1952) 583–621, doi:10.1080/01621459.1952.10483441. In R: ``kruskal.test``; in SAS:
    PROC FREQ, ``CMH SCORES=RANK``. Not for responses without an order: :func:`pearson_test`.

    Parameters
    ----------
    table
        As for :func:`contingency_table` [participants].
    column_scores
        Numbers that order the columns [1]; their given order by default. Equal ones are ties.

    Returns
    -------
    Test
        Undefined, with the reason, where all responses are tied or there is one row with participants.

    Raises
    ------
    DataError
        If the table or the scores do not fit.

    Examples
    --------
    >>> round(kruskal_wallis_of_columns([[12, 5, 8], [9, 3, 14], [7, 10, 2]]).statistic, 6)
    3.359866
    """
    cells = contingency_table(table)
    scores = _scores("column_scores", column_scores, cells.shape[1])
    totals = cells.sum(axis=0)
    below = np.array([float(totals[scores < score].sum()) for score in scores])
    tied = np.array([float(totals[scores == score].sum()) for score in scores])
    found = cochran_mantel_haenszel_test(
        [cells], test="row_mean_scores", column_scores=below + (tied + 1) / 2
    )
    return Test(
        statistic=found.statistic,
        degrees_of_freedom=found.degrees_of_freedom,
        p_value=found.p_value,
        sides=found.sides,
        null_value=found.null_value,
        method="Kruskal–Wallis test of an ordered response",
        notes=found.notes,
    )


def _stratum(
    table: Floats, row_contrasts: Floats, column_contrasts: Floats
) -> tuple[Floats, Floats]:
    """Give the contrasts of observed less expected cells, and their covariance given the margins."""
    number = float(table.sum())
    excess = (row_contrasts @ (table - _expected(table)) @ column_contrasts.T).ravel()
    if number < 2:
        return excess, np.zeros((excess.size, excess.size))
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    by_row = row_contrasts @ (number * np.diag(rows) - np.outer(rows, rows)) @ row_contrasts.T
    by_column = (
        column_contrasts
        @ (number * np.diag(columns) - np.outer(columns, columns))
        @ column_contrasts.T
    )
    covariance = np.kron(by_row, by_column) / (number**2 * (number - 1))
    return excess, np.asarray(covariance, dtype=np.float64)


def _quadratic_form(excess: Floats, covariance: Floats) -> tuple[int, float]:
    """Give the rank of a covariance and the excess measured in it; contrasts that sum to 0 are redundant."""
    values, vectors = np.linalg.eigh(covariance)
    kept = values > 1e-10 * max(float(values.max()), 0.0)
    if not values.max() > 0:
        return 0, 0.0
    turned = vectors[:, kept].T @ excess
    return int(kept.sum()), float(np.sum(turned**2 / values[kept]))


def _expected(cells: Floats) -> Floats:
    expected = cells.sum(axis=1, keepdims=True) * cells.sum(axis=0, keepdims=True) / cells.sum()
    return np.asarray(expected, dtype=np.float64)


def _scores(name: str, scores: ArrayLike | None, number: int) -> Floats:
    if scores is None:
        return np.arange(1.0, number + 1)
    found = finite(name, scores)
    if found.size != number:
        raise DataError(
            f"{name} has {found.size} scores for {number} categories",
            where=name,
            accepted="one score for each category",
        )
    return found


def _chi_squared(statistic: float, degrees: int, method: str) -> Test:
    return Test(
        statistic=statistic,
        degrees_of_freedom=degrees,
        p_value=float(special.chdtrc(degrees, statistic)),
        sides="two-sided",
        null_value=0.0,
        method=method,
    )


def _undefined(method: str, degrees: int | None, reason: str) -> Test:
    return Test(
        statistic=None,
        degrees_of_freedom=degrees,
        p_value=None,
        sides="two-sided",
        null_value=0.0,
        method=method,
        notes=(f"statistic: {reason}", f"p_value: {reason}"),
    )
