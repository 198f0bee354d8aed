"""JSON of the API's version 1: what is around a study, its names and words, and what has no place."""

import io
import json
from typing import Any

import msgspec
import pytest

from topline.errors import DocumentError, LimitError
from topline.formats import v1_json
from topline.formats.document import Document
from topline.formats.limits import Limits
from topline.formats.registry import recognize_format
from topline.formats.source import Source
from topline.record.addresses import value_at

STUDY = {"ProtocolSection": {"IdentificationModule": {"NCTId": "NCT00000001"}}}


def read(data: object, **limits: int) -> list[Document]:
    text = data if isinstance(data, str) else json.dumps(data)
    return list(v1_json.read(Source("a.json", io.BytesIO(text.encode()), Limits(**limits))))


def numbers(documents: list[Document]) -> list[Any]:
    address = "/protocolSection/identificationModule/nctId"
    return [value_at(document.study, address) for document in documents]


def part(section: str, module: str, content: object) -> Document:
    (document,) = read({f"{section}Section": {module: content}})
    return document


ANSWER = {
    "FullStudiesResponse": {
        "APIVrs": "1.01.05",
        "DataVrs": "2023:10:18 23:13:42.236",
        "Expression": 'a "b" [c]{',
        "NStudiesAvail": 470_000,
        "MinRank": 1,
        "FullStudies": [{"Rank": 1, "Study": STUDY}, {"Rank": 2, "Study": STUDY}],
    }
}


class TestRecognition:
    @pytest.mark.parametrize(
        "data",
        [STUDY, [STUDY], ANSWER, {"Rank": 1, "Study": STUDY}, {"FullStudy": {"Study": STUDY}}],
    )
    def test_of_version_1(self, data: object) -> None:
        head = json.dumps(data, indent=1).encode()
        assert recognize_format(Source("a.json", io.BytesIO(head))).name == "v1-json"

    @pytest.mark.parametrize(
        "data",
        [{"protocolSection": {}}, {"studies": []}, {"x": {"ProtocolSection": {}}}, [], "Study"],
    )
    def test_of_others(self, data: object) -> None:
        assert not v1_json.recognizes(json.dumps(data).encode())


class TestWhatIsAround:
    @pytest.mark.parametrize(
        ("data", "count"),
        [
            (STUDY, 1),
            ([STUDY, STUDY, STUDY], 3),
            (ANSWER, 2),
            ({"FullStudies": [{"Study": STUDY}]}, 1),
            ({"FullStudy": {"Rank": 7, "Study": STUDY}}, 1),
            ("\n".join(json.dumps(STUDY) for _ in range(4)), 4),
            ("\ufeff" + json.dumps(STUDY), 1),
        ],
    )
    def test_studies_are_read_one_at_a_time(self, data: object, count: int) -> None:
        documents = read(data)
        assert numbers(documents) == ["NCT00000001"] * count
        assert all(document.set_aside == () for document in documents)

    def test_they_say_which_they_are(self) -> None:
        assert [document.place for document in read(ANSWER)] == [
            "a.json, study 1",
            "a.json, study 2",
        ]

    def test_what_stands_beside_a_study_is_set_aside(self) -> None:
        (document,) = read({"Study": STUDY, "Note": "x"})
        ((address, field, value),) = (
            (item.address, item.field, item.value) for item in document.set_aside
        )
        assert (address, field, value) == ("", "Note", '"x"')


class TestFaults:
    @pytest.mark.parametrize(
        ("data", "says"),
        [
            ("{", "ends before the study"),
            ('{"ProtocolSection": {}', "ends before the study"),
            ('{"ProtocolSection": x}', "cannot be read"),
            ("", "empty"),
            ({"a": 1}, "not a study"),
            ({"Study": []}, "not a study"),
            ({"StudyFieldsResponse": {"StudyFields": []}}, "single fields of studies"),
            (
                '{"ProtocolSection": {"DesignModule": {"StudyType": "a", "StudyType": "b"}}}',
                "given twice",
            ),
            ({"FullStudies": [1]}, "a study, which begins with {"),
        ],
    )
    def test_say_what_and_where(self, data: object, says: str) -> None:
        with pytest.raises(DocumentError) as raised:
            read(data)
        assert says in str(raised.value)
        assert "a.json" in str(raised.value)

    def test_beyond_the_depth(self) -> None:
        deep: Any = "x"
        for _ in range(80):
            deep = {"a": deep}
        with pytest.raises(LimitError, match="nested more than"):
            read({"ProtocolSection": deep})

    @pytest.mark.parametrize("name", ["Odd", "StudyType", "PhaseList"])
    def test_beyond_the_depth_in_what_is_set_aside(self, name: str) -> None:
        deep: Any = "x"
        for _ in range(62):
            deep = [deep]
        with pytest.raises(LimitError, match="nested more than"):
            read({"ProtocolSection": {"DesignModule": {name: deep}}})

    def test_beyond_the_depth_around_a_study(self) -> None:
        deep: Any = STUDY
        for _ in range(62):
            deep = {"Study": deep}
        with pytest.raises(LimitError, match="nested more than"):
            read(deep)

    def test_beyond_a_depth_below_the_usual(self) -> None:
        assert numbers(read(STUDY, depth=3)) == ["NCT00000001"]
        with pytest.raises(LimitError, match="nested more than 2 deep"):
            read(STUDY, depth=2)

    def test_in_another_encoding(self) -> None:
        source = Source("a.json", io.BytesIO(json.dumps(STUDY).encode("utf-16")))
        with pytest.raises(DocumentError, match="UTF-16"):
            list(v1_json.read(source))


