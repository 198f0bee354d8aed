"""Times to an event in several groups, with strata, as the analyses of survival take them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import polars as pl
from msgspec import Meta
from numpy.typing import NDArray

from topline.analysis.analyses.measured_class import GROUP, MeasuredClass
from topline.errors import DataError
from topline.stats.estimate import Floats
from topline.stats.survival import SurvivalCurve, kaplan_meier
from topline.trial.specification import Variable

CensorOption = Annotated[
    Variable, Meta(description="The censoring variable: 0 is an event, anything above is not.")
]
StrataOption = Annotated[
    tuple[Variable, ...],
    Meta(description="Variables by whose values the groups are compared, such as STRAT1V."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTimes:
    """One time a participant.

    Attributes
    ----------
    frame
        The rows, with the group of each.
    time, event
        Time, and whether it is that of an event.
    strata
        The stratum of each; ``None`` without strata.
    stratified_by
        The variables that make the strata.
    left_out
        How many participants have no stratum.
    """

    frame: pl.DataFrame
    time: Floats
    event: NDArray[np.bool_]
    strata: list[str] | None
    stratified_by: tuple[str, ...]
    left_out: int

    @property
    def groups(self) -> list[str]:
        """The group of each participant, by key."""
        return self.frame[GROUP].to_list()

    @property
    def comment(self) -> str:
        """What to say of the strata."""
        if self.strata is None:
            return ""
        words = f"Stratified by {', '.join(self.stratified_by)} ({len(set(self.strata))} strata)."
        if self.left_out:
            words += f" {self.left_out} participants without a stratum are left out."
        return words

    def events_by_group(self, measured: MeasuredClass, groups: Sequence[str]) -> str:
        """Say how many had the event in each group."""
        counts = self.frame.select(GROUP).with_columns(pl.Series("event", self.event))
        parts = []
        for key in groups:
            own = counts.filter(pl.col(GROUP) == key)
            parts.append(f"{int(own['event'].sum())} of {own.height} in {measured.titles[key]}")
        return f"Events: {', '.join(parts)}."


def survival_curve(measured: MeasuredClass, group: str, censor: str) -> SurvivalCurve:
    """Estimate the Kaplan–Meier curve of one group; raises as :func:`event_times`."""
    data = event_times(measured, [group], censor)
    return kaplan_meier(data.time, data.event)


def event_times(
    measured: MeasuredClass, groups: Sequence[str], censor: str, strata: Sequence[str] = ()
) -> EventTimes:
    """Take the times of some groups.

    Raises
    ------
    DataError
        If a group has nobody, a participant has several rows, or a time or censoring value is not as it must be.
    """
    for key in groups:
        # Refuses several rows a participant, and what is no number.
        if not measured.samples[key].numbers().size:
            raise DataError(f"no participant of {measured.titles[key]} was analyzed")
    frame = measured.rows(groups)
    names = [name.upper() for name in strata]
    known = frame.drop_nulls(names) if names else frame
    variable = measured.variable
    censored = known[censor.upper()].cast(pl.Float64)
    wrong = int((censored.is_null() | (censored < 0).fill_null(True)).sum())
    if wrong:
        raise DataError(
            f"{censor.upper()} is missing or negative in {wrong} rows",
            accepted="0 for an event, 1 or more for a censored time",
        )
    return EventTimes(
        frame=known,
        time=np.asarray(known[variable].cast(pl.Float64).to_numpy()),
        event=(censored == 0).to_numpy(),
        strata=[" / ".join(map(str, row)) for row in known.select(names).iter_rows()]
        if names
        else None,
        stratified_by=tuple(names),
        left_out=frame.height - known.height,
    )
