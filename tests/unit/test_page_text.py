"""Page text without real pages: what is written where, what is refused, and what bytes may come."""

import dataclasses
import io

import pytest

from topline.errors import DocumentError, LimitError, OutputError, UsageError
from topline.formats.document import Document
from topline.formats.limits import Limits
from topline.formats.page_text import FORMAT, REMAINDER, page_text, read_page_text
from topline.formats.source import Source
from topline.record.addresses import value_at
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

PAGE = """\
Trial Outcomes & Findings for Tea Against Colds (NCT NCT00000001)
NCT ID: NCT00000001
Last Updated: 2021-03-04
Results Overview
Days with a runny nose, from a diary.
COMPLETED
PHASE2/PHASE3
40 participants
14 days
2021-03-04
Participant Flow
Recruited in one town.
All drank tea before.
Unit of analysis: Noses
Participant milestones
| Measure |
Tea
Black tea
Three cups a day
|
Water
|
|---|---|---|
|
First Week
STARTED
|
20 20
|
20 20
|
|
First Week
COMPLETED
|
18 18
|
19 19
|
|
Second Week
STARTED
|
18 18
|
19 19
|
Reasons for withdrawal
| Measure |
Tea
Black tea
Three cups a day
|
Water
|
|---|---|---|
|
First Week
Lost to Follow-up
|
2 2
|
1 1
|
Baseline Characteristics
Tea Against Colds
Baseline characteristics by cohort
| Measure |
Tea
n=20 Participants
Black tea
|
Water
n=20 Participants
|
Total
n=40 Participants
Total of all reporting groups
|
|---|---|---|---|
|
Age, Continuous
|
40.1 years
STANDARD_DEVIATION 9.0 • n=5 Participants
|
41.5 years
STANDARD_DEVIATION 8.5 • n=7 Participants
|
40.8 years
STANDARD_DEVIATION 8.8 • n=5 Participants
|
|
Sex: Female, Male
Female
|
12 Participants
n=5 Participants
|
11 Participants
n=7 Participants
|
23 Participants
n=5 Participants
|
|
Sex: Female, Male
Male
|
8 Participants
n=5 Participants
|
9 Participants
n=7 Participants
|
17 Participants
n=5 Participants
|
PRIMARY outcome
Timeframe: 14 daysPopulation: All who kept the diary.
Days with a runny nose, from a diary.
Outcome measures
| Measure |
Tea
n=18 Participants
|
Water
n=19 Participants
|
|---|---|---|
|
Days With a Runny Nose
|
4.5 days
Interval 3.9 to 5.1
|
5.0 days
Interval 4.4 to 5.6
|
POST_HOC outcome
Timeframe: 14 daysPopulation: Not measured.
Outcome measures
Outcome data not reported
Adverse Events
Tea
Water
Serious adverse events
| Measure |
Tea
n=20 participants at risk
Black tea
|
Water
n=20 participants at risk
|
|---|---|---|
Other adverse events
| Measure |
Tea
n=20 participants at risk
Black tea
|
Water
n=20 participants at risk
|
|---|---|---|
|
Nervous system disorders
Insomnia
|
25.0%
5/20 • Number of events 7 • 14 days • Asked every evening
|
0.00%
0/20 • Number of events 0 • 14 days • Asked every evening
|
Additional Information
Results disclosure agreements
- Principal investigator is not a sponsor employee
- No publication restrictions are in place
"""

