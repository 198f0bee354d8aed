"""A dataset answers by variable name, in any case, and keeps record numbers."""

from pathlib import Path

import polars as pl
import pytest

from topline.errors import DataError
from topline.trial.dataset import Dataset, Note, Variable, distinct_names, listing


@pytest.fixture
def adsl() -> Dataset:
    return Dataset(
        name="ADSL",
        frame=pl.DataFrame({"USUBJID": ["01", "02", "03"], "AGE": [63.0, None, 81.0]}),
        variables={
            "USUBJID": Variable(name="USUBJID", label="Unique Subject Identifier"),
            "AGE": Variable(name="AGE", type="number"),
            "SAFFL": Variable(name="SAFFL"),
        },
        source=Path("adam/adsl.xpt"),
        records=3,
        format="xpt",
    )


def test_a_variable_is_found_in_any_case(adsl: Dataset) -> None:
    assert adsl.variable("usubjid").label == "Unique Subject Identifier"
    assert adsl.column("age").to_list() == [63.0, None, 81.0]
    assert "Age" in adsl
    assert "AGEU" not in adsl
    assert 7 not in adsl


def test_a_missing_variable_is_named_with_the_nearest_and_with_all_that_exist(
    adsl: Dataset,
) -> None:
    with pytest.raises(DataError) as caught:
        adsl.column("SAFL")
    assert caught.value.message == "ADSL has no variable SAFL"
    assert caught.value.where == "adam/adsl.xpt"
    assert caught.value.accepted == "USUBJID, AGE, SAFFL"
    assert caught.value.advice == "did you mean SAFFL?"


def test_nothing_near_is_no_guess(adsl: Dataset) -> None:
    with pytest.raises(DataError) as caught:
        adsl.variable("XYZQQ")
    assert caught.value.advice is None


def test_a_variable_that_was_not_read_is_told_from_one_that_does_not_exist(adsl: Dataset) -> None:
    with pytest.raises(DataError, match=r"ADSL\.SAFFL was not read"):
        adsl.column("SAFFL")


def test_rows_keep_the_record_numbers_of_the_file_through_a_filter(adsl: Dataset) -> None:
    numbered = adsl.with_row_numbers()
    assert numbered.columns[0] == "__row__"
    assert numbered.filter(pl.col("AGE") > 70)["__row__"].to_list() == [3]
    assert "__row__" not in adsl.frame.columns


def test_ordinary_missing_values_have_the_code_of_a_point(adsl: Dataset) -> None:
    assert adsl.missing_codes("AGE").to_list() == [None, ".", None]
    assert adsl.missing_codes("USUBJID").to_list() == [None, None, None]


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        (["AGE", "age"], "same name: 'AGE' and 'age'"),
        (["AGE", " "], "variable 2 has no readable name"),
        (["A\x00B"], "variable 1 has no readable name"),
        (["__row__"], "same name: '__row__'"),
    ],
)
def test_names_that_cannot_be_told_apart_are_refused(names: list[str], complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        distinct_names(names, "adsl.csv")


def test_a_long_list_of_names_is_cut() -> None:
    assert listing([f"V{number}" for number in range(160)]).endswith("V149 and 10 more")


def test_a_note_reads_as_a_sentence() -> None:
    assert str(Note(message="the time zone was dropped")) == "the time zone was dropped"
    assert str(Note(variable="AVISIT", message="cut", rows=1)) == "AVISIT: cut (1 record)"
