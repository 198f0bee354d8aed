"""Every text and attribute of the results of real public XML is in the record, or set aside and said why.

Where each must be is said by ``legacy_xml_account``, apart from the reader. The words are those of the
API's own list of codes.
"""

import json
import re
from calendar import month_name
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from tests.corpus.legacy_xml_account import RESULTS, Account, as_json, filled, leaves_of

from topline.formats.document import Document
from topline.formats.registry import read_document
from topline.record.addresses import value_at
from topline.record.cells import cells
from topline.record.difference import differences

pytestmark = pytest.mark.corpus

RECORDS = 307


@cache
def documents(corpus: Path) -> dict[str, tuple[etree._Element, Document]]:
    files = sorted((corpus / "records/legacy_xml").glob("*.xml"))
    return {file.stem: (etree.parse(file).getroot(), read_document(file)) for file in files}


@cache
def codes(corpus: Path) -> dict[str, dict[str, str]]:
    lists = json.loads((corpus / "schemas/api_v2/enums.json").read_text())
    return {
        found["type"]: {item["legacyValue"]: item["value"] for item in found["values"]}
        for found in lists
    }


def test_every_text_of_the_results_is_in_the_record_or_set_aside(corpus: Path) -> None:
    counts: Counter[str] = Counter()
    for name, (root, document) in documents(corpus).items():
        results = root.find("clinical_results")
        assert results is not None
        account = Account(document, codes(corpus))
        account.walk(results, RESULTS, "/resultsSection")
        assert account.missing == [], name
        assert [item for item in account.aside if item.address.startswith("/resultsSection")] == []
        assert sum(account.counts.values()) == leaves_of(results), name
        counts += account.counts
    assert len(documents(corpus)) == RECORDS
    assert counts == {
        "in the record": 292_140,
        "the registry no longer keeps whether an outcome is of safety": 26,
    }


NUMBERS = (
    "participant_flow//participants/@count",
    "*//count/@value",
    "*//measurement/@value",
    "*//measurement/@spread",
    "*//measurement/@lower_limit",
    "*//measurement/@upper_limit",
    "outcome_list//analysis/p_value/text()",
    "outcome_list//analysis/param_value/text()",
    "outcome_list//analysis/dispersion_value/text()",
    "outcome_list//analysis/ci_percent/text()",
    "outcome_list//analysis/ci_lower_limit/text()",
    "outcome_list//analysis/ci_upper_limit/text()",
    "reported_events//counts/@subjects_affected",
    "reported_events//counts/@subjects_at_risk",
    "reported_events//counts/@events",
    "reported_events//frequency_threshold/text()",
)
"""Where the form has numbers."""


def test_the_record_has_as_many_numbers_as_the_document(corpus: Path) -> None:
    total = 0
    for name, (root, document) in documents(corpus).items():
        results = root.find("clinical_results")
        assert results is not None
        written = Counter(str(text) for path in NUMBERS for text in results.xpath(path))
        assert Counter(cell.text for cell in cells(document.study)) == written, name
        total += written.total()
    assert total == 137_087


def collapsed(text: str) -> str:
    return " ".join(text.split())


def texts_of(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict | list):
        for part in tree.values() if isinstance(tree, dict) else tree:
            yield from texts_of(part)
    else:
        yield collapsed(str(tree).lower() if isinstance(tree, bool) else str(tree))


DATE = re.compile(r"([A-Z][a-z]+) (?:(\d{1,2}), )?(\d{4})")
LABELS_OF_OLD = {
    "Anticipated": {"ESTIMATED"},
    "Estimate": {"ESTIMATED"},
    "Accepts Healthy Volunteers": {"true"},
    "Yes": {"true", "YES"},
    "No": {"false", "NO"},
    "U.S. Fed": {"FED"},
    "Industry": {"INDUSTRY"},
    "Both": {"ALL"},
    "N/A": {"NA"},
}


def dated(text: str) -> str | None:
    match = DATE.fullmatch(text)
    if match is None:
        return None
    number = list(month_name).index(match[1])
    return f"{match[3]}-{number:02}" + (f"-{int(match[2]):02}" if match[2] else "")


def parts_of(text: str, tag: str) -> list[str]:
    """Split a text that says several things: phases, masking, an older design."""
    if tag == "phase":
        return [text] if text == "N/A" else text.split("/")
    if tag == "masking":
        found = re.fullmatch(r"(\w+) \((.*)\)", text)
        if found is not None and text != "None (Open Label)":
            return [found[1], *found[2].split(", ")]
    if tag == "study_design":
        return [
            part.split(": ")[1].replace("Case Control", "Case-Control") for part in text.split(", ")
        ]
    if tag == "document_url":
        return [text.rsplit("/", 1)[1]]
    return [text]


PROCESSED = "ClinicalTrials.gov processed this data on "