PLAIN = """\
Trial Outcomes & Findings for Tea Against Colds (NCT NCT00000001)

NCT ID: NCT00000001

Last Updated: 2021-03-04

Results Overview

Days with a runny nose, from a diary.

Recruitment status

COMPLETED

Study phase

PHASE2/PHASE3

Target enrollment

40 participants

Primary outcome timeframe

14 days

Results posted on

2021-03-04

Participant Flow

Recruited in one town.

All drank tea before.

Participant milestones

Participant milestones
Measure
Tea
Black tea
Water
Tap water
First Week
STARTED
20
20
First Week
COMPLETED
18
19

Reasons for withdrawal

Reasons for withdrawal
Measure
Tea
Black tea
Water
Tap water
First Week
Lost to Follow-up
2
1

Baseline Characteristics

Tea Against Colds

Baseline characteristics by cohort

Baseline characteristics by cohort
Measure
Tea
n=20 Participants
Black tea
Water
n=20 Participants
Tap water
Total
n=40 Participants
Total of all reporting groups
Age, Continuous
40.1 years
STANDARD_DEVIATION 9.0 • n=5 Participants
41.5 years
STANDARD_DEVIATION 8.5 • n=7 Participants
40.8 years
STANDARD_DEVIATION 8.8 • n=5 Participants
Sex: Female, Male
Female
12 Participants
n=5 Participants
11 Participants
n=7 Participants
23 Participants
n=5 Participants
Sex: Female, Male
Male
8 Participants
n=5 Participants
9 Participants
n=7 Participants
17 Participants
n=5 Participants

PRIMARY outcome

Timeframe: 14 days

Population: All who kept the diary.

Days with a runny nose, from a diary.

Outcome measures

Outcome measures
Measure
Tea
n=18 Participants
Black tea
Water
n=19 Participants
Tap water
Days With a Runny Nose
First week
3.5 days
Interval 2.9 to 4.1
4.0 days
Interval 3.4 to 4.6
Days With a Runny Nose
Second week
1.0 days
Interval 0.5 to 1.5
NA days

Adverse Events

Tea

Water

Serious adverse events

Adverse event data not reported

Other adverse events

Other adverse events
Measure
Tea
n=20 participants at risk
Black tea
Water
n=20 participants at risk
Tap water
Nervous system disorders
Insomnia
25.0%
5/20 • Number of events 7 • 14 days
0.00%
0/20 • Number of events 0 • 14 days

Additional Information

Results disclosure agreements

- Principal investigator is a sponsor employee
- Publication restrictions are in place
"""

FLOW = "/resultsSection/participantFlowModule"
BASELINE = "/resultsSection/baselineCharacteristicsModule"
OUTCOMES = "/resultsSection/outcomeMeasuresModule/outcomeMeasures"
EVENTS = "/resultsSection/adverseEventsModule"


def read(text: str | bytes, *, allow_incomplete: bool = False) -> Document:
    data = text if isinstance(text, bytes) else text.encode()
    return read_page_text(Source("tea.txt", io.BytesIO(data)), allow_incomplete=allow_incomplete)


def refused(text: str | bytes) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read(text)
    return caught.value


def written(results: ResultsSection) -> list[str]:
    study = Study(results_section=results)
    return page_text(Document(study=study, format="made", place="made")).split("\n")


def outcome_page(outcome: OutcomeMeasure) -> list[str]:
    """The lines of one outcome measure."""
    module = OutcomeMeasuresModule(outcome_measures=(outcome,))
    lines = written(ResultsSection(outcome_measures_module=module))
    start = lines.index("Baseline data not reported") + 1
    return lines[start : lines.index("Adverse event data not reported") - 2]


def at(document: Document, *addresses: str) -> list[object]:
    return [value_at(document.study, address) for address in addresses]


def test_a_page_comes_back_byte_for_byte() -> None:
    assert page_text(read(PAGE)) == PAGE


def test_two_lines_before_the_tables_are_recruitment_and_pre_assignment() -> None:
    document = read(PAGE)
    assert at(document, f"{FLOW}/recruitmentDetails", f"{FLOW}/preAssignmentDetails") == [
        "Recruited in one town.",
        "All drank tea before.",
    ]
    assert at(document, f"{FLOW}/typeUnitsAnalyzed") == ["Noses"]


def test_one_line_before_the_tables_is_set_aside_and_given_back() -> None:
    text = PAGE.replace("All drank tea before.\n", "")
    document = read(text)
    assert "Recruited in one town." in [item.value for item in document.set_aside]
    assert page_text(document) == text


