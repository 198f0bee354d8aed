"""The JSON Schema accepts what the reader accepts and refuses what types refuse."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from tests.unit.specification_examples import GOOD, VOCABULARY

from topline.trial.specification_methods import Vocabulary
from topline.trial.specification_reading import read_specification
from topline.trial.specification_schema import specification_schema

CASES = Path(__file__).parent.parent / "spec" / "specification_mistakes.yaml"
BASE = "groups: {A: {title: A}}"
SCHEMA = specification_schema(VOCABULARY)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

# Mistakes that only the reader sees: conditions, references, rules between parts, and YAML itself.
BEYOND_SCHEMA = {
    "a text of blanks": "blanks are letters to a schema",
    "a condition with one equals sign": "condition",
    "a condition in quotation marks is located inside them": "condition",
    "a folded condition is located on its own line": "condition",
    "a condition with doubled quotation marks is located in the file": "condition",
    "a condition with curly quotation marks": "condition",
    "a condition cut off by a comment": "condition",
    "a condition without a comparison": "condition",
    "an unknown population": "reference",
    "an unknown group of an outcome": "reference",
    "an unknown group in the options of an analysis": "reference",
    "a group listed twice": "reference",
    "both a condition and values for a category": "rule",
    "a category twice": "rule",
    "a group that nobody can tell from the others": "rule",
    "both treatment and a condition for a group": "rule",
    "two groups with one title": "rule",
    "two periods with one title": "rule",
    "a milestone that every period has": "rule",
    "two outcomes with one title and time frame": "rule",
    "an outcome without a summary": "rule",
    "results of an outcome that is not posted": "rule",
    "a baseline measure of the study without its summary": "rule",
    "a baseline measure twice": "rule",
    "values for a measure that takes none": "rule",
    "a restriction without an agreement that restricts": "rule",
    "an agreement that restricts without saying how": "rule",
    "another restriction without its words": "rule",
    "an agreement with employees": "rule",
    "a contact that cannot be reached": "rule",
    "a key twice": "YAML keeps the last",
    "a number that YAML reads as octal": "YAML reads 8",
    "a number that YAML reads to the base of 60": "YAML reads 90",
}


def mistakes() -> dict[str, Any]:
    """The mistakes of the reader's tests that are JSON once plain YAML has read them."""
    found = {}
    for case in yaml.safe_load(CASES.read_text(encoding="utf-8")):
        try:
            data = yaml.safe_load(case["text"].replace("BASE", BASE))
            found[case["title"]] = json.loads(json.dumps(data, allow_nan=False, default=str))
        except (yaml.YAMLError, TypeError, ValueError):
            continue  # not YAML, or not JSON: no schema ever sees it
    return found


MISTAKES = mistakes()
BAD = sorted(MISTAKES.keys() - BEYOND_SCHEMA.keys())


def test_it_is_a_json_schema_of_draft_2020_12_and_nobody_elses() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator.check_schema(specification_schema(Vocabulary()))
    assert SCHEMA["$id"].startswith("urn:topline:")
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


GOOD_EXAMPLES = [
    GOOD,
    BASE,
    "groups: {A: {title: 54, treatment: [54, 81]}}",
    BASE + "\noutcomes: {title: T, type: primary, time_frame: x, summary: {method: count}}",
    BASE + "\nbaseline: {measures: age}",
    BASE + "\nparticipant_flow: {periods: {title: P, milestones: {M: A == 1, N: {where: B == 2}}}}",
]


@pytest.mark.parametrize("text", GOOD_EXAMPLES)
def test_what_the_reader_accepts_the_schema_accepts(text: str) -> None:
    assert read_specification(text, VOCABULARY).problems == ()
    assert [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(text))] == []


@pytest.mark.parametrize("title", BAD)
def test_what_the_types_refuse_the_schema_refuses(title: str) -> None:
    assert not VALIDATOR.is_valid(MISTAKES[title])


@pytest.mark.parametrize("title", sorted(BEYOND_SCHEMA))
def test_no_mistake_is_called_beyond_the_schema_that_it_sees(title: str) -> None:
    assert VALIDATOR.is_valid(MISTAKES[title])


def test_most_mistakes_of_type_are_seen_by_the_schema() -> None:
    assert len(BAD) >= 30


def test_every_key_has_a_description_for_the_editor() -> None:
    missing = [
        f"{name}.{key}"
        for name, part in {"": SCHEMA, **SCHEMA["$defs"]}.items()
        for form in (part, *part.get("anyOf", []))
        for key, schema in form.get("properties", {}).items()
        if "description" not in schema and key != "method"
    ]
    assert missing == []


def test_a_method_with_an_option_that_must_be_given_is_no_bare_word() -> None:
    assert SCHEMA["$defs"]["summary"]["anyOf"][0] == {"enum": ["count", "kaplan_meier_quantile"]}
    assert SCHEMA["$defs"]["analysis"]["anyOf"][0] == {"not": {}}
    assert SCHEMA["$defs"]["analysis.log_rank"]["required"] == ["method", "groups"]
