"""Agreement of two raters, or of one rater twice, beyond chance: Cohen's kappa."""

import math

import numpy as np
from numpy.typing import ArrayLike

from topline.errors import DataError
from topline.stats.checking import confidence_level
from topline.stats.contingency import contingency_table
from topline.stats.distribution import normal_multiplier
from topline.stats.estimate import Estimate


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
    if counted.shape[0] != counted.shape[1]:
        raise DataError(
            f"the table has {counted.shape[0]} rows and {counted.shape[1]} columns",
            where="table",
            accepted="a square table: the same categories for both ratings",
        )
    method = "Cohen's kappa, Wald interval, standard error by Fleiss, Cohen and Everitt"
    number = float(counted.sum())
    shares = counted / number
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    agreed, by_chance = float(np.trace(shares)), float(rows @ columns)
    if np.any(rows * columns == 1):
        reason = "undefined: both ratings use one and the same category only"
        return Estimate(
            value=None,
            level=level,
            method=method,
            notes=tuple(
                f"{part}: {reason}" for part in ("value", "lower", "upper", "standard_error")
            ),
        )
    kappa = (agreed - by_chance) / (1 - by_chance)
    diagonal = float(np.sum(np.diag(shares) * (1 - (rows + columns) * (1 - kappa)) ** 2))
    margins = (columns[:, None] + rows[None, :]) ** 2
    apart = float(np.sum(shares * margins) - np.sum(np.diag(shares) * np.diag(margins)))
    variance = diagonal + (1 - kappa) ** 2 * apart - (kappa - by_chance * (1 - kappa)) ** 2
    error = math.sqrt(max(variance, 0.0) / number) / (1 - by_chance)
    half = normal_multiplier(level) * error
    return Estimate(
        value=kappa,
        lower=kappa - half,
        upper=kappa + half,
        level=level,
        method=method,
        standard_error=error,
    )
