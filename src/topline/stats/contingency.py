"""Tables of two categorical variables: association, trend, and the Cochran–Mantel–Haenszel family with strata.

Rows are groups, columns responses, cells counts of participants. A row or column without a participant carries no
information; large-sample tests refuse it rather than guess the degrees of freedom.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.errors import DataError
from topline.stats.checking import finite, known
from topline.stats.estimate import Floats, Test, Tests, undefined_test
from topline.stats.judged_statistics import chi_squared_test, chi_squared_tests
from topline.stats.table_counts import contingency_table, contingency_tables, whole_counts


def pearson_test(table: ArrayLike) -> Test:
    """Test whether rows and columns are independent: χ² = Σ (o − e)²/e with (r − 1)(c − 1) degrees of freedom.

    o are the counts, e = row total × column total / N. Pearson, Philosophical Magazine 50 (1900) 157–175,
    doi:10.1080/14786440009463897. In R: ``chisq.test(table, correct = FALSE)``; in SAS: PROC FREQ, ``CHISQ``. Not
    for many expected counts below 5: :mod:`topline.stats.freeman_halton`.

    Parameters
    ----------
    table
        As for :func:`topline.stats.table_counts.contingency_table` [participants].

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
    return _independence_test(contingency_table(table), _pearson, _PEARSON)


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
    return _independence_tests(contingency_tables(tables), _pearson, _PEARSON)


def likelihood_ratio_test(table: ArrayLike) -> Test:
    """Test independence of rows and columns by the likelihood ratio.

    G² = 2 Σ o log(o/e) with (r − 1)(c − 1) degrees of freedom and e as in :func:`pearson_test`. Agresti,
    Categorical Data Analysis, 3rd edition, 2013, section 3.2. In R: ``DescTools::GTest(table)``; in SAS: PROC FREQ,
    ``CHISQ`` (likelihood ratio chi-square). Not for many expected counts below 5, where it is further from χ² than
    Pearson's.

    Parameters
    ----------
    table
        As for :func:`topline.stats.table_counts.contingency_table` [participants].

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
    return _independence_test(contingency_table(table), _likelihood_ratio, _LIKELIHOOD_RATIO)


def likelihood_ratio_tests(tables: ArrayLike) -> Tests:
    """Test independence in many tables of one shape, each as :func:`likelihood_ratio_test` does.

    Parameters
    ----------
    tables
        As in :func:`pearson_tests` [participants].

    Returns
    -------
    Tests
        G²; NaN where a row or column of a table is empty.

    Raises
    ------
    DataError
        As :func:`pearson_tests`.

    Examples
    --------
    >>> likelihood_ratio_tests([[[12, 5], [9, 14]], [[3, 4], [0, 0]]]).statistic.round(4)
    array([3.9655,    nan])
    """
    return _independence_tests(contingency_tables(tables), _likelihood_ratio, _LIKELIHOOD_RATIO)


def cramers_v(table: ArrayLike) -> float | None:
    """Give Cramér's V, √(χ² / (N (min(r, c) − 1))), from 0 for none to 1 for perfect association.

    Cramér, Mathematical Methods of Statistics, 1946, page 282. In R: ``DescTools::CramerV(table)``; in SAS: PROC
    FREQ, ``CHISQ`` (whose V of a 2×2 table has a sign). Not for the strength of association in small tables, where
    it is far above 0 by chance.

    Parameters
    ----------
    table
        As for :func:`topline.stats.table_counts.contingency_table` [participants].

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
    found = float(many_cramers_v(contingency_table(table)[None])[0])
    return None if math.isnan(found) else found


def many_cramers_v(tables: ArrayLike) -> Floats:
    """Give Cramér's V of many tables of one shape, each as :func:`cramers_v` does.

    Parameters
    ----------
    tables
        As in :func:`pearson_tests` [participants].

    Returns
    -------
    numpy.ndarray
        V of each table [1]; NaN where a row or column is empty.

    Raises
    ------
    DataError
        As :func:`pearson_tests`.

    Examples
    --------
    >>> many_cramers_v([[[12, 5], [9, 14]], [[3, 4], [0, 0]]]).round(4)
    array([0.3114,    nan])
    """
    cells = contingency_tables(tables)
    statistic = _independence_tests(cells, _pearson, _PEARSON).statistic
    most = cells.sum(axis=(1, 2)) * (min(cells.shape[1:]) - 1)
    return np.asarray(np.sqrt(statistic / most), dtype=np.float64)


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
    statistic = float(_trends(cells[None], _scores("scores", scores, cells.shape[0]))[0])
    if math.isnan(statistic):
        return undefined_test(_TREND, _NO_TREND, degrees_of_freedom=1)
    return chi_squared_test(_TREND, statistic, 1)


