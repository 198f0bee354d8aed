"""The safety tables of the corpus against what the R package eudract makes of them, cell by cell.

Every difference is a fault of the peers' files, listed here with what topline has instead.
"""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from tests.corpus.safety_trial import (
    Cells,
    build_trial,
    eudract_cells,
    module_of,
    organ_systems,
    record_cells,
    registry_cells,
)

from topline.analysis.build import Build
from topline.analysis.exports.eudract import eudract_answers
from topline.formats import eudract_xml
from topline.formats.answers import Answer, read_answers
from topline.formats.document import Document
from topline.formats.eudract_terms import ORGAN_SYSTEMS, organ_system_id
from topline.formats.source import Source

pytestmark = pytest.mark.corpus

FOLDER = "trials/eudract-safety"

Corrections = dict[tuple[str, ...], tuple[int, int]]
"""The number in the file and the right one, by cell."""

# Participant US3-002 has one row as "US3-002 ": the peers take that for one more participant.
COUNTED_TWICE: Corrections = {("group", "Experimental", "serious"): (33, 32)}
# Participants who had a serious event too are missing from the peers' total of non-serious events.
LEFT_OUT: Corrections = {
    ("group", "Control", "other"): (8, 15),
    ("group", "Experimental", "other"): (13, 24),
}
# What stands in the peers' files and nobody said.
PLACEHOLDERS = {
    "table_ct.xml": {
        "timeFrame": "Timeframe for AE",
        "allCauseMortComment": "all-cause mortality",
        "sourceVocabulary": "MedDRA 22.0",
        "frequencyReportingThreshold": "0.0",
    },
    "events_ct.xml": {
        "timeFrame": "Timeframe for AE",
        "allCauseMortComment": "all-cause mortality",
        "sourceVocabulary": "MedDRA 22.0",
        "frequencyReportingThreshold": "0.0",
    },
    "table_eudract.xml": {
        "timeFrame": "Timeframe for AE",
        "description": "AE additional description",
        "dictionary/version": "19.0",
        "nonSeriousEventFrequencyThreshold": "0.0",
    },
}


