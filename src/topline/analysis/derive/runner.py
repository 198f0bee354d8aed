"""Deriving from a record: every row, every group, every comparison that its posted summaries allow.

Rows are read first, then each kind of estimate is computed for all rows at once, then all is put in
the order of the record. What cannot be derived is refused with the reason, once where the reason
holds for a whole measure.
"""

import difflib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from topline.analysis.derive.comparisons import ALL, Comparing, refuse_unknown_group
from topline.analysis.derive.derivation import (
    Derivation,
    Derived,
    DerivedEstimate,
    Found,
    Input,
    Range,
    Refusal,
    Request,
    Task,
)
from topline.analysis.derive.dispersion_doubts import DispersionDoubts
from topline.analysis.derive.null_values import null_value
from topline.analysis.derive.registry import derivations
from topline.errors import NotFoundError, UsageError
from topline.posted.event_rows import event_rows
from topline.posted.outcome_rows import outcome_rows
from topline.posted.summaries import (
    LOGARITHMIC_KINDS,
    Posted,
    PostedCount,
    Row,
    Unusable,
)
from topline.record.group_relations import (
    AnalyzedGroup,
    GroupRelation,
    GroupRelations,
    Relation,
)
from topline.record.results import EventGroup, MeasureGroup, OutcomeMeasure
from topline.record.study import Study
from topline.stats.checking import confidence_level
from topline.stats.possible_values import PossibleValues

