"""Where every text and attribute of the results of public XML must stand in the record.

The tables are made from the form's schema, apart from the reader's: for every element they say at which
address its text must stand.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from lxml import etree

from topline.formats.document import Document, SetAside

CODES = {"P": "FG", "B": "BG", "O": "OG", "E": "EG"}


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
