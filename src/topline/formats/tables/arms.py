"""What a record posts that can be pooled beyond doubt: counts of participants, means with deviations.

Rows are read by :mod:`topline.posted`, which refuses with a reason what is in doubt. Beyond that, a
count had from a percentage must be the only one that prints so, and a standard deviation must be
posted as one or as a standard error: one taken from limits would rest on how these were computed.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

from topline.posted.event_rows import event_rows
from topline.posted.outcome_rows import outcome_rows
from topline.posted.summaries import Posted, PostedCount, PostedMean, Row, Unusable
from topline.posted.units import Counted, counted
from topline.record.group_relations import AnalyzedGroup, GroupRelation, GroupRelations, Relation
from topline.record.results import EventGroup, MeasureGroup, OutcomeMeasure
from topline.record.study import Study

MOST_ARMS = 100
"""A row of more is not paired: pairs grow with the square of arms, and no trial compares so many."""

Source: TypeAlias = Literal["outcome measure", "adverse events"]

_OUTCOMES = "/resultsSection/outcomeMeasuresModule/outcomeMeasures"
_EVENTS = "/resultsSection/adverseEventsModule"
_TITLE = " > "
_DEVIATIONS: Mapping[str, str] = {
    "standard deviation": "posted standard deviation",
    "the posted standard errors": "posted standard error times the square root of n",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the arms of a row were measured for.

    Attributes
    ----------
    source
        The part of the results.
    outcome
        Which outcome measure, from 1; ``None`` for adverse events.
    address
        JSON Pointer of the measure or module.
    title, time_frame, unit
        As posted.
    """

    source: Source
    outcome: int | None
    address: str
    title: str | None
    time_frame: str | None
    unit: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One group in one row, with numbers to pool.

    Attributes
    ----------
    measured
        What it was measured for.
    address
        JSON Pointer of the row.
    row
        Titles of the row, outermost first.
    group
        The group, with how many were analyzed.
    event
        Participants with the event; ``None`` where a mean is posted.
    mean, deviation
        Mean and standard deviation; ``None`` where a count is posted.
    had_from
        What the count or the standard deviation was had from.
    inputs
        Addresses of the value, of the number analyzed, and of the spread.
    notes
        What to know.
    """

    measured: Measured
    address: str
    row: str | None
    group: AnalyzedGroup
    event: int | None = None
    mean: float | None = None
    deviation: float | None = None
    had_from: str
    inputs: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """Participants analyzed."""
        assert self.group.number is not None  # no arm is made without
        return self.group.number


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmsOfRow:
    """The arms of one row, in the order of the record, with how they relate.

    Attributes
    ----------
    arms
        The arms.
    relations
        Places of two arms -> whether they share participants.
    """

    arms: tuple[Arm, ...]
    relations: Mapping[tuple[int, int], GroupRelation]

    def pairs(self) -> Iterator[tuple[Arm, Arm]]:
        """Yield the pairs of arms that are known to share nobody."""
        for (one, two), found in self.relations.items():
            if found.relation is Relation.DISJOINT:
                yield self.arms[one], self.arms[two]

    def not_disjoint(self, place: int) -> str | None:
        """Return the groups that may share participants with an arm, each with its relation."""
        found = [
            f"{self.arms[two if one == place else one].group.id}: {relation.relation.value}"
            for (one, two), relation in self.relations.items()
            if place in (one, two) and relation.relation is not Relation.DISJOINT
        ]
        return " | ".join(found) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What is in no arm, or in no pair, and why.

    Attributes
    ----------
    measured
        What was measured.
    address
        JSON Pointer of the row, or of the measure where the reason holds for all of it.
    row
        Titles of the row.
    group_ids
        The groups; empty where the reason holds for all.
    of_pairs
        Whether the arms are there and only their comparison is left out.
    reason
        Why, in words.
    """

    measured: Measured
    address: str
    row: str | None
    group_ids: tuple[str, ...]
    of_pairs: bool
    reason: str


