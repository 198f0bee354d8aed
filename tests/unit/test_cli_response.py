"""``topline response``."""

import json
from pathlib import Path

import pytest
from tests.unit.command import Command
from tests.unit.test_response_reading import DM, TR, TU


@pytest.fixture
def topline(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("COLUMNS", "80")
    return Command(capsys)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "sdtm"
    folder.mkdir()
    for name, text in (("dm", DM), ("tu", TU), ("tr", TR)):
        (folder / f"{name}.csv").write_text(text)
    return folder


def test_time_points_with_reasons_best_responses_and_rates(
    topline: Command, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    ran = topline("response", data)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[:21] == [
        "01",
        "  2021-02-15  WEEK 6  PD  new lesion NEW01",
        "  best response         PD: first PD on 2021-02-15: new lesion NEW01",
        "  confirmed             PD: first PD on 2021-02-15: new lesion NEW01",
        "  PFS                   43 days, first PD on 2021-02-15: new lesion NEW01",
        "  TTP                   43 days, first PD on 2021-02-15: new lesion NEW01",
        "",
        "02",
        "  best response         MISSING: no assessment that counts",
        "  confirmed             MISSING: no assessment that counts",
        "  PFS                   57 days, died on 2021-03-01",
        "  TTP                   1 day, censored, died on 2021-03-01 without progression: censored at the start 2021-01-04",
        "  to know               there is no baseline assessment",
        "",
        "Best response, RECIST 1.1",
        "                unconfirmed  confirmed",
        "  PD                      1          1",
        "  MISSING                 1          1",
        "  participants            2          2",
        "",
        "Rates, with 95 % limits of Clopper and Pearson",
    ]  # fmt: skip
    assert [" ".join(line.split()) for line in lines[21:]] == [
        "unconfirmed confirmed",
        "objective response, all 0 of 2, 0.0 % (0.0 to 84.2) 0 of 2, 0.0 % (0.0 to 84.2)",
        "objective response, measurable 0 of 1, 0.0 % (0.0 to 97.5) 0 of 1, 0.0 % (0.0 to 97.5)",
        "objective response, evaluable 0 of 1, 0.0 % (0.0 to 97.5) 0 of 1, 0.0 % (0.0 to 97.5)",
        "disease control, all 0 of 2, 0.0 % (0.0 to 84.2) 0 of 2, 0.0 % (0.0 to 84.2)",
        "disease control, measurable 0 of 1, 0.0 % (0.0 to 97.5) 0 of 1, 0.0 % (0.0 to 97.5)",
        "disease control, evaluable 0 of 1, 0.0 % (0.0 to 97.5) 0 of 1, 0.0 % (0.0 to 97.5)",
    ]  # fmt: skip
    assert "note: times count from DM.RFXSTDTC" in ran.err


def test_other_criteria(topline: Command, data: Path) -> None:
    ran = topline("response", data, "--criteria", "iRECIST", "--participant", "01")
    assert ran.code == 0
    assert "WEEK 6  iUPD  new lesion NEW01" in ran.out
    assert "Best response" not in ran.out


def test_a_narrow_terminal(
    topline: Command, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setenv("COLUMNS", "40")
    ran = topline("response", data, "--participant", "01")
    assert max(map(len, ran.out.splitlines())) <= 40
    assert "    new lesion NEW01" in ran.out.splitlines()


def test_the_summary_alone(topline: Command, data: Path) -> None:
    ran = topline("response", data, "--summary")
    assert ran.out.startswith("Best response, RECIST 1.1")


def test_json(topline: Command, data: Path) -> None:
    ran = topline("response", data, "--json", "--participant", "01")
    found = json.loads(ran.out)
    assert found["criteria"] == "recist1.1"
    (point,) = found["time_points"]
    assert (point["SUMDIAM"], point["PCHG"], point["OVRLRESP"], point["REASON"]) == (
        20.0, -60.0, "PD", "new lesion NEW01: PD",
    )  # fmt: skip
    assert [one["USUBJID"] for one in found["participants"]] == ["01"]
    assert [(one["PARAMCD"], one["AVAL"], one["CNSR"]) for one in found["times"]] == [
        ("PFS", 43.0, 0), ("TTP", 43.0, 0),
    ]  # fmt: skip


class TestFolder:
    def test_datasets_and_pictures(self, topline: Command, data: Path, tmp_path: Path) -> None:
        out = tmp_path / "out"
        for _ in range(2):  # the second replaces the first
            ran = topline("response", data, "--summary", "-o", out)
            assert ran.code == 0, ran.err
        assert sorted(path.name for path in out.iterdir()) == [
            "participants.csv", "response-times.csv", "response.csv", "spider.svg", "swimmer.svg",
            "time-points.csv", "waterfall.svg",
        ]  # fmt: skip
        first, second, *_ = (out / "time-points.csv").read_text().splitlines()
        assert first.startswith("USUBJID,VISIT,ADT,ADY,BASE,NADIR")
        assert second.startswith("01,WEEK 6,2021-02-15,43,50.0,50.0,2021-01-02,20.0,true")

    def test_one_that_holds_anything_else_is_left(
        self, topline: Command, data: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "mine.txt").write_text("mine")
        ran = topline("response", data, "-o", tmp_path)
        assert ran.code == 7
        assert "holds 'mine.txt'" in ran.err or "holds 'sdtm'" in ran.err
        assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--criteria", "recist1.2"], 2, "did you mean recist1.1?"),
        (["--source", "state"], 2, "there is no source 'state'"),
        (["--evaluator", "radiologist"], 2, "accepted: investigator, independent"),
        (["--censoring", "pmda"], 2, "accepted: fda, ema"),
        (["--participant", "1"], 8, "there is no participant 1"),
        (["--start", "TRTSDT"], 4, "DM has no variable TRTSDT"),
        (["--measurements", "ADTR"], 8, "there is no dataset ADTR"),
        (["--source", "stated"], 4, "there is no stated overall response"),
    ],
)
def test_mistakes(topline: Command, data: Path, words: list[str], code: int, said: str) -> None:
    ran = topline("response", data, *words)
    assert ran.code == code
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_no_folder(topline: Command, tmp_path: Path) -> None:
    ran = topline("response", tmp_path / "none")
    assert ran.code == 8
