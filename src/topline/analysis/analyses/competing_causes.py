"""Causes of an event that compete, as Gray's test and Fine and Gray's regression take them."""

from typing import Annotated

import numpy as np
from msgspec import Meta

from topline.analysis.analyses.event_times import EventTimes
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.errors import DataError
from topline.stats.estimate import Integers
from topline.trial.specification import Condition

CompetingOption = Annotated[
    Condition,
    Meta(
        description="Which rows are of a competing event, such as EVNTDESC == 'DEATH' or CNSR == 2."
    ),
]


def causes(data: EventTimes, competing: str) -> Integers:
    """Give 1 for the event, 2 for a competing one, 0 for a censored time.

    Raises
    ------
    DataError
        If nobody had the event.
    """
    other = MeasuredClass.asked(data.frame, competing).to_numpy()
    found = np.where(other, 2, np.where(data.event, 1, 0)).astype(np.int64)
    if not (found == 1).any():
        raise DataError("nobody had the event before a competing one")
    return found


def causes_comment(found: Integers) -> str:
    """Say how many had which event."""
    return (
        f"{int((found == 1).sum())} events, {int((found == 2).sum())} competing events and "
        f"{int((found == 0).sum())} censored times."
    )
