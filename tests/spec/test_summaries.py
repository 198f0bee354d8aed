"""What each summary posts: its type, what stands beside its values, and NA with the reason.

Numbers that no reader does in the head were computed by R 4.2.2 (survival 3.5-3); the commands stand
in ``tests/reference/statistics.toml`` under the case named.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest
from tests.spec.small_trial import built, notes, outcome, rows

from topline.analysis.build import Build
from topline.analysis.findings import AnalysisError
from topline.analysis.summaries.registry import summaries
from topline.record.codes import CODE_LISTS
from topline.record.results import OutcomeMeasure

SLEEP = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2]
LEUKAEMIA = {
    "AVAL": [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161],
    "CNSR": [0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1],
}

RESPONDERS = {"AVALC": ["CR"] * 8 + ["PD"] * 19}
RESPONSE = "    categories: {Response: [CR, PR]}\n"
# Each value of the model plus and minus 1: A is 10 + 2x, B is 2x, and x is 2 at the mean.
ANCOVA = {"AVAL": [9, 11, 13, 15, 3, 5, 7, 9], "BASE": [0, 0, 2, 2, 2, 2, 4, 4]}
# A is 10 and B 0, the second site adds 6, and has 6 of the 10 participants.
SITES: dict[str, list[object]] = {
    "AVAL": [9, 11, 15, 17, -1, 1, 5, 7, 5, 7],
    "SITE": ["1", "1", "2", "2", "1", "1", "2", "2", "2", "2"],
}
Values = Mapping[str, Sequence[object] | pl.Series]


def build(
    folder: Path,
    summary: str,
    values: Values,
    groups: Sequence[str] = (),
    more: str = "",
) -> Build:
    """Build one outcome of a trial with one row a participant, all in one group or in those named."""
    number = len(next(iter(values.values())))
    arms = list(groups) or ["all"] * number
    keys = list(dict.fromkeys(arms))
    specification = f"""
