"""The seed page and the excerpts beside it: read cell by cell, and written byte for byte."""

import io
from pathlib import Path

import pytest

from topline.errors import DocumentError
from topline.formats.document import Document
from topline.formats.page_text import FORMAT, REMAINDER, page_text, read_page_text
from topline.formats.source import Source
from topline.record.addresses import value_at
from topline.record.results import (
    AdverseEventsModule,
    EventStats,
    MeasureClass,
    Measurement,
    OutcomeMeasure,
    ResultsSection,
)

pytestmark = pytest.mark.corpus

SEED = "NCT03211416.txt"
EXCERPTS = {
    "NCT01312675.txt": 77,
    "NCT02708966.txt": 113,
    "NCT03466086.txt": 102,
    "NCT03569202.txt": 92,
    "NCT04472494.txt": 124,
}
"""Excerpts, and the line at which each is cut off."""

SERIOUS = [
    ("Cardiac disorders", "Aortic valve disease", 1),
    ("Cardiac disorders", "Heart failure", 1),
    ("Gastrointestinal disorders", "Abdominal pain", 2),
    ("Gastrointestinal disorders", "Duodenal hemorrhage", 1),
    ("Gastrointestinal disorders", "Lower gastrointestinal hemorrhage", 1),
    ("Gastrointestinal disorders", "Oral pain", 1),
    ("General disorders", "Death NOS", 3),
    ("General disorders", "Fever", 1),
    ("General disorders", "Multi-organ failure", 1),
    ("Hepatobiliary disorders", "Hepatic failure", 2),
    ("Immune system disorders", "Immune system disorders - Other", 4),
    ("Infections and infestations", "Appendicitis perforated", 1),
    ("Infections and infestations", "Enterocolitis infectious", 1),
    ("Infections and infestations", "Infections and infestations - Other", 2),
    ("Infections and infestations", "Sepsis", 3),
    ("Metabolism and nutrition disorders", "Anorexia", 1),
    ("Metabolism and nutrition disorders", "Dehydration", 1),
    ("Metabolism and nutrition disorders", "Hyperkalemia", 1),
    ("Metabolism and nutrition disorders", "Hyponatremia", 2),
    ("Musculoskeletal and connective tissue disorders", "Generalized muscle weakness", 1),
    ("Respiratory, thoracic and mediastinal disorders", "Pulmonary edema", 1),
    ("Respiratory, thoracic and mediastinal disorders", "Respiratory failure", 1),
]
OTHER = [
    ("Blood and lymphatic system disorders", "Anemia", 3),
    ("Endocrine disorders", "Hypothyroidism", 3),
    ("Gastrointestinal disorders", "Abdominal pain", 8),
    ("Gastrointestinal disorders", "Constipation", 5),
    ("Gastrointestinal disorders", "Diarrhea", 23),
    ("Gastrointestinal disorders", "Mucositis oral", 4),
    ("Gastrointestinal disorders", "Nausea", 8),
    ("Gastrointestinal disorders", "Vomiting", 3),
    ("General disorders", "Chills", 6),
    ("General disorders", "Edema limbs", 3),
    ("General disorders", "Fatigue", 21),
    ("General disorders", "Fever", 4),
    ("Investigations", "Alanine aminotransferase increased", 4),
    ("Investigations", "Aspartate aminotransferase increased", 7),
    ("Investigations", "Blood bilirubin increased", 9),
    ("Investigations", "Lymphocyte count decreased", 3),
    ("Investigations", "Weight loss", 13),
    ("Metabolism and nutrition disorders", "Anorexia", 20),
    ("Musculoskeletal and connective tissue disorders", "Arthralgia", 5),
    ("Musculoskeletal and connective tissue disorders", "Generalized muscle weakness", 9),
    ("Musculoskeletal and connective tissue disorders", "Myalgia", 3),
    ("Nervous system disorders", "Dizziness", 4),
    ("Nervous system disorders", "Dysgeusia", 3),
    ("Respiratory, thoracic and mediastinal disorders", "Dyspnea", 3),
    ("Respiratory, thoracic and mediastinal disorders", "Hoarseness", 4),
    ("Skin and subcutaneous tissue disorders", "Alopecia", 4),
    ("Skin and subcutaneous tissue disorders", "Dry skin", 6),
    ("Skin and subcutaneous tissue disorders", "Palmar-plantar erythrodysesthesia syndrome", 16),
    ("Skin and subcutaneous tissue disorders", "Pruritus", 4),
    ("Skin and subcutaneous tissue disorders", "Rash maculo-papular", 11),
    ("Vascular disorders", "Hypertension", 8),
]