def test_participants_and_units_are_two_numbers() -> None:
    stats = f"{FLOW}/periods/1/milestones/0/achievements/1"
    assert at(read(PAGE), f"{stats}/numSubjects", f"{stats}/numUnits") == ["19", "19"]


def test_time_frame_and_description_of_adverse_events_are_read_once() -> None:
    document = read(PAGE)
    assert at(document, f"{EVENTS}/timeFrame", f"{EVENTS}/description") == [
        "14 days",
        "Asked every evening",
    ]
    assert at(document, f"{EVENTS}/eventGroups/0/otherNumAtRisk") == [20]


def test_a_cell_with_another_text_or_percentage_is_set_aside_and_given_back() -> None:
    text = PAGE.replace("25.0%", "26.0%").replace(
        "0/20 • Number of events 0 • 14 days", "0/20 • 7 days"
    )
    document = read(text)
    kept = {item.field: item.value for item in document.set_aside if EVENTS in item.address}
    assert kept == {"percentage": "26.0%", "text of the cell": "7 days • Asked every evening"}
    assert at(document, f"{EVENTS}/otherEvents/0/stats/0/numAffected") == [5]
    assert page_text(document) == text


def test_an_outcome_without_data_has_no_title_on_the_page_of_the_site() -> None:
    study = read(PAGE).study
    assert study.results_section is not None
    assert study.results_section.outcome_measures_module is not None
    measures = study.results_section.outcome_measures_module.outcome_measures or ()
    assert [measure.reporting_status for measure in measures] == ["POSTED", "NOT_POSTED"]
    assert [measure.title for measure in measures] == ["Days With a Runny Nose", None]


def test_an_overview_that_repeats_nothing_is_set_aside_and_given_back() -> None:
    text = PAGE.replace(
        "Days with a runny nose, from a diary.\nCOMPLETED", "Something else.\nCOMPLETED"
    )
    document = read(text)
    assert ("overview description", "Something else.") in [
        (item.field, item.value) for item in document.set_aside
    ]
    assert page_text(document) == text


def test_a_second_date_is_when_results_were_first_posted() -> None:
    text = PAGE.replace("14 days\n2021-03-04", "14 days\n2020-12-31")
    document = read(text)
    status = "/protocolSection/statusModule"
    assert at(
        document,
        f"{status}/lastUpdatePostDateStruct/date",
        f"{status}/resultsFirstPostDateStruct/date",
    ) == ["2021-03-04", "2020-12-31"]
    assert page_text(document) == text


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.removesuffix("\n"),
        lambda text: ("\ufeff" + text).removesuffix("\n").replace("\n", "\r\n"),
    ],
    ids=["CR LF", "byte order mark", "no last line end", "all three"],
)
def test_how_the_file_is_stored_does_not_matter_and_comes_back(change) -> None:  # type: ignore[no-untyped-def]  # the lambdas above have no types
    text = change(PAGE)
    document = read(text)
    assert document.study == read(PAGE).study
    assert page_text(document) == text


