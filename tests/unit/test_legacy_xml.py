"""The public XML of a study: elements of every year read, what has no place set aside, faults named."""

import io
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from topline.errors import DocumentError, LimitError
from topline.formats import legacy_xml
from topline.formats.document import Document
from topline.formats.limits import Limits
from topline.formats.registry import recognize_format
from topline.formats.source import Source
from topline.record.addresses import value_at


def read(xml: str, **limits: int) -> Document:
    source = Source("a.xml", io.BytesIO(xml.encode()), Limits(**limits))
    (document,) = legacy_xml.read(source)
    return document


def study(inner: str = "", results: str = "") -> Document:
    outer = f"<clinical_results>{results}</clinical_results>" if results else ""
    return read(
        "<clinical_study><id_info><nct_id>NCT00000001</nct_id></id_info>"
        f"{inner}{outer}</clinical_study>"
    )


def as_json(document: Document, address: str) -> Any:
    return msgspec.to_builtins(value_at(document.study, address))


def asides(document: Document) -> list[tuple[str, str, str]]:
    return [(item.address, item.field, item.value) for item in document.set_aside]


PROTOCOL = "/protocolSection"
RESULTS = "/resultsSection"


class TestRecognition:
    @pytest.mark.parametrize(
        "head",
        [
            b"<clinical_study><required_header>",
            b'<?xml version="1.0"?>\n<clinical_study rank="1">\n<!-- x --><required_header>',
            "<clinical_study><id_info><nct_id>".encode("utf-16"),
        ],
    )
    def test_of_the_public_form(self, head: bytes) -> None:
        assert recognize_format(Source("a", io.BytesIO(head))).name == "legacy-xml"

    @pytest.mark.parametrize(
        "head",
        [
            b"<study_collection><clinical_study><required_header>",
            b'<prs:study_collection xmlns:prs="x"><clinical_study>',
            b"<clinical_study><id_info><org_name>A</org_name><nct_id>",
            b"<clinical_study><id_info><provider_study_id>1</provider_study_id>",
            b'<tns:result xmlns:tns="http://clinicaltrials.gov/rrs">',
            b'<aev:adverseEvents xmlns:aev="x">',
            b"<clinical_study/>",
            b"{}",
            b"",
        ],
    )
    def test_of_others(self, head: bytes) -> None:
        assert not legacy_xml.recognizes(head)


class TestFaults:
    @pytest.mark.parametrize(
        ("xml", "says"),
        [
            ("<study_collection/>", "'study_collection'"),
            ("\n\n<study_collection/>", "line 3"),
            ('<c:clinical_study xmlns:c="http://x"/>', "of the namespace 'http://x'"),
            ("<clinical_study/>", "neither a registration nor results"),
            ("<clinical_study><id_info>", "not well-formed"),
            ("<clinical_study>\n<id_info><nct_id>1</id_info>", "line 2"),
            ("<!DOCTYPE clinical_study><clinical_study/>", "document type declaration"),
            ("", "empty"),
            ("{}", "not well-formed"),
        ],
    )
    def test_say_what_and_where(self, xml: str, says: str) -> None:
        with pytest.raises(DocumentError) as raised:
            read(xml)
        assert says in str(raised.value)
        assert "a.xml" in str(raised.value)

    def test_a_document_beyond_the_limit(self) -> None:
        with pytest.raises(LimitError, match="larger than 10 bytes"):
            read("<clinical_study><acronym>A</acronym></clinical_study>", document_bytes=10)

    def test_two_groups_that_would_become_one(self) -> None:
        groups = '<group group_id="P1"/><group group_id="FG000"/>'
        with pytest.raises(DocumentError, match="two groups would both become 'FG000'"):
            study(results=f"<participant_flow><group_list>{groups}</group_list></participant_flow>")