def read(path: Path, *, allow_incomplete: bool = False) -> Document:
    with path.open("rb") as stream:
        return read_page_text(Source(path.name, stream), allow_incomplete=allow_incomplete)


@pytest.fixture(scope="module")
def page(corpus: Path) -> Document:
    return read(corpus / "page" / SEED)


@pytest.fixture(scope="module")
def results(page: Document) -> ResultsSection:
    assert page.study.results_section is not None
    return page.study.results_section


@pytest.fixture(scope="module")
def outcomes(results: ResultsSection) -> tuple[OutcomeMeasure, ...]:
    assert results.outcome_measures_module is not None
    assert results.outcome_measures_module.outcome_measures is not None
    return results.outcome_measures_module.outcome_measures


def rows(classes: tuple[MeasureClass, ...] | None) -> dict[tuple[str | None, str | None], str]:
    """Value by class and category of a measure with one group."""
    found = {}
    for class_ in classes or ():
        for category in class_.categories or ():
            assert category.measurements is not None
            (measurement,) = category.measurements
            assert measurement.value is not None
            found[class_.title, category.title] = measurement.value
    return found


def only(classes: tuple[MeasureClass, ...] | None) -> Measurement:
    assert classes is not None
    (class_,) = classes
    assert class_.categories is not None
    (category,) = class_.categories
    assert category.measurements is not None
    (measurement,) = category.measurements
    return measurement


def test_the_seed_page_comes_back_byte_for_byte(corpus: Path, page: Document) -> None:
    original = (corpus / "page" / SEED).read_bytes()
    assert page_text(page).encode() == original
    assert FORMAT.write is not None
    stream = io.BytesIO()
    FORMAT.write([page], stream)
    assert stream.getvalue() == original


def test_the_heading_stands_where_the_registry_has_it(page: Document) -> None:
    prefix = "/protocolSection"
    expected = {
        f"{prefix}/identificationModule/nctId": "NCT03211416",
        f"{prefix}/statusModule/overallStatus": "COMPLETED",
        f"{prefix}/statusModule/lastUpdatePostDateStruct/date": "2026-02-05",
        f"{prefix}/designModule/phases": ("PHASE1", "PHASE2"),
        f"{prefix}/designModule/enrollmentInfo/count": 37,
    }
    assert {address: value_at(page.study, address) for address in expected} == expected
    title = value_at(page.study, f"{prefix}/identificationModule/briefTitle")
    assert isinstance(title, str)
    assert title.startswith("Sorafenib Tosylate and Pembrolizumab")
    assert title.endswith("Liver Cancer")
    assert page.study.protocol_section is not None
    assert page.study.protocol_section.status_module is not None
    # The one date that the page has twice is not read as two.
    assert page.study.protocol_section.status_module.results_first_post_date_struct is None


