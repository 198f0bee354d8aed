"""What a summary of an outcome or baseline measure is: samples in, measurements out.

A summary declares the registry's measure type and dispersion that it yields, so that one which
cannot be posted cannot exist.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import numpy as np
import polars as pl
from msgspec import Meta
from numpy.typing import NDArray

from topline.analysis.cohort import INDEX
from topline.analysis.dispersion import Dispersion
from topline.errors import DataError
from topline.stats.estimate import Estimate
from topline.stats.survival import SurvivalCurve
from topline.trial.specification import Part

Level = Annotated[float, Meta(gt=50, lt=100, description="Confidence level in percent.")]


class SummaryOptions(Part, frozen=True, kw_only=True):
    """The options of a summary; every field has a default unless there is no sensible one."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The rows of one class in one column of a table.

    Attributes
    ----------
    column
        The key of the group, or ``Total``.
    frame
        The rows, tied to participants by :data:`topline.analysis.cohort.INDEX`.
    variable
        The variable summarised.
    unit_variable
        What tells a participant's units apart; ``None`` where participants are the unit.
    """

    column: str
    frame: pl.DataFrame
    variable: str
    unit_variable: str | None = None

    def numbers(self, variable: str | None = None) -> NDArray[np.float64]:
        """Give a variable's values, in the order of the rows, one a participant or unit.

        Rows on which the summarised variable is missing are left out for every variable, so that
        values of several variables stay side by side.

        Raises
        ------
        DataError
            If a participant or unit has several rows, or the variable is not a number.
        """
        name = (variable or self.variable).upper()
        frame = self.analysed()
        if frame.is_empty():
            # A column without any value has no type that could be wrong.
            return np.empty(0)
        keys = [INDEX] if self.unit_variable is None else [INDEX, self.unit_variable.upper()]
        repeated = frame.select(pl.struct(keys).is_duplicated().sum()).item()
        if repeated:
            raise DataError(
                f"{repeated} rows belong to participants with more than one row",
                accepted="one row a participant (or unit) for a summary of values",
                advice="narrow `where`, for instance by AVISIT, PARAMCD or ANL01FL",
            )
        if not frame.schema[name].is_numeric():
            raise DataError(
                f"{name} holds {str(frame.schema[name]).lower()} values",
                accepted="a numeric variable",
                advice="say `variable:` with a numeric variable, such as AVAL",
            )
        return frame[name].cast(pl.Float64).to_numpy()

    def analysed(self) -> pl.DataFrame:
        """Give the rows on which the summarised variable has a value."""
        name = self.variable.upper()
        # Most often the rows were chosen by having a value.
        return self.frame.drop_nulls(name) if self.frame[name].null_count() else self.frame

    @property
    def participants(self) -> int:
        """How many participants have a value."""
        return int(self.analysed()[INDEX].n_unique())

    @property
    def size(self) -> int:
        """How many units, or participants, have a value."""
        if self.unit_variable is None:
            return self.participants
        return self.analysed().select(INDEX, self.unit_variable.upper()).n_unique()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summarised:
    """The summary of one sample.

    Attributes
    ----------
    value, spread, lower, upper
        To full precision; ``None`` where undefined or not reached, or not part of the summary.
    reasons
        For each of them that is ``None`` though the summary has it: why, to be posted.
    method
        How they were computed, in words.
    notes
        What a reader should know.
    curve
        The Kaplan–Meier curve behind it, for charts.
    """

    value: float | None
    spread: float | None = None
    lower: float | None = None
    upper: float | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    method: str
    notes: str = ""
    curve: SurvivalCurve | None = None


def summarised(
    estimate: Estimate, *, spread: float | None = None, interval: bool = True
) -> Summarised:
    """Make an estimate a summary: its value, its limits if asked for, and the reasons for gaps.

    Examples
    --------
    >>> from topline.stats.proportion import proportion
    >>> summarised(proportion(8, 27), interval=False).lower is None
    True
    """
    parts = ("value", "lower", "upper") if interval else ("value",)
    reasons = {part: reason for part in parts if (reason := estimate.reason(part)) is not None}
    return Summarised(
        value=estimate.value,
        spread=spread,
        lower=estimate.lower if interval else None,
        upper=estimate.upper if interval else None,
        reasons=reasons,
        method=estimate.method,
        notes="; ".join(note for note in estimate.notes if not _about_other(note, parts)),
    )


def with_error_or_limits(estimate: Estimate, *, interval: bool, about: str) -> Summarised:
    """Make an estimate of a model a summary with its standard error, or with its limits.

    Parameters
    ----------
    estimate
        With its standard error, or a note on why it has none.
    interval
        Whether limits stand beside the value; else the standard error does.
    about
        What the method's words say of the model besides.

    Examples
    --------
    >>> mean = Estimate(value=2.0, standard_error=0.5, method="least squares mean")
    >>> with_error_or_limits(mean, interval=False, about="8 participants").spread
    0.5
    """
    found = summarised(
        estimate, spread=None if interval else estimate.standard_error, interval=interval
    )
    reasons = dict(found.reasons)
    if not interval and estimate.standard_error is None:
        reasons["spread"] = estimate.reason("standard_error") or "not estimable"
    return replace(found, reasons=reasons, method=f"{found.method}; {about}")


def _about_other(note: str, parts: Sequence[str]) -> bool:
    """Tell whether a note is about a number that is not posted."""
    about = note.partition(":")[0]
    return about in {"value", "lower", "upper", "standard_error"} and about not in parts


SelectSamples = Callable[[str | None], Sequence[Sample]]
"""Gives the samples of all classes of a measure, or by a condition others of its dataset, by column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A way to summarise values, as it is registered.

    Attributes
    ----------
    name
        The word of the specification.
    title
        The summary in words.
    options
        The type of its options.
    measure_type
        The registry's measure type (``MeasureParam``).
    dispersion
        Which dispersion it yields, by its options; ``None`` for none.
    summarise
        All samples of one class, and the options, to one :class:`Summarised` each.
    summarise_within
        Instead of ``summarise``, where one model is fitted to the rows of several classes: the samples of one
        class, the options, and what gives the other rows.
    count
        Instead of ``summarise``: how many are in a category, of how many, and the options, to one
        :class:`Summarised`. Such a summary has categories.
    decimals
        Decimal places of value and of spread or limits, given those of the data and the options.
    unit
        The unit of measure where it follows from the summary, such as ``Participants``.
    variable
        The variable summarised where the specification names none.
    type_of
        The measure type by the options, where it is not always ``measure_type``.
    joint
        Whether all samples are summarised by one model, so that none may be part of another.
    """

    name: str
    title: str
    options: type[SummaryOptions]
    measure_type: str
    dispersion: Callable[[Any], Dispersion | None]
    summarise: Callable[[Sequence[Sample], Any], Sequence[Summarised]] | None = None
    summarise_within: (
        Callable[[Sequence[Sample], Any, SelectSamples], Sequence[Summarised]] | None
    ) = None
    count: Callable[[int, int, Any], Summarised] | None = None
    decimals: Callable[[int, Any], tuple[int, int]] = lambda data, _: (data + 1, data + 1)
    unit: str | None = None
    variable: str = "AVAL"
    type_of: Callable[[Any], str] | None = None
    joint: bool = False

    def posted_type(self, options: Any) -> str:
        """Give the registry's measure type under some options."""
        return self.measure_type if self.type_of is None else self.type_of(options)
