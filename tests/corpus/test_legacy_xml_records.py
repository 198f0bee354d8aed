"""Every text and attribute of the results of real public XML is in the record, or set aside and said why.

The tables here are made from the form's schema, apart from the reader's: for every element they say
at which address its text must stand. The words are those of the API's own list of codes.
"""

import json
import re
from calendar import month_name
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lxml import etree

from topline.formats.document import Document, SetAside
from topline.formats.registry import read_document
from topline.record.addresses import value_at
from topline.record.cells import cells
from topline.record.difference import differences

pytestmark = pytest.mark.corpus

RECORDS = 307
CODES = {"P": "FG", "B": "BG", "O": "OG", "E": "EG"}


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


def as_json(document: Document) -> Any:
    return msgspec.json.decode(msgspec.json.encode(document.study))


def group_id(text: str) -> str:
    return f"{CODES[text[0]]}{int(text[1:]) - 1:03}"


def month(text: str) -> str:
    return "-".join(reversed(text.split("/")))


@dataclass(frozen=True)
class Leaf:
    """A text or attribute: the field it is, and what it becomes."""

    field: str
    become: Callable[[str], Any] = str
    labels: str | None = None


@dataclass(frozen=True)
class Branch:
    """An element that holds others: what it adds to the address, ``#`` for its position."""

    suffix: str
    within: "Mapping[str, Leaf | Branch]"


Spec = Mapping[str, Leaf | Branch]


def group(start: str = "groups") -> Branch:
    return Branch(
        "",
        {
            "group": Branch(
                f"/{start}/#",
                {
                    "@group_id": Leaf("id", group_id),
                    "title": Leaf("title"),
                    "description": Leaf("description"),
                },
            )
        },
    )


def flow_numbers(name: str) -> Branch:
    number = {
        "@group_id": Leaf("groupId", group_id),
        "@count": Leaf("numSubjects"),
        "text": Leaf("comment"),
    }
    return Branch("", {"participants": Branch(f"/{name}/#", number)})


ANALYZED = Branch(
    "",
    {
        "analyzed": Branch(
            "/denoms/#",
            {
                "units": Leaf("units"),
                "scope": Leaf(""),
                "count_list": Branch(
                    "",
                    {
                        "count": Branch(
                            "/counts/#",
                            {"@group_id": Leaf("groupId", group_id), "@value": Leaf("value")},
                        )
                    },
                ),
            },
        )
    },
)

MEASUREMENT = Branch(
    "/measurements/#",
    {
        "@group_id": Leaf("groupId", group_id),
        "@value": Leaf("value"),
        "@spread": Leaf("spread"),
        "@lower_limit": Leaf("lowerLimit"),
        "@upper_limit": Leaf("upperLimit"),
        "text": Leaf("comment"),
    },
)

MEASURE: Spec = {
    "title": Leaf("title"),
    "description": Leaf("description"),
    "population": Leaf("populationDescription"),
    "units": Leaf("unitOfMeasure"),
    "param": Leaf("paramType", labels="MeasureParam"),
    "units_analyzed": Leaf("denomUnitsSelected"),
    "analyzed_list": ANALYZED,
    "class_list": Branch(
        "",
        {
            "class": Branch(
                "/classes/#",
                {
                    "title": Leaf("title"),
                    "analyzed_list": ANALYZED,
                    "category_list": Branch(
                        "",
                        {
                            "category": Branch(
                                "/categories/#",
                                {
                                    "title": Leaf("title"),
                                    "measurement_list": Branch("", {"measurement": MEASUREMENT}),
                                },
                            )
                        },
                    ),
                },
            )
        },
    ),
}

