"""Comparisons between the arms of a real trial, built from its datasets, against its published tables.

Tables 14-3.01 to 14-3.13, 14-5.01 and Figure 14-1 of the CDISCPILOT01 Clinical Study Report of 27 June 2006, and the SAS
output in its appendix. What the released data do not determine is named in ``NOT_REPRODUCIBLE``.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.corpus.pilot_trial import ARMS, PilotTrial
from tests.spec.small_trial import outcome, results, rows

from topline.analysis.condition_texts import among, every
from topline.record.results import MeasureAnalysis

pytestmark = pytest.mark.corpus

ADAS = "PARAMCD == 'ACTOT' and ANL01FL == 'Y'"
IMPRESSION = "PARAMCD == 'CIBICVAL' and ANL01FL == 'Y'"
TABLES: Mapping[str, tuple[str, str, str, bool]] = {
    "t14_3_01": ("ADQSADAS", f"{ADAS} and AVISITN == 24", "CHG", True),
    "t14_3_02": ("ADQSCIBC", f"{IMPRESSION} and AVISITN == 24", "AVAL", False),
    "t14_3_03": ("ADQSADAS", f"{ADAS} and AVISITN == 8", "CHG", True),
    "t14_3_04": ("ADQSCIBC", f"{IMPRESSION} and AVISITN == 8", "AVAL", False),
    "t14_3_05": ("ADQSADAS", f"{ADAS} and AVISITN == 16", "CHG", True),
    "t14_3_06": ("ADQSCIBC", f"{IMPRESSION} and AVISITN == 16", "AVAL", False),
    "t14_3_07": (
        "ADQSADAS",
        f"{ADAS} and AVISITN == 24 and COMP24FL == 'Y' and DTYPE is missing",
        "CHG",
        True,
    ),
    "t14_3_08": ("ADQSADAS", f"{ADAS} and AVISITN == 24 and SEX == 'M'", "CHG", True),
    "t14_3_09": ("ADQSADAS", f"{ADAS} and AVISITN == 24 and SEX == 'F'", "CHG", True),
}
"""Table, dataset, rows, variable, and whether the baseline value is a covariate."""

PAIRS = {
    "low_vs_placebo": ["low", "placebo"],
    "high_vs_placebo": ["high", "placebo"],
    "high_vs_low": ["high", "low"],
}
NOT_REPRODUCIBLE = {
    "t14_3_12": "other participants and values in the released NPI-X than in the report"
}


@pytest.fixture(scope="module")
def pilot(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> PilotTrial:
    return PilotTrial(corpus / "trials" / "cdiscpilot01", tmp_path_factory.mktemp("datasets"))


def asked(
    title: str, dataset: str, where: str, variable: str, analyses: list[Any], **more: Any
) -> dict[str, Any]:
    return {
        "title": title, "type": "secondary", "time_frame": "26 weeks", "unit": "units on a scale",
        "population": "EFFICACY", "population_description": "Efficacy population", "dataset": dataset,
        "where": where, "variable": variable, "summary": "mean", "analyses": analyses, "decimals": 6,
    } | more  # fmt: skip


def to_places(text: str | None, like: str) -> str:
    """Round a posted number to the places of a printed one; a printed ``-0.0`` is 0.0."""
    assert text is not None
    places = len(like.partition(".")[2])
    rounded = f"{float(text):.{places}f}"
    return rounded.replace("-", "") if float(rounded) == 0 else rounded


def p_of(analysis: MeasureAnalysis) -> float:
    text = str(analysis.p_value)
    return 0.00005 if text.startswith("<") else float(text)


def agrees(analysis: MeasureAnalysis, printed: Mapping[str, str]) -> None:
    for posted, name in (
        (analysis.param_value, "diff"),
        (analysis.dispersion_value, "se"),
        (analysis.ci_lower_limit, "ci95_lower"),
        (analysis.ci_upper_limit, "ci95_upper"),
    ):
        assert to_places(posted, printed[name]) == to_places(printed[name], printed[name]), name
    assert p_of(analysis) == pytest.approx(float(printed["p"]), abs=0.00055)


def test_analyses_of_covariance_and_dose_responses(pilot: PilotTrial) -> None:
    measures = []
    for table, (dataset, where, variable, adjusted) in TABLES.items():
        model = {"factors": ["SITEGR1"], "covariates": ["BASE"] if adjusted else []}
        comparisons = [
            {"method": "analysis_of_covariance", "groups": pair, **model} for pair in PAIRS.values()
        ]
        slope = {"method": "linear_regression", "scores": [0, 54, 81], **model}
        measures.append(asked(table, dataset, where, variable, [*comparisons, slope]))
    made = pilot.variant(outcomes=measures)
    for place, table in enumerate(TABLES):
        printed = pilot.published(f"{table}_efficacy")["tests"]
        found = list(outcome(made, place).analyses or ())
        for analysis, pair in zip(found, PAIRS, strict=False):
            agrees(analysis, printed[pair])
        assert p_of(found[-1]) == pytest.approx(float(printed["dose_response_p"]), abs=0.00055), (
            table
        )


def test_the_table_that_the_released_data_do_not_give(pilot: PilotTrial) -> None:
    """Table 14-3.12: the mean NPI-X of Weeks 4 to 24."""
    assert set(NOT_REPRODUCIBLE) == {"t14_3_12"}
    model = {"factors": ["SITEGR1"], "covariates": ["BASE"]}
    made = pilot.variant(
        outcomes=[
            asked("NPI-X", "ADQSNPIX", "PARAMCD == 'NPTOTMN' and AVISITN == 98", "AVAL",
                  [{"method": "analysis_of_covariance", "groups": ["low", "placebo"], **model}])
        ]
    )  # fmt: skip
    printed = pilot.published("t14_3_12_efficacy")["tests"]["low_vs_placebo"]
    (found,) = outcome(made).analyses or ()
    assert p_of(found) != pytest.approx(float(printed["p"]), abs=0.01)


MODEL = {
    "covariates": ["BASE"], "factors": ["SITEGR1"], "by_visit": ["BASE"],
    "rows": "PARAMCD == 'ACTOT' and ANL01FL == 'Y' and DTYPE is missing and AVISITN > 0",
}  # fmt: skip


def test_repeated_measures_averaged_over_visits(pilot: PilotTrial) -> None:
    """Table 14-3.11, and the raw output behind it: SAS's DDFM=KR with an unstructured covariance."""
    where = f"{ADAS} and AVISITN == 24 and DTYPE is missing"
    made = pilot.variant(
        outcomes=[
            asked(
                "MMRM", "ADQSADAS", where, "CHG",
                [{"method": "repeated_measures", "groups": pair, "at": "average", "model": MODEL}
                 for pair in PAIRS.values()],
                summary={"method": "repeated_measures_mean", "at": "average", "model": MODEL},
            )
        ]
    )  # fmt: skip
    table = pilot.published("t14_3_11_efficacy")
    raw = pilot.published("sas_raw_output_14_3_01_02_11")["t14_3_11_mixed"]
    for analysis, pair in zip(outcome(made).analyses or (), PAIRS, strict=True):
        agrees(analysis, table["tests"][pair])
    for analysis, name in zip(
        outcome(made).analyses or (),
        ("placebo_minus_low", "placebo_minus_high", "low_minus_high"),
        strict=True,
    ):
        assert float(str(analysis.param_value)) == pytest.approx(
            -raw["differences"][name]["est"], abs=6e-5
        )
        assert float(str(analysis.dispersion_value)) == pytest.approx(
            raw["differences"][name]["se"], abs=6e-5
        )
        assert p_of(analysis) == pytest.approx(raw["differences"][name]["p"], abs=1.1e-4)
    means = [cell.split(" ")[0] for cell in rows(outcome(made))[""]]
    assert [to_places(mean, "0.0000") for mean in means] == [
        f"{raw['lsmeans_averaged_over_weeks'][arm]['est']:.4f}" for arm in ARMS
    ]


