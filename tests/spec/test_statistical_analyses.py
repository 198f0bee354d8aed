"""What a statistical analysis posts, and where it came from.

Numbers are of R 4.2.2; the commands stand in ``tests/reference/statistics.toml`` under the case named.
"""

from pathlib import Path

import polars as pl
import pytest
from tests.spec.small_trial import built, notes, outcome

from topline.analysis.build import Build
from topline.analysis.findings import AnalysisError
from topline.record.results import MeasureAnalysis

FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def build(
    folder: Path,
    analysis: str,
    groups: list[str] | None = None,
    more: str = "",
    **values: list[float | None],
) -> Build:
    number = len(next(iter(values.values())))
    arms = groups or ["a"] * number
    specification = f"""
groups: {{{", ".join(f"{key}: {{title: Arm {key}, treatment: {key}}}" for key in sorted(set(arms)))}}}
baseline: {{measures: [{{title: Age, variable: AGE, summary: mean, unit: years}}]}}
outcomes:
  - title: Change
    type: primary
    time_frame: 8 weeks
    dataset: ADX
    unit: hours
    population_description: All with a value
    summary: mean
    analyses: [{analysis}]
{more}"""
    names = [f"P{one:03d}" for one in range(number)]
    adsl = pl.DataFrame(
        {
            "USUBJID": names, "TRT01P": arms, "ITTFL": "Y", "AGE": 50, "EOSSTT": "COMPLETED",
            "DCSREAS": pl.Series([None] * number, dtype=pl.String),
        }
    )  # fmt: skip
    folder.mkdir(exist_ok=True)
    return built(
        folder,
        specification,
        adsl=adsl,
        adx=pl.DataFrame({"USUBJID": names, **values}, strict=False),
    )


def posted(made: Build) -> MeasureAnalysis:
    (one,) = outcome(made).analyses or ()
    return one


class TestOneSampleTTest:
    def test_every_field_of_the_registry(self, tmp_path: Path) -> None:
        # Case "three values at 95 %".
        made = build(tmp_path, "{method: one_sample_t_test, null_value: 5}", AVAL=[4.2, 5.1, 9.3])
        assert posted(made) == MeasureAnalysis(
            group_ids=("OG000",),
            non_inferiority_type="OTHER",
            statistical_method="t-test, 2 sided",
            statistical_comment="One-sample t-test of the mean against 5.",
            p_value="0.5249",
            param_type="Mean",
            param_value="6.20",
            ci_pct_value="95",
            ci_num_sides="TWO_SIDED",
            ci_lower_limit="-0.56",
            ci_upper_limit="12.96",
            estimate_comment="Mean of the group with its t interval.",
        )

    def test_one_sided(self, tmp_path: Path) -> None:
        # The same statistic, 0.7635 of 2 degrees: half of 0.5249, and the rest of 1.
        for sides, p_value in (("greater", "0.2625"), ("less", "0.7375")):
            made = build(
                tmp_path / sides,
                f"{{method: one_sample_t_test, null_value: 5, sides: {sides}}}",
                AVAL=[4.2, 5.1, 9.3],
            )
            one = posted(made)
            assert (one.p_value, one.statistical_method) == (p_value, "t-test, 1 sided")
            assert one.p_value_comment == f"One-sided: {sides}."
            assert one.ci_num_sides == "TWO_SIDED"

    def test_options_of_the_posting(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            "{method: one_sample_t_test, null_value: 5, level: 90, type: superiority, decimals: 3, "
            "comment: Planned.}",
            AVAL=[4.2, 5.1, 9.3],
        )
        one = posted(made)
        assert (one.ci_pct_value, one.param_value, one.non_inferiority_type) == (
            "90", "6.200", "SUPERIORITY",
        )  # fmt: skip
        assert one.statistical_comment == "One-sample t-test of the mean against 5. Planned."

    def test_each_group_is_tested_by_itself_or_only_those_named(self, tmp_path: Path) -> None:
        values: list[float | None] = [4.2, 5.1, 9.3, 1, 2, 3]
        arms = ["a"] * 3 + ["b"] * 3
        made = build(tmp_path, "{method: one_sample_t_test, null_value: 5}", arms, AVAL=values)
        assert [one.group_ids for one in outcome(made).analyses or ()] == [("OG000",), ("OG001",)]
        made = build(
            tmp_path / "b",
            "{method: one_sample_t_test, null_value: 5, groups: [b]}",
            arms,
            AVAL=values,
        )
        assert posted(made).group_ids == ("OG001",)
        assert posted(made).param_value == "2.00"

    def test_a_group_that_the_outcome_leaves_out_cannot_be_tested(self, tmp_path: Path) -> None:
        with pytest.raises(AnalysisError, match="groups b are not among those of the outcome"):
            build(
                tmp_path,
                "{method: one_sample_t_test, null_value: 5, groups: [b]}",
                ["a", "a", "b"],
                "    groups: [a]\n",
                AVAL=[1, 2, 3],
            )

    def test_a_single_value_has_a_mean_and_no_test(self, tmp_path: Path) -> None:
        one = posted(build(tmp_path, "{method: one_sample_t_test, null_value: 5}", AVAL=[7.0]))
        assert (one.p_value, one.p_value_comment) == (
            None, "Not computable: undefined for a single observation.",
        )  # fmt: skip
        assert (one.param_value, one.ci_lower_limit, one.ci_upper_limit) == ("7.0", "NA", "NA")
        assert one.ci_lower_limit_comment == "undefined for a single observation"

    def test_a_group_without_values_is_not_tested(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            "{method: one_sample_t_test, null_value: 5}",
            ["a", "a", "b"],
            AVAL=[1, 2, None],
        )
        assert posted(made).group_ids == ("OG000",)
        made = build(
            tmp_path / "none", "{method: one_sample_t_test, null_value: 5}", AVAL=[None, None]
        )
        assert outcome(made).analyses is None
        assert "no group has values to analyze; the analysis is not posted" in notes(made)

    def test_p_values_near_0_and_1_are_posted_as_inequalities(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            "{method: one_sample_t_test, null_value: 0}",
            AVAL=[100, 100.1, 99.9, 100.05, 99.95],
        )
        assert posted(made).p_value == "<0.0001"
        made = build(
            tmp_path / "one", "{method: one_sample_t_test, null_value: 0, sides: less}",
            AVAL=[100, 100.1, 99.9, 100.05, 99.95],
        )  # fmt: skip
        assert posted(made).p_value == ">0.9999"

    def test_with_several_classes_it_is_of_the_first_and_says_so(self, tmp_path: Path) -> None:
        made = build(
            tmp_path,
            "{method: one_sample_t_test, null_value: 5}",
            None,
            "    classes: [{title: Week 4}, {title: Week 8, variable: LATER}]\n",
            AVAL=[4.2, 5.1, 9.3],
            LATER=[1, 2, 3],
        )
        assert (
            posted(made).statistical_comment
            == "Of Week 4. One-sample t-test of the mean against 5."
        )
        assert posted(made).param_value == "6.20"


