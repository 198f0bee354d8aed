"""What a specification may look like: shorthands, plain texts, aliases, files."""

from pathlib import Path

import pytest
from tests.unit.specification_examples import GOOD, VOCABULARY, Comparison, Quantile

from topline.errors import LimitError, NotFoundError, SpecificationError
from topline.trial.condition_expressions import ConditionError
from topline.trial.specification import (
    BaselineMeasure,
    Category,
    Group,
    Milestone,
    NotPosted,
    Population,
    Specification,
)
from topline.trial.specification_methods import method_options
from topline.trial.specification_reading import (
    Position,
    SpecificationReading,
    path_text,
    read_specification,
)

BASE = "groups: {A: {title: A}}\n"


def right(text: str) -> Specification:
    reading = read_specification(text, VOCABULARY)
    reading.raise_problems()
    return reading.specification


def test_a_specification_without_mistakes_is_read_whole() -> None:
    specification = right(GOOD)

    assert specification.groups == {
        "active": Group(
            title="Active", description="10 mg daily", treatment=("Active 10 mg", "20")
        ),
        "placebo": Group(title="Placebo", where="TRT01P == 'Placebo'"),
    }
    assert specification.study.phases == ("PHASE2",)
    flow = specification.participant_flow
    assert flow.recruitment_details == "Recruited from January 2014\nat three sites.\n"
    assert [period.title for period in flow.periods] == ["Treatment", "Follow-up"]
    assert flow.periods[0].reasons["SPONSOR"] == "Study terminated"
    assert specification.outcomes[0].where == "PARAMCD == 'OS' and ITTFL == 'Y'"
    assert specification.outcomes[2].not_posted == NotPosted(anticipated="2026-05")
    assert specification.adverse_events is not None
    assert specification.adverse_events.threshold == 2.5
    assert specification.contact is not None
    assert specification.contact.phone == "+1 555 0100"


def test_what_is_left_out_has_the_defaults_of_the_types() -> None:
    assert right(BASE) == Specification(groups={"A": Group(title="A")})


def test_a_bare_word_is_a_baseline_measure_and_a_bare_condition_a_population() -> None:
    specification = right(GOOD)
    assert specification.baseline.measures[:2] == (
        BaselineMeasure(measure="age"),
        BaselineMeasure(measure="sex"),
    )
    assert specification.populations["FAS"] == Population(where="FASFL == 'Y'")


def test_a_bare_word_is_a_method_and_a_method_keeps_only_what_is_given() -> None:
    specification = right(GOOD)
    assert specification.baseline.measures[2].summary == {"method": "kaplan_meier_quantile"}
    assert specification.outcomes[0].summary == {
        "method": "kaplan_meier_quantile",
        "transform": "log",
    }


def test_the_options_of_a_method_come_as_their_type_with_defaults() -> None:
    outcome = right(GOOD).outcomes[0]

    assert outcome.summary is not None
    assert method_options(outcome.summary, Quantile) == Quantile(transform="log")
    assert method_options(outcome.analyses[0], Comparison) == Comparison(
        groups=("active", "placebo"), covariates=("SEX",)
    )


def test_options_that_were_never_read_are_refused_with_the_method_named() -> None:
    with pytest.raises(SpecificationError, match=r"the options of the method q: .*probability"):
        method_options({"method": "q", "probability": "half"}, Quantile)


def test_a_mapping_from_title_to_condition_is_a_list_of_categories() -> None:
    assert right(GOOD).outcomes[1].categories == (
        Category(title="Responder", where="AVALC in ['CR', 'PR']"),
        Category(title="Other", values=("SD", "PD")),
        Category(title="Unknown"),
    )
    assert right(GOOD).participant_flow.periods[0].milestones == (
        Milestone(title="Received Treatment", where="TRTSDT is not missing"),
    )


