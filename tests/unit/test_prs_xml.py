"""The registry's upload: what is written where, which words are read, and what is set aside or lost."""

import io

import pytest
from tests.unit.prs_examples import (
    collection,
    events,
    lines,
    lost,
    one_outcome,
    outcome,
    outcome_record,
    read,
    record,
    result,
    section,
    study_element,
    written,
)

from topline.errors import DocumentError, LimitError, UsageError
from topline.formats.limits import Limits
from topline.formats.prs_codes import (
    BASELINE_TITLE,
    METHOD,
    OUTCOME_TYPE,
    REASON,
    TEST_TYPE,
    dispersion_label,
    dispersion_texts,
)
from topline.formats.prs_xml import FORMAT, losses, recognizes
from topline.formats.prs_xml import read as read_all
from topline.formats.source import Source
from topline.record.codes import CODE_LISTS
from topline.record.results import (
    BaselineCharacteristicsModule,
    BaselineMeasure,
    Denom,
    DenomCount,
    DropWithdraw,
    EventGroup,
    FlowGroup,
    FlowMilestone,
    FlowPeriod,
    FlowStats,
    MeasureAnalysis,
    MeasureCategory,
    MeasureClass,
    MeasureGroup,
    Measurement,
    OutcomeMeasure,
    OutcomeMeasuresModule,
    ParticipantFlowModule,
)
from topline.record.study import Study


