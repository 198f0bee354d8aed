"""The rows of an outcome measure as summaries to compute with: counts, means, geometric means."""

import math
from collections.abc import Iterator, Mapping

from topline.posted.dispersions import dispersion
from topline.posted.row_numbers import Analyzed, Numbers, of_class, of_row
from topline.posted.spreads import spread_of
from topline.posted.summaries import (
    LOGARITHMIC_KINDS,
    MODELLED_KINDS,
    Kind,
    Posted,
    PostedCount,
    PostedMean,
    Row,
    Unusable,
    counts_of_share,
    possible,
    whole_number,
)
from topline.posted.units import Counted, counted, estimated_otherwise
from topline.posted.unusable_measures import (
    modelled,
    odd_coefficients,
    odd_shares,
    other,
)
from topline.record.results import Measurement, OutcomeMeasure

_KINDS: Mapping[str, Kind] = {
    "MEAN": "arithmetic",
    "LEAST_SQUARES_MEAN": "least squares",
    "GEOMETRIC_MEAN": "geometric",
    "GEOMETRIC_LEAST_SQUARES_MEAN": "geometric least squares",
}
_OF_MODELS: Mapping[Kind, Kind] = {
    "arithmetic": "least squares",
    "geometric": "geometric least squares",
}


def outcome_rows(measure: OutcomeMeasure, address: str) -> Iterator[Row]:
    """Yield every category of an outcome measure with one summary a group.

    Parameters
    ----------
    measure
        The measure.
    address
        Its JSON Pointer.

    Examples
    --------
    >>> from topline.record.results import Denom, DenomCount, MeasureCategory, MeasureClass
    >>> measure = OutcomeMeasure(param_type="COUNT_OF_PARTICIPANTS",
    ...     denoms=(Denom(units="Participants", counts=(DenomCount(group_id="OG000", value="27"),)),),
    ...     classes=(MeasureClass(categories=(MeasureCategory(title="Responder",
    ...         measurements=(Measurement(group_id="OG000", value="8"),)),)),))
    >>> row = next(outcome_rows(measure, ""))
    >>> row.titles, row.cells["OG000"].count, row.cells["OG000"].number
    (('Responder',), 8, 27)
    """
    read = _Reading(measure)
    for place, measure_class in enumerate(measure.classes or ()):
        where = f"{address}/classes/{place}"
        of_all = of_class(measure, measure_class, address, place)
        for position, category in enumerate(measure_class.categories or ()):
            here = f"{where}/categories/{position}"
            of = of_row(measure, measure_class, category, (where, here), of_all)
            cells: dict[str, Posted | Unusable] = {}
            for number, posted in enumerate(category.measurements or ()):
                group = posted.group_id or ""
                cells[group] = (
                    Unusable("the row posts several numbers for the group")
                    if group in cells
                    else read.cell(posted, f"{here}/measurements/{number}", of)
                )
            titles = (measure_class.title, category.title)
            yield Row(address=here, titles=tuple(text for text in titles if text), cells=cells)


class _Reading:
    """Reads the cells of one measure; what holds for all of them is decided once."""

    def __init__(self, measure: OutcomeMeasure) -> None:
        self._measure = measure
        self._counted = counted(measure)
        self._dispersion = dispersion(measure.dispersion_type)
        self._untyped_mean = (
            measure.param_type is None and self._dispersion.word == "standard deviation"
        )
        kind = "arithmetic" if self._untyped_mean else _KINDS.get(measure.param_type or "")
        if kind is not None and modelled(measure) is not None:
            kind = _OF_MODELS.get(kind, kind)
        self._kind = kind
        self._refused = self._why_not()

    def cell(self, posted: Measurement, address: str, of: Numbers) -> Posted | Unusable:
        """Read a measurement with its denominator."""
        if self._refused is not None:
            return self._refused
        if isinstance(of, Unusable):
            return of
        denominator = of.get(posted.group_id or "")
        if denominator is None:
            return Unusable("the group has no denominator")
        if denominator.number == 0:
            return Unusable("nobody was analyzed")
        if self._kind is not None:
            return self._mean(self._kind, posted, address, denominator)
        return self._count(posted, address, denominator)

    def _why_not(self) -> Unusable | None:
        """Return what makes the whole measure unusable."""
        measure = self._measure
        if self._kind in MODELLED_KINDS and self._dispersion.word == "standard deviation":
            return Unusable("a mean adjusted by a model has no standard deviation")
        if self._kind is not None:
            return odd_coefficients(measure) if self._kind == "geometric" else None
        if self._counted is Counted.OTHER:
            return Unusable(other(measure))
        if self._counted is Counted.PARTICIPANTS:
            return None
        words = estimated_otherwise(measure)
        if words is not None:
            return Unusable(
                f'the text says "{words}": not a number affected over a number analyzed'
            )
        return odd_shares(measure, self._counted)

    def _count(self, posted: Measurement, address: str, of: Analyzed) -> PostedCount | Unusable:
        found: tuple[int, int, int] | str
        if self._counted is Counted.PARTICIPANTS:
            count = whole_number(posted.value)
            found = (count, count, count) if isinstance(count, int) else count
        else:
            whole = 100 if self._counted is Counted.PERCENTAGE else 1
            found = counts_of_share(posted.value, of.number, whole)
        if isinstance(found, str):
            return Unusable(found)
        lowest, nearest, highest = found
        if highest > of.number:
            return Unusable(f"{highest} participants of {of.number} analyzed")
        return PostedCount(
            group=posted.group_id or "",
            count=nearest,
            lowest=lowest,
            highest=highest,
            number=of.number,
            inputs=(f"{address}/value", *of.addresses),
            notes=(of.note,) if of.note else (),
        )

    def _mean(
        self, kind: Kind, posted: Measurement, address: str, of: Analyzed
    ) -> PostedMean | Unusable:
        mean = possible(posted.value, posted.comment)
        if isinstance(mean, str):
            return Unusable(mean)
        if kind in LOGARITHMIC_KINDS:
            if mean.lower <= 0:
                return Unusable(
                    f"a geometric mean of {posted.value} may be 0, which has no logarithm"
                )
            mean = mean.mapped(math.log)
        spread = spread_of(kind, posted, self._dispersion, mean, of.number)
        inputs = [f"{address}/value", *of.addresses]
        if not isinstance(spread, str):
            inputs += [f"{address}/{member}" for member in spread.members]
        notes = [of.note] if of.note else []
        if self._untyped_mean:
            notes.append(
                "the document does not say what the value is; beside a standard deviation it is taken for a mean"
            )
        if not isinstance(spread, str) and spread.word != "standard deviation":
            notes.append(f"standard deviations are from {spread.word}")
        return PostedMean(
            group=posted.group_id or "",
            kind=kind,
            mean=mean,
            standard_deviation=None if isinstance(spread, str) else spread.deviation,
            why_none=spread if isinstance(spread, str) else "",
            number=of.number,
            spread_is="" if isinstance(spread, str) else spread.word,
            inputs=tuple(inputs),
            notes=tuple(notes),
        )
