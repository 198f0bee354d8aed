"""Addresses: reading, writing, and the errors of an address that leads nowhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topline.errors import NotFoundError, UsageError
from topline.record.addresses import (
    field_names,
    format_address,
    parse_address,
    replace_at,
    value_at,
)
from topline.record.protocol import GeoPoint, Location
from topline.record.results import (
    AdverseEventsModule,
    EventGroup,
    MoreInfoModule,
    OutcomeMeasure,
    OutcomeMeasuresModule,
    PointOfContact,
    ResultsSection,
)
from topline.record.study import Study

OUTCOMES = "/resultsSection/outcomeMeasuresModule/outcomeMeasures"

STUDY = Study(
    has_results=True,
    results_section=ResultsSection(
        outcome_measures_module=OutcomeMeasuresModule(
            outcome_measures=(
                OutcomeMeasure(title="Overall survival", calculate_pct=False),
                OutcomeMeasure(title="Response"),
            )
        ),
        adverse_events_module=AdverseEventsModule(
            event_groups=(EventGroup(id="EG000", deaths_num_affected=3),)
        ),
        more_info_module=MoreInfoModule(point_of_contact=PointOfContact(title="Dr")),
    ),
)


@given(st.lists(st.text(max_size=6), max_size=5))
def test_any_path_comes_back_from_its_address(path: list[str]) -> None:
    assert parse_address(format_address(tuple(path))) == tuple(path)


@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("", STUDY),
        ("/hasResults", True),
        (f"{OUTCOMES}/1/title", "Response"),
        (f"{OUTCOMES}/0/calculatePct", False),
        ("/resultsSection/adverseEventsModule/eventGroups/0/deathsNumAffected", 3),
        (
            "/resultsSection/moreInfoModule",
            MoreInfoModule(point_of_contact=PointOfContact(title="Dr")),
        ),
    ],
)
def test_an_address_leads_to_its_part(address: str, value: object) -> None:
    assert value_at(STUDY, address) == value


@pytest.mark.parametrize("address", ["hasResults", "#/hasResults", "/a~2b", "/a~"])
def test_a_malformed_address_is_refused_with_what_is_accepted(address: str) -> None:
    with pytest.raises(UsageError) as caught:
        value_at(STUDY, address)
    assert caught.value.accepted


@pytest.mark.parametrize(
    ("address", "deepest", "hint"),
    [
        ("/resultsSecton", "the record exists (Study)", "did you mean resultsSection?"),
        ("/results_section", "the record exists (Study)", "did you mean resultsSection?"),
        ("/protocolSection/x", "the record exists (Study)", "a field that this record leaves out"),
        (f"{OUTCOMES}/2", f"{OUTCOMES} has positions 0 to 1", "positions 0 to 1"),
        (f"{OUTCOMES}/-", f"{OUTCOMES} has positions 0 to 1", "positions 0 to 1"),
        (f"{OUTCOMES}/00", f"{OUTCOMES} has positions 0 to 1", "positions 0 to 1"),
        (f"{OUTCOMES}/-1", f"{OUTCOMES} has positions 0 to 1", "positions 0 to 1"),
        (f"{OUTCOMES}/\u0661", f"{OUTCOMES} has positions 0 to 1", "positions 0 to 1"),
        (f"{OUTCOMES}/{'9' * 5000}", f"{OUTCOMES} has positions 0 to 1", "positions 0 to 1"),
        (f"{OUTCOMES}/0/titel", f"{OUTCOMES}/0 exists (OutcomeMeasure)", "did you mean title?"),
        (f"{OUTCOMES}/0/title/x", f"{OUTCOMES}/0/title is 'Overall survival'", "no parts"),
        ("/hasResults/x", "/hasResults is True", "no parts"),
        ("//", "the record exists (Study)", "hasResults"),
    ],
)
def test_an_address_that_leads_nowhere_names_the_deepest_part_and_the_nearest(
    address: str, deepest: str, hint: str
) -> None:
    with pytest.raises(NotFoundError) as caught:
        value_at(STUDY, address)
    assert caught.value.where is not None
    assert caught.value.where.startswith(deepest)
    assert hint in str(caught.value)
    assert len(str(caught.value)) < 2000


def test_replacing_returns_a_new_record_and_leaves_the_old_one() -> None:
    changed = replace_at(STUDY, f"{OUTCOMES}/0/title", "Survival")
    assert value_at(changed, f"{OUTCOMES}/0/title") == "Survival"
    assert value_at(STUDY, f"{OUTCOMES}/0/title") == "Overall survival"
    assert replace_at(changed, f"{OUTCOMES}/0/title", "Overall survival") == STUDY


def test_replacing_sets_a_field_that_was_left_out_and_none_leaves_one_out() -> None:
    described = replace_at(STUDY, f"{OUTCOMES}/0/description", "From randomization to death")
    assert value_at(described, f"{OUTCOMES}/0/description") == "From randomization to death"
    assert replace_at(described, f"{OUTCOMES}/0/description", None) == STUDY


def test_replacing_takes_nodes_and_lists() -> None:
    outcomes = value_at(STUDY, OUTCOMES)
    assert isinstance(outcomes, tuple)
    longer = replace_at(STUDY, OUTCOMES, (*outcomes, OutcomeMeasure(title="Safety")))
    assert value_at(longer, f"{OUTCOMES}/2/title") == "Safety"
    swapped = replace_at(STUDY, f"{OUTCOMES}/1", OutcomeMeasure(title="Safety"))
    assert value_at(swapped, f"{OUTCOMES}/1") == OutcomeMeasure(title="Safety")


@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("", STUDY),
        (f"{OUTCOMES}/0/title", 5),
        (f"{OUTCOMES}/0/title", OutcomeMeasure()),
        (f"{OUTCOMES}/0", None),
        (f"{OUTCOMES}/0", "Overall survival"),
        (OUTCOMES, (EventGroup(),)),
        (OUTCOMES, "Overall survival"),
        ("/resultsSection/adverseEventsModule/eventGroups/0/deathsNumAffected", "3"),
        ("/hasResults", "yes"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(address: str, value: object) -> None:
    with pytest.raises(UsageError):
        replace_at(STUDY, address, value)  # type: ignore[arg-type]  # wrong types are the point


@pytest.mark.parametrize(
    "address",
    ["/x", "/protocolSection/x", f"{OUTCOMES}/2", f"{OUTCOMES}/2/title", f"{OUTCOMES}/0/title/x"],
)
def test_replacing_where_nothing_can_stand_is_refused(address: str) -> None:
    with pytest.raises(NotFoundError):
        replace_at(STUDY, address, "x")


def test_a_number_may_be_a_whole_or_a_decimal() -> None:
    point = GeoPoint(lat=1, lon=2.5)
    assert field_names(type(point)) == {"lat": "lat", "lon": "lon"}
    assert field_names(Location)["geoPoint"] == "geo_point"