class TestWriting:
    def test_a_study_alone_touches_nothing_but_its_results(self) -> None:
        assert lines(record())[1:] == [
            '<prs:study_collection xmlns:prs="http://clinicaltrials.gov/prs">',
            '<clinical_study partial_upload="true">',
            "<id_info>",
            "<org_name>Trials Unit</org_name>",
            "<org_study_id>A-1</org_study_id>",
            "</id_info>",
            '<rrs:result xmlns:rrs="http://clinicaltrials.gov/rrs" partialUpload="true">',
            "<outcomeMeasures/>",
            "</rrs:result>",
            "</clinical_study>",
            "</prs:study_collection>",
        ]

    def test_without_a_number_the_results_stand_alone(self) -> None:
        assert lines(record(number=None))[1].startswith("<rrs:result")

    def test_no_study_is_wrong_usage(self) -> None:
        assert FORMAT.write is not None
        with pytest.raises(UsageError, match="no study"):
            FORMAT.write([], io.BytesIO())

    def test_a_period_has_its_own_milestones_and_reasons_have_names(self) -> None:
        def reached(name: str, number: str, comment: str | None = None) -> FlowMilestone:
            stats = FlowStats(group_id="FG000", num_subjects=number, comment=comment)
            return FlowMilestone(type=name, achievements=(stats,))

        period = FlowPeriod(
            title="Overall",
            milestones=(
                reached("STARTED", "9"),
                reached("Treated", "NA", "not recorded"),
                reached("COMPLETED", "7"),
                reached("NOT COMPLETED", "2"),
            ),
            drop_withdraws=(
                DropWithdraw(
                    type="Death", reasons=(FlowStats(group_id="FG000", num_subjects="1"),)
                ),
                DropWithdraw(
                    type="Moved", reasons=(FlowStats(group_id="FG000", num_subjects="1"),)
                ),
            ),
        )
        module = ParticipantFlowModule(
            groups=(FlowGroup(id="FG000", title="A"),), periods=(period,)
        )
        document = record(participant_flow_module=module)
        assert section(read(written(document))).participant_flow_module == module
        text = "".join(lines(document))
        assert "<subjectsAchieve>9</subjectsAchieve>" in text.partition("<startedMilestone>")[2]
        assert "NOT COMPLETED" not in text
        assert "<subjectsNaComment>not recorded</subjectsNaComment>" in text
        assert "<otherReasonName>Moved</otherReasonName><reasonType>Other</reasonType>" in text
        assert "<otherReasonName>Death" not in text

    def test_the_total_stands_apart_and_study_specific_measures_are_named(self) -> None:
        groups = (MeasureGroup(id="BG000", title="A"), MeasureGroup(id="BG001", title="Total"))
        module = BaselineCharacteristicsModule(
            groups=groups,
            denoms=(
                Denom(
                    units="Participants",
                    counts=(
                        DenomCount(group_id="BG000", value="9"),
                        DenomCount(group_id="BG001", value="9"),
                    ),
                ),
            ),
            measures=(
                BaselineMeasure(title="Age, Continuous", dispersion_type="STANDARD_DEVIATION"),
                BaselineMeasure(title="Weight", calculate_pct=False),
            ),
        )
        document = record(baseline_characteristics_module=module)
        assert section(read(written(document))).baseline_characteristics_module == module
        text = "".join(lines(document))
        assert '<totalBaselineReportingGroup id="BG001"><subjectsAnalyzed>9<' in text
        assert "<title>Other</title><otherTitle>Weight</otherTitle>" in text
        assert "<calculatePct>No</calculatePct>" in text
        assert "<dispersionType>Standard Deviation</dispersionType>" in text

    def test_groups_of_two_outcomes_have_ids_of_their_own(self) -> None:
        measure = OutcomeMeasure(
            groups=(MeasureGroup(id="OG000", title="A"),),
            analyses=(MeasureAnalysis(group_ids=("OG000",), statistical_method="My test"),),
        )
        module = OutcomeMeasuresModule(outcome_measures=(measure, measure))
        text = "".join(lines(record(outcome_measures_module=module)))
        for place in "01":
            assert f'<outcomeReportingGroup id="OM{place}-OG000">' in text
            assert f"<outcomeReportingGroupId>OM{place}-OG000<" in text
        assert "<otherMethodName>My test</otherMethodName><parameterType/>" in text
        assert "<statisticalMethod>Other</statisticalMethod>" in text

    def test_an_interval_of_an_unlisted_level_gives_its_level_beside(self) -> None:
        text = "".join(lines(outcome_record(dispersion_type="84% Confidence Interval")))
        assert "<ciPctLevel>84</ciPctLevel>" in text
        assert "<dispersionType>Other Confidence Interval Level</dispersionType>" in text

    def test_the_obsolete_status_is_written_only_where_rows_say_otherwise(self) -> None:
        assert "reportingStatus" not in written(outcome_record(reporting_status="NOT_POSTED"))
        assert "<reportingStatus>Posted<" in written(outcome_record(reporting_status="POSTED"))

    def test_categories_that_some_groups_lack_keep_their_order(self) -> None:
        def row(title: str, *ids: str) -> MeasureCategory:
            return MeasureCategory(
                title=title, measurements=tuple(Measurement(group_id=id, value="1") for id in ids)
            )

        classes = (
            MeasureClass(
                categories=(
                    row("x", "OG001"),
                    row("y", "OG000"),
                    row("z", "OG001"),
                    row("x", "OG000"),
                )
            ),
        )
        document = outcome_record(classes=classes)
        assert lost(document) == {}
        assert one_outcome(read(written(document))).classes == classes


