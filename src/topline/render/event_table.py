"""The adverse events: a summary by group, then serious and other events by term."""

from collections.abc import Iterator, Sequence

from topline.record.results import AdverseEvent, AdverseEventsModule, EventGroup, EventStats
from topline.render.table_model import (
    Cell,
    ColumnGroup,
    Fact,
    Group,
    ModuleTables,
    Part,
    Row,
    Section,
    Table,
)
from topline.render.table_parts import (
    EMPTY,
    Footnotes,
    by_group,
    facts,
    groups,
    joined,
    label,
    percentage,
    with_strays,
)

ADDRESS = "/resultsSection/adverseEventsModule"
NOTE = (
    "Percentages in italics are computed here from the posted numbers affected and at risk; "
    "they are not part of the record."
)
_SUMMARY = (
    ("All-cause mortality", "deaths", ""),
    ("Serious adverse events", "serious", ""),
    ("Other adverse events", "other", "not including serious"),
)


def event_tables(module: AdverseEventsModule) -> ModuleTables:
    """Return the adverse events.

    Examples
    --------
    >>> group = EventGroup(id="EG000", title="Placebo", deaths_num_affected=2, deaths_num_at_risk=86)
    >>> table = event_tables(AdverseEventsModule(event_groups=(group,))).sections[0].tables[0]
    >>> [(row.header.text, [cell.text for cell in row.cells]) for row in table.rows]
    [('All-cause mortality', ['2 / 86', '2.3%'])]
    """
    both = (*(module.serious_events or ()), *(module.other_events or ()))
    defined = groups(module.event_groups, f"{ADDRESS}/eventGroups")
    columns = with_strays(defined, (event.stats for event in both))
    tables = [
        _summary(module.event_groups or (), columns, module.all_cause_mortality_comment),
        _events("serious", "Serious adverse events", module.serious_events, columns),
        _events(
            "other",
            "Other adverse events, not including serious",
            module.other_events,
            columns,
        ),
    ]
    section = Section(
        key="events",
        title="Adverse events",
        address=ADDRESS,
        facts=(
            *facts(
                ADDRESS,
                (
                    ("Time frame", "timeFrame", module.time_frame),
                    ("Description", "description", module.description),
                ),
            ),
            *_threshold(module.frequency_threshold),
        ),
        groups=columns,
        tables=tuple(table for table in tables if table.rows),
    )
    return ModuleTables(
        key="adverse-events", title="Adverse events", address=ADDRESS, sections=(section,)
    )


def _threshold(percent: str | None) -> tuple[Fact, ...]:
    if percent is None:
        return ()
    return (
        Fact("Frequency threshold for other events (%)", percent, f"{ADDRESS}/frequencyThreshold"),
    )


def _summary(
    posted: Sequence[EventGroup], columns: tuple[Group, ...], comment: str | None
) -> Table:
    footnotes = Footnotes()
    rows: list[Row] = []
    for title, prefix, detail in _SUMMARY:
        cells: list[Cell] = []
        for place, _ in enumerate(columns):
            group = posted[place] if place < len(posted) else EventGroup()
            address = f"{ADDRESS}/eventGroups/{place}/{prefix}"
            cells += _risk(
                getattr(group, f"{prefix}_num_affected"),
                getattr(group, f"{prefix}_num_at_risk"),
                f"{address}NumAffected",
                f"{address}NumAtRisk",
            )
        marks = (
            footnotes.mark(comment, f"{ADDRESS}/allCauseMortalityComment")
            if prefix == "deaths"
            else ()
        )
        if marks or any(cell.parts for cell in cells):
            details = (Part(detail),) if detail else ()
            rows.append(Row(header=Part(title), cells=tuple(cells), details=details, marks=marks))
    return Table(
        key="summary",
        title="Participants with adverse events",
        corner="Events",
        column_groups=tuple(
            ColumnGroup(title=group.title, columns=("Affected / at risk", "%"), computed=(1,))
            for group in columns
        ),
        rows=tuple(rows),
        footnotes=footnotes.texts,
        note=NOTE,
    )


