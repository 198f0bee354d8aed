"""The shapes an outcome can take: worst grades, rates by exposure, shifts, totals, combined groups, crossovers."""

from pathlib import Path

import polars as pl
import pytest
from tests.spec.small_trial import analyzed, built, flow, notes, outcome, rows

from topline.errors import DataError, SpecificationError

ADSL = """
USUBJID TRT01P ITTFL AGE EOSSTT    DCSREAS TRTDUR
P1      a      Y     50  COMPLETED .       1.0
P2      a      Y     51  COMPLETED .       0.5
P3      b      Y     52  COMPLETED .       2.0
P4      b      Y     53  COMPLETED .       1.5
P5      c      Y     54  COMPLETED .       1.0
"""
ADAE = """
USUBJID AEDECOD  AETOXGRN TRTEMFL DLTFL
P1      Nausea   1        Y       .
P1      Nausea   3        Y       Y
P1      Fall     5        .       .
P3      Nausea   2        Y       .
P5      Rash     2        Y       .
"""
GROUPS = """
groups:
  a: {title: Dose A, treatment: a}
  b: {title: Dose B, treatment: b}
  c: {title: Placebo, treatment: c, type: PLACEBO_COMPARATOR}
"""
BASELINE = "baseline: {measures: [{title: Age, variable: AGE, summary: mean, unit: years}]}\n"


def specified(outcome: str, more: str = "", groups: str = GROUPS) -> str:
    lines = "".join(f"    {line}\n" for line in outcome.strip().splitlines())
    return (
        f"{groups}{BASELINE}{more}\noutcomes:\n  - title: Outcome\n    type: primary\n"
        f"    time_frame: 8 weeks\n{lines}"
    )


WORST = """
participant_values:
  WORSTGR: {dataset: ADAE, take: highest, of: AETOXGRN, where: TRTEMFL == 'Y'}
"""


class TestValuesOfParticipants:
    def test_the_worst_grade_of_each_participant_counts_once(self, tmp_path: Path) -> None:
        made = built(
            tmp_path,
            specified(
                "summary: count_of_participants\nvariable: WORSTGR\nanalyzed: population\n"
                "categories: {None: WORSTGR is missing, '1': [1], '2': [2], '3 or more': WORSTGR >= 3}",
                WORST,
            ),
            adsl=ADSL,
            adae=ADAE,
        )
        assert rows(outcome(made)) == {
            "None": ["1", "1", "0"],
            "1": ["0", "0", "0"],
            "2": ["0", "1", "1"],
            "3 or more": ["1", "0", "0"],
        }
        (adsl,) = [one for one in made.datasets if one.name == "ADSL"]
        assert (
            "WORSTGR: highest AETOXGRN of a participant's rows of ADAE where TRTEMFL == 'Y'"
            in adsl.notes
        )

    def test_exposure_adjusted_incidence_counts_who_had_none_too(self, tmp_path: Path) -> None:
        made = built(
            tmp_path,
            specified(
                "summary: {method: event_rate, exposure: TRTDUR, per: 100}\nvariable: NNAUSEA\n"
                "unit: participants per 100 years\ndecimals: 1",
                "participant_values:\n  NNAUSEA: {dataset: ADAE, take: count, at_most: 1, "
                "where: AEDECOD == 'Nausea'}",
            ),
            adsl=ADSL,
            adae=ADAE,
        )
        # One of 1.5 years and one of 3.5 years; placebo has none in one year.
        assert [cell.split(" ")[0] for cell in rows(outcome(made))[""]] == ["66.7", "28.6", "0.0"]
        assert analyzed(outcome(made).denoms) == {"Participants": ["2", "2", "1"]}

    def test_a_sum_is_zero_without_rows(self, tmp_path: Path) -> None:
        made = built(
            tmp_path,
            specified(
                "summary: mean\nvariable: SUMGR\nunit: grades\ndecimals: 1",
                "participant_values: {SUMGR: {dataset: ADAE, take: sum, of: AETOXGRN}}",
            ),
            adsl=ADSL,
            adae=ADAE,
        )
        assert [cell.split(" ")[0] for cell in rows(outcome(made))[""]] == ["4.5", "1.0", "2.0"]

    def test_dose_limiting_toxicity_is_a_count_of_those_flagged(self, tmp_path: Path) -> None:
        made = built(
            tmp_path,
            specified(
                "dataset: ADAE\nvariable: DLTFL\nwhere: DLTFL == 'Y'\nanalyzed: population\n"
                "summary: count_of_participants\ncategories: {Toxicity: ['Y']}"
            ),
            adsl=ADSL,
            adae=ADAE,
        )
        assert rows(outcome(made)) == {"Toxicity": ["1", "0", "0"]}

    @pytest.mark.parametrize(
        ("value", "error", "said"),
        [
            ("{dataset: ADAE, take: highest, of: AEDECOD}", DataError, "holds string values"),
            (
                "{dataset: ADAE, take: highest, of: GRADE}",
                SpecificationError,
                "neither ADAE nor ADSL has",
            ),
            ("{dataset: ADEX, take: count}", SpecificationError, "dataset ADEX"),
            ("{dataset: ADAE, take: most}", SpecificationError, "count, highest, lowest or sum"),
        ],
    )
    def test_a_value_that_cannot_be_taken(
        self, tmp_path: Path, value: str, error: type[Exception], said: str
    ) -> None:
        with pytest.raises(error) as caught:
            built(
                tmp_path,
                specified(
                    "summary: mean\nvariable: X1\nunit: u", f"participant_values: {{X1: {value}}}"
                ),
                adsl=ADSL,
                adae=ADAE,
            )
        assert said in str(caught.value)

    def test_a_name_that_adsl_has_already(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="AGE is a variable of ADSL already"):
            built(
                tmp_path,
                specified("summary: mean\nvariable: AGE\nunit: u",
                          "participant_values: {AGE: {dataset: ADAE, take: count}}"),
                adsl=ADSL,
                adae=ADAE,
            )  # fmt: skip


