"""Adjusted p-values: the smallest familywise error rate at which each hypothesis of a family is rejected.

An adjusted p-value is compared with the familywise level itself. All procedures here control the familywise error rate;
they differ in what they assume of the dependence between the tests (S. P. Wright, "Adjusted p-values for simultaneous
inference", Biometrics 48 (1992) 1005–1013).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

import numpy as np

from topline.errors import DataError
from topline.stats.checking import known
from topline.stats.estimate import Floats

MultiplicityMethod: TypeAlias = Literal[
    "bonferroni", "holm", "hochberg", "hommel", "fixed_sequence"
]
"""``bonferroni`` and ``holm`` assume nothing; ``hochberg`` and ``hommel`` need independent or positively dependent
tests; ``fixed_sequence`` needs an order laid down beforehand."""


def adjusted_p_values(p_values: Sequence[float], method: MultiplicityMethod) -> Floats:
    """Adjust the p-values of a family of tests.

    Parameters
    ----------
    p_values
        Unadjusted, each in [0, 1]; for ``fixed_sequence`` in the order of testing.
    method
        - ``bonferroni``: p times the number of tests.
        - ``holm``: step-down (S. Holm, Scandinavian Journal of Statistics 6 (1979) 65–70). Never less powerful than
          Bonferroni, under the same assumptions.
        - ``hochberg``: step-up (Y. Hochberg, Biometrika 75 (1988) 800–802).
        - ``hommel``: closed testing by Simes' test (G. Hommel, Biometrika 75 (1988) 383–386). Never less powerful than
          Hochberg.
        - ``fixed_sequence``: each at the full level as long as all before it are rejected (W. Maurer, L. A. Hothorn and
          W. Lehmacher, 1995), so the largest p-value so far.

    Returns
    -------
    array of float
        Adjusted p-values in the order given, at most 1.

    Raises
    ------
    DataError
        If a p-value is outside [0, 1].

    Notes
    -----
    The same as ``p.adjust(p, "bonferroni" | "holm" | "hochberg" | "hommel")`` in R and ``PROC MULTTEST`` in SAS. A test
    that could not be computed still counts: give it the p-value 1. Not suitable for controlling a false discovery rate.

    Examples
    --------
    >>> adjusted_p_values([0.01, 0.04, 0.03], "holm").round(3).tolist()
    [0.03, 0.06, 0.06]
    >>> adjusted_p_values([0.01, 0.04, 0.03], "hochberg").round(3).tolist()
    [0.03, 0.04, 0.04]
    >>> adjusted_p_values([0.01, 0.04, 0.03], "fixed_sequence").round(3).tolist()
    [0.01, 0.04, 0.04]
    """
    known("method", method, tuple(_PROCEDURES))
    given = np.asarray(p_values, dtype=np.float64)
    wrong = ~((given >= 0) & (given <= 1))
    if wrong.any():
        place = int(np.argmax(wrong))
        raise DataError(
            f"p_values[{place}] is {given[place]:g}", accepted="a p-value between 0 and 1"
        )
    return np.minimum(_PROCEDURES[method](given), 1.0) if given.size else given


def _bonferroni(p: Floats) -> Floats:
    return p * p.size


def _holm(p: Floats) -> Floats:
    order = np.argsort(p, kind="stable")
    return _back(np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1)), order)


def _hochberg(p: Floats) -> Floats:
    order = np.argsort(-p, kind="stable")
    return _back(np.minimum.accumulate(p[order] * np.arange(1, p.size + 1)), order)


def _hommel(p: Floats) -> Floats:
    """Adjust by the closed test: the largest of Simes' p-values over all sets that hold a hypothesis.

    Of the sets of one size that hold it, the one with the other largest p-values has the largest.
    """
    order = np.argsort(p, kind="stable")
    ordered = p[order]
    largest = np.zeros(p.size)
    for size in range(1, p.size + 1):
        ranks = np.arange(1, size + 1)
        # The set of the largest ``size`` p-values; a smaller one takes the place of its smallest member.
        top = ordered[p.size - size :]
        inside = float((size * top / ranks).min())
        rest = float((size * top[1:] / ranks[1:]).min()) if size > 1 else np.inf
        outside = np.minimum(size * ordered[: p.size - size], rest)
        largest = np.maximum(largest, np.concatenate([outside, np.full(size, inside)]))
    return _back(largest, order)


def _back(ordered: Floats, order: np.typing.NDArray[np.intp]) -> Floats:
    found = np.empty_like(ordered)
    found[order] = ordered
    return found


_PROCEDURES: Mapping[str, Callable[[Floats], Floats]] = {
    "bonferroni": _bonferroni,
    "holm": _holm,
    "hochberg": _hochberg,
    "hommel": _hommel,
    "fixed_sequence": np.maximum.accumulate,
}
