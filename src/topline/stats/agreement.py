"""Agreement of two raters, or of one rater twice, beyond chance: Cohen's kappa."""

import math

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError
from topline.stats.checking import confidence_level
from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Estimate, Estimates, Floats, undefined_estimate
from topline.stats.table_counts import contingency_table, contingency_tables


def cohen_kappa(table: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Estimate Cohen's kappa, κ = (p₀ − pₑ) / (1 − pₑ), with a Wald interval.

    p₀ is the share on the diagonal, pₑ the share expected there from the margins. Cohen, Educational and
    Psychological Measurement 20 (1960) 37–46, doi:10.1177/001316446002000104; standard error by Fleiss, Cohen,
    Everitt, Psychological Bulletin 72 (1969) 323–327, doi:10.1037/h0028106. In SAS: PROC FREQ, ``AGREE``; in R:
    ``DescTools::CohenKappa(table, conf.level = 0.95)``.

    Not for: ordered categories, where near misses should count (weighted kappa); rare categories, where kappa is
    near 0 whatever the agreement.

    Parameters
    ----------
    table
        Square: the first rating by row, the second by column, in the same order [pairs].
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimate
        From −1 to 1 [1]. ``None`` with the reason where both ratings use one and the same category only; without
        width at perfect agreement. Limits may lie outside [−1, 1].

    Raises
    ------
    DataError
        If the table is not square, or an element is not a count.
    UsageError
        If ``level`` does not fit.

    Examples
    --------
    >>> found = cohen_kappa([[20, 12], [2, 16]])
    >>> round(found.value, 4), round(found.standard_error, 4)
    (0.4582, 0.1137)
    """
    counted = contingency_table(table)
    level = confidence_level(level)
    _demand_square(counted, "table")
    kappa, error = (float(part[0]) for part in _kappas(counted[None]))
    if math.isnan(kappa):
        return undefined_estimate(_METHOD, f"undefined: {_ONE_CATEGORY}", level)
    half = normal_multiplier(level) * error
    return Estimate(
        value=kappa,
        lower=kappa - half,
        upper=kappa + half,
        level=level,
        method=_METHOD,
        standard_error=error,
    )


def cohen_kappas(tables: ArrayLike, *, level: float = 0.95) -> Estimates:
    """Estimate kappa of many tables of one shape, each as :func:`cohen_kappa` does.

    Parameters
    ----------
    tables
        Counts in three dimensions: tables, first rating, second rating [pairs].
    level
        The confidence level, a fraction [1].

    Returns
    -------
    Estimates
        From −1 to 1 [1]. NaN where both ratings use one and the same category only.

    Raises
    ------
    DataError
        If the tables are not square, an element is not a count, or a table counts nobody.
    UsageError
        If ``level`` does not fit.

    Examples
    --------
    >>> cohen_kappas([[[20, 12], [2, 16]], [[9, 0], [0, 0]]]).value.round(4)
    array([0.4582,    nan])
    """
    cells = contingency_tables(tables)
    level = confidence_level(level)
    _demand_square(cells[0], "tables")
    kappa, error = _kappas(cells)
    half = normal_multiplier(level) * error
    return Estimates(
        value=kappa,
        lower=kappa - half,
        upper=kappa + half,
        level=level,
        method=_METHOD,
        undefined=_ONE_CATEGORY,
    )


_METHOD = "Cohen's kappa, Wald interval, standard error by Fleiss, Cohen and Everitt"
_ONE_CATEGORY = "both ratings use one and the same category only"


def _demand_square(cells: Floats, name: str) -> None:
    if cells.shape[0] != cells.shape[1]:
        raise DataError(
            f"the table has {cells.shape[0]} rows and {cells.shape[1]} columns",
            where=name,
            accepted="a square table: the same categories for both ratings",
        )


def _kappas(cells: Floats) -> tuple[Floats, Floats]:
    """Give kappa of each table and its standard error; NaN where kappa is undefined."""
    number = cells.sum(axis=(1, 2))
    shares = cells / number[:, None, None]
    rows, columns = shares.sum(axis=2), shares.sum(axis=1)
    diagonal = np.diagonal(shares, axis1=1, axis2=2)
    agreed, by_chance = diagonal.sum(axis=1), (rows * columns).sum(axis=1)
    one_category = (rows * columns == 1).any(axis=1)
    beyond = np.where(one_category, np.nan, 1 - by_chance)
    kappa = (agreed - by_chance) / beyond
    left = (1 - kappa)[:, None]
    together = (diagonal * (1 - (rows + columns) * left) ** 2).sum(axis=1)
    margins = (columns[:, :, None] + rows[:, None, :]) ** 2
    apart = (shares * margins).sum(axis=(1, 2))
    apart -= (diagonal * np.diagonal(margins, axis1=1, axis2=2)).sum(axis=1)
    variance = together + (1 - kappa) ** 2 * apart - (kappa - by_chance * (1 - kappa)) ** 2
    return kappa, np.sqrt(np.maximum(variance, 0.0) / number) / beyond