def test_a_mapping_after_a_title_holds_the_other_fields() -> None:
    text = BASE + (
        "outcomes:\n"
        "  - {title: T, type: primary, time_frame: x, summary: count,\n"
        "     classes: {Week 4: {where: AVISITN == 4, variable: chg}, Week 8: AVISITN == 8}}\n"
    )
    classes = right(text).outcomes[0].classes
    assert [(one.title, one.where, one.variable) for one in classes] == [
        ("Week 4", "AVISITN == 4", "CHG"),
        ("Week 8", "AVISITN == 8", None),
    ]


@pytest.mark.parametrize(
    "written",
    ["No", "Y", "off", "010", "1:30", "2014-01-01", "1e3", "0x1F", "1_000", ".5", "true", "="],
)
def test_a_text_is_taken_as_it_is_written(written: str) -> None:
    specification = right(f"groups: {{A: {{title: {written}, treatment: [{written}]}}}}")
    assert specification.groups["A"] == Group(title=written, treatment=(written,))


def test_values_are_numbers_where_they_are_plain_ones_and_texts_else() -> None:
    text = BASE + (
        "outcomes:\n"
        "  - {title: T, type: primary, time_frame: x, summary: count,\n"
        "     categories: [{title: R, values: [1, -2.5, '1', 01, No, 1e2, 2014-01-01, 1:30]}]}\n"
    )
    values = right(text).outcomes[0].categories[0].values
    assert values == (1, -2.5, "1", "01", "No", 100.0, "2014-01-01", "1:30")
    assert [type(value) for value in values] == [int, float, str, str, str, float, str, str]


@pytest.mark.parametrize("written", ["yes", "Yes", "on", "true", "TRUE"])
def test_truth_may_be_written_in_all_ways_of_yaml(written: str) -> None:
    text = f"{BASE}agreement: {{investigators_are_employees: {written}}}"
    agreement = right(text).agreement
    assert agreement is not None
    assert agreement.investigators_are_employees is True


def test_null_is_as_good_as_leaving_an_optional_key_out() -> None:
    assert right(BASE + "limitations: null\ncontact: ~\n") == right(BASE)


def test_aliases_and_merge_keys_are_followed() -> None:
    text = """\
groups:
  A: &common {title: A, description: Daily, treatment: A}
  B: {<<: *common, title: B, treatment: B}
outcomes:
  - &first {title: T, type: primary, time_frame: &when 1 year, summary: count}
  - {<<: [*first], title: U}
adverse_events: {time_frame: *when}
"""
    specification = right(text)
    assert specification.groups["B"] == Group(title="B", description="Daily", treatment="B")
    assert [outcome.title for outcome in specification.outcomes] == ["T", "U"]
    assert specification.outcomes[1].time_frame == "1 year"


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, levels)
    ]
    return "\n".join(lines)


def test_aliases_that_multiply_without_bound_are_refused() -> None:
    reading = read_specification(bomb(9), VOCABULARY)
    assert len(reading.problems) == 1
    assert "counting every alias as what it stands for" in reading.problems[0].found
    assert reading.problems[0].accepted == "at most 100,000 values in 40 levels"


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_nesting_without_bound_is_refused(opening: str) -> None:
    reading = read_specification(f"groups:\n {opening * 5_000}", VOCABULARY)
    assert [problem.found for problem in reading.problems] == [
        "more than 40 levels of lists and mappings in each other"
    ]


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    with path.open("wb") as file:
        file.truncate(2**30)
    with pytest.raises(LimitError, match="larger than 4,000,000 bytes"):
        read_specification(path, VOCABULARY)
    with pytest.raises(LimitError, match="1,000,001 characters"):
        read_specification("x" * 1_000_001, VOCABULARY)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"nothing\.yaml cannot be read: No such file"):
        read_specification(tmp_path / "nothing.yaml", VOCABULARY)
    with pytest.raises(NotFoundError, match="cannot be read: Is a directory"):
        read_specification(tmp_path, VOCABULARY)


def written(tmp_path: Path, content: bytes) -> SpecificationReading:
    path = tmp_path / "study.yaml"
    path.write_bytes(content)
    return read_specification(path, VOCABULARY)


