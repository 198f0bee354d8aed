"""What is written where on a page, for records that hold more than the site prints."""

import io

import pytest
from tests.unit.page_text_examples import FLOW, PAGE, read

from topline.errors import OutputError, UsageError
from topline.formats.document import Document
from topline.formats.page_text import FORMAT, page_text
from topline.record.results import (
    AdverseEvent,
    AdverseEventsModule,
    BaselineCharacteristicsModule,
    BaselineMeasure,
    Denom,
    DenomCount,
    EventGroup,
    EventStats,
    FlowGroup,
    FlowMilestone,
    FlowPeriod,
    FlowStats,
    MeasureCategory,
    MeasureClass,
    MeasureGroup,
    Measurement,
    OutcomeMeasure,
    OutcomeMeasuresModule,
    ParticipantFlowModule,
    ResultsSection,
)
from topline.record.study import Study


def written(results: ResultsSection) -> list[str]:
    study = Study(results_section=results)
    return page_text(Document(study=study, format="made", place="made")).split("\n")


def outcome_page(outcome: OutcomeMeasure) -> list[str]:
    """The lines of one outcome measure."""
    module = OutcomeMeasuresModule(outcome_measures=(outcome,))
    lines = written(ResultsSection(outcome_measures_module=module))
    start = lines.index("Baseline data not reported") + 1
    return lines[start : lines.index("Adverse event data not reported") - 2]


@pytest.mark.parametrize("number", [0, 2])
def test_only_one_study_is_written_into_a_page(number: int) -> None:
    assert FORMAT.write is not None
    with pytest.raises(UsageError, match="stud"):
        FORMAT.write([read(PAGE)] * number, io.BytesIO())


def test_a_text_that_cannot_be_encoded_is_refused() -> None:
    assert FORMAT.write is not None
    module = ParticipantFlowModule(recruitment_details="\ud800")
    study = Study(results_section=ResultsSection(participant_flow_module=module))
    with pytest.raises(OutputError, match="not a character"):
        FORMAT.write([Document(study=study, format="made", place="made")], io.BytesIO())


@pytest.mark.parametrize("group_ids", [("FG001",), ("FG000", "FG000")])
def test_a_number_without_a_place_is_refused_and_not_dropped(group_ids: tuple[str, ...]) -> None:
    stats = tuple(FlowStats(group_id=group, num_subjects="1") for group in group_ids)
    module = ParticipantFlowModule(
        groups=(FlowGroup(id="FG000", title="All"),),
        periods=(FlowPeriod(milestones=(FlowMilestone(type="STARTED", achievements=stats),)),),
    )
    with pytest.raises(OutputError) as caught:
        written(ResultsSection(participant_flow_module=module))
    assert caught.value.where == f"{FLOW}/periods/0/milestones/0/achievements"


def measurements(*values: Measurement) -> tuple[MeasureClass, ...]:
    return (MeasureClass(categories=(MeasureCategory(measurements=values),)),)


GROUPS = (MeasureGroup(id="OG000", title="Tea"), MeasureGroup(id="OG001", title="Water"))


def test_a_value_that_is_not_available_has_its_comment_below() -> None:
    outcome = OutcomeMeasure(
        type="PRIMARY",
        title="Time to Recovery",
        time_frame="14 days",
        reporting_status="POSTED",
        dispersion_type="95% Confidence Interval",
        unit_of_measure="days",
        groups=GROUPS,
        classes=measurements(
            Measurement(group_id="OG000", value="9", lower_limit="7", upper_limit="NA"),
            Measurement(
                group_id="OG001", value="NA", lower_limit="8", comment="Not reached.\n\nYet."
            ),
        ),
    )
    assert outcome_page(outcome) == [
        "PRIMARY outcome",
        "Timeframe: 14 days",
        "Outcome measures",
        "| Measure |",
        "Tea",
        "|",
        "Water",
        "|",
        "|---|---|---|",
        "|",
        "Time to Recovery",
        "|",
        "9 days",
        "95% Confidence Interval 7 to NA",
        "|",
        "NA days",
        "95% Confidence Interval from 8",
        "Comment: Not reached.",
        "",
        "Yet.",
        "|",
    ]


def test_a_row_with_its_own_denominators_says_so() -> None:
    counts = (DenomCount(group_id="OG000", value="9"), DenomCount(group_id="OG001", value="8"))
    (class_,) = measurements(Measurement(group_id="OG000", value="3"))
    outcome = OutcomeMeasure(
        type="SECONDARY",
        title="Still Coughing",
        time_frame="Day 7",
        reporting_status="POSTED",
        unit_of_measure="Participants",
        groups=GROUPS,
        classes=(
            MeasureClass(
                title="Day 7",
                denoms=(Denom(units="Participants", counts=counts),),
                categories=class_.categories,
            ),
        ),
    )
    lines = outcome_page(outcome)
    assert lines[lines.index("|---|---|---|") + 1 :] == [
        "|",
        "Still Coughing",
        "Day 7",
        "|",
        "3 Participants",
        "out of 9 Participants",
        "|",
        "\\none",
        "out of 8 Participants",
        "|",
    ]


