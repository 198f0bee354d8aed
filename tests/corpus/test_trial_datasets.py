"""The real trials' datasets: all of them read, agree with pyreadstat, and agree between formats."""

import io
import json
import random
from pathlib import Path

import polars as pl
import pyreadstat
import pytest

from topline.errors import ToplineError
from topline.trial.dataset import Dataset
from topline.trial.library import Library
from topline.trial.reading import read_dataset

pytestmark = pytest.mark.corpus

# Files, with records and variables as pyreadstat 1.3.7 counts them (`read_xport(...)`, its metadata's
# number_rows and number_columns; ts.xpt with encoding="windows-1252").
TRANSPORT_FILES = {
    "cdiscpilot01/adam/adae.xpt": (1191, 55),
    "cdiscpilot01/adam/adlbhy.xpt": (9954, 43),
    "cdiscpilot01/adam/adqsadas.xpt": (12463, 40),
    "cdiscpilot01/adam/adqscibc.xpt": (730, 36),
    "cdiscpilot01/adam/adqsnpix.xpt": (31140, 41),
    "cdiscpilot01/adam/adsl.xpt": (254, 48),
    "cdiscpilot01/adam/adtte.xpt": (254, 26),
    "cdiscpilot01/adam/advs.xpt": (32139, 34),
    "cdiscpilot01/dataset-json/adsl.xpt": (254, 49),
    "cdiscpilot01/sdtm/ae.xpt": (1191, 35),
    "cdiscpilot01/sdtm/dm.xpt": (306, 25),
    "cdiscpilot01/sdtm/ds.xpt": (596, 13),
    "cdiscpilot01/sdtm/ex.xpt": (591, 17),
    "cdiscpilot01/sdtm/suppae.xpt": (1191, 10),
    "cdiscpilot01/sdtm/sv.xpt": (3559, 8),
    "cdiscpilot01/sdtm/ta.xpt": (8, 10),
    "cdiscpilot01/sdtm/te.xpt": (7, 7),
    "cdiscpilot01/sdtm/ts.xpt": (33, 6),
    "cdiscpilot01/sdtm/tv.xpt": (21, 9),
    "onco/adam-2023/adrs_onco.xpt": (3694, 75),
    "onco/adam-2023/adsl.xpt": (306, 51),
    "onco/adam-2023/adtr_onco.xpt": (9756, 100),
    "onco/adam-2023/adtte_onco.xpt": (512, 20),
    "onco/adam/adae.xpt": (1191, 107),
    "onco/adam/adrs_onco.xpt": (3694, 79),
    "onco/adam/adsl.xpt": (306, 55),
    "onco/adam/adtr_onco.xpt": (181, 99),
    "onco/adam/adtte_onco.xpt": (512, 20),
    "onco/sdtm/ae.xpt": (1191, 35),
    "onco/sdtm/dm.xpt": (306, 28),
    "onco/sdtm/ds.xpt": (850, 13),
    "onco/sdtm/rs_onco.xpt": (5808, 19),
    "onco/sdtm/rs_onco_irecist.xpt": (376, 19),
    "onco/sdtm/rs_onco_recist.xpt": (66, 14),
    "onco/sdtm/tr_onco.xpt": (55995, 24),
    "onco/sdtm/tr_onco_recist.xpt": (546, 19),
    "onco/sdtm/tu_onco.xpt": (7734, 18),
    "onco/sdtm/tu_onco_recist.xpt": (75, 16),
}
LABELS = {
    "cdiscpilot01/dataset-json/adsl.xpt": "Subject-Level Analysis Dataset",
    "onco/adam/adae.xpt": "Adverse Events Analysis",
    "onco/adam/adrs_onco.xpt": "Tumor Response Analysis",
    "onco/adam/adsl.xpt": "Subject Level Analysis",
    "onco/adam/adtr_onco.xpt": "Tumor Results Analysis for Oncology",
    "onco/adam/adtte_onco.xpt": "Time to Event Analysis for Oncology",
}
PADDED = {  # text with blanks in front, and how many records have them
    "cdiscpilot01/adam/adlbhy.xpt": {"AVISIT": 9954},
    "cdiscpilot01/adam/adqsnpix.xpt": {"AVISIT": 31140},
    "cdiscpilot01/sdtm/ds.xpt": {"DSSPID": 58},
    "onco/sdtm/ds.xpt": {"DSSPID": 58},
}


def test_every_transport_file_of_the_corpus_is_listed_here(corpus: Path) -> None:
    trials = corpus / "trials"
    assert {str(path.relative_to(trials)) for path in trials.rglob("*.xpt")} == set(TRANSPORT_FILES)