def test_the_plain_variant_reads_as_the_one_with_marks() -> None:
    document = read(PLAIN)
    plain, marked = document.study, read(PAGE).study
    assert plain.protocol_section == marked.protocol_section
    assert at(
        document,
        f"{FLOW}/preAssignmentDetails",
        f"{FLOW}/groups/1/description",
        f"{FLOW}/periods/0/milestones/1/achievements/1/numSubjects",
        f"{FLOW}/periods/0/dropWithdraws/0/reasons/0/numSubjects",
        f"{BASELINE}/groups/2/title",
        f"{BASELINE}/denoms/0/counts/2/value",
        f"{BASELINE}/measures/1/classes/0/categories/1/measurements/2/value",
        f"{OUTCOMES}/0/timeFrame",
        f"{OUTCOMES}/0/populationDescription",
        f"{OUTCOMES}/0/description",
        f"{OUTCOMES}/0/denoms/0/counts/1/value",
        f"{OUTCOMES}/0/groups/1/description",
        f"{OUTCOMES}/0/classes/1/title",
        f"{OUTCOMES}/0/classes/1/categories/0/measurements/0/upperLimit",
        f"{OUTCOMES}/0/classes/1/categories/0/measurements/1/value",
        f"{EVENTS}/otherEvents/0/stats/0/numEvents",
        f"{EVENTS}/eventGroups/1/otherNumAtRisk",
        f"{EVENTS}/timeFrame",
        "/resultsSection/moreInfoModule/certainAgreement/restrictiveAgreement",
    ) == [
        "All drank tea before.",
        "Tap water",
        "19",
        "2",
        "Total",
        "40",
        "17",
        "14 days",
        "All who kept the diary.",
        "Days with a runny nose, from a diary.",
        "19",
        "Tap water",
        "Second week",
        "1.5",
        "NA",
        7,
        20,
        "14 days",
        True,
    ]


@pytest.mark.parametrize(
    ("found", "instead", "at_line"),
    [
        ("Black tea\nWater\nTap water\nFirst", "Water\nTap water\nFirst", "Tea"),
        ("18\n19\n\nReasons", "18\n\nReasons", "18"),
        ("n=7 Participants\n23", "23", "Tea"),
        ("NA days\n", "NA days\nmore\n", "Tap water"),
        ("Insomnia\n", "", "25.0%"),
    ],
)
def test_a_plain_table_that_is_not_clear_is_refused(found: str, instead: str, at_line: str) -> None:
    assert PLAIN.count(found) >= 1
    text = PLAIN.replace(found, instead, 1)
    problem = refused(text)
    assert text.split("\n")[line_of(problem) - 1] == at_line
    assert "not clear" in problem.message


def line_of(problem: DocumentError) -> int:
    """The line that an error names."""
    name, _, line = (problem.where or "").partition(", line ")
    assert name == "tea.txt"
    return int(line)


WATER_TABLE = "Water\n|\n|---|---|---|\n|\nFirst Week\nLost"


@pytest.mark.parametrize(
    ("found", "instead", "at_line", "message"),
    [
        ("Results Overview\n", "", "- No publication restrictions are in place", "page ends"),
        ("40 participants", "forty", "forty", "'forty' as its enrollment"),
        ("COMPLETED\nPHASE2/PHASE3\n", "", "Days with a runny nose, from a diary.", "4 lines"),
        (
            "ID: NCT00000001",
            "ID: NCT2",
            "Trial Outcomes & Findings for Tea Against Colds (NCT NCT00000001)",
            "'NCT2'",
        ),
        ("NCT ID: ", "Number: ", "Number: NCT00000001", "between the title and"),
        ("---|\n|\nFirst", "\n|\nFirst", "|---|---|", "2 groups"),
        ("20 20\n|\n20 20", "20 20 20\n|\n20 20", "20 20 20", "'20 20 20'"),
        ("20 20\n|\n20 20", "some\n|\n20 20", "some", "where a number is due"),
        ("Reasons for withdrawal\n", "Reasons\n", "Reasons", "found 'Reasons'"),
        (WATER_TABLE, WATER_TABLE.replace("Water", "Tap"), "| Measure |", "'Tap'"),
        ("40.1 years", "forty years", "forty years", "'forty'"),
        ("41.5 years", "41.5 months", "41.5 months", "'months'"),
        ("STANDARD_DEVIATION 9.0 •", "Some 9.0 •", "Some 9.0 • n=5 Participants", "'Some 9.0'"),
        ("4.5 days\n", "4.5 days\nInterval 1 to 2\n", "Interval 3.9 to 5.1", "below a value"),
        ("Interval 4.4 to 5.6", "Standard Error 4.4", "5.0 days", "'Standard Error'"),
        ("Timeframe: 14 daysPopulation: ", "", "All who kept the diary.", "below the heading"),
        ("POST_HOC outcome", "POST HOC outcome", "POST HOC outcome", "'POST HOC outcome'"),
        ("Tea\nWater\nSerious", "Tea\nSerious", "Tea", "are not those of the tables"),
        ("n=20 participants at risk", "n=20 noses", "Tea", "'n=20 noses'"),
        ("5/20 • Number", "5 of 20 • Number", "25.0%", "5 of 20"),
        ("Nervous system disorders\n", "", "Insomnia", "has 1 lines"),
        (
            "investigator is not",
            "is not",
            "- Principal is not a sponsor employee",
            "- Principal is",
        ),
    ],
)
def test_a_line_in_the_wrong_place_is_refused_with_its_number(
    found: str, instead: str, at_line: str, message: str
) -> None:
    assert PAGE.count(found) >= 1
    text = PAGE.replace(found, instead, 1)
    problem = refused(text)
    assert message in problem.message
    assert problem.accepted
    assert text.split("\n")[line_of(problem) - 1] == at_line