def test_class_and_category_stand_on_a_line_each() -> None:
    cells = (Measurement(group_id="OG000", value="3"),)
    outcome = OutcomeMeasure(
        title="Cough",
        unit_of_measure="Participants",
        groups=GROUPS[:1],
        classes=(
            MeasureClass(
                title="Day 7", categories=(MeasureCategory(title="Dry", measurements=cells),)
            ),
        ),
    )
    lines = outcome_page(outcome)
    start = lines.index("|---|---|")
    assert lines[start + 2 : start + 5] == ["Cough", "Day 7", "Dry"]


def test_a_lone_category_that_would_be_read_as_a_class_has_an_empty_class() -> None:
    category = MeasureCategory(
        title="Dry", measurements=(Measurement(group_id="OG000", value="3.5"),)
    )
    outcome = OutcomeMeasure(
        title="Cough",
        unit_of_measure="hours",
        groups=GROUPS[:1],
        classes=(MeasureClass(categories=(category,)),),
    )
    lines = outcome_page(outcome)
    start = lines.index("|---|---|")
    assert lines[start + 2 : start + 5] == ["Cough", "", "Dry"]


def test_an_outcome_without_data_keeps_its_title_on_pages_of_ours() -> None:
    outcome = OutcomeMeasure(
        type="SECONDARY",
        title="Cough",
        time_frame="14 daysAfter",
        reporting_status="NOT_POSTED",
        anticipated_posting_date="2022-01",
    )
    assert outcome_page(outcome) == [
        "SECONDARY outcome",
        "Timeframe: 14 daysAfter",
        "Description: ",
        "Anticipated posting date: 2022-01",
        "Title: Cough",
        "Outcome measures",
        "Outcome data not reported",
    ]


def test_lines_of_text_that_look_like_the_page_are_marked() -> None:
    outcome = OutcomeMeasure(
        type="PRIMARY",
        time_frame="14 days",
        population_description="All",
        description="First\nOutcome measures\n\\>5 cups\nAdverse Events",
        groups=(MeasureGroup(id="OG000", title="Tea", description="|\nn=5 cups\n| Measure |"),),
    )
    assert outcome_page(outcome) == [
        "PRIMARY outcome",
        "Timeframe: 14 daysPopulation: All",
        "First",
        "\\Outcome measures",
        "\\>5 cups",
        "Adverse Events",
        "Outcome measures",
        "| Measure |",
        "Tea",
        "\\|",
        "\\n=5 cups",
        "| Measure |",
        "|",
        "|---|---|",
        "|",
        "",
        "|",
        "|",
    ]


def test_two_measures_of_one_title_stay_two() -> None:
    measures = tuple(
        BaselineMeasure(
            title="Severity",
            unit_of_measure="points",
            classes=measurements(Measurement(group_id="BG000", value=value)),
        )
        for value in ("1", "2")
    )
    module = BaselineCharacteristicsModule(
        groups=(MeasureGroup(id="BG000", title="All"),), measures=measures
    )
    results = ResultsSection(baseline_characteristics_module=module)
    lines = written(results)
    assert [line for line in lines if line.startswith("Severity")] == ["Severity", "Severity \\2"]
    assert read("\n".join(lines)).study.results_section == results


def test_totals_and_deaths_of_groups_stand_below_their_titles() -> None:
    group = EventGroup(
        id="EG000",
        title="Tea",
        deaths_num_affected=0,
        deaths_num_at_risk=20,
        serious_num_affected=1,
        serious_num_at_risk=20,
        other_num_affected=5,
    )
    stats = EventStats(group_id="EG000", num_affected=1, num_at_risk=19)
    module = AdverseEventsModule(
        frequency_threshold="5",
        description="Asked\nevery evening",
        event_groups=(group,),
        serious_events=(AdverseEvent(organ_system="Burns", term="Scald", stats=(stats,)),),
    )
    lines = written(ResultsSection(adverse_events_module=module))
    start = lines.index("Adverse Events")
    assert lines[start : lines.index("Other adverse events")] == [
        "Adverse Events",
        "Tea",
        "Serious events: 1 serious events",
        "Other events: 5 other events",
        "Deaths: 0 deaths out of 20 at risk",
        "Description: Asked",
        "every evening",
        "Frequency threshold: 5",
        "Serious adverse events",
        "| Measure |",
        "Tea",
        "n=20 participants at risk",
        "|",
        "|---|---|",
        "|",
        "Burns",
        "Scald",
        "|",
        "5.3%",
        "1/19",
        "|",
    ]


def test_an_empty_record_is_a_page_that_says_so() -> None:
    document = Document(study=Study(), format="made", place="made")
    lines = page_text(document).split("\n")
    assert "Milestone data not reported" in lines
    assert "Additional information not reported" in lines
    assert read("\n".join(lines)).study.results_section is None
