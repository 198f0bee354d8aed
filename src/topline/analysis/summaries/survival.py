"""What the Kaplan–Meier summaries share: the curve of a sample and the options of its limits."""

from typing import Annotated, Literal

import numpy as np
from msgspec import Meta

from topline.analysis.summaries.summary import Level, Sample, SummaryOptions
from topline.errors import DataError
from topline.stats.survival import SurvivalCurve, kaplan_meier
from topline.trial.specification import Variable


class SurvivalOptions(SummaryOptions, frozen=True, kw_only=True):
    """How a Kaplan–Meier curve and its limits are made."""

    transform: Annotated[
        Literal["plain", "log", "log-log"], Meta(description="The transform of the limits.")
    ] = "log-log"
    level: Level = 95
    censor: Annotated[
        Variable, Meta(description="The censoring variable: 0 is an event, anything above is not.")
    ] = "CNSR"


def curve(sample: Sample, options: SurvivalOptions) -> SurvivalCurve | None:
    """Estimate the curve of a sample; ``None`` where nobody was analysed.

    Raises
    ------
    DataError
        If a censoring value is missing or negative, or a time is negative.
    """
    times = sample.numbers()
    if times.size == 0:
        return None
    censor = sample.numbers(options.censor)
    if np.isnan(censor).any() or (censor < 0).any():
        raise DataError(
            f"{options.censor.upper()} is missing or negative in "
            f"{int((np.isnan(censor) | (censor < 0)).sum())} rows",
            accepted="0 for an event, 1 or more for a censored time",
        )
    return kaplan_meier(times, censor == 0)
