"""The registry's upload: what of a record it does not give back, and what to know before it is filed."""

import pytest
from tests.unit.prs_examples import (
    collection,
    lost,
    outcome_record,
    read,
    record,
    section,
    study_element,
    written,
)

from topline.formats.document import Document, SetAside
from topline.formats.prs_cautions import cautions, omitted
from topline.formats.prs_xml import losses
from topline.record.results import (
    AdverseEvent,
    AdverseEventsModule,
    CertainAgreement,
    Denom,
    DenomCount,
    EventGroup,
    EventStats,
    FlowGroup,
    FlowMilestone,
    FlowPeriod,
    FlowStats,
    MeasureAnalysis,
    MeasureCategory,
    MeasureClass,
    Measurement,
    MoreInfoModule,
    ParticipantFlowModule,
)
from topline.record.study import Study


class TestLosses:
    def test_nothing_is_lost_of_what_the_schema_holds(self) -> None:
        assert lost(outcome_record(title="Pain", type="PRIMARY")) == {}

    @pytest.mark.parametrize(
        ("fields", "address", "reason"),
        [
            ({"title": ""}, "/title", "without characters"),
            ({"title": "a\x00b"}, "/title", "XML cannot hold"),
            ({"param_type": "Mean"}, "/paramType", "'MEAN'"),
            ({"denom_units_selected": "Eyes"}, "/denomUnitsSelected", "knows no third"),
            (
                {"anticipated_posting_date": "2011-05-03"},
                "/anticipatedPostingDate",
                "month and year",
            ),
            ({"anticipated_posting_date": "soon"}, "/anticipatedPostingDate", "month and year"),
            (
                {
                    "denoms": (
                        Denom(units="Eyes", counts=(DenomCount(group_id="OG000", value="9"),)),
                    )
                },
                "/denoms/0/counts/0/value",
                "one other unit",
            ),
            (
                {
                    "denoms": (
                        Denom(units="Participants", counts=(DenomCount(group_id="x", value="9"),)),
                    )
                },
                "/denoms/0/counts/0/value",
                "no group",
            ),
            (
                {"analyses": (MeasureAnalysis(group_ids=("OG000", "x")),)},
                "/analyses/0/groupIds/1",
                "no group",
            ),
        ],
    )
    def test_each_is_reported_by_address(
        self, fields: dict[str, object], address: str, reason: str
    ) -> None:
        found = lost(outcome_record(**fields))
        assert reason in found[f"/outcomeMeasures/0{address}"]

    def test_a_second_value_of_a_group_is_reported_and_the_first_kept(self) -> None:
        twice = (Measurement(group_id="OG000", value="1"), Measurement(group_id="OG000", value="2"))
        document = outcome_record(
            classes=(MeasureClass(categories=(MeasureCategory(measurements=twice),)),)
        )
        place = "/outcomeMeasures/0/classes/0/categories/0/measurements/1"
        assert lost(document).keys() == {f"{place}/value", f"{place}/groupId"}

    def test_a_number_that_the_registry_computes_otherwise_is_reported(self) -> None:
        def reached(name: str, number: str) -> FlowMilestone:
            return FlowMilestone(
                type=name, achievements=(FlowStats(group_id="FG000", num_subjects=number),)
            )

        milestones = (
            reached("STARTED", "9"),
            reached("COMPLETED", "7"),
            reached("NOT COMPLETED", "3"),
        )
        module = ParticipantFlowModule(
            groups=(FlowGroup(id="FG000"),), periods=(FlowPeriod(milestones=milestones),)
        )
        assert lost(record(participant_flow_module=module)) == {
            "/periods/0/milestones/2/achievements/0/numSubjects": (
                "the registry computes NOT COMPLETED: participants started minus completed"
            )
        }

    def test_ids_that_cannot_stand_in_xml_are_numbered_anew_and_numbers_stay_with_their_group(
        self,
    ) -> None:
        module = AdverseEventsModule(
            event_groups=(EventGroup(id="drug a"), EventGroup(id="1")),
            other_events=(
                AdverseEvent(term="x", stats=(EventStats(group_id="1", num_affected=4),)),
            ),
        )
        document = record(adverse_events_module=module)
        assert set(lost(document)) == {"/eventGroups/0/id", "/eventGroups/1/id"}
        back = section(read(written(document))).adverse_events_module
        assert back is not None
        assert back.other_events is not None
        assert back.other_events[0].stats == (EventStats(group_id="EG001", num_affected=4),)

    def test_a_number_of_two_groups_with_one_id_is_given_to_neither(self) -> None:
        module = AdverseEventsModule(
            event_groups=(EventGroup(id="EG000"), EventGroup(id="EG000")),
            other_events=(AdverseEvent(stats=(EventStats(group_id="EG000", num_affected=4),)),),
        )
        found = lost(record(adverse_events_module=module))
        assert "one of two" in found["/otherEvents/0/stats/0/numAffected"]

    def test_set_aside_by_another_format_is_none_of_its_own(self) -> None:
        document = Document(
            study=Study(), format="page-text", place="x", set_aside=(SetAside("", "a", "b", "c"),)
        )
        assert list(losses(document)) == []


class TestFiling:
    def test_what_is_omitted_is_named(self) -> None:
        agreement = MoreInfoModule(certain_agreement=CertainAgreement(pi_sponsor_employee=True))
        assert omitted(record(more_info_module=agreement).study) == (
            "Participant Flow",
            "Baseline Characteristics",
            "Outcome Measures",
            "Adverse Events",
            "Limitations and Caveats",
            "Results Point of Contact",
        )

    def test_cautions_say_what_nobody_else_would(self) -> None:
        said = cautions(record(), into=False)
        assert len(said) == 2
        assert "no outcome measures" in said[0]
        assert "'Trials Unit'" in said[1]
        assert len(cautions(record(), into=True)) == 1
        assert "of which study" in cautions(record(number=None), into=False)[1]
        assert cautions(read(collection(study_element(""))), into=False) == ()

    def test_signs_of_markup_and_words_that_are_gone_are_pointed_at(self) -> None:
        document = outcome_record(title="p\\<0.05", description="a\\b", param_type="LOG_MEAN")
        markup, gone = cautions(document, into=True)
        assert (
            "(1, the first at /resultsSection/outcomeMeasuresModule/outcomeMeasures/0/title)"
            in markup
        )
        assert "/outcomeMeasures/0/paramType" in gone