class TestPairedTTest:
    def test_every_field_of_the_registry(self, tmp_path: Path) -> None:
        # Case "extra sleep, drug 1 minus drug 2".
        made = build(
            tmp_path, "{method: paired_t_test, compared_with: BASE}", AVAL=[*FIRST], BASE=[*SECOND]
        )
        assert posted(made) == MeasureAnalysis(
            group_ids=("OG000",),
            non_inferiority_type="OTHER",
            statistical_method="t-test, 2 sided",
            statistical_comment="Paired t-test of AVAL minus BASE against 0 in 10 pairs.",
            p_value="0.0028",
            param_type="Mean Difference (Net)",
            param_value="-1.58",
            ci_pct_value="95",
            ci_num_sides="TWO_SIDED",
            ci_lower_limit="-2.46",
            ci_upper_limit="-0.70",
            estimate_comment="Mean of AVAL minus BASE with its t interval.",
        )

    def test_who_lacks_one_value_is_left_out_and_counted(self, tmp_path: Path) -> None:
        made = build(tmp_path, "paired_t_test", AVAL=[*FIRST, 5], BASE=[*SECOND, None])
        one = posted(made)
        assert one.p_value == "0.0028"
        assert str(one.statistical_comment).endswith(
            "in 10 pairs; 1 participants without both values are left out."
        )


def test_every_number_of_an_analysis_has_its_method_and_raw_value(tmp_path: Path) -> None:
    made = build(tmp_path, "{method: one_sample_t_test, null_value: 5}", AVAL=[4.2, 5.1, 9.3])
    address = "/resultsSection/outcomeMeasuresModule/outcomeMeasures/0/analyses/0"
    found = {
        row.address.removeprefix(address): row for row in made.statistics if address in row.address
    }
    assert set(found) == {"/pValue", "/paramValue", "/ciPctValue", "/ciLowerLimit", "/ciUpperLimit"}
    assert found["/pValue"].raw == pytest.approx(0.524915450521062, rel=1e-12)
    assert found["/pValue"].method == "one-sample t-test; statistic 0.763542, 2 degrees of freedom"
    assert found["/ciLowerLimit"].raw == pytest.approx(-0.562149559619828, rel=1e-12)
    assert found["/ciLowerLimit"].rounding == "2 decimals, half away from zero"
    assert (found["/pValue"].dataset, found["/pValue"].condition, found["/pValue"].rows) == (
        "ADX", "AVAL is not missing", 3,
    )  # fmt: skip