def test_the_participant_flow_of_the_seed(results: ResultsSection) -> None:
    module = results.participant_flow_module
    assert module is not None
    assert module.groups is not None
    (group,) = module.groups
    assert (group.id, group.title) == ("FG000", "Treatment (Sorafenib Tosylate, Pembrolizumab)")
    assert group.description is not None
    assert [line.split(":")[0] for line in group.description.split("\n")[1:]] == [
        "Laboratory Biomarker Analysis",
        "Pembrolizumab",
        "Sorafenib Tosylate",
    ]
    assert module.periods is not None
    (period,) = module.periods
    assert period.title == "Overall Study"
    milestones = {
        milestone.type: [(stats.group_id, stats.num_subjects) for stats in milestone.achievements]
        for milestone in period.milestones or ()
        if milestone.achievements is not None
    }
    assert milestones == {
        "STARTED": [("FG000", "37")],
        "COMPLETED": [("FG000", "27")],
        "NOT COMPLETED": [("FG000", "10")],
    }
    reasons = {
        reason.type: [stats.num_subjects for stats in reason.reasons]
        for reason in period.drop_withdraws or ()
        if reason.reasons is not None
    }
    assert reasons == {
        "Adverse Event": ["7"],
        "Lack of Efficacy": ["2"],
        "Physician Decision": ["1"],
    }


def test_the_baseline_of_the_seed(results: ResultsSection) -> None:
    module = results.baseline_characteristics_module
    assert module is not None
    assert module.denoms is not None
    (denom,) = module.denoms
    assert denom.units == "Participants"
    assert denom.counts is not None
    assert [(count.group_id, count.value) for count in denom.counts] == [("BG000", "37")]
    measures = {measure.title: measure for measure in module.measures or ()}
    assert list(measures) == [
        "Age, Continuous",
        "Sex: Female, Male",
        "Race (NIH/OMB)",
        "Region of Enrollment",
        "Body Mass index",
    ]
    for title, value, spread, unit in (
        ("Age, Continuous", "67.4", "9.7", "years"),
        ("Body Mass index", "28.5", "5.3", "kg/m^2"),
    ):
        measure = measures[title]
        found = only(measure.classes)
        assert (found.group_id, found.value, found.spread) == ("BG000", value, spread)
        assert measure.dispersion_type == "STANDARD_DEVIATION"
        assert measure.unit_of_measure == unit
        assert measure.param_type is None  # the page does not say mean
    sex = measures["Sex: Female, Male"]
    assert sex.param_type == "COUNT_OF_PARTICIPANTS"
    assert rows(sex.classes) == {(None, "Female"): "11", (None, "Male"): "26"}
    assert list(rows(measures["Race (NIH/OMB)"].classes).items()) == [
        ((None, "American Indian or Alaska Native"), "0"),
        ((None, "Asian"), "0"),
        ((None, "Native Hawaiian or Other Pacific Islander"), "0"),
        ((None, "Black or African American"), "5"),
        ((None, "White"), "26"),
        ((None, "More than one race"), "0"),
        ((None, "Unknown or Not Reported"), "6"),
    ]
    region = measures["Region of Enrollment"]
    assert rows(region.classes) == {("United States", None): "37"}
    assert (region.unit_of_measure, region.param_type) == ("participants", None)


def test_the_denominators_in_cells_are_kept_and_not_trusted(page: Document) -> None:
    kept = [item for item in page.set_aside if item.field == "n="]
    assert {item.value for item in kept} == {"n=25 Participants"}
    assert len(kept) == 12
    for item in kept:
        assert isinstance(value_at(page.study, item.address), Measurement)
        assert "not trusted" in item.reason
    assert denominators(page) == [("Treatment (Sorafenib Tosylate, Pembrolizumab)", "37")]


def test_all_that_is_set_aside_is_known(page: Document) -> None:
    fields = [item.field for item in page.set_aside]
    assert fields == ["end of the last line", *["n="] * 12, "interval", "interval"]


def test_the_response_rate_of_the_seed(outcomes: tuple[OutcomeMeasure, ...]) -> None:
    response = outcomes[0]
    assert response.type == "PRIMARY"
    assert response.time_frame == "Up to 6 months"
    assert response.population_description == "10 subjects were not evaluable for response."
    assert response.description is not None
    assert "Jeffreys? 95% confidence interval" in response.description
    assert (response.param_type, response.unit_of_measure) == (
        "COUNT_OF_PARTICIPANTS",
        "Participants",
    )
    assert denominator(response) == ("OG000", "27")
    assert rows(response.classes) == {
        (None, "Responder (CR+PR)"): "8",
        (None, "non-Responder (SD+PD)"): "19",
    }


