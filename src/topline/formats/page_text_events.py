"""The adverse events of a page.

The site prints the time frame and the description of the whole module in every cell, behind the
numbers: ``3/37 • Number of events 3 • Up to 30 days``. They are read once; a cell whose text
differs is set aside. Percentages are printed, never read: one that does not follow from its two
numbers is set aside. Below each group's title pages of ours have its totals and deaths.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from topline.formats.page_text_fields import Labelled
from topline.formats.page_text_groups import (
    Column,
    agreed_columns,
    by_group,
    column_lines,
    read_columns,
)
from topline.formats.page_text_labels import (
    AT_RISK,
    BULLET,
    DESCRIPTION,
    EVENTS,
    MORTALITY_COMMENT,
    NO_EVENTS,
    NUMBER_OF_EVENTS,
    OTHER,
    SERIOUS,
    THRESHOLD,
    TIME_FRAME,
)
from topline.formats.page_text_layout import Page
from topline.formats.page_text_lines import (
    Block,
    first_titles,
    lines_title,
    title_lines,
    title_spans,
)
from topline.formats.page_text_notes import Notes
from topline.formats.page_text_table import Table, page_error, shown, table_lines
from topline.record.results import AdverseEvent, AdverseEventsModule, EventGroup, EventStats

ADDRESS = "/resultsSection/adverseEventsModule"
_PREFIX = "EG"
_NONE = "-"
_TITLES = 2  # of a row: organ system and term
_LINES = 2  # of a cell: percentage and numbers
_CELL_TEXT = "text of the cell"
_CELL_TEXT_REASON = "the text in this cell is not that of the first cell, which the module holds"
_PERCENTAGE = "percentage"
_PERCENTAGE_REASON = "this percentage is not printed as that of the cell's two numbers would be"

_NUMBER = r"-|-?[0-9]{1,18}"
_NUMBERS = re.compile(
    rf"(?P<affected>{_NUMBER})/(?P<at_risk>{_NUMBER})"
    rf"(?:{re.escape(BULLET)}{NUMBER_OF_EVENTS}(?P<events>-?[0-9]{{1,18}})(?={BULLET}|\Z))?"
    rf"(?:{re.escape(BULLET)}(?P<text>.*))?",
    re.DOTALL,
)
_TOTALS = (
    ("serious_num_affected", "Serious events: ", " serious events"),
    ("other_num_affected", "Other events: ", " other events"),
)
_DEATHS = re.compile(rf"Deaths: ({_NUMBER}) deaths(?: out of ({_NUMBER}) at risk)?")
_TOTAL_PATTERNS = tuple(
    (name, re.compile(f"{before}({_NUMBER}){after}")) for name, before, after in _TOTALS
)
_TEXT = Labelled(
    (TIME_FRAME, DESCRIPTION, THRESHOLD, MORTALITY_COMMENT),
    SERIOUS,
    beginnings=[
        rf"(?:{pattern.pattern})\Z" for pattern in (_DEATHS, *dict(_TOTAL_PATTERNS).values())
    ],
)


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the two tables."""

    name: str
    table: Table | None


def read_events(page: Page, notes: Notes) -> AdverseEventsModule | None:
    """Read the adverse events.

    Parameters
    ----------
    page
        The parts of the page.
    notes
        Percentages and texts in cells that the record does not hold are set aside here.

    Raises
    ------
    DocumentError
        If the tables have different groups, or a cell is not a percentage and numbers.
    """
    parts = (_Part("seriousEvents", page.serious), _Part("otherEvents", page.other))
    text = page.events_text or Block(1, ())
    fields = _TEXT.read(text)
    texts = {label: found or None for label, found in fields.texts.items()}
    groups = _read_groups(page, text)
    repeated: list[str] = []
    serious, other = (
        _read_table(page.name, part, [group.id for group in groups], repeated, notes)
        for part in parts
    )
    time_frame, description = _separate(repeated[0] if repeated else None)
    module = AdverseEventsModule(
        frequency_threshold=texts.get(THRESHOLD),
        time_frame=texts.get(TIME_FRAME, time_frame),
        description=texts.get(DESCRIPTION, description),
        all_cause_mortality_comment=texts.get(MORTALITY_COMMENT),
        event_groups=groups or None,
        serious_events=serious or None,
        other_events=other or None,
    )
    return None if module == AdverseEventsModule() else module


