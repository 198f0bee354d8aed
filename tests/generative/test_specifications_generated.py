"""Mutated and random specifications: never anything but a reading with problems."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.specification_examples import GOOD, VOCABULARY

from topline.errors import SpecificationError
from topline.trial.specification import Specification
from topline.trial.specification_reading import SpecificationReading, read_specification

PIECES = (
    *"\n\t :-[]{}'\"#&*!|>%@`,?=~",
    "\n  ",
    ": ",
    "- ",
    "null",
    "No",
    "010",
    "1:30",
    "&a ",
    "*a",
    "<<: *a",
    "!!int ",
    "!x ",
    "---\n",
    "...",
    "“",
    "\x00",
    "\x85",
    "\u2028",
    "\ufeff",
    "9" * 400,
    "é",
    "😀",
)
KEYS = ("groups", "outcomes", "where", "summary", "method", "title", "categories", "analyses")


def mutated(text: str, chance: random.Random) -> str:
    """Change a text at up to four places: by a character, a piece, a line or a word."""
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(text) + 1)
        other = chance.randrange(len(text) + 1)
        low, high = sorted((place, min(other, place + 30)))
        lines = text.split("\n")
        row = chance.randrange(len(lines))
        text = chance.choice(
            [
                text[:place] + chance.choice(PIECES) + text[place:],
                text[:low] + text[high:],
                text[:place],
                text[:place] + text[low:high] + text[place:],
                "\n".join([*lines[:row], *lines[row + 1 :]]),
                "\n".join([*lines[: row + 1], *lines[row:]]),
                "\n".join([*lines[:row], "  " + lines[row], *lines[row + 1 :]]),
                text.replace(chance.choice(KEYS), chance.choice(PIECES + KEYS), 1),
            ]
        )
    return text


def judge(reading: SpecificationReading, text: str) -> None:
    """Hold what is true of every reading."""
    assert isinstance(reading.specification, Specification)
    # PyYAML, and so the reading, also ends a line at these.
    last = sum(text.count(end) for end in "\n\r\x85\u2028\u2029") + 1
    for problem in (*reading.problems, *reading.warnings):
        assert problem.found
        assert problem.accepted
        assert 1 <= problem.line <= last
        assert problem.column >= 1
        assert "\n" not in str(problem)
    if reading.problems:
        with pytest.raises(SpecificationError):
            reading.raise_problems()


@pytest.mark.parametrize("seed", range(8))
def test_mutated_specifications_are_read_or_their_mistakes_are_reported(seed: int) -> None:
    chance = random.Random(seed)
    broken = 0
    for _ in range(250):
        text = mutated(GOOD, chance)
        reading = read_specification(text, VOCABULARY)
        judge(reading, text)
        broken += bool(reading.problems)
    assert broken > 100  # or the mutations would not be worth their time


@given(st.text())
def test_random_texts_are_reported(text: str) -> None:
    judge(read_specification(text, VOCABULARY), text)


YAML_VALUES = st.recursive(
    st.sampled_from(["x", "'Y'", "1", "0.5", "No", "null", "", "2014-01-01", "A == 1", "[", "age"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(
            st.sampled_from([*KEYS, "type", "time_frame", "values", "measure", "x"]),
            inner,
            max_size=4,
        ).map(lambda pairs: "{" + ", ".join(f"{key}: {pairs[key]}" for key in pairs) + "}"),
    ),
    max_leaves=10,
)
TOP = ("study", "groups", "populations", "participant_flow", "baseline", "outcomes", "contact")


@given(st.dictionaries(st.sampled_from(TOP), YAML_VALUES, max_size=4))
def test_random_structures_are_reported(parts: dict[str, str]) -> None:
    text = "\n".join(f"{key}: {value}" for key, value in parts.items())
    judge(read_specification(text, VOCABULARY), text)