def test_impression_of_change_by_row_mean_scores(pilot: PilotTrial) -> None:
    """Table 14-3.13: its p-values are those of row mean scores over site groups, not of Pearson's as its footnote says."""
    printed = pilot.published("t14_3_13_cibic_categorical")["rows"]
    made = pilot.variant(
        outcomes=[
            asked(
                "Impression", "ADQSCIBC", IMPRESSION, "AVAL",
                [{"method": "association", "test": "row_mean_scores", "strata": ["SITEGR1"], "classes": "all"}],
                summary="count_of_participants", unit="Participants",
                classes={visit: f"AVISITN == {visit.split(' ')[1]}" for visit in printed},
            )
        ]
    )  # fmt: skip
    found = [str(one.p_value) for one in outcome(made).analyses or ()]
    assert found == [printed[visit]["p_value"] for visit in printed]


def test_log_rank_of_the_dermatologic_event(pilot: PilotTrial) -> None:
    made = pilot.variant(
        outcomes=[
            asked("Time", "ADTTE", "PARAMCD == 'TTDE'", "AVAL", ["log_rank"], population="SAFETY",
                  summary="kaplan_meier_quantile", unit="days")
        ]
    )  # fmt: skip
    (found,) = outcome(made).analyses or ()
    assert pilot.published("fig14_1_km_dermatologic")["logrank_p"] == "<.0001"
    assert found.p_value == "<0.0001"
    assert "29 of 86 in Placebo" in str(found.statistical_comment)


