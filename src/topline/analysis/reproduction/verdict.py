"""The verdict on a posted analysis: what its estimate is, beside what the posted summaries give."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from topline.analysis.derive.derivation import Range
from topline.analysis.derive.interval_ways import (
    reproduced_by,
    reproduced_with_spreads_exchanged,
    says_precision,
    ways,
)
from topline.analysis.derive.posted_analysis import (
    Parameter,
    PostedNumbers,
    adjusted_by,
    parameter,
    posted_numbers,
    rows_named,
    words_of,
)
from topline.analysis.reproduction.estimates import as_range, estimate_range
from topline.analysis.reproduction.guesses import Disagreement, guess
from topline.posted.summaries import (
    MODELLED_KINDS,
    Posted,
    PostedMean,
    Row,
    Unusable,
)
from topline.record.group_relations import AnalyzedGroup, GroupRelations, Relation
from topline.record.results import MeasureAnalysis, OutcomeMeasure
from topline.stats.possible_values import PossibleValues


class Verdict(StrEnum):
    """What becomes of a posted estimate when it is computed again from posted summaries."""

    REPRODUCED = "reproduced within rounding"
    DIRECTION = "reproduced with the direction exchanged"
    SPREADS = "reproduced with standard deviation and standard error exchanged"
    NOT_REPRODUCED = "not reproduced"
    NOT_DETERMINABLE = "not determinable from posted summaries"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A posted analysis with its verdict.

    Attributes
    ----------
    address
        JSON Pointer of the analysis.
    measure
        Title of the outcome measure.
    parameter
        What it estimates.
    method
        The statistical method as posted.
    posted
        The estimate as posted.
    verdict
        The verdict.
    reason
        Why it is not determinable; of one not reproduced, a guess why.
    row
        JSON Pointer of the row whose summaries were used; empty where none was.
    rows
        How many rows it may be about, where the record does not say which.
    derived
        All that the estimate can be from that row, first group minus or over second.
    of_model
        Whether the summaries are least squares means.
    is_percent
        Whether a difference of proportions is posted in percentage points.
    direction_exchanged
        Whether it is the second group minus or over the first, in the order of the record.
    says_precision
        Whether limits, a standard error or a p-value are posted with it.
    precision_by
        The methods that give these; none where none known here does.
    """

    address: str
    measure: str
    parameter: Parameter
    method: str
    posted: str
    verdict: Verdict
    reason: str = ""
    row: str = ""
    rows: int = 0
    derived: Range | None = None
    of_model: bool = False
    is_percent: bool = False
    direction_exchanged: bool = False
    says_precision: bool = False
    precision_by: tuple[str, ...] = ()


def judge(
    measure: OutcomeMeasure,
    analysis: MeasureAnalysis,
    rows: Sequence[Row],
    relations: GroupRelations,
    address: str,
) -> Judged | None:
    """Judge one posted analysis.

    Parameters
    ----------
    measure, analysis
        The analysis and the measure it stands with.
    rows
        The measure's rows as :func:`topline.posted.outcome_rows.outcome_rows` reads them.
    relations
        How the record's groups relate.
    address
        JSON Pointer of the analysis.

    Returns
    -------
    Judged or None
        ``None`` for an analysis without an estimate, or of a parameter that posted summaries of the
        measure's kind never give.
    """
    estimated, numbers = parameter(measure, analysis), posted_numbers(analysis)
    if estimated is None or numbers is None:
        return None
    judged = Judged(
        address=address,
        measure=measure.title or "",
        parameter=estimated,
        method=analysis.statistical_method or "",
        posted=analysis.param_value or "",
        verdict=Verdict.NOT_DETERMINABLE,
        says_precision=says_precision(numbers),
    )
    groups = analysis.group_ids or ()
    if len(groups) != 2 or groups[0] == groups[1]:
        return replace(judged, reason=f"{len(set(groups))} groups, not two")
    usable = [row for row in rows if all(_usable(row, group) for group in groups)]
    if not usable:
        return replace(judged, reason=_why_unusable(rows, groups))
    reason = _why_not(measure, analysis, usable[0], groups, relations)
    if reason is not None:
        return replace(judged, reason=reason)
    judged = replace(judged, of_model=_is_of_model(usable[0], groups))
    named = rows_named(usable, analysis)
    # Words may name a row by chance: where that row does not give the estimate, another may.
    for rows in (named, usable)[: 1 if len(named) == len(usable) else 2]:
        found = _given(replace(judged, rows=len(rows)), rows, groups, numbers)
        if found is not None:
            return found
    return _not_given(replace(judged, rows=len(named)), named, groups, numbers, words_of(analysis))


def _usable(row: Row, group: str) -> bool:
    return not isinstance(row.cells.get(group, Unusable("")), Unusable)


def _why_unusable(rows: Sequence[Row], groups: Sequence[str]) -> str:
    for row in rows:
        for group in groups:
            cell = row.cells.get(group)
            if isinstance(cell, Unusable):
                return cell.reason
    return "no row has numbers of both groups"