ANALYSIS: Spec = {
    "group_id_list": Branch("", {"group_id": Leaf("groupIds/#", group_id)}),
    "groups_desc": Leaf("groupDescription"),
    "non_inferiority_type": Leaf("nonInferiorityType", labels="NonInferiorityType"),
    "non_inferiority_desc": Leaf("nonInferiorityComment"),
    "p_value": Leaf("pValue"),
    "p_value_desc": Leaf("pValueComment"),
    "method": Leaf("statisticalMethod"),
    "method_desc": Leaf("statisticalComment"),
    "param_type": Leaf("paramType"),
    "param_value": Leaf("paramValue"),
    "dispersion_type": Leaf("dispersionType", labels="AnalysisDispersionType"),
    "dispersion_value": Leaf("dispersionValue"),
    "ci_percent": Leaf("ciPctValue"),
    "ci_n_sides": Leaf("ciNumSides", labels="ConfidenceIntervalNumSides"),
    "ci_lower_limit": Leaf("ciLowerLimit"),
    "ci_upper_limit": Leaf("ciUpperLimit"),
    "ci_upper_limit_na_comment": Leaf("ciUpperLimitComment"),
    "estimate_desc": Leaf("estimateComment"),
    "other_analysis_desc": Leaf("otherAnalysisDescription"),
}

RESULTS: Spec = {
    "participant_flow": Branch(
        "/participantFlowModule",
        {
            "recruitment_details": Leaf("recruitmentDetails"),
            "pre_assignment_details": Leaf("preAssignmentDetails"),
            "group_list": group(),
            "period_list": Branch(
                "",
                {
                    "period": Branch(
                        "/periods/#",
                        {
                            "title": Leaf("title"),
                            "milestone_list": Branch(
                                "",
                                {
                                    "milestone": Branch(
                                        "/milestones/#",
                                        {
                                            "title": Leaf("type"),
                                            "participants_list": flow_numbers("achievements"),
                                        },
                                    )
                                },
                            ),
                            "drop_withdraw_reason_list": Branch(
                                "",
                                {
                                    "drop_withdraw_reason": Branch(
                                        "/dropWithdraws/#",
                                        {
                                            "title": Leaf("type"),
                                            "participants_list": flow_numbers("reasons"),
                                        },
                                    )
                                },
                            ),
                        },
                    )
                },
            ),
        },
    ),
    "baseline": Branch(
        "/baselineCharacteristicsModule",
        {
            "population": Leaf("populationDescription"),
            "group_list": group(),
            "analyzed_list": ANALYZED,
            "measure_list": Branch(
                "",
                {
                    "measure": Branch(
                        "/measures/#",
                        {
                            **MEASURE,
                            "dispersion": Leaf("dispersionType", labels="MeasureDispersionType"),
                        },
                    )
                },
            ),
        },
    ),
    "outcome_list": Branch(
        "/outcomeMeasuresModule",
        {
            "outcome": Branch(
                "/outcomeMeasures/#",
                {
                    "type": Leaf("type", labels="OutcomeMeasureType"),
                    "title": Leaf("title"),
                    "description": Leaf("description"),
                    "time_frame": Leaf("timeFrame"),
                    "safety_issue": Leaf("no such field"),
                    "posting_date": Leaf("anticipatedPostingDate", month),
                    "population": Leaf("populationDescription"),
                    "group_list": group(),
                    # the record keeps the dispersion of an outcome in words
                    "measure": Branch("", {**MEASURE, "dispersion": Leaf("dispersionType")}),
                    "analysis_list": Branch("", {"analysis": Branch("/analyses/#", ANALYSIS)}),
                },
            )
        },
    ),
    "limitations_and_caveats": Leaf("moreInfoModule/limitationsAndCaveats/description"),
    "point_of_contact": Branch(
        "/moreInfoModule/pointOfContact",
        {
            "name_or_title": Leaf("title"),
            "organization": Leaf("organization"),
            "email": Leaf("email"),
        },
    ),
}

AGREEMENTS: Mapping[str, Mapping[str, object]] = {
    "All Principal Investigators ARE employed": {"piSponsorEmployee": True},
    "Principal Investigators are NOT employed": {"piSponsorEmployee": False},
    "There is NOT an agreement": {"restrictiveAgreement": False},
    "is less than or equal to 60 days. The sponsor cannot": {
        "restrictiveAgreement": True,
        "restrictionType": "LTE60",
    },
    "is more than 60 days but less than or equal to 180 days. The sponsor cannot": {
        "restrictiveAgreement": True,
        "restrictionType": "GT60",
    },
}
TOTALS = {
    "Total, serious adverse events": "serious",
    "Total, other adverse events": "other",
    "Total, all-cause mortality": "deaths",
}