def cochran_armitage_tests(
    affected: ArrayLike, number: ArrayLike, scores: ArrayLike | None = None
) -> Tests:
    """Test many outcomes for a trend over the same ordered groups, each as :func:`cochran_armitage_test` does.

    Parameters
    ----------
    affected, number
        Participants with the event, and participants, in two dimensions: outcomes, groups in order [participants].
    scores
        As in :func:`cochran_armitage_test`, the same for all outcomes.

    Returns
    -------
    Tests
        χ²; NaN where nobody or everybody has the event, or all scores are equal.

    Raises
    ------
    DataError
        If counts or scores do not fit; the message names the element.

    Examples
    --------
    >>> found = cochran_armitage_tests([[2, 5, 9, 14], [0, 0, 0, 0]], [[30, 30, 30, 30], [30, 30, 30, 30]])
    >>> found.statistic.round(4)
    array([14.2222,     nan])
    """
    given = np.asarray(affected), np.asarray(number)
    if given[0].ndim != 2 or given[0].shape != given[1].shape:
        raise DataError(
            f"affected has the shape {given[0].shape}, number has {given[1].shape}",
            where="affected",
            accepted="outcomes in rows and groups in columns, the same of both",
        )
    x, n = (
        whole_counts(part, name) for part, name in zip(given, ("affected", "number"), strict=True)
    )
    if (x > n).any():
        row, column = np.argwhere(x > n)[0].tolist()
        where = f"affected[{row}][{column}]"
        raise DataError(
            f"{where} is {x[row, column]:g} of {n[row, column]:g}",
            where=where,
            accepted="at most as many as there are participants",
        )
    cells = contingency_tables(np.stack([x, n - x], axis=2))
    statistic = _trends(cells, _scores("scores", scores, cells.shape[1]))
    return chi_squared_tests(_TREND, statistic, 1, _NO_TREND)


_TREND = "Cochran–Armitage test for trend"
_NO_TREND = "nobody or everybody has the event, or all scores are equal"


def _trends(cells: Floats, weights: Floats) -> Floats:
    """Give the statistic of each table of groups by event and none; NaN where it is undefined."""
    x, n = cells[:, :, 0], cells.sum(axis=2)
    number = n.sum(axis=1)
    centred = weights - ((n * weights).sum(axis=1) / number)[:, None]
    share = x.sum(axis=1) / number
    variance = share * (1 - share) * (n * centred**2).sum(axis=1)
    statistic = np.full(number.size, np.nan)
    np.divide((x * centred).sum(axis=1) ** 2, variance, out=statistic, where=variance > 0)
    return statistic


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
    by_row = _in_range(_scores("row_scores", row_scores, rows))[None, :]
    by_column = _in_range(_scores("column_scores", column_scores, columns))[None, :]
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
        return undefined_test(method, "no stratum has both variables vary")
    return chi_squared_test(method, statistic, rank)


def kruskal_wallis_of_columns(table: ArrayLike, column_scores: ArrayLike | None = None) -> Test:
    """Test whether rows differ in an ordered response, by Kruskal and Wallis's ranks with ties.

    H = (N − 1) Σ nᵢ(R̄ᵢ − (N + 1)/2)² / Σ (Rⱼ − (N + 1)/2)² of midranks Rⱼ, which is the Cochran–Mantel–Haenszel
    test of row mean scores with midranks of the columns as scores. Kruskal, Wallis, Journal of the American
    Statistical Association 47 (1952) 583–621, doi:10.1080/01621459.1952.10483441. In R: ``kruskal.test``; in SAS:
    PROC FREQ, ``CMH SCORES=RANK``. Not for responses without an order: :func:`pearson_test`.

    Parameters
    ----------
    table
        As for :func:`topline.stats.table_counts.contingency_table` [participants].
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
    """Give the expected counts of one table, or of many along the first axis."""
    rows, columns = cells.sum(axis=-1, keepdims=True), cells.sum(axis=-2, keepdims=True)
    return np.asarray(rows * columns / cells.sum(axis=(-2, -1), keepdims=True), dtype=np.float64)


_Distance = Callable[[Floats, Floats], Floats]
"""Of observed from expected cells, table by table."""

_EMPTY = "a row or column is empty: leave it out"
_PEARSON = "Pearson's chi-squared test of independence"
_LIKELIHOOD_RATIO = "likelihood-ratio test of independence (G²)"


def _pearson(cells: Floats, expected: Floats) -> Floats:
    return np.asarray(((cells - expected) ** 2 / expected).sum(axis=(-2, -1)), dtype=np.float64)


def _likelihood_ratio(cells: Floats, expected: Floats) -> Floats:
    total = special.rel_entr(cells, expected).sum(axis=(-2, -1))
    return np.asarray(np.maximum(2 * total, 0.0), dtype=np.float64)


def _independence_tests(cells: Floats, distance: _Distance, method: str) -> Tests:
    expected = _expected(cells)
    full = expected.all(axis=(1, 2))
    statistic = np.full(full.size, np.nan)
    statistic[full] = distance(cells[full], expected[full])
    degrees = (cells.shape[1] - 1) * (cells.shape[2] - 1)
    return chi_squared_tests(method, statistic, degrees, _EMPTY)


def _independence_test(cells: Floats, distance: _Distance, method: str) -> Test:
    degrees = (cells.shape[0] - 1) * (cells.shape[1] - 1)
    expected = _expected(cells)
    if not expected.all():
        return undefined_test(method, _EMPTY, degrees_of_freedom=degrees)
    return chi_squared_test(method, float(distance(cells, expected)), degrees)


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


def _in_range(scores: Floats) -> Floats:
    """Move and scale scores, which changes no test of them: equal ones to 0, and no square out of the range of floats."""
    largest = float(np.abs(scores).max()) or 1.0
    moved = scores / largest - scores[0] / largest
    return np.asarray(moved / (float(np.abs(moved).max()) or 1.0), dtype=np.float64)