def _is_of_model(row: Row, groups: Sequence[str]) -> bool:
    cells = _cells(row, groups)
    return any(isinstance(cell, PostedMean) and cell.kind in MODELLED_KINDS for cell in cells)


def _cells(row: Row, groups: Sequence[str]) -> tuple[Posted, ...]:
    return tuple(cell for group in groups if not isinstance(cell := row.cells[group], Unusable))


def _why_not(
    measure: OutcomeMeasure,
    analysis: MeasureAnalysis,
    row: Row,
    groups: Sequence[str],
    relations: GroupRelations,
) -> str | None:
    """Return why the summaries do not determine the estimate; ``None`` where they do."""
    if _is_of_model(row, groups):
        return None  # the difference of least squares means is the model's, whatever the design
    words = adjusted_by(analysis)
    if words is not None:
        return f'the record says that it is adjusted: "{words}"'
    numbers = {cell.group: cell.number for cell in _cells(row, groups)}
    first, second = (
        next(
            (
                AnalyzedGroup.of(one, numbers[group])
                for one in measure.groups or ()
                if one.id == group
            ),
            AnalyzedGroup(id=group, number=numbers[group]),
        )
        for group in groups
    )
    relation = relations.between(first, second)
    if relation.relation is Relation.DISJOINT:
        return None
    return f"the groups are {relation.relation.value}: {relation.reason}"


def _given(
    judged: Judged, rows: Sequence[Row], groups: Sequence[str], numbers: PostedNumbers
) -> Judged | None:
    """Return the first row that gives the posted estimate; ``None`` where none does.

    Of several rows or readings that give it, the one that gives its precision too comes first.
    """
    first = None
    for row in rows:
        for posted, is_percent, exchanged in _readings(judged.parameter, numbers):
            order = tuple(reversed(groups)) if exchanged else tuple(groups)
            derived = estimate_range(judged.parameter, _cells(row, order))
            if derived is None or not derived.may_equal(posted.estimate):
                continue
            found = replace(
                judged,
                row=row.address,
                derived=as_range(estimate_range(judged.parameter, _cells(row, groups))),
                is_percent=is_percent,
                direction_exchanged=exchanged,
                verdict=Verdict.DIRECTION if exchanged else Verdict.REPRODUCED,
            )
            found = _with_precision(found, row, order, posted)
            if found.precision_by or not found.says_precision or found.of_model:
                return found
            first = first or found
    return first


def _not_given(
    judged: Judged,
    rows: Sequence[Row],
    groups: Sequence[str],
    numbers: PostedNumbers,
    words: str,
) -> Judged:
    one = rows[0] if len(rows) == 1 else None
    derived = estimate_range(judged.parameter, _cells(one, groups)) if one is not None else None
    return replace(
        judged,
        verdict=Verdict.NOT_REPRODUCED,
        row=one.address if one is not None else "",
        derived=as_range(derived),
        reason=guess(
            Disagreement(
                judged.parameter,
                judged.method,
                tuple(rows),
                tuple(groups),
                numbers,
                words=words,
                of_model=judged.of_model,
            )
        ),
    )


_WIDEST_FRACTION = 0.0101
"""A difference of fractions has two decimals at least: a posted "0" would be any difference."""


def _readings(
    parameter: Parameter, numbers: PostedNumbers
) -> Iterator[tuple[PostedNumbers, bool, bool]]:
    """Yield the posted numbers as they may be meant: percent or not, the groups exchanged or not."""
    width = numbers.estimate.upper - numbers.estimate.lower
    for exchanged in (False, True):
        if parameter is not Parameter.RISK_DIFFERENCE or width <= _WIDEST_FRACTION:
            yield numbers, False, exchanged
        if parameter is Parameter.RISK_DIFFERENCE:
            yield _scaled(numbers, 0.01), True, exchanged


def _scaled(numbers: PostedNumbers, factor: float) -> PostedNumbers:
    def scaled(values: PossibleValues | None) -> PossibleValues | None:
        return None if values is None else values.mapped(lambda number: number * factor)

    return replace(
        numbers,
        estimate=numbers.estimate.mapped(lambda number: number * factor),
        lower=scaled(numbers.lower),
        upper=scaled(numbers.upper),
        standard_error=scaled(numbers.standard_error),
    )


def _with_precision(
    judged: Judged, row: Row, order: Sequence[str], posted: PostedNumbers
) -> Judged:
    """Say by which methods the precision is reproduced, as labelled or with the labels exchanged."""
    if judged.of_model or not judged.says_precision:
        return judged
    cells = _cells(row, order)
    everybody = list(row.posted())
    level = posted.level if posted.level is not None else 0.95
    by = reproduced_by(posted, ways(judged.parameter, cells, everybody, level))
    if by:
        return replace(judged, precision_by=by)
    by = reproduced_with_spreads_exchanged(judged.parameter, cells, everybody, posted)
    if not by:
        return judged
    return replace(judged, precision_by=by, verdict=Verdict.SPREADS)