def registration_of(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield every text and attribute outside the results, with the name of its element."""
    for element in root.iterchildren("*"):
        for found in element.iter("*") if element.tag != "clinical_results" else ():
            for text in (*found.attrib.values(), found.text):
                if text is not None and filled(text):
                    yield str(found.tag), text


def is_said(
    root: etree._Element, tag: str, text: str, labels: Mapping[str, set[str]], held: set[str]
) -> bool:
    """Whether the record says what a text of the registration says."""
    if tag in ("number_of_arms", "number_of_groups"):
        return int(text) == len(root.findall("arm_group"))
    for part in parts_of(text, tag):
        plain = collapsed(part).removeprefix(PROCESSED)
        may_be = {plain, dated(plain), *labels.get(plain, ()), *LABELS_OF_OLD.get(plain, ())}
        if not may_be & held:
            return False
    return True


def test_every_text_of_the_registration_is_in_the_record_or_set_aside(corpus: Path) -> None:
    labels: dict[str, set[str]] = {}
    for found in codes(corpus).values():
        for label, code in found.items():
            labels.setdefault(label, set()).add(code)
    reasons: Counter[str] = Counter()
    texts = 0
    for name, (root, document) in documents(corpus).items():
        tree = as_json(document)
        held = set(texts_of({part: tree[part] for part in tree if part != "resultsSection"}))
        held.add("Link to the current ClinicalTrials.gov record.")  # every download says it
        outside = [
            item for item in document.set_aside if not item.address.startswith("/resultsSection")
        ]
        aside = Counter((item.field.split("/")[-1], item.value) for item in outside)
        for tag, text in registration_of(root):
            texts += 1
            if aside[tag, text]:
                aside[tag, text] -= 1
            else:
                assert is_said(root, tag, text, labels, held), (name, tag, text)
        assert not aside.total(), name
        reasons += Counter(item.reason for item in outside)
    assert texts == 78_180
    assert reasons == {
        "it belongs to the download, not to the study": RECORDS,
        "the record has no date for the check of the last update": 305,
        "the record leaves out an age limit that there is not": 176,
        "the registry no longer keeps it": 3,
        "the registry no longer keeps whether an outcome is of safety": 26,
    }


def test_lists_of_the_registration_are_as_long_as_in_the_document(corpus: Path) -> None:
    for name, (root, document) in documents(corpus).items():
        for tag, address in {
            "location": "contactsLocationsModule/locations",
            "overall_official": "contactsLocationsModule/overallOfficials",
            "arm_group": "armsInterventionsModule/armGroups",
            "intervention": "armsInterventionsModule/interventions",
            "primary_outcome": "outcomesModule/primaryOutcomes",
            "secondary_outcome": "outcomesModule/secondaryOutcomes",
            "condition": "conditionsModule/conditions",
            "keyword": "conditionsModule/keywords",
            "link": "referencesModule/seeAlsoLinks",
        }.items():
            expected = len(root.findall(tag))
            if expected:
                found = value_at(document.study, f"/protocolSection/{address}")
                assert isinstance(found, tuple)
                assert len(found) == expected, (name, tag)


def test_every_set_aside_belongs_to_a_part_of_the_record(corpus: Path) -> None:
    for _, document in documents(corpus).values():
        for item in document.set_aside:
            assert value_at(document.study, item.address) is not None


BETWEEN_2018_AND_2023 = {
    "/resultsSection/baselineCharacteristicsModule/measures/0/title": "the XML shortens titles of ages",
    "/resultsSection/outcomeMeasuresModule/outcomeMeasures/0/description": "line breaks",
    "/resultsSection/outcomeMeasuresModule/outcomeMeasures/1/groups/0/description": "line breaks",
    "/resultsSection/moreInfoModule/limitationsAndCaveats/description": "removed by the sponsor",
}


def test_a_trial_in_both_older_forms_has_the_same_results(corpus: Path) -> None:
    """NCT00023673, downloaded as XML in 2018 and as JSON in 2023."""
    older = documents(corpus)["NCT00023673"][1].study
    newer = read_document(corpus / "records/v1_json/NCT00023673.json").study
    found = [
        difference
        for difference in differences(older, newer)
        if (difference.address_a or "").startswith("/resultsSection")
        or (difference.address_b or "").startswith("/resultsSection")
    ]
    assert {difference.address_a for difference in found} == set(BETWEEN_2018_AND_2023)
    for difference in found:
        if BETWEEN_2018_AND_2023[difference.address_a or ""] == "line breaks":
            assert collapsed(difference.before or "") == collapsed(difference.after or "")
    assert [cell.text for cell in cells(older)] == [cell.text for cell in cells(newer)]
    assert [cell.address for cell in cells(older)] == [cell.address for cell in cells(newer)]
    assert [cell.group_ids for cell in cells(older)] == [cell.group_ids for cell in cells(newer)]