@dataclass
class Account:
    """Where the texts of one document's results are."""

    document: Document
    codes: dict[str, dict[str, str]]
    counts: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)
    aside: list[SetAside] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tree = as_json(self.document)
        self.aside = list(self.document.set_aside)

    def at(self, address: str) -> Any:
        part = self.tree
        for token in address.split("/")[1:]:
            try:
                part = part[int(token)] if isinstance(part, list) else part[token]
            except (KeyError, IndexError):
                return None
        return part

    def give(self, address: str, expected: Any, name: str, text: str) -> None:
        """Count a text as in the record, as set aside, or as missing."""
        if self.at(address) == expected:
            self.counts["in the record"] += 1
            return
        for item in self.aside:
            if item.field == name and item.value == text and address.startswith(item.address):
                self.aside.remove(item)
                self.counts[item.reason] += 1
                return
        self.missing.append(f"{address}: {text!r} is {self.at(address)!r}")

    def leaf(self, leaf: Leaf, text: str, address: str, name: str, position: int) -> None:
        if name == "scope":  # said by where the denominator stands
            scope = (
                "Overall"
                if address.count("/") == 4
                else "Class"
                if "classes" in address
                else "Measure"
            )
            assert text == scope
            self.counts["in the record"] += 1
            return
        expected = leaf.become(text)
        if leaf.labels is not None:
            expected = self.codes[leaf.labels][text]
        where = f"{address}/{leaf.field.replace('#', str(position))}"
        self.give(where, expected, name, text)

    def walk(self, element: etree._Element, spec: Spec, address: str) -> None:
        for name, text in element.items():
            self.leaf(leaf_of(spec, f"@{name}"), text, address, f"@{name}", 0)
        if filled(element.text):
            self.leaf(leaf_of(spec, "text"), element.text or "", address, "text", 0)
        positions: Counter[str] = Counter()
        for child in element.iterchildren("*"):
            assert not filled(child.tail)
            tag = str(child.tag)
            position = positions[tag]
            positions[tag] += 1
            match spec.get(tag):
                case Branch(suffix, within):
                    self.walk(child, within, address + suffix.replace("#", str(position)))
                case Leaf() as leaf:
                    assert not len(child)
                    assert not child.items()
                    if filled(child.text):
                        self.leaf(leaf, child.text or "", address, tag, position)
                case None:
                    self.special(child, address)

    def special(self, element: etree._Element, address: str) -> None:
        match element.tag:
            case "reported_events":
                self.events(element, f"{address}/adverseEventsModule")
            case "certain_agreements":
                for child in element.iterchildren("*"):
                    self.agreement(child.text or "", f"{address}/moreInfoModule/certainAgreement")
            case "phone":
                contact = self.at(address)
                parts = (contact["phone"], contact.get("phoneExt"))
                assert " ext ".join(filter(None, parts)) == element.text
                self.counts["in the record"] += 1
            case other:
                raise AssertionError(f"{other!s} is not in the tables of this test")

    def agreement(self, text: str, address: str) -> None:
        becomes = [found for begin, found in AGREEMENTS.items() if begin in text]
        expected: Mapping[str, object] = (
            becomes[0]
            if becomes
            else {"restrictiveAgreement": True, "restrictionType": "OTHER", "otherDetails": text}
        )
        for name, value in expected.items():
            assert self.at(f"{address}/{name}") == value, text
        self.counts["in the record"] += 1

    def events(self, element: etree._Element, address: str) -> None:
        for name, target in (("time_frame", "timeFrame"), ("desc", "description")):
            for child in element.iterchildren(name):
                self.give(f"{address}/{target}", child.text, name, child.text or "")
        self.walk_one(element.find("group_list"), group("eventGroups"), address)
        for table in element.iterchildren("serious_events", "other_events"):
            self.table(table, address)
        known = {"time_frame", "desc", "group_list", "serious_events", "other_events"}
        assert {child.tag for child in element.iterchildren("*")} <= known

    def walk_one(self, element: etree._Element | None, branch: Branch, address: str) -> None:
        assert element is not None
        self.walk(element, branch.within, address)

    def table(self, table: etree._Element, address: str) -> None:
        name = "seriousEvents" if table.tag == "serious_events" else "otherEvents"
        defaults = {
            "sourceVocabulary": table.findtext("default_vocab"),
            "assessmentType": self.codes["EventAssessment"].get(
                table.findtext("default_assessment") or ""
            ),
        }
        taken = {target: 0 for target in defaults}
        position = 0
        for category in table.iterfind("category_list/category"):
            title = category.findtext("title")
            used = 0
            for event in category.iterfind("event_list/event"):
                if title == "Total" and event.findtext("sub_title") in TOTALS:
                    self.total(event, TOTALS[event.findtext("sub_title") or ""], address)
                    continue
                here = f"{address}/{name}/{position}"
                position += 1
                used += 1
                assert self.at(f"{here}/organSystem") == title
                self.event(event, here, defaults, taken)
            self.counts["in the record"] += 1  # the title: with its events, or as what totals are
            assert used or title == "Total"
        for tag, target in (
            ("default_vocab", "sourceVocabulary"),
            ("default_assessment", "assessmentType"),
        ):
            if (text := table.findtext(tag)) is not None:
                found = f"{address}/{name}/0/{target}" if taken[target] else f"{address}/nothing"
                expected = self.at(found) if taken[target] else text
                self.give(found, expected, tag, text)
        if (threshold := table.findtext("frequency_threshold")) is not None:
            self.give(f"{address}/frequencyThreshold", threshold, "frequency_threshold", threshold)
        known = {"default_vocab", "default_assessment", "frequency_threshold", "category_list"}
        assert {child.tag for child in table.iterchildren("*")} <= known
        assert len(self.at(f"{address}/{name}") or ()) == position

    def event(
        self,
        event: etree._Element,
        address: str,
        defaults: dict[str, str | None],
        taken: dict[str, int],
    ) -> None:
        own: Spec = {
            "sub_title": Branch("", {"text": Leaf("term"), "@vocab": Leaf("sourceVocabulary")}),
            "assessment": Leaf("assessmentType", labels="EventAssessment"),
            "description": Leaf("notes"),
            "counts": Branch(
                "/stats/#",
                {
                    "@group_id": Leaf("groupId", group_id),
                    "@subjects_affected": Leaf("numAffected", int),
                    "@subjects_at_risk": Leaf("numAtRisk", int),
                    "@events": Leaf("numEvents", int),
                },
            ),
        }
        self.walk(event, own, address)
        term = event.find("sub_title")
        has_own = {
            "sourceVocabulary": term is not None and "vocab" in term.attrib,
            "assessmentType": event.find("assessment") is not None,
        }
        for target, default in defaults.items():
            if default is not None and not has_own[target]:
                assert self.at(f"{address}/{target}") == default
                taken[target] += 1

    def total(self, event: etree._Element, kind: str, address: str) -> None:
        self.counts["in the record"] += 1  # the term: as the fields of the groups
        groups = [found["id"] for found in self.at(f"{address}/eventGroups")]
        for counts in event.iterchildren("counts"):
            here = (
                f"{address}/eventGroups/{groups.index(group_id(counts.attrib['group_id']))}/{kind}"
            )
            self.counts["in the record"] += 1  # the group's id
            for name, target in (
                ("subjects_affected", "NumAffected"),
                ("subjects_at_risk", "NumAtRisk"),
            ):
                if name in counts.attrib:
                    text = counts.attrib[name]
                    self.give(f"{here}{target}", int(text), f"@{name}", text)
            known = {"group_id", "subjects_affected", "subjects_at_risk"}
            assert set(counts.attrib) <= known
        assert {child.tag for child in event.iterchildren("*")} <= {"sub_title", "counts"}


def leaf_of(spec: Spec, name: str) -> Leaf:
    leaf = spec[name]
    assert isinstance(leaf, Leaf), name
    return leaf


def filled(text: str | None) -> bool:
    return text is not None and bool(text.strip())


def leaves_of(element: etree._Element) -> int:
    """Count the texts and attributes of an element and all within."""
    texts = sum(1 for text in element.itertext("*") if filled(text))
    return texts + sum(len(found.attrib) for found in element.iter("*"))


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