class TestGroups:
    COMBINED = GROUPS + "  all: {title: All Doses, combines: [a, b]}\n"

    def test_a_combined_group_is_posted_where_it_is_named(self, tmp_path: Path) -> None:
        made = built(
            tmp_path,
            specified("summary: mean\nvariable: AGE\nunit: years\ndecimals: 1\ngroups: [all, c]",
                      groups=self.COMBINED),
            adsl=ADSL,
        )  # fmt: skip
        measure = outcome(made)
        assert [one.title for one in measure.groups or ()] == ["Placebo", "All Doses"]
        assert (measure.groups or ())[1].description == (
            "All participants of Dose A and Dose B together."
        )
        assert analyzed(measure.denoms) == {"Participants": ["1", "4"]}
        assert next(iter(flow(made).values())) == ["2", "2", "1"]

    def test_a_total_column_stands_beside_the_groups_and_is_not_compared(
        self, tmp_path: Path
    ) -> None:
        made = built(
            tmp_path,
            specified("summary: mean\nvariable: AGE\nunit: years\ndecimals: 1\ntotal: true\n"
                      "analyses: [two_sample_t_test]"),
            adsl=ADSL,
        )  # fmt: skip
        measure = outcome(made)
        assert [one.title for one in measure.groups or ()][-1] == "Total"
        assert [cell.split(" ")[0] for cell in rows(measure)[""]] == [
            "50.5",
            "52.5",
            "54.0",
            "52.0",
        ]
        assert all("OG003" not in (one.group_ids or ()) for one in measure.analyses or ())

    def test_a_combination_of_combinations_is_refused(self, tmp_path: Path) -> None:
        nested = self.COMBINED + "  more: {title: More, combines: [all, c]}\n"
        with pytest.raises(SpecificationError, match="groups that combine no others"):
            built(
                tmp_path,
                specified("summary: mean\nvariable: AGE\nunit: y", groups=nested),
                adsl=ADSL,
            )