def test_an_incomplete_page_yields_its_whole_rows_and_sets_the_rest_aside() -> None:
    cut = PAGE[: PAGE.index("|\n9 Participants")]
    assert "the page ends" in refused(cut).message
    document = read(cut, allow_incomplete=True)
    assert at(document, f"{BASELINE}/measures/1/classes/0/categories/0/measurements/2/value") == [
        "23"
    ]
    (rest,) = [item for item in document.set_aside if item.field == REMAINDER]
    assert cut.rstrip("\n").endswith(rest.value)
    assert rest.value.startswith("|\nSex: Female, Male\nMale")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"\n", "''"),
        (b"PK\x03\x04\x00\xff", "PK"),
        (b'{"protocolSection": {}}', "protocolSection"),
        (PAGE.encode("utf-16"), "T"),
        (PAGE.replace("Tea", "Té").replace("•", "*").encode("latin-1"), "0xe9"),
    ],
    ids=["empty", "blank", "binary", "JSON", "UTF-16", "Latin-1"],
)
def test_what_is_not_a_page_is_refused(data: bytes, message: str) -> None:
    problem = refused(data)
    assert message in problem.message
    assert (problem.where or "").startswith("tea.txt, line 1")


def test_a_page_larger_than_the_limit_is_refused() -> None:
    source = Source("tea.txt", io.BytesIO(PAGE.encode()))
    with pytest.raises(LimitError, match="more than 1,000 bytes"):
        read_page_text(source, limits=Limits(study_bytes=1000))


def test_a_page_is_recognized_by_its_first_bytes() -> None:
    assert FORMAT.recognizes(PAGE.encode()[:64])
    assert FORMAT.recognizes(b"\xef\xbb\xbf" + PAGE.encode()[:64])
    assert not FORMAT.recognizes(b'{"studies": []}')


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


def test_a_changed_record_is_written_as_it_is_now() -> None:
    document = read(PAGE)
    changed = dataclasses.replace(document, study=Study())
    assert "Tea" not in page_text(changed)


@pytest.mark.parametrize(
    "lines",
    ["x\n", "\n", "|\n", "\\\n", "a aB", "n=5 x\n", "Timeframe: \n", "Sex\n|\n", "Water\nn=1 x\n"],
)
@pytest.mark.parametrize(
    "before", ["PRIMARY outcome\nTimeframe: ", "Participant Flow\n", "Black tea\n", "Tea\nWater\n"]
)
def test_twenty_thousand_lines_of_anything_are_read_or_refused(before: str, lines: str) -> None:
    place = PAGE.rindex(before) + len(before)
    text = PAGE[:place] + lines * 20_000 + PAGE[place:]
    problem: DocumentError | None = None
    try:
        document = read(text)
    except DocumentError as found:
        problem = found
    if problem is None:
        assert read(page_text(document)).study == document.study
    else:
        assert problem.where
