"""The page as a document: its templates, its content as JSON, and what hostile texts do to it."""

import json
import re
from dataclasses import fields, is_dataclass
from html.parser import HTMLParser

import msgspec
import pytest
from jinja2 import meta

from topline.analysis.statistics import Statistic, Statistics
from topline.record import Study
from topline.record.protocol import IdentificationModule, ProtocolSection
from topline.record.results import (
    AdverseEvent,
    AdverseEventsModule,
    EventGroup,
    EventStats,
    FlowGroup,
    FlowMilestone,
    FlowPeriod,
    FlowStats,
    ParticipantFlowModule,
    ResultsSection,
)
from topline.render import context
from topline.render.context import PageContext, context_json
from topline.render.flow_diagram import flow_diagram
from topline.render.page import page_context, render_page
from topline.render.page_templates import environment
from topline.render.provenance import COLUMNS

HOSTILE = "</title></script><script>alert(1)</script>\"'&<b>"
FILES = {"page.html", "overview.html", "flow.html", "events.html", "parts.html"}
# What the page gives its templates beside the context: its style, its script, and their data.
ASSETS = {"style", "script", "script_hash", "provenance_json"}
# Names that the outermost template gives to those it includes.
LENT = {"parts", "part", "module"}


class Reader(HTMLParser):
    """The ids and elements of a document; a wrongly nested element is an error."""

    VOID = frozenset({"meta", "link", "input", "br", "img"})

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.open: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.scripts += tag == "script"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def small_study(text: str = "Pain") -> Study:
    return Study(
        protocol_section=ProtocolSection(
            identification_module=IdentificationModule(nct_id=text, brief_title=text)
        ),
        results_section=ResultsSection(
            adverse_events_module=AdverseEventsModule(
                event_groups=(EventGroup(id="EG000", title=text, description=text),),
                other_events=(
                    AdverseEvent(
                        term=text,
                        organ_system=text,
                        notes=text,
                        stats=(EventStats(group_id="EG000", num_affected=3, num_at_risk=10),),
                    ),
                ),
            )
        ),
    )


def test_templates_read_only_what_the_context_declares() -> None:
    made = environment()
    declared = {field.name for field in fields(PageContext)} | ASSETS
    for name in FILES:
        source, _, _ = made.loader.get_source(made, name)  # type: ignore[union-attr]  # it has one
        undeclared = meta.find_undeclared_variables(made.parse(source))
        allowed = declared if name == "page.html" else declared | LENT
        assert undeclared <= allowed, name


def test_every_field_of_the_context_is_read_by_a_template() -> None:
    made = environment()
    sources = [made.loader.get_source(made, name)[0] for name in FILES]  # type: ignore[union-attr]  # it has one
    words = set(re.findall(r"[a-z_]+", "\n".join(sources)))
    unread = {
        f"{name}.{field.name}"
        for name, kind in vars(context).items()
        if isinstance(kind, type) and is_dataclass(kind)
        for field in fields(kind)
        if field.name not in words
    }
    # The script reads the texts; a module's address is for those who read the JSON.
    assert unread <= {"ProvenanceView.texts", "PageModule.address", "ChartView.title"}


def test_the_context_is_json() -> None:
    decoded = json.loads(context_json(page_context(small_study(), drawn=())))
    assert decoded["overview"]["title"] == "Pain"
    table = decoded["modules"][0]["sections"][0]["section"]["tables"][0]
    assert table["rows"][0]["cells"][1]["parts"][0]["text"] == "3"


def test_a_page_of_an_empty_record_is_a_page() -> None:
    page = render_page(Study())
    assert "Untitled study" in page
    read(page)


def test_a_page_of_hostile_texts_is_well_formed_and_holds_no_script_of_theirs() -> None:
    page = render_page(small_study(HOSTILE))
    # The data of the provenance, and the page's own.
    assert read(page).scripts == 2
    assert "<script>alert" not in page


def test_provenance_cannot_leave_its_script_element() -> None:
    address = "/resultsSection/adverseEventsModule/otherEvents/0/stats/0/numAffected"
    row = Statistic(
        address=address,
        name="affected",
        group="A",
        dataset="ADAE",
        condition=f"AEDECOD == '{HOSTILE}<!--\u2028'",
        population="Safety",
        rows=3,
        participants=3,
        method="count of participants",
        raw=3.0,
        rounding="",
        posted="3",
    )
    page = render_page(small_study(), Statistics([row]), drawn=())
    assert read(page).scripts == 2
    found = re.search(r'<script type="application/json" id="provenance">(.*?)</script>', page)
    assert found is not None
    carried = msgspec.json.decode(found[1])
    (packed,) = carried["rows"][address]
    told = dict(zip(COLUMNS, (carried["texts"][place] for place in packed), strict=True))
    assert told["condition"] == row.condition
    assert (told["raw"], told["rows"], told["posted"]) == ("3.0", "3", "3")


def test_a_page_names_no_address_of_the_network_but_the_registry() -> None:
    study = small_study()
    named = Study(
        protocol_section=ProtocolSection(
            identification_module=IdentificationModule(nct_id="NCT00000001")
        ),
        results_section=study.results_section,
    )
    page = render_page(named)
    found = set(re.findall(r"(?:https?:)?//[a-z0-9.]+\.[a-z]+[^\"'< ]*", page))
    assert found == {
        "https://clinicaltrials.gov/study/NCT00000001",
        "http://www.w3.org/2000/svg",  # a name, not an address
    }


@pytest.mark.parametrize(
    "nct_id", ["javascript:alert(1)", "NCT1", "NCT00000001/../x", "NCT00000000"]
)
def test_only_a_number_of_the_registry_becomes_a_link(nct_id: str) -> None:
    page = render_page(small_study(nct_id), drawn=())
    assert "clinicaltrials.gov" not in page


def test_the_flow_diagram_leaves_out_groups_and_reasons_of_nobody() -> None:
    def stats(*numbers: str) -> tuple[FlowStats, ...]:
        return tuple(
            FlowStats(group_id=f"FG00{place}", num_subjects=number)
            for place, number in enumerate(numbers)
        )

    module = ParticipantFlowModule(
        groups=(FlowGroup(id="FG000", title="A"), FlowGroup(id="FG001", title="B")),
        periods=(
            FlowPeriod(
                title="First",
                milestones=(
                    FlowMilestone(type="STARTED", achievements=stats("10", "0")),
                    FlowMilestone(type="COMPLETED", achievements=stats("8", "0")),
                    FlowMilestone(type="NOT COMPLETED", achievements=stats("2", "0")),
                ),
            ),
        ),
    )
    (period,) = flow_diagram(module)
    assert [arm.title for arm in period.arms] == ["A"]
    # Those who left stand before those who stayed, and beside the way down.
    assert [(box.label, box.text, box.aside) for box in period.arms[0].boxes] == [
        ("Started", "10", False),
        ("Not completed", "2", True),
        ("Completed", "8", False),
    ]