class TestWhatHasNoPlace:
    @pytest.mark.parametrize(
        ("inner", "expected"),
        [
            ("<nonsense>x</nonsense>", ("", "nonsense", "x")),
            ("<nonsense><a>1</a></nonsense>", ("", "nonsense", "<nonsense><a>1</a></nonsense>")),
            ('<acronym lang="en">A</acronym>', ("", "acronym/@lang", "en")),
            ("<acronym>A</acronym><acronym>B</acronym>", ("", "acronym", "B")),
            ("<acronym>A<b>B</b></acronym>", ("", "acronym", "<acronym>A<b>B</b></acronym>")),
            ("<sponsors>stray</sponsors>", ("", "sponsors", "stray")),
            ('<sponsors n="2"/>', ("", "sponsors/@n", "2")),
            ("<acronym>A</acronym>stray", ("", "text", "stray")),
            ("<enrollment>12.5</enrollment>", ("", "enrollment", "12.5")),
            ("<enrollment>1,250</enrollment>", ("", "enrollment", "1,250")),
            (
                "<study_first_submitted>soon</study_first_submitted>",
                ("", "study_first_submitted", "soon"),
            ),
            (
                '<start_date type="Guessed">May 2018</start_date>',
                (f"{PROTOCOL}/statusModule/startDateStruct", "@type", "Guessed"),
            ),
            (
                "<location><facility><name>A</name><beds>9</beds></facility></location>",
                (f"{PROTOCOL}/contactsLocationsModule/locations/0", "facility/beds", "9"),
            ),
            (
                "<location/><location><investigator><last_name>B</last_name>"
                "<affiliation>C</affiliation></investigator></location>",
                (f"{PROTOCOL}/contactsLocationsModule/locations/1/contacts/0", "affiliation", "C"),
            ),
            ("<number_of_arms>2</number_of_arms>", ("", "number_of_arms", "2")),
            ("<location_countries><country>X</country></location_countries>", ("", "country", "X")),
            ("<c:b xmlns:c='u'>x</c:b>", ("", "{u}b", "x")),
        ],
    )
    def test_is_set_aside_with_its_address(
        self, inner: str, expected: tuple[str, str, str]
    ) -> None:
        found = asides(study(inner))
        if expected[1] == "@type":  # a date's type that is no code stays, as other words do
            assert found == []
        else:
            assert found == [expected]

    def test_an_attribute_of_the_root(self) -> None:
        document = read('<clinical_study rank="7"><acronym>A</acronym></clinical_study>')
        assert asides(document) == [("", "@rank", "7")]

    def test_comments_and_blanks_are_nothing(self) -> None:
        document = study(
            "\n <!-- c --> <acronym>A<!-- c -->B</acronym>\n<?x y?>\n<keyword> </keyword>"
        )
        assert as_json(document, f"{PROTOCOL}/identificationModule")["acronym"] == "AB"
        assert asides(document) == []


