"""Comparisons of logarithms: values taken to logarithms before a model, differences taken back to ratios after it."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta

from topline.errors import DataError, UsageError
from topline.stats.estimate import Estimate, Floats, Test

ScaleOption = Annotated[
    Literal["natural", "log"],
    Meta(
        description="log: the model is of natural logarithms, and the comparison a ratio of geometric "
        "means."
    ),
]


def on_scale(values: Floats, scale: Literal["natural", "log"]) -> Floats:
    """Give values as the model takes them.

    Raises
    ------
    DataError
        If a value that is to be taken to its logarithm is not above 0.

    Examples
    --------
    >>> on_scale(np.array([1.0, math.e]), "log")
    array([0., 1.])
    """
    if scale == "natural":
        return values
    wrong = int((values <= 0).sum())
    if wrong:
        raise DataError(
            f"{wrong} values are 0 or below, and have no logarithm", accepted="values above 0"
        )
    return np.asarray(np.log(values))


def as_ratio(difference: Estimate) -> Estimate:
    """Give a difference of logarithms as a ratio.

    Examples
    --------
    >>> found = as_ratio(Estimate(value=0.0, lower=-1.0, upper=1.0, level=0.9, method="difference"))
    >>> found.value, round(found.upper, 4)
    (1.0, 2.7183)
    """

    def exponential(number: float | None) -> float | None:
        return None if number is None else math.exp(number)

    return replace(
        difference,
        value=exponential(difference.value),
        lower=exponential(difference.lower),
        upper=exponential(difference.upper),
        standard_error=None,
        method=f"exponential of the {difference.method} of natural logarithms",
    )


def hypothesis_test_on_scale(
    test: Callable[[float], Test], null_value: float, *, log: bool
) -> Test:
    """Test against a null value that is a ratio where the model is of logarithms.

    Parameters
    ----------
    test
        Tests the model's difference against a value.
    null_value
        A difference, or on the log scale a ratio above 0.

    Raises
    ------
    UsageError
        If a ratio is not above 0.
    """
    if not log:
        return test(null_value)
    if null_value <= 0:
        raise UsageError(f"a margin of {null_value:g} for a ratio", accepted="a value above 0")
    return replace(test(math.log(null_value)), null_value=null_value)