@pytest.fixture(scope="module")
def safety(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    return build_trial(corpus, "safety.csv", tmp_path_factory.mktemp("safety"))


@pytest.fixture(scope="module")
def events(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Build:
    return build_trial(corpus, "events.csv", tmp_path_factory.mktemp("events"))


def with_registry_names(cells: Cells) -> Cells:
    """Name organ systems as the registry does."""
    return {
        tuple(ORGAN_SYSTEMS.get(organ_system_id(word) or "", word) for word in key): number
        for key, number in cells.items()
    }


def corrected(theirs: Cells, *corrections: Corrections) -> Cells:
    """Correct a file of the peers, which must have the fault."""
    cells = dict(theirs)
    for correction in corrections:
        for key, (wrong, right) in correction.items():
            assert cells[key] == wrong
            cells[key] = right
    return cells


def test_the_table_of_organ_systems_is_that_of_the_corpus(corpus: Path) -> None:
    theirs = {one.eutct: one.name.casefold() for one in organ_systems(corpus)}
    assert len(theirs) == 27
    longer = "general disorders and administration site conditions"
    assert {
        k: v.casefold().replace("general disorders", longer) for k, v in ORGAN_SYSTEMS.items()
    } == theirs


def test_the_safety_table_for_the_registry(safety: Build, corpus: Path) -> None:
    theirs = with_registry_names(registry_cells(corpus / FOLDER / "table_ct.xml"))
    assert len(theirs) == 512
    assert record_cells(module_of(safety)) == corrected(theirs, COUNTED_TWICE)


def test_the_events_table_for_the_registry(events: Build, corpus: Path) -> None:
    theirs = registry_cells(corpus / FOLDER / "events_ct.xml")
    assert len(theirs) == 480
    ours = record_cells(module_of(events))
    # The organ system of all 52 rows is empty there; no term stands in two.
    assert all(key[1] == "" for key in theirs if key[0] != "group")
    unnamed = {(key[0], "", *key[2:]) if key[0] != "group" else key: n for key, n in ours.items()}
    assert len(unnamed) == len(ours)
    assert unnamed == theirs
    assert all(key[1] in ORGAN_SYSTEMS.values() for key in ours if key[0] != "group")


def test_the_safety_table_for_eudract(safety: Build, corpus: Path, tmp_path: Path) -> None:
    table = tmp_path / "eudract.csv"
    table.write_bytes(eudract_answers(safety.study, safety.beyond))
    with table.open(encoding="utf-8", newline="") as lines:
        open_questions = [row for row in csv.DictReader(lines) if not row["value"]]
    assert {row["field"] for row in open_questions} == {"organSystem/version"}
    given = (*read_answers(table), *versions("19"))
    document = Document(study=safety.study, format="api-json", place="build", answers=given)
    stream = io.BytesIO()
    eudract_xml.write([document], stream)
    made = tmp_path / "made.xml"
    made.write_bytes(stream.getvalue())
    schema = etree.XMLSchema(etree.parse(corpus / "schemas/eudract/adverseEvents.xsd"))
    schema.assertValid(etree.parse(made))

    theirs = eudract_cells(corpus / FOLDER / "table_eudract.xml", corpus)
    assert len(theirs) == 772
    assert eudract_cells(made, corpus) == corrected(theirs, COUNTED_TWICE, LEFT_OUT)
    # What the record cannot hold came from the data, each with its source: 3 counts of 43 terms in two
    # groups, and the deaths that resulted from events in two groups.
    assert len(safety.beyond) == 3 * 43 * 2 + 2


def test_what_was_written_reads_as_the_record(safety: Build) -> None:
    given = (*answers_of(safety), *versions("19"))
    document = Document(study=safety.study, format="api-json", place="build", answers=given)
    assert list(eudract_xml.losses(document)) == []
    stream = io.BytesIO()
    eudract_xml.write([document], stream)
    stream.seek(0)
    (read,) = eudract_xml.read(Source("made", stream))
    assert record_cells(module_of(replace(safety, study=read.study))) == record_cells(
        module_of(safety)
    )


def test_terms_at_the_threshold_are_not_listed_and_do_not_count(
    corpus: Path, tmp_path: Path
) -> None:
    # Above 2 %: at least 2 of 67 and 2 of 60 participants. The peers' files say 0.0 whatever
    # threshold was applied, and their total has the participants of terms that are not listed.
    module = module_of(build_trial(corpus, "safety.csv", tmp_path, threshold=2))
    assert module.frequency_threshold == "2"
    listed = module.other_events or ()
    assert len(listed) == 3
    for event in listed:
        shares = [100 * (s.num_affected or 0) / (s.num_at_risk or 1) for s in event.stats or ()]
        assert max(shares) > 2
    groups = module.event_groups or ()
    assert [group.other_num_affected for group in groups] == [6, 6]
    assert [group.serious_num_affected for group in groups] == [15, 32]


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_the_placeholders_of_the_peers_are_not_ours(name: str, corpus: Path, safety: Build) -> None:
    root = etree.parse(corpus / FOLDER / name).getroot()
    events = next(root.iter("reportedEvents"), root)
    assert {path: events.findtext(path) for path in PLACEHOLDERS[name]} == PLACEHOLDERS[name]
    module = module_of(safety)
    assert module.time_frame == "From the first dose to 30 days after the last"
    assert module.description is None
    assert module.all_cause_mortality_comment is None
    # The registry's files repeat the term as a note, and the title as the description of a group.
    assert all(
        event.notes is None
        for event in (*(module.serious_events or ()), *(module.other_events or ()))
    )
    assert all(group.description is None for group in module.event_groups or ())


def answers_of(built: Build) -> list[Answer]:
    return [
        Answer(
            address=row.address.removesuffix(f"/{row.name}"),
            field=row.name,
            value=row.posted,
            place="build",
        )
        for row in built.beyond
    ]


def versions(number: str) -> list[Answer]:
    return [
        Answer(
            address=f"/resultsSection/adverseEventsModule/{kind}/*",
            field="organSystem/version",
            value=number,
            place="test",
        )
        for kind in ("seriousEvents", "otherEvents")
    ]