class TestReading:
    @pytest.mark.parametrize(
        ("head", "known"),
        [
            (b'<?xml version="1.0"?><!-- x --><prs:study_collection>', True),
            (b"\xef\xbb\xbf<tns:result>", True),
            (b"<clinical_study>", False),
            (b"{}", False),
        ],
    )
    def test_it_is_known_by_its_root(self, head: bytes, known: bool) -> None:
        assert recognizes(head) is known

    def test_empty_elements_say_nothing(self) -> None:
        document = read(
            result(
                "<baseline><baselineMeasures/><baselineReportingGroups/></baseline><certainAgreement/>"
                "<outcomeMeasures/><pointOfContact><email> </email></pointOfContact>"
            )
        )
        assert document.study == Study()
        assert document.set_aside == ()

    @pytest.mark.parametrize(
        ("element", "field", "value"),
        [
            ("<measureType>primary</measureType>", "type", "PRIMARY"),
            ("<parameterType>LeastSquareMean</parameterType>", "param_type", "LEAST_SQUARES_MEAN"),
            (
                "<parameterType>Count of participants</parameterType>",
                "param_type",
                "COUNT_OF_PARTICIPANTS",
            ),
            (
                "<dispersionType>StandardDeviation</dispersionType>",
                "dispersion_type",
                "Standard Deviation",
            ),
            ("<calculatePct>yes</calculatePct>", "calculate_pct", True),
            ("<reportingStatus>Posted</reportingStatus>", "reporting_status", "POSTED"),
            (
                "<ciPctLevel>84</ciPctLevel><dispersionType>Confidence Interval</dispersionType>",
                "dispersion_type",
                "84% Confidence Interval",
            ),
            (
                "<anticipatedResultPostingDate><month>May</month><year>2011</year></anticipatedResultPostingDate>",
                "anticipated_posting_date",
                "2011-05",
            ),
            (
                "<anticipatedResultPostingDate><month>5</month><year>2011</year></anticipatedResultPostingDate>",
                "anticipated_posting_date",
                "2011-05",
            ),
            (
                "<selectedUnitOfAnalysis>Units</selectedUnitOfAnalysis><typeUnitsAnalyzed>Eyes</typeUnitsAnalyzed>",
                "denom_units_selected",
                "Eyes",
            ),
        ],
    )
    def test_words_are_read_however_they_are_spelled(
        self, element: str, field: str, value: object
    ) -> None:
        document = read(outcome(element))
        assert getattr(one_outcome(document), field) == value
        assert document.set_aside == ()

    def test_what_is_given_for_all_terms_is_read_at_each(self) -> None:
        document = read(
            events(
                "<assessmentType>Systematic Assessment</assessmentType><seriousAdverseEvents>"
                "<seriousEvent><term>a</term></seriousEvent>"
                "<seriousEvent><assessmentType>NonSystematic</assessmentType></seriousEvent>"
                "</seriousAdverseEvents><sourceVocabulary>MedDRA 22.0</sourceVocabulary>"
            )
        )
        module = section(document).adverse_events_module
        assert module is not None
        assert module.serious_events is not None
        first, second = module.serious_events
        assert (first.assessment_type, first.source_vocabulary) == (
            "SYSTEMATIC_ASSESSMENT",
            "MedDRA 22.0",
        )
        assert second.assessment_type == "NON_SYSTEMATIC_ASSESSMENT"
        assert [item.field for item in document.set_aside] == ["assessmentType", "sourceVocabulary"]
        assert list(losses(document)) == []
        assert "<sourceVocabulary>MedDRA 22.0</sourceVocabulary>\n  </reportedEvents>" in written(
            document
        )

    def test_a_comment_and_a_reason_for_missing_participants_are_both_kept(self) -> None:
        document = read(
            result(
                "<outcomeMeasures/><participantFlow><participantFlowGroups><flowGroup id='a'/>"
                "</participantFlowGroups><periods><period><completedMilestone><milestoneAchievements/>"
                "</completedMilestone><dropWithdrawReasons/><milestones/><startedMilestone>"
                "<milestoneAchievements><milestoneAchievement><reportingGroupId>a</reportingGroupId>"
                "<comment>one</comment><subjectsAchieve>NA</subjectsAchieve>"
                "<subjectsNaComment>two</subjectsNaComment></milestoneAchievement></milestoneAchievements>"
                "</startedMilestone></period></periods></participantFlow>"
            )
        )
        flow = section(document).participant_flow_module
        assert flow is not None
        assert flow.groups == (FlowGroup(id="FG000"),)
        assert flow.periods == (
            FlowPeriod(
                milestones=(
                    FlowMilestone(
                        type="STARTED",
                        achievements=(
                            FlowStats(group_id="FG000", num_subjects="NA", comment="one"),
                        ),
                    ),
                )
            ),
        )
        (item,) = document.set_aside
        assert (item.field, item.value) == (
            "subjectsNaComment",
            "<subjectsNaComment>two</subjectsNaComment>",
        )
        assert item.address.endswith("/periods/0/milestones/0/achievements/0")
        assert list(losses(document)) == []
        again = "<comment>one</comment><subjectsAchieve>NA</subjectsAchieve><subjectsNaComment>two<"
        assert again in "".join(lines(document))

    @pytest.mark.parametrize(
        ("inside", "field", "address"),
        [
            ("<safetyIssue>No</safetyIssue>", "safetyIssue", "/outcomeMeasures/0"),
            ("<title>a<b/></title>", "title", "/outcomeMeasures/0"),
            ("<title>a</title><title>b</title>", "title", "/outcomeMeasures/0"),
            ("<title lang='en'>a</title>", "attribute lang of title", "/outcomeMeasures/0"),
            ("loose", "text in outcomeMeasure", "/outcomeMeasures/0"),
            ("<calculatePct>perhaps</calculatePct>", "calculatePct", "/outcomeMeasures/0"),
            (
                "<anticipatedResultPostingDate><month>Mai</month><year>11</year></anticipatedResultPostingDate>",
                "anticipatedResultPostingDate",
                "/outcomeMeasures/0",
            ),
            (
                "<measureRows><measureRow><reportedValues><reportedValue><reportingGroupId>x</reportingGroupId>"
                "<reportedEntries/></reportedValue></reportedValues></measureRow></measureRows>",
                "reportedValue",
                "/outcomeMeasures/0/classes/0",
            ),
        ],
    )
    def test_what_the_record_cannot_hold_is_set_aside(
        self, inside: str, field: str, address: str
    ) -> None:
        (item,) = read(outcome(inside)).set_aside
        assert (item.field, item.address) == (
            field,
            f"/resultsSection/outcomeMeasuresModule{address}",
        )
        assert item.reason

    def test_what_was_set_aside_and_is_of_the_schema_is_given_back(self) -> None:
        document = read(
            events(
                "<frequentAdverseEvents/><interventionGroups><interventionGroup id='a'>"
                "<numDeaths>unknown</numDeaths><numSubjectsSeriousEvents> 3 </numSubjectsSeriousEvents>"
                "<wrong>x</wrong></interventionGroup></interventionGroups><seriousAdverseEvents/>"
            )
        )
        module = section(document).adverse_events_module
        assert module is not None
        assert module.event_groups == (EventGroup(id="EG000", serious_num_affected=3),)
        text = "".join(lines(document))
        assert (
            '<interventionGroup id="EG000"><numDeaths>unknown</numDeaths><numSubjectsSeriousEvents>3<'
            in text
        )
        (only,) = losses(document)
        assert only.set_aside is not None
        assert only.set_aside.field == "wrong"

    def test_the_registration_is_kept_as_it_stands(self) -> None:
        document = read(
            collection(
                study_element(
                    "<brief_title>A Trial</brief_title><condition>x</condition><condition>y</condition>"
                    + result("<outcomeMeasures/>")
                    + '<rrs:resultDisposition xmlns:rrs="http://clinicaltrials.gov/rrs"/>'
                )
            )
        )
        identification = document.study.protocol_section
        assert identification is not None
        assert identification.identification_module is not None
        assert identification.identification_module.brief_title == "A Trial"
        text = "".join(lines(document))
        assert (
            "<clinical_study><id_info><org_name>Unit</org_name><org_study_id>A-1</org_study_id>"
            in text
        )
        assert (
            "<brief_title>A Trial</brief_title><condition>x</condition><condition>y</condition>"
            in text
        )
        assert text.endswith(
            '<rrs:resultDisposition xmlns:rrs="http://clinicaltrials.gov/rrs"/></clinical_study>'
            "</prs:study_collection>"
        )
        assert list(losses(document)) == []

    def test_several_studies_are_several_documents(self) -> None:
        data = collection(study_element(""), study_element("", "A-2")).encode()
        found = list(read_all(Source("made.xml", io.BytesIO(data))))
        assert [document.place for document in found] == ["made.xml, study 1", "made.xml, study 2"]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("<result/>", "result stands in no namespace"),
            ("<study_collection/>", "study_collection stands in no namespace"),
            (
                '<result xmlns="http://clinicaltrials.gov/rrs"><outcomeMeasures/></result>',
                "outcomeMeasures stands",
            ),
            ('<x:result xmlns:x="http://clinicaltrials.gov/2008"/>', "2008"),
            ("<clinical_study/>", "clinical_study stands in no namespace"),
            ("<trial/>", "the root of the document is 'trial'"),
            (collection(), "no study"),
            (collection("<study/>"), "study stands in no namespace"),
            (collection(study_element("<result/>")), "result stands in no namespace"),
            (collection(study_element(result("") * 2)), "more than one result"),
            (collection(study_element(result("<outcomeMeasures/>")))[:150], "not well-formed"),
            (
                '<!DOCTYPE r [<!ENTITY a "b">]>' + result("<outcomeMeasures/>"),
                "document type declaration",
            ),
        ],
    )
    def test_another_document_is_refused_with_its_place(self, text: str, message: str) -> None:
        with pytest.raises(DocumentError, match=message) as caught:
            read(text)
        assert caught.value.where is not None
        assert caught.value.where.startswith("made.xml")

    def test_numbers_of_one_of_two_groups_with_the_same_id_are_no_groups(self) -> None:
        groups = "".join(
            f'<interventionGroup id="EG000"><title>{title}</title></interventionGroup>'
            for title in ("Tea", "Water")
        )
        stats = (
            "<eventStats><reportingGroupId>EG000</reportingGroupId>"
            "<numSubjectsAffected>7</numSubjectsAffected></eventStats>"
        )
        found = read(
            events(
                f"<interventionGroups>{groups}</interventionGroups><seriousAdverseEvents><seriousEvent>"
                f"<adverseEventStats>{stats}</adverseEventStats></seriousEvent></seriousAdverseEvents>"
            )
        )
        module = section(found).adverse_events_module
        assert module is not None
        assert module.serious_events is not None
        assert not module.serious_events[0].stats
        (kept,) = found.set_aside
        assert ">7<" in kept.value
        assert "or defines twice" in kept.reason

    def test_limits_are_kept(self) -> None:
        with pytest.raises(LimitError):
            read("<a>" * 300)
        source = Source("made.xml", io.BytesIO(result("").encode()), Limits(document_bytes=20))
        with pytest.raises(LimitError):
            list(read_all(source))


class TestWords:
    @pytest.mark.parametrize(
        ("table", "name"), [(OUTCOME_TYPE, "OutcomeMeasureType"), (TEST_TYPE, "NonInferiorityType")]
    )
    def test_every_code_comes_back_from_its_word(self, table: object, name: str) -> None:
        for code in CODE_LISTS[name]:
            assert table.code_of(table.text_of(code)) == code  # type: ignore[attr-defined]  # both are CodeTable

    @pytest.mark.parametrize("table", [REASON, METHOD, BASELINE_TITLE])
    @pytest.mark.parametrize(
        "name", ["Other", "other", "Something else", "Death", "ANCOVA", "Age, Customized"]
    )
    def test_every_name_comes_back_from_its_words(self, table: object, name: str) -> None:
        word, own = table.texts_of(name)  # type: ignore[attr-defined]  # all are NameTable
        assert table.name_of(word, name if word == "Other" else own) == name  # type: ignore[attr-defined]  # as above

    @pytest.mark.parametrize(
        "label", [*CODE_LISTS["MeasureDispersionType"].values(), "97.3% Confidence Interval"]
    )
    def test_every_dispersion_comes_back_from_its_words(self, label: str) -> None:
        assert dispersion_label(*dispersion_texts(label)) == label