def _events(
    key: str, title: str, events: Sequence[AdverseEvent] | None, columns: tuple[Group, ...]
) -> Table:
    listed = events or ()
    address = f"{ADDRESS}/{key}Events"
    counted = any(stats.num_events is not None for event in listed for stats in event.stats or ())
    titles = ("Affected / at risk", "%", "Events") if counted else ("Affected / at risk", "%")
    said_once = _said_once(listed)
    footnotes = Footnotes()
    rows: list[Row] = []
    for place, event in enumerate(listed):
        here = f"{address}/{place}"
        cells: list[Cell] = [
            Cell((Part(event.organ_system, f"{here}/organSystem"),))
            if event.organ_system is not None
            else EMPTY
        ]
        found = by_group(event.stats)
        for group in columns:
            cells += _stats(found.get(group.id, ()), f"{here}/stats", counted)
        rows.append(
            Row(
                header=Part(event.term, f"{here}/term")
                if event.term is not None
                else Part("(no term)"),
                cells=tuple(cells),
                details=() if said_once else tuple(_manner(event, here)),
                marks=footnotes.mark(event.notes, f"{here}/notes"),
            )
        )
    return Table(
        key=key,
        title=title,
        corner="Term",
        column_groups=(
            ColumnGroup(title="Organ system", numeric=False),
            *(ColumnGroup(title=group.title, columns=titles, computed=(1,)) for group in columns),
        ),
        rows=tuple(rows),
        footnotes=footnotes.texts,
        note=f"{NOTE} {said_once}".rstrip(),
    )


def _said_once(events: Sequence[AdverseEvent]) -> str:
    """Return vocabulary and assessment where they are the same for every term, else nothing."""
    manners = {(event.source_vocabulary, event.assessment_type) for event in events}
    if len(manners) != 1:
        return ""
    vocabulary, assessment = manners.pop()
    said = []
    if vocabulary:
        said.append(f"Terms from {vocabulary}.")
    if assessment:
        said.append(f"{label('EventAssessment', assessment).capitalize()} of every term.")
    return " ".join(said)


def _manner(event: AdverseEvent, address: str) -> Iterator[Part]:
    if event.source_vocabulary is not None:
        yield Part(event.source_vocabulary, f"{address}/sourceVocabulary")
    if event.assessment_type is not None:
        if event.source_vocabulary is not None:
            yield Part(", ")
        assessment = label("EventAssessment", event.assessment_type).lower()
        yield Part(assessment, f"{address}/assessmentType")


def _stats(found: Sequence[tuple[int, EventStats]], address: str, counted: bool) -> list[Cell]:
    """Return the cells of one group: affected / at risk, percentage, and events where counted."""
    if not found:
        return [EMPTY] * (3 if counted else 2)
    several: list[list[Cell]] = []
    for place, stats in found:
        here = f"{address}/{place}"
        cells = _risk(
            stats.num_affected, stats.num_at_risk, f"{here}/numAffected", f"{here}/numAtRisk"
        )
        if counted:
            cells.append(
                EMPTY
                if stats.num_events is None
                else Cell((Part(str(stats.num_events), f"{here}/numEvents"),))
            )
        several.append(cells)
    if len(several) == 1:
        return several[0]
    return [joined(cells) for cells in zip(*several, strict=True)]


def _risk(
    affected: int | None, at_risk: int | None, affected_address: str, at_risk_address: str
) -> list[Cell]:
    """Return affected / at risk and the percentage; two empty cells where nothing was posted."""
    if affected is None and at_risk is None:
        return [EMPTY, EMPTY]
    number_affected = Part("–") if affected is None else Part(str(affected), affected_address)
    number_at_risk = Part("–") if at_risk is None else Part(str(at_risk), at_risk_address)
    share = percentage(affected, at_risk)
    return [
        Cell((number_affected, Part(" / "), number_at_risk)),
        EMPTY if share is None else Cell((share,)),
    ]