@pytest.mark.parametrize("name", TRANSPORT_FILES)
def test_a_transport_file_reads_as_pyreadstat_reads_it(corpus: Path, name: str) -> None:
    """Two independent readers: every value of every variable, and all labels and formats."""
    path = corpus / "trials" / name
    found = read_dataset(path)
    assert (found.records, len(found.variables)) == TRANSPORT_FILES[name]
    assert found.frame.shape == TRANSPORT_FILES[name]
    assert found.label == LABELS.get(name)
    padded = {note.variable: note.rows for note in found.notes if "leading" in note.message}
    assert padded == PADDED.get(name, {})
    encoding = "windows-1252" if name.endswith("ts.xpt") else None
    expected, metadata = pyreadstat.read_xport(str(path), output_format="polars", encoding=encoding)
    assert [one.label for one in found.variables.values()] == [
        label or None for label in metadata.column_labels
    ]
    assert [(one.format or "").rstrip(".") for one in found.variables.values()] == [
        format_ or "" for format_ in metadata.original_variable_types.values()
    ]
    for column in expected:
        values = found.column(column.name)
        if column.dtype == pl.String:
            column = column.str.strip_chars(" ").replace({"": None})
        elif column.dtype == pl.Null:
            column = column.cast(values.dtype)
        assert values.equals(column, check_names=True, null_equal=True), column.name


def test_a_title_in_windows_1252_is_read_and_noted(corpus: Path) -> None:
    ts = read_dataset(corpus / "trials/cdiscpilot01/sdtm/ts.xpt")
    assert "Patients with Probable Mild to Moderate Alzheimer’s Disease" in " ".join(
        ts.column("TSVAL").drop_nulls()
    )
    assert [str(note) for note in ts.notes] == [
        "TSVAL: not UTF-8; read as windows-1252 (3 records)"
    ]


def test_a_folder_names_its_datasets(corpus: Path) -> None:
    trials = corpus / "trials"
    assert Library(trials / "cdiscpilot01/adam").names == (
        "ADAE", "ADLBHY", "ADQSADAS", "ADQSCIBC", "ADQSNPIX", "ADSL", "ADTTE", "ADVS",
    )  # fmt: skip
    assert Library(trials / "onco/adam").read("adrs_onco", columns=["PARAMCD"]).records == 3694


def differing(first: Dataset, second: Dataset, keys: list[str]) -> dict[str, int]:
    """How many records differ, by variable that both have, after pairing records by their keys."""
    common = [name for name in first.variables if name in second.variables]
    frames = []
    for dataset in (first, second):
        plain = dataset.frame.select(common).with_columns(
            pl.selectors.numeric().cast(
                pl.Float64
            )  # whole numbers have no type of their own in SAS
        )
        frames.append(plain.sort(keys))
    one, other = frames
    assert one.select(keys).equals(other.select(keys))
    assert one.select(keys).is_unique().all()
    counts = {name: int(one[name].ne_missing(other[name]).sum()) for name in common}
    return {name: count for name, count in counts.items() if count}


# The transport files are of 2012-10, the JSON files of 2026-06, made again from revised definitions by the
# R Submission Pilot 5: what differs is listed whole.
@pytest.mark.parametrize(
    ("dataset", "other", "keys", "only_json", "only_other", "differences"),
    [
        # Made together: nothing differs.
        ("adsl", "dataset-json/adsl.xpt", ["USUBJID"], set(), set(), {}),
        (
            "adsl",
            "adam/adsl.xpt",
            ["USUBJID"],
            {
                "TRTDURD",
                "DCSREAS",
                "EOSSTT",
            },  # TRTDUR and DCREASCD under newer names; EOSSTT is new
            {"TRTDUR", "DCREASCD"},
            {"BMIBLGR1": 1},  # the older version groups a missing BMI as "<25"
        ),
        (
            "adae",
            "adam/adae.xpt",
            ["USUBJID", "AESEQ"],
            set(),
            set(),
            {
                "ADURN": 4,  # missing in the older version
                "ADURU": 718,  # DAY in the older version, DAYS in the newer
                "TRTEMFL": 65,  # N in the older version, missing in the newer
            },
        ),
        ("adtte", "adam/adtte.xpt", ["USUBJID"], set(), set(), {}),
    ],
)
def test_the_pilot_agrees_between_transport_and_json_where_the_versions_agree(
    corpus: Path,
    dataset: str,
    other: str,
    keys: list[str],
    only_json: set[str],
    only_other: set[str],
    differences: dict[str, int],
) -> None:
    pilot = corpus / "trials/cdiscpilot01"
    newer = read_dataset(pilot / "dataset-json" / f"{dataset}.json")
    older = read_dataset(pilot / other)
    assert set(newer.variables) - set(older.variables) == only_json
    assert set(older.variables) - set(newer.variables) == only_other
    assert newer.records == older.records
    assert differing(newer, older, keys) == differences