def denominator(outcome: OutcomeMeasure) -> tuple[str | None, str | None]:
    assert outcome.denoms is not None
    (denom,) = outcome.denoms
    assert denom.units == "Participants"
    assert denom.counts is not None
    (count,) = denom.counts
    return count.group_id, count.value


@pytest.mark.parametrize(
    ("place", "title", "value", "limits", "time_frame_ends"),
    [
        (1, "Overall Survival", "17.1", ("6.2", "37.2"), "assessed up to 3 year"),
        (2, "Time to Tumor Progression", "3.7", ("2.5", "8.7"), "assessed up to 3 years"),
    ],
)
def test_the_times_to_event_of_the_seed(
    outcomes: tuple[OutcomeMeasure, ...],
    place: int,
    title: str,
    value: str,
    limits: tuple[str, str],
    time_frame_ends: str,
) -> None:
    outcome = outcomes[place]
    assert (outcome.type, outcome.title) == ("SECONDARY", title)
    assert outcome.time_frame is not None
    assert outcome.time_frame.endswith(time_frame_ends)
    assert outcome.description is not None
    assert outcome.description.startswith("Will be estimated using the Kaplan-Meier method")
    assert outcome.population_description is None
    assert denominator(outcome) == ("OG000", "37")
    found = only(outcome.classes)
    assert (found.value, found.lower_limit, found.upper_limit) == (value, *limits)
    assert outcome.unit_of_measure == "months"
    # The page says neither median nor the level of the interval.
    assert (outcome.param_type, outcome.dispersion_type) == (None, None)


def test_the_ratio_and_the_outcome_without_data_of_the_seed(
    outcomes: tuple[OutcomeMeasure, ...],
) -> None:
    ratio, without = outcomes[3:]
    assert ratio.title == "Change in Functional Activity of Effector T Cells"
    assert ratio.type == without.type == "OTHER_PRE_SPECIFIED"
    found = only(ratio.classes)
    assert (found.value, found.spread) == ("1.17", "0.84")
    assert (ratio.dispersion_type, ratio.unit_of_measure) == ("Standard Deviation", "ratio")
    assert denominator(ratio) == ("OG000", "20")
    assert (ratio.reporting_status, without.reporting_status) == ("POSTED", "NOT_POSTED")
    assert without.population_description == "Data was not captured."
    assert (without.title, without.groups, without.classes) == (None, None, None)


def adverse_events(results: ResultsSection) -> AdverseEventsModule:
    assert results.adverse_events_module is not None
    return results.adverse_events_module


def test_the_adverse_events_of_the_seed(results: ResultsSection) -> None:
    module = adverse_events(results)
    assert (len(SERIOUS), len(OTHER)) == (22, 31)
    for events, expected in ((module.serious_events, SERIOUS), (module.other_events, OTHER)):
        assert events is not None
        assert [(event.organ_system, event.term) for event in events] == [
            (organ_system, term) for organ_system, term, _ in expected
        ]
        for event, (_, _, number) in zip(events, expected, strict=True):
            assert event.stats == (
                EventStats(
                    group_id="EG000", num_events=number, num_affected=number, num_at_risk=37
                ),
            )
    assert module.event_groups is not None
    (group,) = module.event_groups
    assert (group.serious_num_at_risk, group.other_num_at_risk) == (37, 37)
    assert module.time_frame is not None
    assert module.time_frame.startswith("Adverse events were followed for up to 30 days")
    assert module.time_frame.endswith("following treatment initiation.")
    assert module.description is None


def test_the_agreement_of_the_seed(results: ResultsSection) -> None:
    module = results.more_info_module
    assert module is not None
    assert module.certain_agreement is not None
    assert module.certain_agreement.pi_sponsor_employee is True
    assert module.certain_agreement.restrictive_agreement is True


