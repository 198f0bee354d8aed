"""Derived estimates as tables and on the page: marked, linked, and never in silence cut short."""

import re

from tests.unit.derive_examples import OUTCOME, measure, row, study

from topline.analysis.derive.derivation import Derived, Range, Refusal
from topline.analysis.derive.runner import Wanted, derive
from topline.record import Study
from topline.record.results import (
    AdverseEvent,
    AdverseEventsModule,
    EventGroup,
    EventStats,
)
from topline.render.derived_tables import derived_table, number, refusal_lines, span, with_derived
from topline.render.page import page_context, render_page
from topline.render.table_model import Table
from topline.render.tables import tables


def example() -> Study:
    return study(
        measure((70, 80), row("56", "48", title="Week 4"), param_type="COUNT_OF_PARTICIPANTS"),
        measure(
            (45, 50),
            row(("12.3", "4.1"), ("9.8", "5.6")),
            param_type="MEAN",
            dispersion_type="STANDARD_DEVIATION",
        ),
        events=EVENTS,
    )


EVENTS = AdverseEventsModule(
    event_groups=tuple(
        EventGroup(id=f"EG{place:03}", title=title)
        for place, title in enumerate(("Drug", "Placebo"))
    ),
    other_events=(
        AdverseEvent(
            term="Nausea",
            organ_system="Gastrointestinal disorders",
            stats=tuple(
                EventStats(group_id=f"EG{place:03}", num_affected=place + 3, num_at_risk=60)
                for place in range(2)
            ),
        ),
    ),
)


def of_measure(place: int) -> Table:
    record = example()
    address = OUTCOME.replace("/0", f"/{place}")
    found = [one for one in derive(record).estimates if one.address.startswith(address)]
    return derived_table(found, record)


def test_rows_stand_under_their_titles_with_groups_numbers_and_inputs() -> None:
    table = of_measure(0)
    heading, drug, _, difference, *_ = table.rows
    assert (heading.kind, heading.header.text) == ("heading", "Week 4")
    assert [cell.text for cell in drug.cells] == [
        "Drug",
        "80.0%",
        "69.5% to 88.0% (95%)",
        "",
        "56, 70",
    ]
    assert difference.cells[0].text == "Drug − Placebo"
    assert difference.cells[3].text == "0.008"
    linked = [part.refers for part in difference.cells[4].parts if part.refers]
    assert linked[0] == f"{OUTCOME}/classes/0/categories/0/measurements/0/value"
    assert linked[1] == f"{OUTCOME}/denoms/0/counts/0/value"


def test_every_number_is_marked_as_computed_and_none_has_an_address() -> None:
    for table in (of_measure(0), of_measure(1)):
        assert table.computed == len([one for one in table.rows if one.cells])
        assert "they are not part of the record" in table.note
        for one in table.rows:
            for cell in one.cells[1:4]:
                assert all(part.computed and not part.address for part in cell.parts)


def test_what_rounding_leaves_open_stands_in_brackets() -> None:
    table = of_measure(1)
    assert table.rows[2].cells[1].text == "2.5 [2.4 to 2.6]"
    assert "In brackets" in table.note
    assert "In brackets" not in of_measure(0).note


def test_the_method_and_the_relation_are_in_the_footnotes() -> None:
    texts = of_measure(1).footnotes
    assert texts[0] == "arithmetic mean, t interval"
    assert "Welch" in texts[1]
    assert "two groups of the participant flow" in texts[1]


def test_numbers_are_shown_as_people_read_them() -> None:
    assert number(0.1234567, "odds ratio") == "0.1235"
    assert number(None, "odds ratio") == "–"
    assert span(Range(None, 0.25), "proportion") == "… to 25.0%"


def test_a_long_table_says_how_many_are_left_out() -> None:
    record = example()
    table = derived_table(derive(record).estimates, record, most=2)
    assert table.computed == 8
    assert len([one for one in table.rows if one.cells]) == 2
    assert "Shown are 2 of 8" in table.note


def test_adverse_events_have_a_table_of_their_own() -> None:
    record = example()
    found = with_derived(tables(record), derive(record, Wanted(events=True)), record)
    (section,) = next(module for module in found if module.key == "adverse-events").sections
    (table,) = (one for one in section.tables if one.computed)
    assert table.rows[0].header.text == "Other > Gastrointestinal disorders > Nausea"


def test_modules_without_estimates_stay_as_they_are() -> None:
    record = example()
    assert with_derived(tables(record), Derived(), record) == tables(record)


def test_refusals_are_told_once_with_how_many_rows_and_groups() -> None:
    found = [
        Refusal(
            address=f"{OUTCOME}/classes/{place}",
            context=(),
            what="comparison",
            reason="unknown",
            groups=("OG000", "OG001"),
        )
        for place in range(3)
    ]
    assert list(refusal_lines(found)) == ["not derived: comparison (OG000, OG001, 3 rows): unknown"]


def test_the_page_carries_them_closed_below_the_measure_and_in_its_context() -> None:
    record = example()
    found = derive(record, Wanted(events=True))
    page = render_page(record, drawn=(), derived=found)
    assert page.count('<details class="plain derived">') == 3
    context = page_context(record, drawn=(), derived=found)
    sections = [section for module in context.modules for section in module.sections]
    computed = [table.computed for one in sections for table in one.section.tables]
    assert sorted(computed)[-3:] == [3, 3, 5]


def test_every_link_to_an_input_leads_to_a_number_of_the_page() -> None:
    record = example()
    page = render_page(record, drawn=(), derived=derive(record, Wanted(events=True)))
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    links = [link for link in re.findall(r' href="#([^"]*)"', page) if link]
    assert any(link.startswith("/resultsSection") for link in links)
    assert set(links) <= set(ids)


def test_a_page_without_them_has_no_trace_of_them() -> None:
    assert "derived" not in re.sub(
        r"<style>.*?</style>", "", render_page(example(), drawn=()), flags=re.DOTALL
    )