def test_the_reasons_for_the_differences(corpus: Path) -> None:
    pilot = corpus / "trials/cdiscpilot01"
    json_, xpt = (
        {name: read_dataset(pilot / form.format(name)) for name in ("adsl", "adae")}
        for form in ("dataset-json/{}.json", "adam/{}.xpt")
    )
    subjects = json_["adsl"].frame.join(xpt["adsl"].frame, on="USUBJID", suffix="_2012")
    assert subjects.filter(pl.col("BMIBL").is_null())["BMIBLGR1_2012"].to_list() == ["<25"]
    assert subjects.filter(pl.col("BMIBL").is_null())["BMIBLGR1"].to_list() == [None]
    assert subjects["TRTDURD"].cast(pl.Float64).equals(subjects["TRTDUR"])
    finished = pl.col("DCREASCD") == "Completed"
    assert subjects.filter(finished)["DCSREAS"].is_null().all()
    assert subjects.filter(~finished & (pl.col("DCSREAS") != pl.col("DCREASCD"))).height == 0
    newer = json_["adae"].frame.with_columns(pl.col("AESEQ").cast(pl.Float64))
    events = newer.join(xpt["adae"].frame, on=["USUBJID", "AESEQ"], suffix="_2012")
    assert events.height == 1191
    changed = events.filter(pl.col("TRTEMFL").ne_missing(pl.col("TRTEMFL_2012")))
    assert set(changed["TRTEMFL_2012"]) == {"N"}
    assert changed["TRTEMFL"].is_null().all()
    units = events.filter(pl.col("ADURU").ne_missing(pl.col("ADURU_2012")))
    assert set(units["ADURU"]) == {"DAYS"}
    assert set(units.filter(pl.col("ADURN_2012").is_not_null())["ADURU_2012"]) == {"DAY"}
    assert units.filter(pl.col("ADURN_2012").is_null())["ADURU_2012"].to_list() == [None] * 4
    durations = events.filter(pl.col("ADURN").ne_missing(pl.col("ADURN_2012")))
    assert durations["ADURN_2012"].is_null().all()


def test_missing_decimals_of_the_json_files_are_noted(corpus: Path) -> None:
    adsl = read_dataset(corpus / "trials/cdiscpilot01/dataset-json/adsl.json")
    assert [str(note) for note in adsl.notes] == [
        "BMIBL: NA or . was read as missing (1 record)",
        "WEIGHTBL: NA or . was read as missing (1 record)",
    ]


@pytest.mark.parametrize(
    ("name", "records", "numeric"),
    [
        ("eudract-safety/events.csv", 1638, {"SERIOUS", "RELATED", "FATAL"}),
        ("eudract-safety/safety.csv", 116, {"PT", "SOC", "SERIOUS", "FATAL"}),
        ("onco/recist11_target_response_check.csv", 889, {"SUM", "BASE", "NADIR"}),
    ],
)
def test_csv_files(corpus: Path, name: str, records: int, numeric: set[str]) -> None:
    found = read_dataset(corpus / "trials" / name)
    assert found.records == records
    assert {one.name for one in found.variables.values() if one.type != "text"} == numeric


@pytest.mark.parametrize(
    "name",
    ["adam/adtte.xpt", "dataset-json/adtte.json", "sdtm/ts.xpt", "dataset-json/adtte.ndjson"],
)
def test_mutated_files_are_read_or_refused_but_never_crash(
    corpus: Path, tmp_path: Path, name: str
) -> None:
    """300 damaged copies of each file; what is read keeps its shape consistent."""
    source = corpus / "trials/cdiscpilot01" / name.replace(".ndjson", ".json")
    content = source.read_bytes()
    if name.endswith(".ndjson"):
        document = json.loads(content)
        rows = document.pop("rows")
        lines = io.StringIO()
        for line in (document, *rows):
            lines.write(json.dumps(line) + "\n")
        content = lines.getvalue().encode()
    chance = random.Random(20260101)
    path = tmp_path / Path(name).name
    refused = 0
    for _ in range(300):
        mutated = bytearray(content)
        if chance.random() < 0.3:
            del mutated[chance.randrange(len(mutated)) :]
        for _ in range(chance.randrange(1, 6)):
            if mutated:
                place = chance.randrange(min(len(mutated), chance.choice([4000, len(content)])))
                mutated[place] = chance.randrange(256)
        path.write_bytes(mutated)
        try:
            found = read_dataset(path)
        except ToplineError:
            refused += 1
        else:
            assert found.frame.shape == (found.records, len(found.variables))
    assert refused > 30