def test_the_seed_cut_off_at_any_line_is_refused(corpus: Path) -> None:
    lines = (corpus / "page" / SEED).read_text().split("\n")
    for length in range(1, len(lines)):
        for ending in ("", "\n"):
            text = "\n".join(lines[:length]) + ending
            source = Source("cut.txt", io.BytesIO(text.encode()))
            with pytest.raises(DocumentError) as caught:
                read_page_text(source)
            assert f"cut.txt, line {length}" in (caught.value.where or "")
            assert caught.value.accepted


def test_the_seed_cut_off_at_any_line_yields_what_is_complete(corpus: Path, page: Document) -> None:
    lines = (corpus / "page" / SEED).read_text().split("\n")
    assert page.study.results_section is not None
    events = adverse_events(page.study.results_section).serious_events or ()
    whole = [event.stats for event in events]
    for length in range(9, len(lines), 7):
        text = "\n".join(lines[:length])
        document = read_page_text(
            Source("cut.txt", io.BytesIO(text.encode())), allow_incomplete=True
        )
        (remainder,) = [item for item in document.set_aside if item.field == REMAINDER]
        assert text.endswith(remainder.value)
        results = document.study.results_section
        if results is not None and results.adverse_events_module is not None:
            found = [event.stats for event in results.adverse_events_module.serious_events or ()]
            assert found == whole[: len(found)]


@pytest.mark.parametrize(("name", "line"), EXCERPTS.items())
def test_an_excerpt_is_refused_at_the_line_where_it_is_cut_off(
    corpus: Path, name: str, line: int
) -> None:
    with pytest.raises(DocumentError) as caught:
        read(corpus / "page" / name)
    assert caught.value.where == f"{name}, line {line}"
    assert "excerpt" in (caught.value.advice or "")


def flow(
    document: Document,
) -> dict[tuple[str | None, str | None], list[tuple[str | None, str | None]]]:
    """Numbers by period and milestone or reason."""
    assert document.study.results_section is not None
    module = document.study.results_section.participant_flow_module
    assert module is not None
    found = {}
    for period in module.periods or ():
        for milestone in period.milestones or ():
            found[period.title, milestone.type] = [
                (stats.num_subjects, stats.num_units) for stats in milestone.achievements or ()
            ]
        for reason in period.drop_withdraws or ():
            found[period.title, reason.type] = [
                (stats.num_subjects, stats.num_units) for stats in reason.reasons or ()
            ]
    return found


def test_several_groups_and_no_reasons(corpus: Path) -> None:
    document = read(corpus / "page/NCT01312675.txt", allow_incomplete=True)
    assert flow(document) == {
        ("Overall Study", "STARTED"): [("9", None), ("7", None)],
        ("Overall Study", "COMPLETED"): [("9", None), ("7", None)],
        ("Overall Study", "NOT COMPLETED"): [("0", None), ("0", None)],
    }
    assert denominators(document) == [("Group A", "9"), ("Group B", "7"), ("Total", "16")]


def denominators(document: Document) -> list[tuple[str | None, str | None]]:
    assert document.study.results_section is not None
    module = document.study.results_section.baseline_characteristics_module
    assert module is not None
    assert module.denoms is not None
    (denom,) = module.denoms
    return [
        (group.title, count.value)
        for group, count in zip(module.groups or (), denom.counts or (), strict=True)
    ]


def test_baseline_values_of_several_groups(corpus: Path) -> None:
    document = read(corpus / "page/NCT02708966.txt", allow_incomplete=True)
    assert denominators(document) == [
        ("Gymnema Sylvestre", "15"),
        ("Placebo", "15"),
        ("Total", "30"),
    ]
    assert baseline(document) == {
        ("Age, Continuous", None): [("47", "10"), ("44", "7"), ("45", "9")],
        ("Sex: Female, Male", "Female"): [("11", None), ("11", None), ("22", None)],
    }
    kept = [item.value for item in document.set_aside if item.field == "n="]
    assert kept == ["n=5 Participants", "n=7 Participants", "n=5 Participants"] * 2