class Arms:
    """Everything of a study that can be pooled, by arm, and what is left out.

    Parameters
    ----------
    study
        The record.

    Examples
    --------
    >>> from topline.record.results import AdverseEventsModule, ResultsSection
    >>> group = EventGroup(id="EG000", title="Drug", deaths_num_affected=2, deaths_num_at_risk=60)
    >>> section = ResultsSection(adverse_events_module=AdverseEventsModule(event_groups=(group,)))
    >>> (row,) = Arms(Study(results_section=section)).rows
    >>> row.arms[0].row, row.arms[0].event, row.arms[0].number
    ('All-cause mortality', 2, 60)
    """

    def __init__(self, study: Study) -> None:
        self.rows: list[ArmsOfRow] = []
        self.left_out: list[LeftOut] = []
        self._relations = GroupRelations(study)
        self._known: dict[tuple[AnalyzedGroup, ...], Mapping[tuple[int, int], GroupRelation]] = {}
        results = study.results_section
        outcomes = results.outcome_measures_module if results is not None else None
        for place, measure in enumerate((outcomes.outcome_measures if outcomes else None) or ()):
            self._add_outcome(measure, place)
        events = results.adverse_events_module if results is not None else None
        if events is not None:
            measured = Measured(
                source="adverse events",
                outcome=None,
                address=_EVENTS,
                title="Adverse events",
                time_frame=events.time_frame,
                unit="participants",
            )
            self._add_rows(measured, event_rows(events), events.event_groups or (), "posted count")

    def _add_outcome(self, measure: OutcomeMeasure, place: int) -> None:
        measured = Measured(
            source="outcome measure",
            outcome=place + 1,
            address=f"{_OUTCOMES}/{place}",
            title=measure.title,
            time_frame=measure.time_frame,
            unit=measure.unit_of_measure,
        )
        counts = counted(measure) is Counted.PARTICIPANTS
        had_from = "posted count" if counts else "posted percentage, of which it alone prints so"
        rows = outcome_rows(measure, measured.address)
        self._add_rows(measured, rows, measure.groups or (), had_from)

    def _add_rows(
        self,
        measured: Measured,
        rows: Iterable[Row],
        groups: Sequence[MeasureGroup | EventGroup],
        had_from: str,
    ) -> None:
        by_id = {group.id: group for group in groups}
        left_out: list[LeftOut] = []
        before = len(self.rows)
        for row in rows:
            arms: list[Arm] = []
            refused: dict[str, list[str]] = {}
            for group_id, cell in row.cells.items():
                group = by_id.get(group_id, MeasureGroup(id=group_id))
                made = _arm(measured, row, group, cell, had_from)
                if isinstance(made, Arm):
                    arms.append(made)
                else:
                    refused.setdefault(made, []).append(group_id)
            for reason, ids in refused.items():
                left_out.append(_left_out(measured, row, ids, reason))
            if arms:
                self.rows.append(self._related(tuple(arms)))
        made_of = self.rows[before:]
        self.left_out += left_out if made_of else _for_the_whole(measured, left_out)
        self.left_out += _pairs_left_out(measured, made_of)

    def _related(self, arms: tuple[Arm, ...]) -> ArmsOfRow:
        groups = tuple(arm.group for arm in arms)
        if len(arms) > MOST_ARMS:
            return ArmsOfRow(arms=arms, relations={})
        relations = self._known.get(groups)
        if relations is None:
            relations = self._known[groups] = {
                (one, two): self._relations.between(groups[one], groups[two])
                for one, two in combinations(range(len(groups)), 2)
            }
        return ArmsOfRow(arms=arms, relations=relations)


def _pairs_left_out(measured: Measured, rows: Iterable[ArmsOfRow]) -> Iterator[LeftOut]:
    """Yield the pairs of a measure that are not compared, once for each reason."""
    found: dict[tuple[tuple[str, ...], str], None] = {}
    for row in rows:
        if len(row.arms) > MOST_ARMS:
            found[(), f"rows of more than {MOST_ARMS} arms are not paired"] = None
        for (one, two), relation in row.relations.items():
            if relation.relation is not Relation.DISJOINT:
                found[
                    (row.arms[one].group.id, row.arms[two].group.id),
                    f"{relation.relation.value}: {relation.reason}",
                ] = None
    for ids, reason in found:
        yield LeftOut(
            measured=measured,
            address=measured.address,
            row=None,
            group_ids=ids,
            of_pairs=True,
            reason=reason,
        )


def _arm(
    measured: Measured,
    row: Row,
    group: MeasureGroup | EventGroup,
    cell: Posted | Unusable,
    had_from: str,
) -> Arm | str:
    """Return an arm, or why there is none."""
    if isinstance(cell, Unusable):
        return cell.reason
    analyzed = AnalyzedGroup.of(group, cell.number)
    title = _TITLE.join(row.titles) or None
    if isinstance(cell, PostedCount):
        if not cell.is_exact:
            return f"{cell.lowest} to {cell.highest} participants print as the posted percentage"
        return Arm(
            measured=measured,
            address=row.address,
            row=title,
            group=analyzed,
            event=cell.count,
            had_from=had_from,
            inputs=cell.inputs,
            notes=cell.notes,
        )
    numbers = _mean(cell)
    if isinstance(numbers, str):
        return numbers
    return Arm(
        measured=measured,
        address=row.address,
        row=title,
        group=analyzed,
        mean=numbers[0],
        deviation=numbers[1],
        had_from=_DEVIATIONS[cell.spread_is],
        inputs=cell.inputs,
        notes=cell.notes,
    )


def _mean(cell: PostedMean) -> tuple[float, float] | str:
    """Return mean and standard deviation as posted, or why they are not both there."""
    if cell.kind != "arithmetic":
        return f"a {cell.kind} mean is no mean of measurements"
    if cell.standard_deviation is None:
        return cell.why_none
    if cell.spread_is not in _DEVIATIONS:
        return f"the standard deviation would be from {cell.spread_is}"
    mean, deviation = cell.mean.printed, cell.standard_deviation.printed
    if mean is None or deviation is None or not math.isfinite(mean) or not math.isfinite(deviation):
        return "the numbers are beyond what a double holds"
    return mean, deviation


def _left_out(measured: Measured, row: Row, ids: Sequence[str], reason: str) -> LeftOut:
    return LeftOut(
        measured=measured,
        address=row.address,
        row=_TITLE.join(row.titles) or None,
        group_ids=tuple(ids),
        of_pairs=False,
        reason=reason,
    )


def _for_the_whole(measured: Measured, left_out: list[LeftOut]) -> list[LeftOut]:
    """Return one entry where a measure has no arm at all and one reason holds for all of it."""
    reasons = {one.reason for one in left_out}
    if len(reasons) > 1:
        return left_out
    (reason,) = reasons or {"no data are posted"}
    return [
        LeftOut(
            measured=measured,
            address=measured.address,
            row=None,
            group_ids=(),
            of_pairs=False,
            reason=reason,
        )
    ]