class TestRegistration:
    @pytest.mark.parametrize(
        ("inner", "address", "expected"),
        [
            (
                '<start_date type="Anticipated">May 3, 2018</start_date>',
                "statusModule/startDateStruct",
                {"date": "2018-05-03", "type": "ESTIMATED"},
            ),
            ("<phase>Phase 1/Phase 2</phase>", "designModule/phases", ("PHASE1", "PHASE2")),
            ("<phase>N/A</phase>", "designModule/phases", ("NA",)),
            (
                "<study_type>Observational [Patient Registry]</study_type>",
                "designModule",
                {"studyType": "OBSERVATIONAL", "patientRegistry": True},
            ),
            (
                "<study_design_info><masking>Double (Participant, Investigator)</masking>"
                "</study_design_info>",
                "designModule/designInfo/maskingInfo",
                {"masking": "DOUBLE", "whoMasked": ("PARTICIPANT", "INVESTIGATOR")},
            ),
            (
                "<study_design>Allocation: Randomized, Intervention Model: Parallel Assignment, "
                "Masking: Double Blind (Subject, Caregiver), Primary Purpose: Treatment</study_design>",
                "designModule/designInfo",
                {
                    "allocation": "RANDOMIZED",
                    "interventionModel": "PARALLEL",
                    "primaryPurpose": "TREATMENT",
                    "maskingInfo": {
                        "masking": "DOUBLE",
                        "whoMasked": ("PARTICIPANT", "CARE_PROVIDER"),
                    },
                },
            ),
            (
                "<firstreceived_date>April 8, 2003</firstreceived_date>",
                "statusModule",
                {"studyFirstSubmitDate": "2003-04-08"},
            ),
            (
                '<enrollment type="Actual">12</enrollment>',
                "designModule/enrollmentInfo",
                {"count": 12, "type": "ACTUAL"},
            ),
            (
                "<eligibility><criteria><textblock>\n      In:\r\n\r\n        - a\n    </textblock>"
                "</criteria><gender>Both</gender><minimum_age>18 Years</minimum_age>"
                "<healthy_volunteers>Accepts Healthy Volunteers</healthy_volunteers></eligibility>",
                "eligibilityModule",
                {
                    "eligibilityCriteria": "In:\n\n  - a",
                    "sex": "ALL",
                    "minimumAge": "18 Years",
                    "healthyVolunteers": True,
                },
            ),
            (
                "<overall_contact><first_name>A</first_name><last_name>B</last_name>"
                "<degrees>MD</degrees><phone>1</phone></overall_contact>",
                "contactsLocationsModule/centralContacts/0",
                {"name": "A B, MD", "role": "CONTACT", "phone": "1"},
            ),
            (
                "<arm_group><arm_group_label>X</arm_group_label></arm_group><intervention>"
                "<intervention_type>Dietary Supplement</intervention_type><intervention_name>Y"
                "</intervention_name><arm_group_label>X</arm_group_label></intervention>",
                "armsInterventionsModule/armGroups/0",
                {"label": "X", "interventionNames": ("Dietary Supplement: Y",)},
            ),
            (
                "<results_reference><PMID>1</PMID></results_reference>",
                "referencesModule/references/0",
                {"pmid": "1", "type": "RESULT"},
            ),
        ],
    )
    def test_becomes_what_the_registry_makes_of_it_today(
        self, inner: str, address: str, expected: object
    ) -> None:
        document = study(inner)
        assert as_json(document, f"{PROTOCOL}/{address}") == expected
        assert asides(document) == []

    def test_arms_of_one_label_get_no_interventions(self) -> None:
        arm = "<arm_group><arm_group_label>X</arm_group_label></arm_group>"
        document = study(
            f"{arm}{arm}<intervention><intervention_name>Y</intervention_name>"
            "<arm_group_label>X</arm_group_label></intervention>"
        )
        address = f"{PROTOCOL}/armsInterventionsModule/armGroups"
        assert as_json(document, address) == ({"label": "X"}, {"label": "X"})

    def test_results_that_wait_for_their_check(self) -> None:
        document = study(
            "<pending_results><submitted>May 3, 2018</submitted><submission_canceled>Unknown"
            "</submission_canceled></pending_results>"
        )
        assert as_json(document, "/annotationSection/annotationModule/unpostedAnnotation") == {
            "unpostedEvents": (
                {"type": "RELEASE", "date": "2018-05-03"},
                {"type": "UNRELEASE", "dateUnknown": True},
            )
        }

    def test_a_document_of_the_study(self) -> None:
        document = study(
            "<provided_document_section><provided_document><document_has_sap>No</document_has_sap>"
            "<document_url>https://ClinicalTrials.gov/ProvidedDocs/25/NCT00000125/ICF_000.pdf"
            "</document_url></provided_document></provided_document_section>"
        )
        assert as_json(document, "/documentSection/largeDocumentModule/largeDocs/0") == {
            "hasSap": False,
            "filename": "ICF_000.pdf",
        }

    def test_without_results(self) -> None:
        document = study()
        assert document.study.has_results is False
        assert document.study.results_section is None


def measurement(**values: str) -> str:
    return "<measurement {}/>".format(" ".join(f'{name}="{text}"' for name, text in values.items()))


def rows(*cells: str) -> str:
    return f"<measurement_list>{''.join(cells)}</measurement_list>"


CELL: Mapping[str, object] = {"groupId": "OG000", "value": "9.50", "spread": "1.0"}


