"""Limitations, agreements and the point of contact of the public XML, and the results as a whole."""

from typing import Any

from lxml import etree

from topline.formats.legacy_values import Words
from topline.formats.legacy_xml_elements import (
    By,
    Part,
    Path,
    Reading,
    Shape,
    Text,
    Within,
    assembled,
)
from topline.formats.legacy_xml_events import EVENTS
from topline.formats.legacy_xml_flow import PARTICIPANT_FLOW
from topline.formats.legacy_xml_measures import BASELINE
from topline.formats.legacy_xml_outcomes import OUTCOMES
from topline.record.node import Node
from topline.record.results import ResultsSection

_EMPLOYED = Words(
    {
        "All Principal Investigators ARE employed by the organization sponsoring the study.": True,
        "Principal Investigators are NOT employed by the organization sponsoring the study.": False,
    }
)

_NO_AGREEMENT = (
    "There is NOT an agreement between Principal Investigators and the Sponsor (or its agents) that "
    "restricts the PI's rights to discuss or publish trial results after the trial is completed."
)
_ONLY_RESTRICTION = (
    "The only disclosure restriction on the PI is that the sponsor can review results communications "
    "prior to public release and can embargo communications regarding trial results for a period that "
    "is {} 60 days{}. The sponsor cannot require changes to the communication and cannot extend the "
    "embargo."
)
_RESTRICTIONS = {
    _ONLY_RESTRICTION.format("less than or equal to", ""): "LTE60",
    _ONLY_RESTRICTION.format("more than", " but less than or equal to 180 days"): "GT60",
}
"""The sentences that the registry prints for a code; any other is the sponsor's own description."""

_AGREEMENT = "more_info_module.certain_agreement"
_CONTACT = "more_info_module.point_of_contact"
_EXTENSION = " ext "  # how the registry joins a telephone number and its extension


def _read_agreement(
    reading: Reading, element: etree._Element, values: dict[str, Any], path: Path
) -> None:
    text = reading.text_of(element, path)
    if text is None:
        return
    sentence = " ".join(text.split())
    if sentence == _NO_AGREEMENT:
        reading.set(element, f"{_AGREEMENT}.restrictive_agreement", False, values, path)
        return
    reading.set(element, f"{_AGREEMENT}.restrictive_agreement", True, values, path)
    kind = _RESTRICTIONS.get(sentence, "OTHER")
    reading.set(element, f"{_AGREEMENT}.restriction_type", kind, values, path)
    if kind == "OTHER":
        reading.set(element, f"{_AGREEMENT}.other_details", text, values, path)


def _read_phone(
    reading: Reading, element: etree._Element, values: dict[str, Any], path: Path
) -> None:
    text = reading.text_of(element, path)
    if text is None:
        return
    number, found, extension = text.rpartition(_EXTENSION)
    reading.set(element, f"{_CONTACT}.phone", number if found else text, values, path)
    if found:
        reading.set(element, f"{_CONTACT}.phone_ext", extension, values, path)


def _results(reading: Reading, values: dict[str, Any], path: Path) -> Node:
    return assembled(ResultsSection, values)


RESULTS = Shape(
    ResultsSection,
    {
        "participant_flow": Part("participant_flow_module", PARTICIPANT_FLOW),
        "baseline": Part("baseline_characteristics_module", BASELINE),
        "outcome_list": Part("outcome_measures_module", OUTCOMES),
        "reported_events": Part("adverse_events_module", EVENTS),
        "certain_agreements": Within(
            {
                "pi_employee": Text(f"{_AGREEMENT}.pi_sponsor_employee", _EMPLOYED),
                "restrictive_agreement": By(_read_agreement),
            },
            at="/moreInfoModule/certainAgreement",
        ),
        "limitations_and_caveats": Text("more_info_module.limitations_and_caveats.description"),
        "point_of_contact": Within(
            {
                "name_or_title": Text(f"{_CONTACT}.title"),
                "organization": Text(f"{_CONTACT}.organization"),
                "phone": By(_read_phone),
                "email": Text(f"{_CONTACT}.email"),
            },
            at="/moreInfoModule/pointOfContact",
        ),
    },
    finish=_results,
)
