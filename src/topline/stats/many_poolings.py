"""Many meta-analyses at once, such as one for every adverse event term of every class of drugs.

Sets of studies of one size are computed together, in blocks that fit a processor's cache, so that time is
proportional to the number of studies and memory bounded beyond the result.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.errors import DataError
from topline.stats.between_study_variance import METHODS
from topline.stats.checking import confidence_level, known
from topline.stats.distribution import normal_multiplier, t_multiplier
from topline.stats.estimate import Floats, Integers
from topline.stats.pooling import INTERVALS, PREDICTIONS, PooledArrays, pool_model
from topline.stats.study_model import LARGEST, CommonMean

BLOCK = 1 << 16
"""Studies computed together: an array of so many floats stays in a processor's second-level cache."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Poolings:
    """The pooled effects of many sets, as arrays of one length; NaN where a number is undefined.

    Attributes
    ----------
    studies
        How many studies each set has.
    value, standard_error, lower, upper, p_value
        The pooled effects.
    between_study_variance
        τ².
    q, q_p_value, i_squared, h_squared
        Heterogeneity; I² in percent.
    prediction_lower, prediction_upper
        Of the effect of a further study.
    settled
        Whether everything asked for was found.
    reasons
        For each set that did not settle, by its position: why.
    level, method
        The same for all.
    """

    studies: Integers
    value: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    between_study_variance: Floats
    q: Floats
    q_p_value: Floats
    i_squared: Floats
    h_squared: Floats
    prediction_lower: Floats
    prediction_upper: Floats
    settled: NDArray[np.bool_]
    reasons: dict[int, str]
    level: float
    method: str


