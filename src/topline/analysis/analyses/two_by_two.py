"""The 2×2 tables of a comparison of proportions: participants in a category, in two groups, by stratum."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
import polars as pl
from msgspec import Meta

from topline.analysis.analyses.analysis import Analysed
from topline.analysis.analyses.comparison import SidedOptions
from topline.analysis.analyses.measured_class import GROUP, RESPONDED, MeasuredClass
from topline.errors import DataError
from topline.stats.estimate import Estimate, Floats
from topline.trial.specification import Variable

NUMBER = "__number__"
"""The column that counts the participants of a stratum."""


class ProportionOptions(SidedOptions, frozen=True, kw_only=True):
    """Who responded, and by which strata."""

    category: Annotated[
        str | None,
        Meta(description="The category whose participants are counted, where there are several."),
    ] = None
    strata: Annotated[
        tuple[Variable, ...],
        Meta(description="Variables by whose values the groups are compared, such as SITEGR1."),
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoByTwo:
    """One table, or one for each stratum.

    Attributes
    ----------
    count, number, control_count, control_number
        Who responded, of how many, in the first group and in the reference; one element for each stratum.
    strata
        The variables that make the strata; empty for one table.
    left_out
        How many participants have no value of a stratum's variable, and are not in any table.
    """

    count: Floats
    number: Floats
    control_count: Floats
    control_number: Floats
    strata: tuple[str, ...]
    left_out: int

    @property
    def cells(self) -> tuple[Floats, Floats, Floats, Floats]:
        """The four columns as functions of strata take them."""
        return self.count, self.number, self.control_count, self.control_number

    @property
    def single(self) -> tuple[float, float, float, float]:
        """The four numbers of the one table."""
        count, number, control_count, control_number = (float(part[0]) for part in self.cells)
        return count, number, control_count, control_number

    @property
    def comment(self) -> str:
        """What to say of the strata."""
        if not self.strata:
            return ""
        words = f"Stratified by {', '.join(self.strata)} ({self.count.size} strata)."
        if self.left_out:
            words += f" {self.left_out} participants without a stratum are left out."
        return words


def two_by_two(
    measured: MeasuredClass, first: str, second: str, options: ProportionOptions
) -> TwoByTwo:
    """Count the tables of two groups.

    A stratum that one of the groups lacks says nothing of a difference and is still a table; one without anybody is none.

    Raises
    ------
    DataError
        If a group has nobody.
    """
    frame = measured.responses([first, second], options.category)
    strata = tuple(name.upper() for name in options.strata)
    known = frame.drop_nulls(list(strata))
    counted = _counted(known, strata)
    columns = {key: _group(counted, key, strata, [first, second]) for key in (first, second)}
    for key, one in columns.items():
        if not one[NUMBER].sum():
            raise DataError(f"no participant of {measured.titles[key]} was analyzed")
    one, other = columns[first], columns[second]
    return TwoByTwo(
        count=_floats(one[RESPONDED]),
        number=_floats(one[NUMBER]),
        control_count=_floats(other[RESPONDED]),
        control_number=_floats(other[NUMBER]),
        strata=strata,
        left_out=frame.height - known.height,
    )


def _counted(frame: pl.DataFrame, strata: Sequence[str]) -> pl.DataFrame:
    return (
        frame.group_by([GROUP, *strata])
        .agg(pl.col(RESPONDED).sum().cast(pl.Int64), pl.len().cast(pl.Int64).alias(NUMBER))
        .sort([GROUP, *strata])
    )


def _group(
    counted: pl.DataFrame, key: str, strata: Sequence[str], both: Sequence[str]
) -> pl.DataFrame:
    """Give one group's counts for every stratum that either group has."""
    own = counted.filter(pl.col(GROUP) == key)
    if not strata:
        return own if own.height else pl.DataFrame({RESPONDED: [0], NUMBER: [0]})
    every = counted.filter(pl.col(GROUP).is_in(list(both))).select(strata).unique().sort(strata)
    return every.join(own, on=list(strata), how="left", maintain_order="left").with_columns(
        pl.col(RESPONDED, NUMBER).fill_null(0)
    )


def _floats(values: pl.Series) -> Floats:
    return np.asarray(values.to_numpy(), dtype=np.float64)


def basis_of(measured: MeasuredClass, found: Analysed) -> Analysed:
    """Say that an analysis of the whole population rests on everyone of it."""
    return replace(found, basis="population") if measured.whole_population else found


def in_percent(estimate: Estimate) -> Estimate:
    """Give a difference of fractions in percentage points.

    Examples
    --------
    >>> in_percent(Estimate(value=0.25, lower=0.1, upper=0.4, level=0.95, method="difference")).lower
    10.0
    """

    def times_100(number: float | None) -> float | None:
        return None if number is None else 100 * number

    return replace(
        estimate,
        value=times_100(estimate.value),
        lower=times_100(estimate.lower),
        upper=times_100(estimate.upper),
        standard_error=times_100(estimate.standard_error),
        method=f"{estimate.method}, in percentage points",
    )
