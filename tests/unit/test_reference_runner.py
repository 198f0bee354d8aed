"""``python -m tests.reference DIR`` judges any folder in the form of the shared one."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.reference.__main__ import main
from tests.reference.exemptions import COARSE, MISPRINTS
from tests.reference.run import Comparison, compare, families

HINE: dict[str, Any] = {
    "ai": [2, 4, 6, 7, 7, 11],
    "n1i": [39, 44, 107, 103, 110, 154],
    "ci": [1, 4, 4, 5, 3, 4],
    "n2i": [43, 44, 110, 100, 106, 146],
}


def case(
    family: str, given: Any, expected: Any, *, name: str = "one", **params: Any
) -> dict[str, Any]:
    return {"id": name, "family": family, "input": given, "params": params, "expected": expected}


def judge(folder: Path, *cases: object) -> Comparison:
    (folder / "json").mkdir(exist_ok=True)
    file = folder / "json" / "cases.json"
    file.write_text(json.dumps({"cases": cases}), encoding="utf-8")
    return compare(folder / "json")


def test_an_unknown_family_is_not_implemented_and_fails_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = case("one_proportion_ci", {"x": 8, "n": 27}, {"estimate": 8 / 27})
    assert judge(tmp_path, good, case("unheard_of", {}, {"a": 1}, name="h_7")).failed == 1
    assert main([str(tmp_path / "json")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "unheard_of: 1 cases, 0 passed, 0 failed, not implemented: h_7" in lines
    assert lines[-1] == "1 passed, 1 failed"


def test_a_run_without_failures_ends_with_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judge(tmp_path, case("one_proportion_ci", {"x": 8, "n": 27}, {"estimate": 8 / 27}))
    assert main([str(tmp_path / "json")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 passed, 0 failed"


@pytest.mark.parametrize("arguments", [[], ["nowhere"], ["a", "b", "c", "d"]])
def test_no_folder_is_a_usage_error(arguments: list[str]) -> None:
    assert main(arguments) == 2


def test_a_folder_without_cases_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "holds no JSON files" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"cases": [', "cannot be read as JSON: Expecting value: line 1 column 12"),
        ("[1]", "holds no cases"),
        ('{"cases": [{"family": "cox"}]}', "cases[0] is no case: it has no 'id'"),
        ('{"cases": [3]}', "cases[0] is no case"),
    ],
)
def test_a_malformed_file_is_named_and_the_others_are_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    judge(tmp_path, case("one_proportion_ci", {"x": 8, "n": 27}, {"estimate": 8 / 27}))
    (tmp_path / "json" / "broken.json").write_text(text, encoding="utf-8")
    assert main([str(tmp_path / "json")]) == 1
    printed = capsys.readouterr().out
    (line,) = (line for line in printed.splitlines() if line.startswith("broken.json"))
    assert said in line
    assert printed.endswith("1 passed, 1 failed\n")


def test_a_missing_data_file_fails_all_values_of_its_case(tmp_path: Path) -> None:
    given = {"data_file": "gone.csv", "columns": {"time_col": "t", "status_col": "s"}}
    results = judge(tmp_path, case("kaplan_meier", given, {"n": 3, "events": 1}))
    assert results.failed == 2
    (wrong,) = results.families["kaplan_meier"].wrong
    assert wrong.startswith("one: 2 values not computed: there is no data file")
    assert wrong.endswith("gone.csv")


def test_data_files_lie_in_the_sibling_also_of_a_relative_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "d.csv").write_text("t,s\n5,1\n7,0\n", encoding="utf-8")
    given = {"data_file": "d.csv", "columns": {"time_col": "t", "status_col": "s"}}
    judge(tmp_path, case("kaplan_meier", given, {"n": 2, "events": 1}))
    monkeypatch.chdir(tmp_path / "json")
    assert compare(Path()).passed == 2


def test_vectors_of_length_one_may_be_scalars_and_parameters_lists(tmp_path: Path) -> None:
    quantiles = {"prob": 0.5, "estimate": 5, "lower": None, "upper": None}
    single = case("kaplan_meier", {"time": 5, "status": 1}, {"n": 1, "quantiles_log": quantiles})
    listed = case("one_proportion_ci", {"x": 8, "n": 27}, {"estimate": [8 / 27]}, conf_level=[0.9])
    results = judge(tmp_path, single, listed)
    assert (results.passed, results.failed) == (6, 0)


def test_infinity_is_text_and_null_is_undefined(tmp_path: Path) -> None:
    given = {"x1": 10, "n1": 10, "x2": 10, "n2": 10}
    expected = {"wald_z": "Inf"}
    found = judge(tmp_path, case("two_proportions_ni", given, expected, null_difference=-0.1))
    assert (found.passed, found.failed) == (1, 0)
    found = judge(
        tmp_path, case("two_proportions_ni", given, {"wald_z": None}, null_difference=-0.1)
    )
    assert found.failed == 1


def test_a_value_that_nothing_computes_fails(tmp_path: Path) -> None:
    results = judge(tmp_path, case("one_proportion_ci", {"x": 8, "n": 27}, {"new": {"lower": 1}}))
    assert results.families["one_proportion_ci"].wrong == [
        "one new.lower: not computed, expected 1"
    ]


def test_counts_are_exact(tmp_path: Path) -> None:
    given = {"time": list(range(1, 100)), "status": [1] * 99}
    assert judge(tmp_path, case("kaplan_meier", given, {"n": 99 + 1e-12})).failed == 1


def test_an_exemption_for_a_misprint_does_not_excuse_another_number_under_its_id(
    tmp_path: Path,
) -> None:
    name = "s_glmm_hine89_CM.EL"
    misprint = case("meta_glmm", HINE, {"se": 6.28857411008932e-07}, name=name, model="CM.EL")
    results = judge(tmp_path, misprint)
    assert (results.passed, results.families["meta_glmm"].exempted) == (1, 1)
    for wrong in (6.3e-07, 0.27, 0.5):
        other = case("meta_glmm", HINE, {"se": wrong}, name=name, model="CM.EL")
        assert judge(tmp_path, other).failed == 1
    elsewhere = case("meta_glmm", HINE, {"se": 6.28857411008932e-07}, name="h", model="CM.EL")
    assert judge(tmp_path, elsewhere).failed == 1


def test_every_exemption_is_of_a_family_that_is_computed_and_has_its_reason() -> None:
    assert {one.family for one in COARSE} <= set(families())
    reasons = [one.reason for one in COARSE] + [one.reason for one in MISPRINTS]
    assert all(len(reason) > 20 for reason in reasons)


def test_an_exact_test_beyond_its_limit_is_the_only_value_not_computed(tmp_path: Path) -> None:
    # 4 x 4 with 100 in each cell and 140 on the diagonal, so that 110 are expected: Pearson's statistic by hand.
    table = [[140 if row == column else 100 for column in range(4)] for row in range(4)]
    statistic = (4 * 30**2 + 12 * 10**2) / 110
    expected = {"pearson": statistic, "df": 9, "fisher_freeman_halton_p": 1e-5}
    scores: dict[str, Any] = {"row_scores": [1, 2, 3, 4], "col_scores": [1, 2, 3, 4]}
    family = judge(tmp_path, case("rxc_table", {"table": table}, expected, **scores)).families
    assert (family["rxc_table"].passed, family["rxc_table"].failed) == (2, 1)
    assert "fisher_freeman_halton_p: not computed" in family["rxc_table"].wrong[0]
