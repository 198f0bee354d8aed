"""The results page: one HTML file that needs nothing else, made from the page's context."""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields

import msgspec
from markupsafe import Markup

from topline.analysis.curves import SurvivalCurve
from topline.analysis.derive.derivation import Derived
from topline.analysis.statistics import Statistics
from topline.record import Study
from topline.render.charts import figures
from topline.render.context import (
    ChartView,
    DocumentView,
    PageContext,
    PageModule,
    PageSection,
    ProvenanceView,
)
from topline.render.derived_tables import with_derived
from topline.render.figure import Figure
from topline.render.flow_diagram import flow_diagram
from topline.render.overview import overview
from topline.render.page_templates import asset, page_of
from topline.render.provenance import provenance_view
from topline.render.tables import ModuleTables, tables

MOST_OPEN_OUTCOMES = 8
"""Outcome measures shown open if they are all; of more, only the primary among the first are."""


def render_page(
    study: Study,
    statistics: Statistics | None = None,
    curves: Iterable[SurvivalCurve] = (),
    drawn: Sequence[Figure] | None = None,
    derived: Derived | None = None,
) -> str:
    """Return the results page of a record as one self-contained HTML document.

    It asks for nothing over the network and says so to the browser in its content security policy.
    Every posted number has its address as its anchor.

    Parameters
    ----------
    study
        The record.
    statistics
        The provenance of its numbers; ``None`` for a record that was not built here.
    curves
        The curves behind its time-to-event measures.
    drawn
        Its charts, if they were drawn before (``curves`` is not needed then); an empty sequence
        for a page without charts; ``None`` to draw them here.
    derived
        Estimates that the record leaves out, shown below each outcome measure and marked as computed
        here; ``None`` for none.

    Examples
    --------
    >>> page = render_page(Study(), drawn=())
    >>> page.startswith("<!doctype html>"), "Content-Security-Policy" in page
    (True, True)
    """
    return _render(page_context(study, statistics, curves, drawn, derived))


def page_context(
    study: Study,
    statistics: Statistics | None = None,
    curves: Iterable[SurvivalCurve] = (),
    drawn: Sequence[Figure] | None = None,
    derived: Derived | None = None,
) -> PageContext:
    """Return what the page of a record says.

    Parameters
    ----------
    study, statistics, curves, drawn, derived
        As for :func:`render_page`.
    """
    modules = tables(study)
    charts = figures(study, curves) if drawn is None else drawn
    results = study.results_section
    flow = results.participant_flow_module if results is not None else None
    head = overview(study, modules)
    if derived is not None:
        modules = with_derived(modules, derived, study)
    enrolled = next(
        (number.text for number in head.key_numbers if number.label == "Participants enrolled"), ""
    )
    return PageContext(
        overview=head,
        flow=flow_diagram(flow) if flow is not None else (),
        enrolled=enrolled,
        modules=tuple(_module(module, charts) for module in modules),
        documents=_documents(study),
        provenance=provenance_view(statistics),
    )


def _module(module: ModuleTables, drawn: Sequence[Figure]) -> PageModule:
    many = len(module.sections) > MOST_OPEN_OUTCOMES
    charts: dict[str, list[ChartView]] = {}
    for figure in drawn:
        charts.setdefault(figure.address, []).append(
            ChartView(
                name=figure.name,
                title=figure.title,
                caption=figure.caption,
                svg=figure.svg,
                narrow=figure.narrow,
            )
        )
    return PageModule(
        key=module.key,
        title=module.title,
        address=module.address,
        sections=tuple(
            PageSection(
                id=section.key,
                section=section,
                charts=tuple(charts.get(section.address, ())),
                is_open=not many or (section.kind == "Primary" and place < MOST_OPEN_OUTCOMES),
            )
            for place, section in enumerate(module.sections)
        ),
    )


def _documents(study: Study) -> tuple[DocumentView, ...]:
    section = study.document_section
    module = section.large_document_module if section is not None else None
    return tuple(
        DocumentView(
            label=posted.label or "Document",
            filename=posted.filename or "",
            date=posted.date or "",
        )
        for posted in (module.large_docs if module is not None else None) or ()
    )


def _render(context: PageContext) -> str:
    script = asset("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return page_of(
        "page.html",
        **{field.name: getattr(context, field.name) for field in fields(context)},
        script=Markup(script),
        script_hash=digest,
        provenance_json=Markup(_script_json(context.provenance)),
    )


def _script_json(provenance: ProvenanceView) -> str:
    """Return JSON that is safe inside a script element, whatever its texts say."""
    text = msgspec.json.encode(provenance).decode()
    for character, escaped in _UNSAFE.items():
        text = text.replace(character, escaped)
    return text


_UNSAFE: Mapping[str, str] = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
