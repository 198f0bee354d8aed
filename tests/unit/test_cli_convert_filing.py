"""``topline convert`` to an upload: what is said and asked before anything is written."""

from pathlib import Path

import pytest
from tests.unit.command import RECORD, Command, written
from tests.unit.prs_examples import collection, result, study_element

from topline.formats.registry import read_study

FILED = {
    "protocolSection": {"identificationModule": {"orgStudyIdInfo": {"id": "A-1"}}},
    "resultsSection": RECORD["resultsSection"],
}


@pytest.fixture
def topline(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


def downloaded(folder: Path) -> Path:
    path = folder / "downloaded.xml"
    path.write_text(
        collection(study_element("<condition>x</condition>" + result("<outcomeMeasures/>")))
    )
    return path


def test_losses_are_said_by_address_before_the_file_is_there(
    topline: Command, tmp_path: Path
) -> None:
    record = {
        **FILED,
        "resultsSection": {
            "outcomeMeasuresModule": {
                "outcomeMeasures": [{"title": "", "denomUnitsSelected": "Eyes"}]
            }
        },
    }
    source = written(tmp_path, record=record)
    ran = topline("convert", source, "-o", tmp_path / "upload.xml")
    assert ran.code == 0
    lines = ran.err.splitlines()
    assert lines[0].startswith("  note: org_name is ''")
    outcome = "/resultsSection/outcomeMeasuresModule/outcomeMeasures/0"
    assert f"    {outcome}/title" in lines
    assert f"    {outcome}/denomUnitsSelected" in lines
    assert lines[-1].endswith("upload.xml as prs-xml")
    refused = topline("convert", source, "-o", tmp_path / "no" / "upload.xml")
    assert refused.code == 7
    assert f"    {outcome}/title" in refused.err


def test_results_go_into_a_downloaded_document_which_may_be_the_output(
    topline: Command, tmp_path: Path
) -> None:
    path = downloaded(tmp_path)
    before = path.read_text()
    ran = topline("convert", written(tmp_path, record=FILED), "-o", path, "--into", path)
    assert ran.code == 0
    assert "org_name" not in ran.err
    after = path.read_text()
    head, tail = before.split(result("<outcomeMeasures/>"))
    assert after.startswith(head)
    assert after.endswith(tail)
    assert read_study(path).results_section is not None


def test_another_study_is_refused_and_the_file_stays(topline: Command, tmp_path: Path) -> None:
    path = downloaded(tmp_path)
    before = path.read_bytes()
    ran = topline("convert", written(tmp_path, record=RECORD), "-o", path, "--into", path)
    assert ran.code == 8
    assert path.read_bytes() == before


def test_a_download_keeps_its_own_registration(topline: Command, tmp_path: Path) -> None:
    other = tmp_path / "other.xml"
    other.write_text(
        collection(study_element("<condition>y</condition>" + result("<outcomeMeasures/>")))
    )
    ran = topline("convert", other, "-o", tmp_path / "a.xml", "--into", downloaded(tmp_path))
    assert ran.code == 0
    assert "    /protocolSection/condition" in ran.err.splitlines()
    assert "came along" not in ran.err
    assert "<condition>x</condition>" in (tmp_path / "a.xml").read_text()


def test_several_studies_do_not_go_into_one_document(topline: Command, tmp_path: Path) -> None:
    source = written(tmp_path, record=[FILED, FILED])
    ran = topline("convert", source, "-o", tmp_path / "a.xml", "--into", downloaded(tmp_path))
    assert ran.code == 2
    assert "there are 2 studies to write into one document" in ran.err


@pytest.mark.parametrize("option", [("--replace-all", "--yes"), ("--into", "x.xml")])
def test_only_uploads_are_filed(topline: Command, tmp_path: Path, option: tuple[str, ...]) -> None:
    ran = topline("convert", written(tmp_path), "-o", tmp_path / "a.json", *option)
    assert ran.code == 2
    assert "accepted: prs-xml" in ran.err


class TestReplaceAll:
    def test_without_a_terminal_it_is_refused(self, topline: Command, tmp_path: Path) -> None:
        path = tmp_path / "upload.xml"
        ran = topline("convert", written(tmp_path, record=FILED), "-o", path, "--replace-all")
        assert ran.code == 2
        assert "Participant Flow, Baseline Characteristics, Adverse Events" in ran.err
        assert "add --yes" in ran.err
        assert not path.exists()

    def test_yes_is_an_answer(self, topline: Command, tmp_path: Path) -> None:
        path = tmp_path / "upload.xml"
        ran = topline(
            "convert", written(tmp_path, record=FILED), "-o", path, "--replace-all", "--yes"
        )
        assert ran.code == 0
        assert "Participant Flow" in ran.err
        assert "partialUpload" not in path.read_text()

    @pytest.mark.parametrize(("answer", "code"), [(True, 0), (False, 2)])
    def test_a_person_is_asked(
        self,
        topline: Command,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        answer: bool,
        code: int,
    ) -> None:
        monkeypatch.setattr("topline.cli.convert._has_terminal", lambda: True)
        monkeypatch.setattr("typer.confirm", lambda *_, **__: answer)
        path = tmp_path / "upload.xml"
        ran = topline("convert", written(tmp_path, record=FILED), "-o", path, "--replace-all")
        assert (ran.code, path.exists()) == (code, answer)

    def test_into_a_downloaded_document(self, topline: Command, tmp_path: Path) -> None:
        path = tmp_path / "upload.xml"
        words = ("--into", downloaded(tmp_path), "--replace-all", "--yes")
        assert topline("convert", written(tmp_path, record=FILED), "-o", path, *words).code == 0
        assert "partialUpload" not in path.read_text()

    def test_the_account_as_json_says_what_is_deleted(
        self, topline: Command, tmp_path: Path
    ) -> None:
        words = ("-o", tmp_path / "upload.xml", "--replace-all", "--yes", "--json")
        ran = topline("convert", written(tmp_path, record=FILED), *words)
        assert '"deletes":["' in ran.out


def test_a_text_without_an_element_is_said_by_its_own_address_and_many_are_counted(
    topline: Command, tmp_path: Path
) -> None:
    analyses = [{"testedNonInferiority": False, "ciLowerLimitComment": "x"}] * 45
    record = {
        **FILED,
        "resultsSection": {"outcomeMeasuresModule": {"outcomeMeasures": [{"analyses": analyses}]}},
    }
    ran = topline("convert", written(tmp_path, record=record), "-o", tmp_path / "upload.xml")
    place = "/resultsSection/outcomeMeasuresModule/outcomeMeasures/0/analyses"
    assert f"    {place}/0/ciLowerLimitComment" in ran.err.splitlines()
    assert "    and 50 more, which --json lists" in ran.err.splitlines()