def event_lines(module: AdverseEventsModule | None, notes: Notes) -> list[str]:
    """Write the adverse events.

    Raises
    ------
    OutputError
        If numbers belong to no group, or a group has two.
    """
    module = module or AdverseEventsModule()
    groups = module.event_groups or ()
    repeated = _repeated_text(module)
    labelled: dict[str, str | None] = {
        THRESHOLD: module.frequency_threshold,
        MORTALITY_COMMENT: module.all_cause_mortality_comment,
    }
    if repeated is None:
        labelled |= {TIME_FRAME: module.time_frame, DESCRIPTION: module.description}
    lines = [EVENTS]
    for group in groups:
        lines += [*_TEXT.own.mark(title_lines(group.title)), *_total_lines(group)]
    lines += _TEXT.lines(labelled)
    for heading, name, events, at_risk in (
        (SERIOUS, "seriousEvents", module.serious_events, _serious_at_risk),
        (OTHER, "otherEvents", module.other_events, _other_at_risk),
    ):
        header = [
            column_lines(group, place, _PREFIX, _count(at_risk(group)))
            for place, group in enumerate(groups)
        ]
        rows = _rows(events or (), groups, repeated, f"{ADDRESS}/{name}", notes)
        lines += [heading, *(table_lines(header, rows) if groups or rows else [NO_EVENTS])]
    return lines


def percentage(affected: int | None, at_risk: int | None) -> str:
    """Write the percentage of two numbers as the page prints it.

    Examples
    --------
    >>> percentage(1, 37), percentage(0, 37), percentage(1, 16), percentage(0, 0)
    ('2.7%', '0.00%', '6.3%', '-')
    """
    if affected is None or not at_risk:
        return _NONE
    if affected == 0:
        return "0.00%"
    share = (Decimal(100) * affected / at_risk).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{share}%"


def _read_groups(page: Page, text: Block) -> tuple[EventGroup, ...]:
    listed = _read_listed(text)
    tables = [table for table in (page.serious, page.other) if table is not None]
    columns = agreed_columns(
        page.name, [(table, read_columns(page.name, table, _PREFIX)) for table in tables]
    )
    if not tables:
        columns = tuple(
            Column(id=f"{_PREFIX}{place:03d}", title=title, description=None)
            for place, (title, _) in enumerate(listed)
        )
    titles = [column.title for column in columns]
    if [title for title, _ in listed] != titles:
        raise page_error(
            page.name,
            text.line,
            f"the groups below {EVENTS!r} are not those of the tables",
            ", ".join(shown(title or "") for title in titles) or "no group",
        )
    serious = _read_at_risk(page.name, page.serious)
    other = _read_at_risk(page.name, page.other)
    return tuple(
        EventGroup(
            id=column.id,
            title=column.title,
            description=column.description,
            serious_num_at_risk=serious.get(place),
            other_num_at_risk=other.get(place),
            **totals,
        )
        for place, (column, (_, totals)) in enumerate(zip(columns, listed, strict=True))
    )


def _read_listed(text: Block) -> list[tuple[str | None, dict[str, int | None]]]:
    end = next(
        (at for at, line in enumerate(text.lines) if line.startswith(_TEXT.labels)),
        len(text.lines),
    )
    lines = text.lines[:end]
    listed: list[tuple[str | None, dict[str, int | None]]] = []
    for start, after in title_spans(lines):
        totals = _read_totals(lines[start]) if listed else None
        if totals is not None:
            listed[-1][1].update(totals)
        else:
            listed.append((lines_title(_TEXT.own.unmark(lines[start:after])), {}))
    return listed


def _read_totals(line: str) -> dict[str, int | None] | None:
    for name, pattern in _TOTAL_PATTERNS:
        found = pattern.fullmatch(line)
        if found:
            return {name: _int(found[1])}
    found = _DEATHS.fullmatch(line)
    if found is None:
        return None
    deaths: dict[str, int | None] = {"deaths_num_affected": _int(found[1])}
    if found[2] is not None:
        deaths["deaths_num_at_risk"] = _int(found[2])
    return deaths


def _read_at_risk(name: str, table: Table | None) -> dict[int, int]:
    at_risk: dict[int, int] = {}
    for place, column in enumerate(read_columns(name, table, _PREFIX) if table else ()):
        for count, unit in column.counts:
            number = _int(count or "")
            if unit != AT_RISK or number is None or place in at_risk:
                raise page_error(
                    name,
                    table.header[place].line if table else 1,
                    f"found {shown(f'n={count} {unit}')} in the header of an event table",
                    f"one line 'n=37 {AT_RISK}' for each group",
                )
            at_risk[place] = number
    return at_risk


def _read_table(
    name: str, part: _Part, ids: Sequence[str | None], repeated: list[str], notes: Notes
) -> tuple[AdverseEvent, ...]:
    return tuple(
        _read_event(name, row, ids, repeated, f"{ADDRESS}/{part.name}/{place}", notes)
        for place, row in enumerate(part.table.rows if part.table else ())
    )


def _read_event(
    name: str,
    row: Sequence[Block],
    ids: Sequence[str | None],
    repeated: list[str],
    address: str,
    notes: Notes,
) -> AdverseEvent:
    label, *cells = row
    titles, rest = first_titles(label.lines, _TITLES)
    if len(titles) < _TITLES or rest:
        raise page_error(
            name,
            label.line,
            f"the label of an event has {len(label.lines)} lines",
            "the organ system, and below it the term",
        )
    stats: list[EventStats] = []
    for group, cell in zip(ids, cells, strict=True):
        if cell.lines:
            here = f"{address}/stats/{len(stats)}"
            stats.append(_read_stats(name, cell, group, repeated, here, notes))
    return AdverseEvent(organ_system=titles[0], term=titles[1], stats=tuple(stats) or None)


