"""Peto's one-step odds ratio: pooling of observed less expected events."""

import numpy as np
from numpy.typing import ArrayLike

from topline.stats.checking import confidence_level
from topline.stats.effect_sizes import effects_with_reasons
from topline.stats.effect_sizes_two_by_two import (
    peto_parts,
    two_by_two_effects,
    two_by_two_tables,
)
from topline.stats.pooled_tables import PooledTables, normal_estimate, spread_around


def pool_peto(
    count: ArrayLike,
    number: ArrayLike,
    control_count: ArrayLike,
    control_number: ArrayLike,
    *,
    level: float = 0.95,
    zero_cells: str = "none",
) -> PooledTables:
    """Pool two-by-two tables by Peto's method.

    Parameters
    ----------
    count, number, control_count, control_number
        As in :func:`topline.stats.effect_sizes_two_by_two.two_by_two_effects`.
    level
        The confidence level, a fraction [1].
    zero_cells
        The zero-cell rule of the studies' own effects, which enter Q only. Peto's needs none.

    Returns
    -------
    PooledTables
        The log odds ratio [1]. Studies without events, or with nothing else, in both groups say nothing and are left
        out. Undefined, ``None`` with the reason, where none is left; finite where one group has no event in any
        study.

    Raises
    ------
    DataError
        If counts do not fit.
    UsageError
        If ``level`` or ``zero_cells`` does not fit.

    Notes
    -----
    log OR = Σ(O − E)/ΣV with standard error 1/√ΣV, O and E the observed and expected events of the first group, V
    their hypergeometric variance. Yusuf, Peto, Lewis, Collins and Sleight, Progress in Cardiovascular Diseases 27
    (1985) 335–371, doi:10.1016/S0033-0620(85)80003-7.

    Not for events above about 1 %, groups of very different size or large effects, where it is biased: Greenland and
    Salvan, Statistics in Medicine 9 (1990) 247–252, doi:10.1002/sim.4780090307.

    In R: ``metafor::rma.peto(ai = ai, n1i = n1i, ci = ci, n2i = n2i)``,
    ``meta::metabin(event.e, n.e, event.c, n.c, method = "Peto")``; in SAS: none.

    Examples
    --------
    >>> pooled = pool_peto([0, 1, 2], [20, 40, 60], [1, 3, 6], [22, 41, 58])
    >>> round(pooled.estimate.value, 4), round(pooled.estimate.standard_error, 4)
    (-1.1383, 0.5687)
    """
    tables = two_by_two_tables(count, number, control_count, control_number)
    level = confidence_level(level)
    difference, variance = peto_parts(tables)
    used = variance > 0
    effects = two_by_two_effects(
        count, number, control_count, control_number, measure="PETO", zero_cells=zero_cells
    )
    total = float(np.sum(variance))
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(np.sum(difference) / np.float64(total))
        error = float(1 / np.sqrt(np.float64(total)))
    estimate, test = normal_estimate(value, error, level, "log", "Peto log odds ratio")
    own = effects_with_reasons(
        effects.value[used],
        effects.variance[used],
        "no events, or nothing else",
        measure="PETO",
        scale="log",
        method=effects.method,
    )
    lost = ", ".join(str(position) for position in np.flatnonzero(~used).tolist())
    return PooledTables(
        estimate=estimate,
        test=test,
        heterogeneity=spread_around(own, estimate.value),
        studies=int(used.size),
        informative=int(used.sum()),
        notes=(
            (
                f"studies at positions {lost} have no events, or nothing else, in both groups: left out",
            )
            if lost
            else ()
        ),
    )