def test_fisher_p_values_of_every_adverse_event(pilot: PilotTrial) -> None:
    """Table 14-5.01: affected participants of each term and organ system, each dose against placebo."""
    printed = [row for row in pilot.published("t14_5_01_teae_soc_pt")["rows"]]
    classes: dict[str, str] = {}
    wanted: dict[str, tuple[str, str]] = {}
    for row in printed:
        where = "TRTEMFL == 'Y'"
        if row["level"] != "OVERALL":
            names = {"AEBODSYS": row["soc"], "AEDECOD": row["pt"]}
            where = every(*(among(name, [value]) for name, value in names.items() if value))
        title = f"{len(classes)} {row['term_printed']}"
        classes[title] = where
        wanted[title] = (row["p_fisher_placebo_vs_low"], row["p_fisher_placebo_vs_high"])
    made = pilot.variant(
        outcomes=[
            {
                "title": f"Adverse events {place}", "type": "secondary", "time_frame": "26 weeks",
                "population": "SAFETY", "dataset": "ADAE", "where": "TRTEMFL == 'Y'",
                "variable": "AEDECOD", "analyzed": "population", "summary": "count_of_participants",
                "categories": {"Affected": "AEDECOD is not missing"}, "classes": dict(part),
                "analyses": [{"method": "proportions_test", "test": "fisher_exact", "classes": "all"}],
            }
            for place, part in enumerate(batched(classes.items(), 50))
        ]
    )  # fmt: skip
    module = results(made).outcome_measures_module
    assert module is not None
    found = [one for measure in module.outcome_measures or () for one in measure.analyses or ()]
    assert len(found) == 2 * len(classes)
    different, compared = [], 0
    for place, (title, pair) in enumerate(wanted.items()):
        for analysis, text in zip(found[2 * place : 2 * place + 2], pair, strict=True):
            if text in ("", None):
                continue
            compared += 1
            value = float(text.strip("*<>"))
            p = 1.0 if str(analysis.p_value).startswith(">") else p_of(analysis)
            same = (
                p < value if "<" in text else p > value if ">" in text else abs(p - value) < 0.00055
            )
            if not same:
                different.append((title, text, analysis.p_value))
    assert different == []
    assert compared > 400


def batched(items: Iterable[Any], size: int) -> list[list[Any]]:
    listed = list(items)
    return [listed[start : start + size] for start in range(0, len(listed), size)]