groups: {{{", ".join(f"{key}: {{title: {key}, treatment: {key}}}" for key in keys)}}}
baseline: {{measures: [{{title: Age, variable: AGE, summary: mean, unit: years}}]}}
outcomes:
  - title: Result
    type: primary
    time_frame: 8 weeks
    dataset: ADX
    unit: units
    population_description: All with a value
    summary: {summary}
{more}"""
    names = [f"P{one:03d}" for one in range(number)]
    adsl = pl.DataFrame(
        {
            "USUBJID": names,
            "TRT01P": arms,
            "ITTFL": "Y",
            "AGE": 50,
            "EOSSTT": "COMPLETED",
            "DCSREAS": pl.Series([None] * number, dtype=pl.String),
        }
    )
    adx = pl.DataFrame({"USUBJID": names, **values}, strict=False)
    folder.mkdir(exist_ok=True)
    return built(folder, specification, adsl=adsl, adx=adx)


def posted(folder: Path, summary: str, values: Values) -> list[str]:
    return rows(outcome(build(folder, summary, values)))[""]


def comment(measure: OutcomeMeasure, place: int = 0) -> str | None:
    category = ((measure.classes or ())[0].categories or ())[0]
    return (category.measurements or ())[place].comment


class TestMean:
    @pytest.mark.parametrize(
        ("options", "shown", "dispersion"),
        [
            ("mean", "0.75 (1.79)", "Standard Deviation"),
            ("{method: mean, dispersion: standard_error}", "0.75 (0.57)", "Standard Error"),
            ("{method: mean, dispersion: interval}", "0.75 (-0.53 to 2.03)", "95% Confidence Interval"),
            ("{method: mean, dispersion: interval, level: 90}", "0.75 (-0.29 to 1.79)", "90% Confidence Interval"),
        ],
    )  # fmt: skip
    def test_with_deviation_error_or_interval(
        self, tmp_path: Path, options: str, shown: str, dispersion: str
    ) -> None:
        # Case "extra sleep on drug 1"; at 90 %: 0.75 ± qt(0.95, 9) × 0.565735, qt = 1.833113.
        measure = outcome(build(tmp_path, options, {"AVAL": SLEEP}))
        assert rows(measure)[""] == [shown]
        assert (measure.param_type, measure.dispersion_type) == ("MEAN", dispersion)

    @pytest.mark.parametrize(
        ("options", "shown", "said"),
        [
            ("mean", "7.0 (NA)", "Dispersion not estimable from a single participant."),
            ("{method: mean, dispersion: interval}", "7.0 (NA to NA)",
             "Lower limit and upper limit: undefined for a single observation."),
        ],
    )  # fmt: skip
    def test_of_a_single_value_has_no_dispersion_and_says_why(
        self, tmp_path: Path, options: str, shown: str, said: str
    ) -> None:
        measure = outcome(build(tmp_path, options, {"AVAL": [7.0]}))
        assert rows(measure)[""] == [shown]
        assert comment(measure) == said


class TestMedian:
    @pytest.mark.parametrize(
        ("options", "shown", "dispersion"),
        [
            ("median", "0.35 (-0.20 to 2.00)", "Inter-Quartile Range"),
            ("{method: median, quantile: linear}", "0.35 (-0.18 to 1.70)", "Inter-Quartile Range"),
            ("{method: median, quantile: weibull}", "0.35 (-0.45 to 2.35)", "Inter-Quartile Range"),
            ("{method: median, dispersion: range}", "0.35 (-1.6 to 3.7)", "Full Range"),
        ],
    )
    def test_with_quartiles_by_definition_or_with_the_full_range(
        self, tmp_path: Path, options: str, shown: str, dispersion: str
    ) -> None:
        # Case "extra sleep on drug 1"; the linear first quartile, -0.175, rounds away from zero.
        measure = outcome(build(tmp_path, options, {"AVAL": SLEEP}))
        assert rows(measure)[""] == [shown]
        assert (measure.param_type, measure.dispersion_type) == ("MEDIAN", dispersion)


class TestGeometricMean:
    @pytest.mark.parametrize(
        ("options", "shown", "dispersion"),
        [
            ("geometric_mean", "5.84 (43.3)", "Geometric Coefficient of Variation"),
            ("{method: geometric_mean, dispersion: interval}", "5.84 (2.09 to 16.35)", "95% Confidence Interval"),
        ],
    )  # fmt: skip
    def test_with_variation_in_percent_or_interval(
        self, tmp_path: Path, options: str, shown: str, dispersion: str
    ) -> None:
        # Case "three values at 95 %".
        measure = outcome(build(tmp_path, options, {"AVAL": [4.2, 5.1, 9.3]}))
        assert rows(measure)[""] == [shown]
        assert (measure.param_type, measure.dispersion_type) == ("GEOMETRIC_MEAN", dispersion)

    def test_a_zero_has_no_logarithm(self, tmp_path: Path) -> None:
        with pytest.raises(AnalysisError, match="a logarithm needs one"):
            build(tmp_path, "geometric_mean", {"AVAL": [4.2, 0, 9.3]})


class TestCounts:
    def test_a_count_has_no_dispersion(self, tmp_path: Path) -> None:
        measure = outcome(build(tmp_path, "count_of_participants", RESPONDERS))
        assert rows(measure) == {"CR": ["8"], "PD": ["19"]}
        assert (measure.param_type, measure.dispersion_type) == ("COUNT_OF_PARTICIPANTS", None)

    @pytest.mark.parametrize(
        ("interval", "shown"),
        [
            ("jeffreys", "29.6 (15.1 to 48.2)"),
            ("wilson", "29.6 (15.9 to 48.5)"),
            ("clopper_pearson", "29.6 (13.8 to 50.2)"),
            ("agresti_coull", "29.6 (15.7 to 48.7)"),
            ("wald", "29.6 (12.4 to 46.9)"),
        ],
    )
    def test_a_percentage_has_the_interval_asked_for(
        self, tmp_path: Path, interval: str, shown: str
    ) -> None:
        # Case "8 of 27".
        summary = f"{{method: percentage, interval: {interval}}}"
        measure = outcome(build(tmp_path, summary, RESPONDERS, more=RESPONSE))
        assert rows(measure)["Response"] == [shown]
        assert (measure.param_type, measure.dispersion_type) == (
            "NUMBER",
            "95% Confidence Interval",
        )

    def test_limits_stay_within_0_and_100(self, tmp_path: Path) -> None:
        # Case "0 of 20: no event at all"; the lower limit of Agresti and Coull would be -2.9.
        values = {"AVALC": ["PD"] * 20}
        for interval, upper in (("agresti_coull", "19.0"), ("jeffreys", "11.7"), ("wald", "0.0")):
            summary = f"{{method: percentage, interval: {interval}}}"
            made = build(tmp_path / interval, summary, values, more=RESPONSE)
            assert rows(outcome(made))["Response"] == [f"0.0 (0.0 to {upper})"]

    def test_half_a_unit_of_the_last_place_is_rounded_away_from_zero(self, tmp_path: Path) -> None:
        # 1 of 16 is 6.25 %, a tie at one decimal; 8 of 27 is none.
        made = build(tmp_path, "percentage", {"AVALC": ["CR"] + ["PD"] * 15}, more=RESPONSE)
        assert rows(outcome(made))["Response"][0].startswith("6.3 ")
        made = build(
            tmp_path / "even",
            "percentage",
            {"AVALC": ["CR"] + ["PD"] * 15},
            more=RESPONSE + "rounding: half_to_even\n",
        )
        assert rows(outcome(made))["Response"][0].startswith("6.2 ")


class TestLeastSquaresMean:
    def test_one_way_it_is_the_mean_with_the_pooled_error(self, tmp_path: Path) -> None:
        # Squares within the groups 20 + 20, of 6 degrees: sqrt(40 / 6 / 4).
        made = build(tmp_path, "least_squares_mean", ANCOVA, "AAAABBBB")
        measure = outcome(made)
        assert rows(measure)[""] == ["12.0 (1.3)", "6.0 (1.3)"]
        assert (measure.param_type, measure.dispersion_type) == (
            "LEAST_SQUARES_MEAN", "Standard Error",
        )  # fmt: skip

    def test_a_covariate_is_set_to_its_overall_mean(self, tmp_path: Path) -> None:
        # sqrt(8/5 × (1/4 + (1 - 2)² / 8)) = 0.7746; its interval: ± qt(0.975, 5) × 0.7746, qt = 2.570582.
        summary = "{method: least_squares_mean, covariates: [BASE]%s}"
        made = build(tmp_path, summary % "", ANCOVA, "AAAABBBB", "    decimals: 4\n")
        assert rows(outcome(made))[""] == ["14.0000 (0.7746)", "4.0000 (0.7746)"]
        made = build(
            tmp_path / "interval", summary % ", dispersion: interval", ANCOVA, "AAAABBBB",
            "    decimals: 2\n",
        )  # fmt: skip
        assert rows(outcome(made))[""] == ["14.00 (12.01 to 15.99)", "4.00 (2.01 to 5.99)"]
        assert outcome(made).dispersion_type == "95% Confidence Interval"

    def test_sites_weigh_the_same_or_as_observed(self, tmp_path: Path) -> None:
        summary = "{method: least_squares_mean, factors: [SITE], margins: %s}"
        for margins, shown in (("equal", ["13.0", "3.0"]), ("observed", ["13.6", "3.6"])):
            made = build(tmp_path / margins, summary % margins, SITES, "AAAABBBBBB")
            assert [one.split(" ")[0] for one in rows(outcome(made))[""]] == shown

    def test_nobody_analyzed_is_left_out_of_the_model(self, tmp_path: Path) -> None:
        values: Values = {
            **ANCOVA,
            "BASE": [None, *ANCOVA["BASE"][1:]],
        }
        summary = "{method: least_squares_mean, covariates: [BASE]}"
        with pytest.raises(AnalysisError, match="BASE is missing for 1 participants with a value"):
            build(tmp_path, summary, values, "AAAABBBB")
        made = build(
            tmp_path / "where", summary, values, "AAAABBBB", "    where: BASE is not missing\n"
        )
        assert (outcome(made).denoms or ())[0].counts is not None

    def test_a_covariate_must_be_a_number(self, tmp_path: Path) -> None:
        with pytest.raises(AnalysisError, match="SITE holds string values"):
            build(
                tmp_path,
                "{method: least_squares_mean, covariates: [SITE]}",
                SITES,
                "AAAABBBBBB",
            )

    def test_without_values_there_is_no_model(self, tmp_path: Path) -> None:
        values = {"AVAL": pl.Series([None] * 4, dtype=pl.Float64)}
        made = build(tmp_path, "least_squares_mean", values, "AABB")
        assert rows(outcome(made))[""] == ["NA (NA)", "NA (NA)"]
        assert comment(outcome(made)) == "Value and dispersion: no participant was analyzed."


class TestKaplanMeier:
    @pytest.mark.parametrize(
        ("options", "shown"),
        [
            ("transform: plain", "31.0 (18.0 to 48.0)"),
            ("transform: log", "31.0 (18.0 to NA)"),
            ("transform: log-log", "31.0 (13.0 to NA)"),
            ("transform: plain, probability: 0.25", "18.0 (9.0 to 34.0)"),
            ("transform: log, probability: 0.75", "48.0 (34.0 to NA)"),
        ],
    )
    def test_quantiles_have_the_limits_of_their_transform(
        self, tmp_path: Path, options: str, shown: str
    ) -> None:
        # Case "maintained chemotherapy in leukaemia, weeks".
        assert posted(tmp_path, f"{{method: kaplan_meier_quantile, {options}}}", LEUKAEMIA) == [
            shown
        ]

    def test_only_the_quantile_at_one_half_is_a_median(self, tmp_path: Path) -> None:
        for probability, kind in ((0.5, "MEDIAN"), (0.25, "NUMBER")):
            summary = f"{{method: kaplan_meier_quantile, probability: {probability}}}"
            measure = outcome(build(tmp_path, summary, LEUKAEMIA))
            assert (measure.param_type, measure.dispersion_type) == (
                kind,
                "95% Confidence Interval",
            )

    def test_a_limit_not_reached_is_na_and_says_so(self, tmp_path: Path) -> None:
        measure = outcome(build(tmp_path, "kaplan_meier_quantile", LEUKAEMIA))
        assert comment(measure) == (
            "Upper limit not reached: the upper limit of survival does not fall to 0.5."
        )

    def test_a_median_not_reached_is_na_and_says_so(self, tmp_path: Path) -> None:
        values = {"AVAL": [3, 5, 6, 9], "CNSR": [1, 0, 1, 1]}
        measure = outcome(build(tmp_path, "kaplan_meier_quantile", values))
        assert rows(measure)[""] == ["NA (5.0 to NA)"]
        assert str(comment(measure)).startswith(
            "Value not reached: survival is still above 0.5 at the last time, 9"
        )

    def test_without_an_event_nothing_is_reached(self, tmp_path: Path) -> None:
        values = {"AVAL": [3, 5], "CNSR": [1, 1]}
        assert posted(tmp_path, "kaplan_meier_quantile", values) == ["NA (NA to NA)"]

    @pytest.mark.parametrize(
        ("options", "shown"),
        [
            ("transform: plain", "61.4 (31.4 to 91.3)"),
            ("transform: log", "61.4 (37.7 to 99.9)"),
            ("transform: log-log", "61.4 (26.6 to 83.5)"),
        ],
    )
    def test_survival_at_a_time_is_a_percentage_with_limits(
        self, tmp_path: Path, options: str, shown: str
    ) -> None:
        # Case "maintained chemotherapy in leukaemia, weeks", at 24 weeks.
        summary = f"{{method: kaplan_meier_survival, time: 24, {options}}}"
        measure = outcome(build(tmp_path, summary, LEUKAEMIA))
        assert rows(measure)[""] == [shown]
        assert measure.param_type == "NUMBER"

    def test_survival_beyond_the_last_observation_is_not_called_not_reached(
        self, tmp_path: Path
    ) -> None:
        measure = outcome(build(tmp_path, "{method: kaplan_meier_survival, time: 200}", LEUKAEMIA))
        assert rows(measure)[""] == ["NA (NA to NA)"]
        said = str(comment(measure))
        assert "nobody was observed beyond 161" in said
        assert "not reached" not in said

    def test_the_curve_behind_the_number_is_kept(self, tmp_path: Path) -> None:
        made = build(tmp_path, "{method: kaplan_meier_quantile, transform: plain}", LEUKAEMIA)
        (curve,) = made.curves
        assert (curve.group_title, curve.unit, curve.transform, curve.level) == (
            "all", "units", "plain", 0.95,
        )  # fmt: skip
        assert curve.times[0] == 0
        assert curve.survival[0] == 1
        assert curve.at_risk[0] == 11
        assert curve.censored == (13, 28, 45, 161)

    @pytest.mark.parametrize("censor", [None, -1])
    def test_a_censoring_that_is_missing_or_negative_stops_the_build(
        self, tmp_path: Path, censor: int | None
    ) -> None:
        values: Values = {"AVAL": [3, 5], "CNSR": [0, censor]}
        with pytest.raises(AnalysisError, match="CNSR is missing or negative in 1 rows"):
            build(tmp_path, "kaplan_meier_quantile", values)


class TestEventRate:
    def test_events_by_person_time_with_the_exact_interval(self, tmp_path: Path) -> None:
        # Case "24 events in 1,000 years at 90 %".
        values: Values = {"AVAL": [20, 4], "YEARS": [600.0, 400.0]}
        summary = "{method: event_rate, exposure: YEARS, per: 100, level: 90}"
        measure = outcome(build(tmp_path, summary, values))
        assert rows(measure)[""] == ["2.40 (1.65 to 3.38)"]
        assert (measure.param_type, measure.dispersion_type) == (
            "NUMBER",
            "90% Confidence Interval",
        )

    def test_no_event_has_the_lower_limit_0(self, tmp_path: Path) -> None:
        # Case "no event in 12.5 years".
        values: Values = {"AVAL": [0, 0], "YEARS": [12.0, 0.5]}
        assert posted(tmp_path, "{method: event_rate, exposure: YEARS, per: 1}", values) == [
            "0.00 (0.00 to 0.30)"
        ]

    @pytest.mark.parametrize(
        ("years", "said"),
        [([1.0, None], "YEARS is missing for 1"), ([0.0, 0.0], "without time at risk")],
    )
    def test_person_time_must_be_known(
        self, tmp_path: Path, years: list[float | None], said: str
    ) -> None:
        with pytest.raises(AnalysisError, match=said):
            build(
                tmp_path, "{method: event_rate, exposure: YEARS}", {"AVAL": [1, 2], "YEARS": years}
            )


class TestDecimals:
    @pytest.mark.parametrize(
        ("values", "shown"),
        [
            ([1, 2, 2], "1.7 (0.6)"),
            ([1.5, 2.0, 2.0], "1.83 (0.29)"),
            ([0.1 + 0.2, 0.3, 0.6], "0.40 (0.17)"),
            ([1.125, 2, 2], "1.7083 (0.5052)"),
        ],
    )
    def test_are_one_more_than_in_the_data(
        self, tmp_path: Path, values: list[float], shown: str
    ) -> None:
        assert posted(tmp_path, "mean", {"AVAL": values}) == [shown]

    def test_more_values_than_a_sample_holds_do_not_hide_one(self, tmp_path: Path) -> None:
        values = [float(number) for number in range(2000)]
        values[1234] = 0.25
        assert posted(tmp_path, "median", {"AVAL": values})[0].split(" ")[0] == "998.500"

    def test_a_result_of_zero_has_no_sign(self, tmp_path: Path) -> None:
        assert posted(
            tmp_path, "{method: mean, dispersion: standard_error}", {"AVAL": [-0.1, 0.09]}
        )[0].startswith("-0.005")
        made = build(tmp_path / "rounded", "mean", {"AVAL": [-0.1, 0.09]}, more="    decimals: 1\n")
        assert rows(outcome(made))[""] == ["0.0 (0.1)"]

    def test_a_negative_tie_is_rounded_away_from_zero(self, tmp_path: Path) -> None:
        made = build(tmp_path, "mean", {"AVAL": [-1, -1.5, -1.25]}, more="    decimals: 1\n")
        assert rows(outcome(made))[""] == ["-1.3 (0.3)"]
        more = "    decimals: 1\nrounding: half_to_even\n"
        made = build(tmp_path / "even", "mean", {"AVAL": [-1, -1.5, -1.25]}, more=more)
        assert rows(outcome(made))[""] == ["-1.2 (0.2)"]


def test_every_summary_yields_a_type_and_a_dispersion_of_the_registrys_lists() -> None:
    types = CODE_LISTS["MeasureParam"]
    assert set(summaries()) == {
        "count_of_participants", "event_rate", "geometric_mean", "kaplan_meier_quantile",
        "kaplan_meier_survival", "least_squares_mean", "mean", "median", "percentage",
            "repeated_measures_mean",
    }  # fmt: skip
    for summary in summaries().values():
        assert summary.measure_type in types, summary.name


def test_the_notes_say_nothing_where_nothing_is_odd(tmp_path: Path) -> None:
    assert notes(build(tmp_path, "mean", {"AVAL": SLEEP})) == ""
