"""Comparisons within participants over visits and periods: repeated measures and crossovers."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.spec.comparative_trial import NUMBER, compared
from tests.spec.small_trial import outcome, rows
from tests.spec.test_group_comparisons import MEAN, PEOPLE, p_text

from topline.analysis import build, repeated_measures
from topline.analysis.analyses.crossover import CrossoverOptions
from topline.analysis.analyses.measured_class import MeasuredClass
from topline.analysis.analyses.registry import analyses
from topline.analysis.cohort import INDEX
from topline.analysis.summaries.summary import Sample
from topline.stats.degrees_of_freedom import mixed_model_inference
from topline.stats.mean import summarize
from topline.stats.mixed_model_means import fit_repeated_measures, mixed_model_difference
from topline.stats.two_means import mean_difference, two_sample_t_test

ARM = np.array(PEOPLE["TRT01P"])


class TestRepeatedMeasures:
    """One row a participant and visit; the model takes all visits, the outcome posts one."""

    @staticmethod
    def visits() -> pl.DataFrame:
        random = np.random.default_rng(13)
        person = np.repeat(np.arange(NUMBER), 3)
        visit = np.tile([4.0, 8.0, 12.0], NUMBER)
        shift = random.normal(0, 2, NUMBER)[person]
        frame = pl.DataFrame(
            {
                "USUBJID": [f"P{one:03d}" for one in person],
                "AVISITN": visit,
                "BASE": random.normal(50, 5, NUMBER)[person],
                "CHG": shift - 0.2 * visit * (person % 3 == 0) + random.normal(0, 1, person.size),
            }
        )
        return frame.filter(pl.Series(random.random(person.size) < 0.9))

    def expected(self, frame: pl.DataFrame, at: dict[str, str]) -> Any:
        arms = dict(zip(PEOPLE["USUBJID"], PEOPLE["TRT01P"], strict=True))
        fit = fit_repeated_measures(
            frame["CHG"].to_numpy(),
            subject=frame["USUBJID"].to_list(),
            visit=frame["AVISITN"].to_list(),
            group=[arms[one] for one in frame["USUBJID"]],
            covariates={"BASE": frame["BASE"].to_numpy()},
        )
        inference = mixed_model_inference(fit, method="kenward-roger-linear")
        visit = {"visit": f"{float(at['visit'])}"} if at else {}
        return mixed_model_difference(
            inference, {"group": "drug", **visit}, {"group": "placebo", **visit}
        )

    @pytest.mark.parametrize(
        ("rows", "at", "wanted"),
        [
            ("where: AVISITN == 12", "", {"visit": "12"}),
            ("where: AVISITN == 12", ", at: average", {}),
        ],
    )
    def test_the_model_takes_the_visits_it_is_told(
        self, tmp_path: Path, rows: str, at: str, wanted: dict[str, str]
    ) -> None:
        frame = self.visits()
        made = compared(
            tmp_path,
            f"{MEAN}variable: CHG\n{rows}\npopulation_description: Those with a value\ndecimals: 6\n"
            "analyses: [{method: repeated_measures, model: {covariates: [BASE], rows: AVISITN > 0}"
            f"{at}}}]",
            adx=frame,
        )
        one = (outcome(made).analyses or ())[0]
        effect = self.expected(frame, wanted)
        assert one.param_value == f"{effect.estimate.value:.6f}"
        assert one.ci_lower_limit == f"{effect.estimate.lower:.6f}"
        assert one.p_value == p_text(effect.test.p_value)
        assert "unstructured covariance" in str(one.statistical_comment)

    def test_its_means_are_posted_by_visit(self, tmp_path: Path) -> None:
        frame = self.visits()
        made = compared(
            tmp_path,
            "unit: points\nvariable: CHG\npopulation_description: Those with a value\ndecimals: 6\n"
            "summary: {method: repeated_measures_mean, model: {covariates: [BASE]}}\n"
            'classes: {Week 4: AVISITN == 4, Week 8: AVISITN == 8, Week 12: "AVISITN == 12"}\n'
            "analyses: [{method: repeated_measures, classes: Week 12, model: {covariates: [BASE]}}]",
            adx=frame,
        )
        measure = outcome(made)
        assert measure.param_type == "LEAST_SQUARES_MEAN"
        means = [float(cell.split(" ")[0]) for cell in rows(measure)["Week 12"]]
        one = (measure.analyses or ())[0]
        assert means[0] - means[2] == pytest.approx(float(str(one.param_value)), abs=2e-6)

    def test_a_model_of_the_same_measurements_is_fitted_once_with_the_same_results(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fits: list[str] = []

        def counted(*values: Any, **options: Any) -> Any:
            fits.append(options["covariance"])
            return fit_repeated_measures(*values, **options)

        monkeypatch.setattr(repeated_measures, "fit_repeated_measures", counted)
        words = (
            "unit: points\nvariable: CHG\npopulation_description: Those with a value\ndecimals: 6\n"
            "summary: {method: repeated_measures_mean, model: {covariates: [BASE]}}\n"
            "classes: {Week 4: AVISITN == 4, Week 8: AVISITN == 8, Week 12: AVISITN == 12}\n"
            "analyses: [{method: repeated_measures, classes: all, model: {covariates: [BASE]}},\n"
            "  {method: repeated_measures, classes: all, model: {covariates: [BASE], covariance: toeplitz}}]"
        )
        (tmp_path / "once").mkdir()
        once = outcome(compared(tmp_path / "once", words, adx=self.visits()))
        number = len(fits)
        monkeypatch.setattr(build, "fitting_once", nullcontext)
        (tmp_path / "each").mkdir()
        each = outcome(compared(tmp_path / "each", words, adx=self.visits()))
        assert once == each
        assert len(once.analyses or ()) == 12
        assert fits[:number] == ["unstructured", "toeplitz"]
        # Without it: the means and the first comparisons of each of three classes, and the second ones.
        assert sorted(fits[number:]) == ["toeplitz"] * 3 + ["unstructured"] * 6

    def test_a_covariance_that_does_not_settle_is_named_with_the_one_that_did(
        self, tmp_path: Path
    ) -> None:
        few = self.visits().filter(pl.col("USUBJID") < "P004")
        made = compared(
            tmp_path,
            f"{MEAN}variable: CHG\nwhere: AVISITN == 12\npopulation_description: Few\n"
            "analyses: [{method: repeated_measures, model: {rows: AVISITN > 0}}]",
            adx=few,
        )
        said = [str(one.statistical_comment) for one in outcome(made).analyses or ()]
        assert said
        assert all("unstructured, heterogeneous-toeplitz did not settle." in one for one in said)


def test_crossover_of_two_periods_is_the_t_test_of_period_differences(tmp_path: Path) -> None:
    """With complete data the mixed model gives the classical analysis of Hills and Armitage."""
    random = np.random.default_rng(14)
    number = 20
    names = [f"P{one:03d}" for one in range(number)]
    sequence = np.array(["AB", "BA"])[np.arange(number) % 2]
    person = random.normal(0, 2, number)
    first_value = 10 + person + (sequence == "AB") * 1.5 + random.normal(0, 1, number)
    second_value = 11 + person + (sequence == "BA") * 1.5 + random.normal(0, 1, number)
    people = pl.DataFrame(
        {
            "USUBJID": names * 1, "TRT01P": "x", "ITTFL": "Y", "AGE": 50, "EOSSTT": "COMPLETED",
            "TRTSEQP": sequence, "DCSREAS": pl.Series([None] * number, dtype=pl.String),
        }
    )  # fmt: skip
    found = {}
    for scale in ("natural", "log"):
        frame = pl.DataFrame(
            {
                "USUBJID": names * 2,
                "APERIOD": [1] * number + [2] * number,
                "AVAL": [*first_value, *second_value],
                "TRTP": [*(one[0] for one in sequence), *(one[1] for one in sequence)],
            }
        )
        frame = frame.join(people.select("USUBJID", "TRTSEQP"), on="USUBJID")
        rows_of = {key: frame.with_columns(pl.lit(key).alias("GROUP")) for key in ("A", "B")}
        measured = MeasuredClass(
            title="",
            keys=("A", "B"),
            samples={
                key: Sample(key, one.filter(pl.col("TRTP") == key).with_columns(
                    pl.col("USUBJID").str.slice(1).cast(pl.Int64).alias(INDEX)), "AVAL")
                for key, one in rows_of.items()
            },
            selected=lambda _: {},
            every_class={},
            participants={},
            titles={"A": "Test", "B": "Reference"},
            control="B",
        )  # fmt: skip
        (found[scale],) = analyses()["crossover"].analyse(measured, CrossoverOptions(scale=scale))
    difference = first_value - second_value
    one, other = (summarize(difference[sequence == order]) for order in ("AB", "BA"))
    half = mean_difference(one, other, variances="equal")
    assert half.value is not None
    assert found["natural"].estimate is not None
    assert found["natural"].estimate.value == pytest.approx(half.value / 2, rel=1e-8)
    assert half.lower is not None
    assert found["natural"].estimate.lower == pytest.approx(half.lower / 2, rel=1e-6)
    test = two_sample_t_test(one, other, variances="equal")
    assert found["natural"].test is not None
    assert found["natural"].test.p_value == pytest.approx(test.p_value, rel=1e-6)
    totals = first_value + second_value
    carry_over = two_sample_t_test(
        *(summarize(totals[sequence == order]) for order in ("AB", "BA")), variances="equal"
    )
    assert f"carry-over: p = {carry_over.p_value:.4f}" in str(found["natural"].comment)
    assert found["log"].parameter == "Geometric mean ratio"
    assert found["log"].estimate is not None