class TestShifts:
    def test_a_shift_table_has_a_class_for_each_category_before(self, tmp_path: Path) -> None:
        adlb = """
USUBJID BNRIND ANRIND
P1      LOW    NORMAL
P2      NORMAL NORMAL
P3      NORMAL HIGH
P4      LOW    LOW
P5      NORMAL NORMAL
"""
        made = built(
            tmp_path,
            specified(
                "dataset: ADLB\nvariable: ANRIND\nsummary: count_of_participants\n"
                "classes: {Low before: BNRIND == 'LOW', Normal before: BNRIND == 'NORMAL'}\n"
                "categories: {Low: [LOW], Normal: [NORMAL], High: [HIGH]}"
            ),
            adsl=ADSL,
            adlb=adlb,
        )
        assert rows(outcome(made)) == {
            "Low before / Low": ["0", "1", "0"],
            "Low before / Normal": ["1", "0", "0"],
            "Low before / High": ["0", "0", "0"],
            "Normal before / Low": ["0", "0", "0"],
            "Normal before / Normal": ["1", "0", "1"],
            "Normal before / High": ["0", "1", "0"],
        }


class TestCrossover:
    GROUPS = """
groups:
  ab: {title: Drug Then Placebo, where: TRTSEQP == 'AB'}
  ba: {title: Placebo Then Drug, where: TRTSEQP == 'BA'}
  drug: {title: Drug, rows: TRTP == 'A', type: EXPERIMENTAL}
  placebo: {title: Placebo, rows: TRTP == 'B', type: PLACEBO_COMPARATOR}
"""

    def data(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        names = [f"P{one}" for one in range(8)]
        sequence = ["AB", "BA"] * 4
        adsl = pl.DataFrame(
            {
                "USUBJID": names, "TRTSEQP": sequence, "ITTFL": "Y", "AGE": 40,
                "EOSSTT": "COMPLETED", "DCSREAS": pl.Series([None] * 8, dtype=pl.String),
            }
        )  # fmt: skip
        values = [
            12.1,
            10.3,
            13.4,
            9.9,
            11.8,
            10.8,
            12.9,
            10.1,
            10.2,
            12.2,
            11.1,
            12.8,
            9.7,
            12.5,
            10.6,
            11.9,
        ]
        bds = pl.DataFrame(
            {
                "USUBJID": names * 2,
                "APERIOD": [1] * 8 + [2] * 8,
                "TRTP": [*(one[0] for one in sequence), *(one[1] for one in sequence)],
                "AVAL": values,
            }
        )  # fmt: skip
        return adsl, bds

    def test_events_cannot_be_told_by_intervention(self, tmp_path: Path) -> None:
        adsl, bds = self.data()
        with pytest.raises(SpecificationError, match="interventions are for outcomes"):
            built(
                tmp_path,
                specified(
                    "dataset: ADX\nsummary: mean\nunit: points",
                    "adverse_events: {time_frame: 2 periods, groups: [drug, placebo]}",
                    groups=self.GROUPS,
                ),
                adsl=adsl,
                adx=bds,
            )

    def test_flow_is_by_sequence_and_the_outcome_by_intervention(self, tmp_path: Path) -> None:
        adsl, bds = self.data()
        made = built(
            tmp_path,
            specified(
                "dataset: ADX\nsummary: mean\nunit: points\ndecimals: 2\ngroups: [drug, placebo]\n"
                "analyses: [{method: crossover}]",
                groups=self.GROUPS,
            ),
            adsl=adsl,
            adx=bds,
        )
        assert next(iter(flow(made).values())) == ["4", "4"]
        measure = outcome(made)
        assert analyzed(measure.denoms) == {"Participants": ["8", "8"]}
        assert [cell.split(" ")[0] for cell in rows(measure)[""]] == ["12.45", "10.34"]
        (one,) = measure.analyses or ()
        assert one.param_value == "2.11"
        assert one.estimate_comment == "Drug minus Placebo. Within participants."
        assert "Sequence effect, which would show a carry-over" in str(one.statistical_comment)
        assert notes(made) == ""