def baseline(
    document: Document,
) -> dict[tuple[str | None, str | None], list[tuple[str | None, str | None]]]:
    assert document.study.results_section is not None
    module = document.study.results_section.baseline_characteristics_module
    assert module is not None
    return {
        (measure.title, category.title): [
            (found.value, found.spread) for found in category.measurements or ()
        ]
        for measure in module.measures or ()
        for class_ in measure.classes or ()
        for category in class_.categories or ()
    }


def test_several_periods_and_a_text_that_may_be_either_detail(corpus: Path) -> None:
    document = read(corpus / "page/NCT03466086.txt", allow_incomplete=True)
    assert flow(document) == {
        ("Period 1", "STARTED"): [("28", None), ("27", None)],
        ("Period 1", "COMPLETED"): [("26", None), ("27", None)],
        ("Period 1", "NOT COMPLETED"): [("2", None), ("0", None)],
        ("Period 1", "Sponsor decision due to study timeline"): [("1", None), ("0", None)],
        ("Period 1", "Withdrawal by Subject"): [("1", None), ("0", None)],
        ("Period 2", "STARTED"): [("26", None), ("27", None)],
        ("Period 2", "COMPLETED"): [("26", None), ("27", None)],
        ("Period 2", "NOT COMPLETED"): [("0", None), ("0", None)],
    }
    (text,) = [item for item in document.set_aside if item.field == "text before the tables"]
    assert text.value.startswith("A total of 57 subjects were enrolled")
    assert "recruitment" in text.reason


def test_units_other_than_participants(corpus: Path) -> None:
    document = read(corpus / "page/NCT03569202.txt", allow_incomplete=True)
    assert document.study.results_section is not None
    module = document.study.results_section.participant_flow_module
    assert module is not None
    assert module.type_units_analyzed == "Eyes"
    assert flow(document)["Part 1", "STARTED"] == [("3", "3"), ("0", "0")]
    assert flow(document)["Part 3", "STARTED"] == [("26", "0"), ("26", "0")]
    assert ("Part 3", "COMPLETED") not in flow(document)  # its row is cut off


def test_the_plain_variant(corpus: Path) -> None:
    document = read(corpus / "page/NCT04472494.txt", allow_incomplete=True)
    expected = {
        "/protocolSection/identificationModule/nctId": "NCT04472494",
        "/protocolSection/statusModule/overallStatus": "TERMINATED",
        "/protocolSection/designModule/phases": ("PHASE2",),
        "/protocolSection/designModule/enrollmentInfo/count": 61,
        "/protocolSection/statusModule/lastUpdatePostDateStruct/date": "2022-10-07",
    }
    assert {address: value_at(document.study, address) for address in expected} == expected
    assert flow(document) == {
        ("Pre-treatment", "STARTED"): [("42", None), ("19", None)],
        ("Pre-treatment", "COMPLETED"): [("40", None), ("19", None)],
        ("Pre-treatment", "NOT COMPLETED"): [("2", None), ("0", None)],
        ("Pre-treatment", "Other reasons"): [("2", None), ("0", None)],
        ("Treatment", "STARTED"): [("40", None), ("19", None)],
        ("Treatment", "COMPLETED"): [("34", None), ("16", None)],
        ("Treatment", "NOT COMPLETED"): [("6", None), ("3", None)],
        ("Treatment", "Death"): [("5", None), ("2", None)],
        ("Treatment", "Hospital discharge"): [("1", None), ("1", None)],
    }
    assert denominators(document) == [("Abatacept", "42"), ("Placebo", "19"), ("Total", "61")]
    assert baseline(document) == {
        ("Age, Continuous", None): [("61.1", "14.20"), ("60.7", "14.48"), ("61.0", "14.17")],
        ("Sex: Female, Male", "Female"): [("13", None), ("6", None), ("19", None)],
    }