class TestValues:
    @pytest.mark.parametrize(
        ("section", "module", "content", "expected"),
        [
            (
                "Protocol",
                "StatusModule",
                {
                    "OverallStatus": "Active, not recruiting",
                    "StartDateStruct": {"StartDate": "July 2001", "StartDateType": "Anticipated"},
                    "StudyFirstPostDateStruct": {
                        "StudyFirstPostDate": "April 9, 2003",
                        "StudyFirstPostDateType": "Estimate",
                    },
                },
                {
                    "overallStatus": "ACTIVE_NOT_RECRUITING",
                    "startDateStruct": {"date": "2001-07", "type": "ESTIMATED"},
                    "studyFirstPostDateStruct": {"date": "2003-04-09", "type": "ESTIMATED"},
                },
            ),
            (
                "Protocol",
                "DesignModule",
                {
                    "PhaseList": {"Phase": ["Phase 1", "Phase 2"]},
                    "PatientRegistry": "No",
                    "EnrollmentInfo": {"EnrollmentCount": "63", "EnrollmentType": "Actual"},
                    "DesignInfo": {
                        "DesignTimePerspectiveList": {"DesignTimePerspective": ["Prospective"]},
                        "DesignMaskingInfo": {
                            "DesignMasking": "None (Open Label)",
                            "DesignWhoMaskedList": {"DesignWhoMasked": ["Care Provider"]},
                        },
                    },
                },
                {
                    "phases": ("PHASE1", "PHASE2"),
                    "patientRegistry": False,
                    "enrollmentInfo": {"count": 63, "type": "ACTUAL"},
                    "designInfo": {
                        "timePerspective": "PROSPECTIVE",
                        "maskingInfo": {"masking": "NONE", "whoMasked": ("CARE_PROVIDER",)},
                    },
                },
            ),
            (
                "Protocol",
                "EligibilityModule",
                {"Gender": "All", "HealthyVolunteers": "Accepts Healthy Volunteers"},
                {"sex": "ALL", "healthyVolunteers": True},
            ),
            (
                "Results",
                "ParticipantFlowModule",
                {
                    "FlowGroupList": {"FlowGroup": [{"FlowGroupId": "FG000"}]},
                    "FlowPeriodList": {
                        "FlowPeriod": [
                            {
                                "FlowDropWithdrawList": {
                                    "FlowDropWithdraw": [
                                        {
                                            "FlowDropWithdrawType": "Death",
                                            "FlowReasonList": {
                                                "FlowReason": [
                                                    {
                                                        "FlowReasonGroupId": "FG000",
                                                        "FlowReasonNumSubjects": "2",
                                                    }
                                                ]
                                            },
                                        }
                                    ]
                                }
                            }
                        ]
                    },
                },
                {
                    "groups": ({"id": "FG000"},),
                    "periods": (
                        {
                            "dropWithdraws": (
                                {
                                    "type": "Death",
                                    "reasons": ({"groupId": "FG000", "numSubjects": "2"},),
                                },
                            )
                        },
                    ),
                },
            ),
            (
                "Document",
                "LargeDocumentModule",
                {
                    "LargeDocList": {
                        "LargeDoc": [
                            {"LargeDocUploadDate": "10/27/2022 10:03", "LargeDocSize": "9"}
                        ]
                    }
                },
                {"largeDocs": ({"uploadDate": "2022-10-27T10:03", "size": 9},)},
            ),
        ],
    )
    def test_are_what_version_2_makes_of_them(
        self, section: str, module: str, content: object, expected: object
    ) -> None:
        document = part(section, module, content)
        address = f"/{section.lower()}Section/{module[0].lower()}{module[1:]}"
        assert msgspec.to_builtins(value_at(document.study, address)) == expected
        assert document.set_aside == ()

    def test_of_objects_with_the_same_names_are_each_looked_at(self) -> None:
        """What is right with the first of many is not taken to be right with the next."""
        events: list[dict[str, Any]] = [
            {"OtherEventTerm": "Pain", "OtherEventStatsList": {"OtherEventStats": stats}}
            for stats in (
                [{"OtherEventStatsNumAffected": "1"}, {"OtherEventStatsNumAffected": "2 of 3"}],
                [{"OtherEventStatsNumAffected": 4}, {"OtherEventStatsNumAffected": "5"}, "six"],
                {"Odd": "x"},
            )
        ]
        events.append({"OtherEventTerm": "Pain", "OtherEventStatsList": {"Odd": ["x"]}})
        events.append({"OtherEventTerm": 7, "OtherEventStatsList": {"OtherEventStats": []}})
        document = part(
            "Results", "AdverseEventsModule", {"OtherEventList": {"OtherEvent": events}}
        )
        module = "/resultsSection/adverseEventsModule/otherEvents"
        assert msgspec.to_builtins(value_at(document.study, module)) == (
            {"term": "Pain", "stats": ({"numAffected": 1}, {})},
            {"term": "Pain", "stats": ({}, {"numAffected": 5})},
            {"term": "Pain"},
            {"term": "Pain"},
            {"stats": ()},
        )
        assert [(item.address, item.field, item.value) for item in document.set_aside] == [
            (f"{module}/0/stats/1", "OtherEventStatsNumAffected", '"2 of 3"'),
            (f"{module}/1/stats/0", "OtherEventStatsNumAffected", "4"),
            (f"{module}/1", "OtherEventStatsList", '"six"'),
            (f"{module}/2", "OtherEventStatsList", '{"OtherEventStats":{"Odd":"x"}}'),
            (f"{module}/3", "OtherEventStatsList", '{"Odd":["x"]}'),
            (f"{module}/4", "OtherEventTerm", "7"),
        ]

    def test_are_read_alike_however_the_document_is_laid_out(self) -> None:
        """One study per line, and one indented over many, are read in two ways."""
        content = {
            "EnrollmentInfo": {"EnrollmentCount": "6x"},
            "PhaseList": {"Phase": ["Phase 1"]},
            "Odd": {"a": ['\u0007"1', 1.10]},
        }
        study = {"ProtocolSection": {"DesignModule": content}}
        texts = (
            json.dumps(study, separators=(",", ":"), ensure_ascii=False),
            json.dumps(study),
            json.dumps(study, indent=2),
        )
        first, second, third = (read(text)[0] for text in texts)
        assert first == second == third
        assert len(first.set_aside) == 2

    def test_a_place_on_the_map_that_version_1_did_not_have(self) -> None:
        locations = {"Location": ["x", {"LocationGeoPoint": {}}, {"LocationCity": "Ulm"}]}
        document = part("Protocol", "ContactsLocationsModule", {"LocationList": locations})
        module = "/protocolSection/contactsLocationsModule"
        assert [(item.address, item.field) for item in document.set_aside] == [
            (module, "LocationList"),
            (f"{module}/locations/0", "LocationGeoPoint"),
        ]
        assert value_at(document.study, f"{module}/locations/1/city") == "Ulm"

    @pytest.mark.parametrize(
        ("content", "address", "field", "value"),
        [
            ({"Odd": {"a": "1"}}, "", "Odd", '{"a":"1"}'),
            ({"StudyType": None}, "", "StudyType", "null"),
            ({"StudyType": 1.10}, "", "StudyType", "1.1"),
            ({"StudyTypeList": {"StudyType": ["a"]}}, "", "StudyTypeList", '{"StudyType":["a"]}'),
            ({"Phase": "Phase 1"}, "", "Phase", '"Phase 1"'),
            ({"EnrollmentInfo": "63"}, "", "EnrollmentInfo", '"63"'),
            (
                {"EnrollmentInfo": {"EnrollmentCount": "6x"}},
                "/enrollmentInfo",
                "EnrollmentCount",
                '"6x"',
            ),
            ({"PatientRegistry": "Maybe"}, "", "PatientRegistry", '"Maybe"'),
            (
                {
                    "DesignInfo": {
                        "DesignObservationalModelList": {
                            "DesignObservationalModel": ["Cohort", "Other"]
                        }
                    }
                },
                "/designInfo",
                "DesignObservationalModelList",
                '["Cohort","Other"]',
            ),
        ],
    )
    def test_without_a_place_are_set_aside(
        self, content: object, address: str, field: str, value: str
    ) -> None:
        (item,) = part("Protocol", "DesignModule", content).set_aside
        assert (item.address, item.field, item.value) == (
            f"/protocolSection/designModule{address}",
            field,
            value,
        )
