"""Page text without real pages: what is read, what is refused, and what bytes may come."""

import dataclasses
import io

import pytest
from tests.unit.page_text_examples import BASELINE, EVENTS, FLOW, PAGE, at, line_of, read, refused

from topline.errors import DocumentError, LimitError
from topline.formats.limits import Limits
from topline.formats.page_text import FORMAT, REMAINDER, page_text, read_page_text
from topline.formats.source import Source
from topline.record.study import Study


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