def pool_many(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    offsets: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    method: str = "REML",
    interval: str = "normal",
    prediction: str = "studies - 2",
    level: float = 0.95,
) -> Poolings:
    """Pool many sets of studies, each as :func:`topline.stats.pooling.pool` does.

    Parameters
    ----------
    effects, variances
        As for :func:`topline.stats.pooling.pool`: either one-dimensional, all studies of all sets one after the
        other, with ``offsets``; or two-dimensional, sets in rows and studies in columns, with an optional ``mask``.
    offsets
        Where each set begins, and the end of the last [1]: set ``i`` is ``effects[offsets[i]:offsets[i + 1]]``.
    mask
        True where a two-dimensional array holds a study [1]; elsewhere it may hold anything.
    method, interval, level
        As for :func:`topline.stats.pooling.pool`.
    prediction
        Of :data:`topline.stats.pooling.PREDICTIONS`.

    Returns
    -------
    Poolings
        One element for each set. A set of a single study has its own effect, an empty one NaN; both are not settled,
        with the reason.

    Raises
    ------
    DataError
        If an effect is not finite, a variance not positive, or shapes, offsets or mask do not fit.
    UsageError
        If ``method``, ``interval``, ``prediction`` or ``level`` does not fit.

    Examples
    --------
    >>> found = pool_many([0.1, 0.9, 0.4, 0.2], [0.02, 0.05, 0.01, 0.03], offsets=[0, 3, 4], method="DL")
    >>> found.value.round(4), found.reasons[1]
    (array([0.4288, 0.2   ]), 'one study does not tell how effects vary: its own effect is given')
    """
    y, v, bounds, chosen = _sets(effects, variances, offsets, mask)
    _refuse(y, v, chosen, None if np.ndim(effects) == 1 else np.shape(effects)[1])
    level = confidence_level(level)
    known("method", method, METHODS)
    known("interval", interval, INTERVALS)
    known("prediction", prediction, PREDICTIONS)
    number = bounds.size - 1
    sizes = np.diff(bounds) if chosen is None else chosen.sum(axis=1)
    names = PooledArrays._fields[:-1]
    arrays = {name: np.full(number, np.nan) for name in names}
    limits = np.full((2, number), np.nan)
    settled = np.zeros(number, dtype=bool)
    for size in np.unique(sizes[sizes > 0]):
        sets = np.flatnonzero(sizes == size)
        columns = None if chosen is None else _columns(chosen, sets, int(size))
        most = max(1, BLOCK // int(size))
        for begin in range(0, sets.size, most):
            part = slice(begin, begin + most)
            where = sets[part]
            places = (
                bounds[where] + np.arange(size)[:, np.newaxis]
                if columns is None
                else bounds[where] + columns[part].T
            )
            model = CommonMean(y[places], v[places])
            found = pool_model(model, method if size > 1 else "EE", interval, level)
            for name in names:
                arrays[name][where] = getattr(found, name)
            settled[where] = found.settled & (size > 1)
            limits[:, where] = _prediction(found, int(size), prediction, level)
    return Poolings(
        studies=sizes.astype(np.int64),
        value=arrays["value"],
        standard_error=arrays["standard_error"],
        lower=arrays["lower"],
        upper=arrays["upper"],
        p_value=arrays["p_value"],
        between_study_variance=np.where(sizes > 1, arrays["between"], np.nan),
        q=arrays["q"],
        q_p_value=arrays["q_p_value"],
        i_squared=arrays["i_squared"],
        h_squared=arrays["h_squared"],
        prediction_lower=limits[0],
        prediction_upper=limits[1],
        settled=settled,
        reasons={int(one): _reason(int(sizes[one]), method) for one in np.flatnonzero(~settled)},
        level=level,
        method=f"inverse-variance pooling, {METHODS[method].title}, {INTERVALS[interval]}",
    )


def _prediction(found: PooledArrays, size: int, prediction: str, level: float) -> Floats:
    fewer = PREDICTIONS[prediction]
    if size < 2 or (fewer is not None and size <= fewer):
        return np.full((2, found.value.size), np.nan)
    quantile = normal_multiplier(level) if fewer is None else t_multiplier(level, size - fewer)
    half = quantile * np.sqrt(found.standard_error**2 + found.between)
    return np.vstack([found.value - half, found.value + half])


def _reason(size: int, method: str) -> str:
    if size == 0:
        return "no study"
    if size == 1:
        return "one study does not tell how effects vary: its own effect is given"
    return f"the variance between studies by {METHODS[method].title} did not settle"


def _sets(
    effects: ArrayLike,
    variances: ArrayLike,
    offsets: ArrayLike | None,
    mask: ArrayLike | None,
) -> tuple[Floats, Floats, Integers, NDArray[np.bool_] | None]:
    """Give flat effects and variances, where sets begin, and the mask."""
    y, v = _numbers("effects", effects), _numbers("variances", variances)
    if y.shape != v.shape:
        raise DataError(
            f"effects have shape {y.shape}, variances {v.shape}", accepted="the same shape for both"
        )
    if y.ndim == 2:
        if offsets is not None:
            raise DataError(
                "offsets with two-dimensional effects",
                where="offsets",
                accepted="offsets with one dimension, or a mask with two",
            )
        bounds = np.arange(y.shape[0] + 1, dtype=np.int64) * y.shape[1]
        return y.ravel(), v.ravel(), bounds, _mask(mask, y.shape)
    if y.ndim != 1 or offsets is None or mask is not None:
        raise DataError(
            f"effects have {y.ndim} dimensions, {'no ' if offsets is None else ''}offsets, "
            f"{'no ' if mask is None else ''}mask",
            where="effects",
            accepted="one dimension with offsets, or two (sets in rows) with or without a mask",
        )
    return y, v, _bounds(offsets, y.size), None


def _numbers(name: str, values: ArrayLike) -> Floats:
    """Take numbers in one or two dimensions, and nothing that only looks like them."""
    try:
        given = np.asarray(values)
    except ValueError:  # rows of different lengths
        given = np.empty(0, dtype=object)
    if given.dtype.kind not in "buif":
        raise DataError(
            f"{name} hold something other than numbers",
            where=name,
            accepted="numbers in one dimension, or in rows of equal length",
        )
    return given.astype(np.float64)


def _bounds(offsets: ArrayLike, size: int) -> Integers:
    given = np.asarray(offsets)
    fits = (
        given.ndim == 1
        and given.size >= 1
        and given.dtype.kind in "iu"
        and given[0] == 0
        and given[-1] == size
        and bool(np.all(given[1:] >= given[:-1]))
    )
    if not fits:
        raise DataError(
            "offsets do not divide the studies into sets",
            where="offsets",
            accepted=f"whole numbers that begin with 0, never fall, and end with {size}",
        )
    return given.astype(np.int64)


def _mask(mask: ArrayLike | None, shape: tuple[int, ...]) -> NDArray[np.bool_] | None:
    if mask is None:
        return None
    given = np.asarray(mask)
    if given.dtype != np.bool_ or given.shape != shape:
        raise DataError(
            f"the mask is {given.dtype} of shape {given.shape}",
            where="mask",
            accepted=f"True or False for each study, shape {shape}",
        )
    return given


def _columns(chosen: NDArray[np.bool_], sets: Integers, size: int) -> Integers:
    """Give the columns of the studies of sets that all have the same number."""
    return np.nonzero(chosen[sets])[1].reshape(sets.size, size)


def _refuse(y: Floats, v: Floats, chosen: NDArray[np.bool_] | None, columns: int | None) -> None:
    inside = True if chosen is None else chosen.ravel()
    for name, values, wrong, accepted in (
        ("effects", y, ~(np.abs(y) <= LARGEST), f"a number up to {LARGEST:g} in size"),
        (
            "variances",
            v,
            ~((v >= 1 / LARGEST) & (v <= LARGEST)),
            f"a number above 0, from {1 / LARGEST:g} to {LARGEST:g}",
        ),
    ):
        bad = wrong & inside
        if bad.any():
            flat = int(np.argmax(bad))
            position = str(flat) if columns is None else f"{flat // columns}, {flat % columns}"
            place = f"{name}[{position}]"
            raise DataError(f"{place} is {values[flat]:g}", where=place, accepted=accepted)