class TestOutcomes:
    @staticmethod
    def outcome(inner: str) -> Document:
        return study(results=f"<outcome_list><outcome>{inner}</outcome></outcome_list>")

    address = f"{RESULTS}/outcomeMeasuresModule/outcomeMeasures/0"

    def test_with_classes(self) -> None:
        document = self.outcome(
            "<type>Primary</type><title>T</title>"
            '<group_list><group group_id="O1"><title>A</title></group></group_list><measure>'
            "<title>T</title><units>mm</units><param>Mean</param>"
            "<dispersion>Standard Deviation</dispersion><analyzed_list><analyzed>"
            "<units>Participants</units><scope>Measure</scope><count_list>"
            '<count group_id="O1" value="7"/></count_list></analyzed></analyzed_list><class_list>'
            "<class><title>C</title><category_list><category><title>D</title>"
            f"{rows(measurement(group_id='O1', value='9.50', spread='1.0'))}"
            "</category></category_list></class></class_list></measure>"
        )
        assert as_json(document, self.address) == {
            "type": "PRIMARY",
            "title": "T",
            "reportingStatus": "POSTED",
            "paramType": "MEAN",
            "dispersionType": "Standard Deviation",
            "unitOfMeasure": "mm",
            "groups": ({"id": "OG000", "title": "A"},),
            "denoms": ({"units": "Participants", "counts": ({"groupId": "OG000", "value": "7"},)},),
            "classes": ({"title": "C", "categories": ({"title": "D", "measurements": (CELL,)},)},),
        }
        assert asides(document) == []

    def test_of_years_without_classes(self) -> None:
        """A count of participants was a measure, and a measure had categories only."""
        document = self.outcome(
            "<title>T</title><measure_list><measure><title>Number of Participants</title>"
            "<units>participants</units><param>Number</param><category_list><category>"
            f"{rows(measurement(group_id='O1', value='7'))}</category></category_list></measure>"
            "<measure><title>T</title><units>mm</units><param>Mean</param><category_list>"
            f"<category><sub_title>C</sub_title>"
            f"{rows(measurement(group_id='O1', value='9.50', spread='1.0'))}</category>"
            "</category_list></measure></measure_list>"
        )
        found = as_json(document, self.address)
        assert found["denoms"] == (
            {"units": "Participants", "counts": ({"groupId": "OG000", "value": "7"},)},
        )
        assert found["classes"] == ({"title": "C", "categories": ({"measurements": (CELL,)},)},)
        assert (found["title"], found["paramType"]) == ("T", "MEAN")
        assert asides(document) == []

    def test_a_third_measure_is_set_aside_whole(self) -> None:
        one = (
            "<measure><title>T</title><param>Mean</param><category_list><category>"
            f"{rows(measurement(group_id='O1', value='1'))}</category></category_list></measure>"
        )
        document = self.outcome(f"<title>T</title><measure_list>{one}{one}</measure_list>")
        assert asides(document) == [(self.address, "measure", one)]

    def test_not_posted(self) -> None:
        document = self.outcome("<title>T</title><posting_date>04/2007</posting_date>")
        assert as_json(document, self.address) == {
            "title": "T",
            "reportingStatus": "NOT_POSTED",
            "anticipatedPostingDate": "2007-04",
        }

    @pytest.mark.parametrize(
        ("inner", "expected"),
        [
            ("<non_inferiority>Yes</non_inferiority>", {"testedNonInferiority": True}),
            (
                "<non_inferiority_type>Superiority or Other (legacy)</non_inferiority_type>",
                {"nonInferiorityType": "SUPERIORITY_OR_OTHER_LEGACY"},
            ),
            (
                "<non_inferiority_type>Something else</non_inferiority_type>",
                {"nonInferiorityType": "Something else"},
            ),
            (
                "<p_value>&lt;0.05</p_value><ci_percent>95.0</ci_percent>",
                {"pValue": "<0.05", "ciPctValue": "95.0"},
            ),
            (
                "<group_id_list><group_id>O2</group_id><group_id>O1</group_id></group_id_list>",
                {"groupIds": ("OG001", "OG000")},
            ),
            ("<ci_n_sides>2-Sided</ci_n_sides>", {"ciNumSides": "TWO_SIDED"}),
        ],
    )
    def test_analyses(self, inner: str, expected: object) -> None:
        document = self.outcome(f"<analysis_list><analysis>{inner}</analysis></analysis_list>")
        assert as_json(document, f"{self.address}/analyses/0") == expected

    def test_a_measure_that_says_another_title(self) -> None:
        document = self.outcome("<title>T</title><measure><title>U</title></measure>")
        assert asides(document) == [(self.address, "measure/title", "U")]

    def test_a_scope_that_is_not_its_place(self) -> None:
        document = self.outcome(
            "<measure><analyzed_list><analyzed><scope>Class</scope></analyzed></analyzed_list>"
            "</measure>"
        )
        assert asides(document) == [(f"{self.address}/denoms/0", "scope", "Class")]