OUTCOMES = "/resultsSection/outcomeMeasuresModule/outcomeMeasures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to derive, and how.

    Attributes
    ----------
    level
        The confidence level as a fraction.
    methods
        Name of a derivation -> name of its method; its default where none is named.
    outcomes
        Places of the outcome measures, from 0; ``None`` for all.
    events
        Whether the adverse events too.
    against
        Id or title of the group to compare with; ``all`` for every pair; ``None`` for the control group,
        or all pairs where none is known.
    take_as_disjoint
        Whether groups of unknown relation are taken to be disjoint: each estimate says so.

    Raises
    ------
    UsageError
        If a derivation or method is not known, or the level is not between 0 and 1.
    """

    level: float = 0.95
    methods: Mapping[str, str] = field(default_factory=dict)
    outcomes: tuple[int, ...] | None = None
    events: bool = False
    against: str | None = None
    take_as_disjoint: bool = False

    def __post_init__(self) -> None:
        confidence_level(self.level)
        for name, method in self.methods.items():
            known = derivations()
            if name not in known:
                raise UsageError(f"no estimate is called {name!r}", accepted=", ".join(known))
            if method not in known[name].methods:
                near = difflib.get_close_matches(method, known[name].methods, n=1)
                raise UsageError(
                    f"{name} has no method {method!r}",
                    accepted=", ".join(known[name].methods),
                    advice=f"did you mean {near[0]!r}?" if near else None,
                )


EVERYTHING = Wanted()


def derive(study: Study, wanted: Wanted = EVERYTHING) -> Derived:
    """Derive what a record leaves out from what it posts.

    Parameters
    ----------
    study
        The record.
    wanted
        What to derive, and how.

    Returns
    -------
    Derived
        The estimates and the refusals, in the order of the record.

    Raises
    ------
    NotFoundError
        If an outcome measure that is wanted does not exist, or no table has the group to compare with.

    Examples
    --------
    >>> derive(Study())
    Derived(estimates=(), refusals=())
    """
    run = _Run(study, wanted)
    measures = list(_measures(study, wanted))
    results = study.results_section
    events = results.adverse_events_module if results is not None and wanted.events else None
    if wanted.against not in (None, ALL):
        tables: list[Sequence[MeasureGroup | EventGroup]] = [
            *(measure.groups or () for _, measure in measures),
            *([events.event_groups or ()] if events is not None else []),
        ]
        refuse_unknown_group(
            [[AnalyzedGroup.of(group) for group in table] for table in tables],
            str(wanted.against),
        )
    for place, measure in measures:
        run.add_measure(measure, f"{OUTCOMES}/{place}")
    if events is not None:
        run.add_events(event_rows(events), events.event_groups or ())
    return run.result()


def _measures(study: Study, wanted: Wanted) -> Iterator[tuple[int, OutcomeMeasure]]:
    results = study.results_section
    module = results.outcome_measures_module if results is not None else None
    measures = (module.outcome_measures if module is not None else None) or ()
    places = range(len(measures)) if wanted.outcomes is None else wanted.outcomes
    for place in places:
        if not 0 <= place < len(measures):
            raise NotFoundError(
                f"the record has no outcome measure {place + 1}",
                accepted=f"1 to {len(measures)}"
                if measures
                else "none: it has no outcome measures",
            )
        yield place, measures[place]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    """A task and what of it does not go into the computation."""

    order: int
    address: str
    context: tuple[str, ...]
    titles: tuple[str, ...]
    unit: str
    relation: str
    task: Task[Posted]


class _Run:
    """Collects tasks and refusals of one record, then computes."""

    def __init__(self, study: Study, wanted: Wanted) -> None:
        self._wanted = wanted
        self._comparing = Comparing(
            GroupRelations(study),
            against=wanted.against,
            take_as_disjoint=wanted.take_as_disjoint,
        )
        self._doubts = DispersionDoubts(study)
        self._slots: dict[str, list[_Slot]] = {name: [] for name in derivations()}
        self._refusals: list[tuple[int, Refusal]] = []
        self._order = itertools.count()

    def add_measure(self, measure: OutcomeMeasure, address: str) -> None:
        """Take up the rows of an outcome measure."""
        rows = list(outcome_rows(measure, address))
        title = (measure.title,) if measure.title else ()
        if not rows:
            self._refuse(address, title, "any estimate", "the measure posts no numbers")
            return
        reason = _common_reason(rows)
        if reason is not None:
            self._refuse(address, title, "any estimate", reason)
            return
        unit = measure.unit_of_measure or ""
        for row in rows:
            doubt = self._doubts.of(measure, row)
            if doubt is not None:
                self._refuse(row.address, (*title, *row.titles), "any estimate", doubt)
                continue
            against = null_value(measure, row.titles)
            self._add_row(row, (*title, *row.titles), measure.groups or (), unit, against)

    def add_events(self, rows: Iterable[Row], groups: Sequence[EventGroup]) -> None:
        """Take up the adverse events: two groups compared, and no interval for each alone."""
        for row in rows:
            self._add_row(row, row.titles, groups, "", None, alone=False)

    def result(self) -> Derived:
        """Compute everything, and put it in the order of the record."""
        estimates: list[tuple[int, DerivedEstimate]] = []
        for name, slots in self._slots.items():
            derivation = derivations()[name]
            method = self._wanted.methods.get(name, derivation.default)
            request = Request(level=self._wanted.level, method=method)
            found = derivation.derive([slot.task for slot in slots], request)
            for slot, one in zip(slots, found, strict=True):
                if isinstance(one, str):
                    groups = tuple(cell.group for cell in slot.task.cells)
                    refusal = Refusal(
                        address=slot.address,
                        context=slot.context,
                        what=derivation.title,
                        reason=one,
                        groups=groups,
                    )
                    self._refusals.append((slot.order, refusal))
                else:
                    estimates.append((slot.order, _estimate(derivation, slot, one)))
        return Derived(
            estimates=tuple(one for _, one in sorted(estimates, key=lambda pair: pair[0])),
            refusals=tuple(one for _, one in sorted(self._refusals, key=lambda pair: pair[0])),
        )

    def _add_row(
        self,
        row: Row,
        context: tuple[str, ...],
        groups: Sequence[MeasureGroup | EventGroup],
        unit: str,
        against: float | None,
        *,
        alone: bool = True,
    ) -> None:
        titles = {group.id or "": group.title or group.id or "" for group in groups}
        for group, cell in row.cells.items():
            if isinstance(cell, Unusable):
                self._refuse(row.address, context, "any estimate", cell.reason, (group,))
            elif alone:
                task = Task(cells=(cell,), null_value=against)
                self._add(row, context, titles, unit, "", task)
        analyzed = [
            AnalyzedGroup.of(group, cell.number)
            for group in groups
            if not isinstance(cell := row.cells.get(group.id or "", Unusable("")), Unusable)
        ]
        if len(groups) > 1 == len(analyzed) == len(row.cells):
            self._refuse(row.address, context, "comparisons", "only one group has a number here")
        chosen = self._comparing.comparisons(analyzed)
        if chosen.left_out:
            self._refuse(row.address, context, "comparisons", chosen.left_out)
        for first, second, relation in chosen.pairs:
            self._compare(row, context, titles, unit, (first.id, second.id), relation)

    def _compare(
        self,
        row: Row,
        context: tuple[str, ...],
        titles: Mapping[str, str],
        unit: str,
        ids: tuple[str, str],
        relation: GroupRelation,
    ) -> None:
        if relation.relation is not Relation.DISJOINT:
            reason = f"the groups are {relation.relation.value}: {relation.reason}"
            if relation.relation is Relation.UNKNOWN:
                reason = f"how the groups relate is unknown: {relation.reason}"
            self._refuse(row.address, context, "comparison", reason, ids)
            return
        cells = tuple(cell for group in ids if not isinstance(cell := row.cells[group], Unusable))
        self._add(row, context, titles, unit, relation.reason, Task(cells=cells))

    def _add(
        self,
        row: Row,
        context: tuple[str, ...],
        titles: Mapping[str, str],
        unit: str,
        relation: str,
        task: Task[Posted],
    ) -> None:
        inputs = {_input(cell) for cell in task.cells}
        for name, derivation in derivations().items():
            if derivation.groups != len(task.cells) or inputs != {derivation.input}:
                continue
            self._slots[name].append(
                _Slot(
                    order=next(self._order),
                    address=row.address,
                    context=context,
                    titles=tuple(titles.get(cell.group, cell.group) for cell in task.cells),
                    unit="1" if derivation.is_share else unit,
                    relation=relation,
                    task=task,
                )
            )

    def _refuse(
        self,
        address: str,
        context: tuple[str, ...],
        what: str,
        reason: str,
        groups: tuple[str, ...] = (),
    ) -> None:
        refusal = Refusal(address=address, context=context, what=what, reason=reason, groups=groups)
        self._refusals.append((next(self._order), refusal))


def _input(cell: Posted) -> Input:
    if isinstance(cell, PostedCount):
        return "counts"
    return "geometric means" if cell.kind in LOGARITHMIC_KINDS else "means"


def _common_reason(rows: Sequence[Row]) -> str | None:
    """Return the reason why no cell of a measure can be used, where it is one reason."""
    reasons = {
        cell.reason if isinstance(cell, Unusable) else None
        for row in rows
        for cell in row.cells.values()
    }
    if not reasons:
        return "the measure posts no numbers"
    return next(iter(reasons)) if len(reasons) == 1 else None


def _estimate(derivation: Derivation, slot: _Slot, found: Found) -> DerivedEstimate:
    estimate, test = found.estimate, found.test
    notes = dict.fromkeys(
        (
            *(note for cell in slot.task.cells for note in cell.notes),
            *found.notes,
            *estimate.notes,
            *(test.notes if test is not None else ()),
        )
    )
    against = slot.task.null_value if derivation.null_value is None else derivation.null_value
    words = [estimate.method, *([test.method] if test is not None else [])]
    return DerivedEstimate(
        address=slot.address,
        context=slot.context,
        groups=tuple(cell.group for cell in slot.task.cells),
        group_titles=slot.titles,
        name=derivation.title,
        estimate=estimate.value,
        lower=estimate.lower,
        upper=estimate.upper,
        level=estimate.level,
        statistic=test.statistic if test is not None else None,
        degrees_of_freedom=test.degrees_of_freedom if test is not None else None,
        p_value=test.p_value if test is not None else None,
        null_value=against if test is not None else None,
        unit=slot.unit,
        estimate_possible=_range(found.estimate_possible),
        lower_possible=_range(found.lower_possible),
        upper_possible=_range(found.upper_possible),
        p_value_possible=_range(found.p_value_possible),
        method="; ".join(words),
        inputs=tuple(address for cell in slot.task.cells for address in cell.inputs),
        relation=slot.relation,
        notes=tuple(notes),
    )


def _range(values: PossibleValues | None) -> Range | None:
    if values is None:
        return None
    ends = [None if abs(end) == float("inf") else end for end in (values.lower, values.upper)]
    return Range(*ends)