def _read_stats(
    name: str, cell: Block, group: str | None, repeated: list[str], address: str, notes: Notes
) -> EventStats:
    found = _NUMBERS.fullmatch("\n".join(cell.lines[1:])) if len(cell.lines) >= _LINES else None
    if found is None:
        raise page_error(
            name,
            cell.line,
            f"found {shown(' / '.join(cell.lines[:_LINES]))} in an event table",
            "a percentage, and below it '1/37 • Number of events 1 • …'",
        )
    stats = EventStats(
        group_id=group,
        num_events=_int(found["events"]),
        num_affected=_int(found["affected"]),
        num_at_risk=_int(found["at_risk"]),
    )
    if cell.lines[0] != percentage(stats.num_affected, stats.num_at_risk):
        notes.add(address, _PERCENTAGE, cell.lines[0], _PERCENTAGE_REASON)
    text = found["text"] or ""
    if not repeated:
        repeated.append(text)
    elif text != repeated[0]:
        notes.add(address, _CELL_TEXT, text, _CELL_TEXT_REASON)
    return stats


def _int(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"-?[0-9]{1,18}", text) else None


def _separate(repeated: str | None) -> tuple[str | None, str | None]:
    time_frame, _, description = (repeated or "").partition(BULLET)
    return time_frame or None, description or None


def _repeated_text(module: AdverseEventsModule) -> str | None:
    """Write the text that every cell repeats, or ``None`` where it would not be read back."""
    texts = [text for text in (module.time_frame, module.description) if text is not None]
    repeated = BULLET.join(texts)
    found = _NUMBERS.fullmatch(f"1/1{BULLET}{repeated}" if repeated else "1/1")
    kept = (
        any(event.stats for event in _all_events(module))
        and found is not None
        and (found["text"] or "") == repeated
        and _separate(repeated) == (module.time_frame, module.description)
    )
    return repeated if kept else None


def _all_events(module: AdverseEventsModule) -> Iterator[AdverseEvent]:
    yield from module.serious_events or ()
    yield from module.other_events or ()


def _serious_at_risk(group: EventGroup) -> int | None:
    return group.serious_num_at_risk


def _other_at_risk(group: EventGroup) -> int | None:
    return group.other_num_at_risk


def _count(at_risk: int | None) -> list[tuple[str | None, str | None]]:
    return [] if at_risk is None else [(str(at_risk), AT_RISK)]


def _total_lines(group: EventGroup) -> list[str]:
    totals: Mapping[str, int | None] = {
        "serious_num_affected": group.serious_num_affected,
        "other_num_affected": group.other_num_affected,
    }
    lines = [
        f"{before}{totals[name]}{after}"
        for name, before, after in _TOTALS
        if totals[name] is not None
    ]
    if group.deaths_num_affected is not None or group.deaths_num_at_risk is not None:
        of = (
            ""
            if group.deaths_num_at_risk is None
            else f" out of {group.deaths_num_at_risk} at risk"
        )
        lines.append(f"Deaths: {_number(group.deaths_num_affected)} deaths{of}")
    return lines


def _rows(
    events: Sequence[AdverseEvent],
    groups: Sequence[EventGroup],
    repeated: str | None,
    address: str,
    notes: Notes,
) -> list[list[list[str]]]:
    rows = []
    for place, event in enumerate(events):
        here = f"{address}/{place}/stats"
        found = by_group(groups, event.stats, here)
        places = {id(stats): at for at, stats in enumerate(event.stats or ())}
        cells = [
            [] if stats is None else _cell(stats, repeated, f"{here}/{places[id(stats)]}", notes)
            for stats in found
        ]
        rows.append([[*title_lines(event.organ_system), *title_lines(event.term)], *cells])
    return rows


def _cell(stats: EventStats, repeated: str | None, address: str, notes: Notes) -> list[str]:
    kept_percentage = notes.get(address, _PERCENTAGE)
    kept_text = notes.get(address, _CELL_TEXT)
    numbers = [f"{_number(stats.num_affected)}/{_number(stats.num_at_risk)}"]
    if stats.num_events is not None:
        numbers.append(f"{NUMBER_OF_EVENTS}{stats.num_events}")
    text = repeated if kept_text is None else kept_text
    if text:
        numbers.append(text)
    return [
        percentage(stats.num_affected, stats.num_at_risk)
        if kept_percentage is None
        else kept_percentage,
        *BULLET.join(numbers).split("\n"),
    ]


def _number(number: int | None) -> str:
    return _NONE if number is None else str(number)