def test_a_byte_order_mark_and_the_newlines_of_any_system_are_read(tmp_path: Path) -> None:
    text = "groups:\n  A:\n    title: Größe\nroundig: x\n"
    for content in (
        text.encode("utf-8-sig"),
        text.replace("\n", "\r\n").encode(),
        text.replace("\n", "\r").encode(),
    ):
        reading = written(tmp_path, content)
        assert reading.specification.groups["A"].title == "Größe"
        assert [problem.line for problem in reading.problems] == [4]


def test_another_encoding_than_utf_8_is_named_with_its_place(tmp_path: Path) -> None:
    latin = written(tmp_path, "groups:\n  A: {title: Größe}".encode("latin-1")).problems
    assert [(problem.line, problem.column, problem.found) for problem in latin] == [
        (2, 16, "the byte 0xF6, which is not UTF-8")
    ]
    wide = written(tmp_path, "groups: {}".encode("utf-16")).problems
    assert [(problem.line, problem.found) for problem in wide] == [(1, "a file in UTF-16")]
    assert written(tmp_path, b"\x00\x01\x02\x89PNG").problems


def test_positions_are_those_of_the_values_also_behind_shorthands() -> None:
    reading = read_specification(GOOD, VOCABULARY)
    lines = GOOD.splitlines()

    def at(path: str) -> str:
        place = reading.positions[path]
        return lines[place.line - 1][place.column - 1 :]

    assert at("outcomes[0].title") == "Overall Survival"
    assert at("outcomes[1].categories[0].where") == "AVALC in ['CR', 'PR']"
    assert at("outcomes[1].categories[0].title") == "Responder: AVALC in ['CR', 'PR']"
    assert at("populations.FAS.where") == "FASFL == 'Y'"
    assert at("baseline.measures[1].measure") == "sex"
    assert at(path_text("groups", "active", "treatment", 1)) == "20]"
    assert reading.positions["data"] == Position(6, 7)


def test_later_checks_report_problems_at_a_path() -> None:
    reading = read_specification(GOOD, VOCABULARY, file="study.yaml")

    problem = reading.problem_at(
        "outcomes[0].where",
        "the variable PARAMCD, which ADTTE does not have",
        "PARCAMD or AVAL",
        ["PARCAMD", "AVAL"],
        word="PARAMCD",
        column=1,
    )

    line = GOOD.splitlines().index("      PARAMCD == 'OS'") + 1
    assert str(problem) == (
        f"study.yaml:{line}:7: outcomes[0].where: found the variable PARAMCD, which ADTTE does not "
        "have, accepted: PARCAMD or AVAL (did you mean PARCAMD?)"
    )
    with pytest.raises(SpecificationError, match=r"1 mistake in study\.yaml"):
        reading.raise_problems([problem])


def test_a_condition_that_does_not_fit_the_data_is_located_inside_the_file() -> None:
    reading = read_specification(GOOD, VOCABULARY)
    error = ConditionError("the variable ITTFL", "FASFL")
    error.column = "PARAMCD == 'OS' and ITTFL == 'Y'".index("ITTFL") + 1

    problem = reading.problem_of("outcomes[0].where", error)

    assert GOOD.splitlines()[problem.line - 1][problem.column - 1 :] == "ITTFL == 'Y'"


def test_a_default_is_located_at_what_the_file_says_around_it() -> None:
    reading = read_specification(GOOD, VOCABULARY)
    problem = reading.problem_at("outcomes[1].variable", "no variable AVALC", "AVAL")
    assert problem.line == GOOD.splitlines().index("  - title: Best Response") + 1
    assert reading.problem_at("treatment.planned", "x", "y").line == 1


def test_a_later_problem_where_something_is_wrong_already_is_left_out() -> None:
    reading = read_specification(BASE + "rounding: up\n", VOCABULARY)
    later = reading.problem_at("rounding", "x", "y")
    with pytest.raises(SpecificationError) as caught:
        reading.raise_problems([later])
    assert caught.value.problems == reading.problems