class TestBaseline:
    address = f"{RESULTS}/baselineCharacteristicsModule"

    def test_an_older_count_of_participants_becomes_the_denominators(self) -> None:
        document = study(
            results="<baseline><measure_list><measure><title>Number of Participants</title>"
            "<units>participants</units><param>Number</param><category_list><category>"
            f"{rows(measurement(group_id='B1', value='7'))}</category></category_list></measure>"
            "<measure><title>Age</title></measure></measure_list></baseline>"
        )
        assert as_json(document, self.address) == {
            "denoms": ({"units": "Participants", "counts": ({"groupId": "BG000", "value": "7"},)},),
            "measures": ({"title": "Age"},),
        }

    def test_one_with_a_spread_stays_a_measure(self) -> None:
        document = study(
            results="<baseline><measure_list><measure><title>Number of Participants</title>"
            "<category_list><category>"
            f"{rows(measurement(group_id='B1', value='7', spread='2'))}</category>"
            "</category_list></measure></measure_list></baseline>"
        )
        assert as_json(document, f"{self.address}/measures/0")["title"] == "Number of Participants"

    def test_other_units_are_named_with_the_module(self) -> None:
        document = study(
            results="<baseline><analyzed_list><analyzed><units>Participants</units></analyzed>"
            "<analyzed><units>eyes</units></analyzed></analyzed_list></baseline>"
        )
        assert as_json(document, self.address)["typeUnitsAnalyzed"] == "eyes"


class TestMoreInformation:
    @pytest.mark.parametrize(
        ("inner", "expected"),
        [
            (
                "<pi_employee>All Principal Investigators ARE employed by the organization "
                "sponsoring the study.</pi_employee>",
                {"piSponsorEmployee": True},
            ),
            (
                "<restrictive_agreement>There is NOT an agreement between Principal Investigators "
                "and the Sponsor (or its agents) that restricts the PI's rights to discuss or "
                "publish trial results after the trial is completed. </restrictive_agreement>",
                {"restrictiveAgreement": False},
            ),
            (
                "<restrictive_agreement>Ask us first.</restrictive_agreement>",
                {
                    "restrictiveAgreement": True,
                    "restrictionType": "OTHER",
                    "otherDetails": "Ask us first.",
                },
            ),
        ],
    )
    def test_agreements(self, inner: str, expected: object) -> None:
        document = study(results=f"<certain_agreements>{inner}</certain_agreements>")
        assert as_json(document, f"{RESULTS}/moreInfoModule/certainAgreement") == expected

    def test_an_employee_that_is_neither(self) -> None:
        document = study(
            results="<certain_agreements><pi_employee>X</pi_employee></certain_agreements>"
        )
        assert asides(document) == [
            (f"{RESULTS}/moreInfoModule/certainAgreement", "pi_employee", "X")
        ]

    def test_a_telephone_number_with_its_extension(self) -> None:
        document = study(
            results="<point_of_contact><phone>626-359-8111 ext 65265</phone></point_of_contact>"
        )
        assert as_json(document, f"{RESULTS}/moreInfoModule/pointOfContact") == {
            "phone": "626-359-8111",
            "phoneExt": "65265",
        }
