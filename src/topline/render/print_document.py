"""A record as a document to be filed: what it says, in which order, on which pages."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from topline import __version__
from topline.formats.document import Document
from topline.record import Study
from topline.record.protocol import ProtocolSection
from topline.render.charts import figures
from topline.render.context import Overview
from topline.render.figure import Figure
from topline.render.flow_chart import flow_charts
from topline.render.flow_diagram import flow_diagram
from topline.render.flow_table import ADDRESS as FLOW
from topline.render.overview import overview
from topline.render.page_templates import plain as as_typed
from topline.render.print_blocks import (
    Block,
    Chapter,
    Heading,
    Paragraph,
    Picture,
    PrintedDocument,
    Terms,
)
from topline.render.print_table import LANDSCAPE, PORTRAIT, MeasuredTable
from topline.render.table_model import Fact, Group, ModuleTables, Section
from topline.render.tables import tables
from topline.render.terminal_text import plain

PIXEL = 0.24
"""Of a drawing, on paper [mm]: its letters come out at 7.5 pt."""
_HIGHEST = {PORTRAIT: 200.0, LANDSCAPE: 125.0}
"""A higher drawing is made smaller, so that it and its caption fit one page [mm]."""
_GAIN = 1.4
"""Pages lie on their side where tables upright would take so many times the lines: a page on its
side has fewer lines."""
_LONGEST_ALTERNATIVE = 1500
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def drawn_figures(study: Study) -> tuple[Figure, ...]:
    """Return the figures of a record as they are printed: the participant flow, then the charts.

    Parameters
    ----------
    study
        The record.

    Examples
    --------
    >>> drawn_figures(Study())
    ()
    """
    results = study.results_section
    flow = results.participant_flow_module if results is not None else None
    return (*(flow_charts(flow_diagram(flow), FLOW) if flow is not None else ()), *figures(study))


def printed_document(document: Document, drawn: Sequence[Figure] | None = None) -> PrintedDocument:
    """Return what is printed of a record.

    Nothing in it depends on the clock or the folder: its date is that of the record's last update.

    Parameters
    ----------
    document
        The record, and where it stood.
    drawn
        Its figures, as :func:`drawn_figures` gives them; an empty sequence for a document without
        figures; ``None`` to draw them here.

    Examples
    --------
    >>> made = printed_document(Document(study=Study(), format="api-json", place="x/a.json"))
    >>> made.title, made.chapters, made.date
    ('Untitled study', (), None)
    """
    study = document.study
    modules = tables(study)
    head = overview(study, modules)
    protocol = study.protocol_section or ProtocolSection()
    sponsors = protocol.sponsor_collaborators_module
    lead = sponsors.lead_sponsor if sponsors is not None else None
    return PrintedDocument(
        title=plain(head.title),
        official_title=plain(head.official_title),
        number=plain(head.nct_id),
        author=plain((lead.name if lead is not None else None) or ""),
        date=_date(_last_update(protocol)),
        tags=plain(" · ".join(head.tags)),
        opening=tuple(_opening(document, head, bool(modules))),
        chapters=(
            *_chapters(modules, drawn_figures(study) if drawn is None else drawn),
            *_documents(study),
        ),
    )


def _last_update(protocol: ProtocolSection) -> str:
    status = protocol.status_module
    update = status.last_update_post_date_struct if status is not None else None
    return (update.date if update is not None else None) or ""


def _date(text: str) -> tuple[int, int, int] | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = map(int, found.groups())
    # The 29th to 31st would have to be held against the month; a property of the file needs no more.
    return (year, month, day) if year and 1 <= month <= 12 and 1 <= day <= 28 else None


def _opening(document: Document, head: Overview, has_results: bool) -> Iterator[Block]:
    yield Heading("Overview", 1)
    facts = [Fact("Registry number", head.nct_id)] if head.nct_id else []
    facts += head.facts
    yield from _terms(facts)
    if head.key_numbers:
        yield Terms(
            tuple(
                (plain(one.label), plain(f"{one.text} ({one.detail})" if one.detail else one.text))
                for one in head.key_numbers
            )
        )
    if head.summary:
        yield Heading("Brief summary", 2)
        yield Paragraph(plain(as_typed(head.summary)))
    yield Heading("About this document", 2)
    yield Terms(tuple(_origin(document)))
    if not has_results:
        yield Paragraph("The record has no results.")


def _origin(document: Document) -> Iterator[tuple[str, str]]:
    """Yield where the document comes from; a file is named without its folder."""
    derived = document.study.derived_section
    misc = derived.misc_info_module if derived is not None else None
    yield "Made from", plain(f"{PurePath(document.place).name or 'a record'}, {document.format}")
    if misc is not None and misc.version_holder:
        yield "Version of the registry's data", plain(misc.version_holder)
    yield "Made with", f"topline {__version__}"
    if document.set_aside:
        count = len(document.set_aside)
        things = "1 thing" if count == 1 else f"{count} things"
        yield "Not printed", f"{things} in the source that a record has no place for"


@dataclass(slots=True)
class _Counted:
    """How many tables and figures there are so far."""

    tables: int = 0
    figures: int = 0
    kind: str = field(default="")


def _chapters(modules: tuple[ModuleTables, ...], drawn: Sequence[Figure]) -> Iterator[Chapter]:
    charts: dict[str, list[Figure]] = {}
    for figure in drawn:
        charts.setdefault(figure.address, []).append(figure)
    counted = _Counted()
    for module in modules:
        measured = {
            section.key: [MeasuredTable(table) for table in section.tables]
            for section in module.sections
        }
        landscape = _lies([table for found in measured.values() for table in found])
        room = LANDSCAPE if landscape else PORTRAIT
        blocks: list[Block] = []
        for section in module.sections:
            blocks += _headings(module, section, counted)
            own = charts.get(section.address, [])
            blocks += _section(section, measured[section.key], own, counted, room)
        yield Chapter(title=plain(module.title), landscape=landscape, blocks=tuple(blocks))


def _lies(found: Sequence[MeasuredTable]) -> bool:
    """Whether tables are printed on pages that lie on their side."""
    upright = sum(table.rows * table.parts(PORTRAIT) for table in found)
    lying = sum(table.rows * table.parts(LANDSCAPE) for table in found)
    return upright > _GAIN * lying


def _headings(module: ModuleTables, section: Section, counted: _Counted) -> Iterator[Heading]:
    """Yield the headings before a section; outcome measures stand under their kind."""
    if module.key == "outcome-measures":
        kind = f"{section.kind} outcome measures".strip().capitalize()
        if kind != counted.kind:
            counted.kind = kind
            yield Heading(kind, 2)
        yield Heading(plain(section.title), 3)
    elif section.title != module.title:
        yield Heading(plain(section.title), 2)


def _section(
    section: Section,
    measured: Sequence[MeasuredTable],
    charts: Sequence[Figure],
    counted: _Counted,
    room: float,
) -> Iterator[Block]:
    yield from _terms(section.facts)
    yield from _groups(section.groups)
    for chart in charts:
        counted.figures += 1
        yield _picture(chart, counted.figures, room)
    for table, shown in zip(measured, section.tables, strict=True):
        counted.tables += 1
        if shown.key in _TITLED:
            yield Heading(plain(shown.title), 2)
        yield from table.printed(room, counted.tables)


_TITLED = ("serious", "other")
"""Tables so long that the list of contents leads to them."""


def _terms(facts: Iterable[Fact]) -> Iterator[Terms]:
    items = tuple((plain(fact.label), plain(as_typed(fact.text))) for fact in facts)
    if items:
        yield Terms(items)


def _groups(groups: Sequence[Group]) -> Iterator[Block]:
    if groups:
        yield Terms(
            tuple(
                (f"Group “{plain(group.title)}”", plain(as_typed(group.description)))
                for group in groups
            )
        )


def _picture(chart: Figure, number: int, room: float) -> Picture:
    width, height = (PIXEL * pixels for pixels in _size(chart.svg))
    scale = min(1.0, room / width, _HIGHEST[room] / height)
    caption = f"Figure {number}. {chart.title}"
    alternative = f"{chart.title}. {chart.description}"
    if len(alternative) > _LONGEST_ALTERNATIVE:
        alternative = f"{alternative[:_LONGEST_ALTERNATIVE]}… The table below holds every number."
    return Picture(
        caption=plain(f"{caption}. {chart.caption}" if chart.caption else caption),
        alternative=plain(alternative),
        svg=chart.svg.replace(_SOLID, ""),
        width=round(width * scale, 2),
        height=round(height * scale, 2),
        spec=dict(chart.spec),
    )


def _size(svg: str) -> tuple[float, float]:
    """Return the width and height that a drawing says of itself [px]."""
    found = _SIZE.search(svg)
    assert found is not None  # every drawing is made here, with its size
    return float(found[1]), float(found[2])


_SOLID = ' stroke-dasharray="1,0"'
"""Dashes without gaps, between which paper shows fine cracks."""
_SIZE = re.compile(r'width="([\d.]+)" height="([\d.]+)"')


def _documents(study: Study) -> Iterator[Chapter]:
    section = study.document_section
    module = section.large_document_module if section is not None else None
    found = (module.large_docs if module is not None else None) or ()
    items = tuple(
        (plain(one.label or "Document"), plain(", ".join(filter(None, (one.filename, one.date)))))
        for one in found
    )
    if items:
        yield Chapter(
            title="Documents uploaded with the record", landscape=False, blocks=(Terms(items),)
        )
