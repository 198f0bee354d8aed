"""Consecutive versions of real records, made by edits whose place is known: each is found, and nothing else."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from topline.formats import api_json
from topline.formats.comparison import Comparison, compare

pytestmark = pytest.mark.corpus

Tree = dict[str, Any]
Told = Counter[tuple[str, str]]
"""Kind and field of each difference, with how often; the field ``*`` stands for whatever is in a whole part."""
Edit = Callable[[Tree, random.Random], Told | None]
"""Changes a record in place and gives what is to be told of it; ``None`` where there is nothing to edit."""


def _outcomes(tree: Tree) -> list[Any]:
    module = tree["resultsSection"].get("outcomeMeasuresModule", {})
    found: list[Any] = module.get("outcomeMeasures", [])
    return found


def _events(tree: Tree) -> Tree:
    module: Tree = tree["resultsSection"].get("adverseEventsModule", {})
    return module


def _terms(tree: Tree) -> list[Any]:
    return [*_events(tree).get("seriousEvents", []), *_events(tree).get("otherEvents", [])]


def _measurements(tree: Tree) -> Iterator[Tree]:
    for outcome in _outcomes(tree):
        for part in outcome.get("classes", ()):
            for category in part.get("categories", ()):
                yield from category.get("measurements", ())


def another_value(tree: Tree, chance: random.Random) -> Told | None:
    cells = [cell for cell in _measurements(tree) if "value" in cell]
    if not cells:
        return None
    chance.choice(cells)["value"] = "98765.43"
    return Counter({("changed", "value"): 1})


def another_word_in_a_description(tree: Tree, chance: random.Random) -> Told | None:
    described = [one for one in _outcomes(tree) if one.get("description")]
    if not described:
        return None
    chance.choice(described)["description"] += " Amended."
    return Counter({("changed", "description"): 1})


def another_time_frame(tree: Tree, chance: random.Random) -> Told | None:
    framed = [one for one in _outcomes(tree) if one.get("timeFrame")]
    if not framed:
        return None
    chance.choice(framed)["timeFrame"] = "Up to 99 months"
    return Counter({("changed", "time_frame"): 1})


def a_new_outcome_in_front(tree: Tree, chance: random.Random) -> Told | None:
    outcomes = _outcomes(tree)
    if not outcomes:
        return None
    outcomes.insert(0, {"type": "PRIMARY", "title": "Zymurgy", "timeFrame": "Day 1"})
    return Counter({("added", "*"): 3})


def an_outcome_less(tree: Tree, chance: random.Random) -> Told | None:
    outcomes = _outcomes(tree)
    if len({one["title"] for one in outcomes}) < max(2, len(outcomes)):
        return None  # of two with one title either may be called the one that went
    gone = outcomes.pop(chance.randrange(len(outcomes)))
    return Counter({("removed", "*"): _count(gone)})


def outcomes_exchanged(tree: Tree, chance: random.Random) -> Told | None:
    outcomes = _outcomes(tree)
    if len({one["title"] for one in outcomes}) < max(3, len(outcomes)):
        return None
    outcomes[0], outcomes[-1] = outcomes[-1], outcomes[0]
    return Counter({("moved", "outcome_measures"): 2})


def another_title_of_a_group(tree: Tree, chance: random.Random) -> Told | None:
    groups = [group for one in _outcomes(tree) for group in one.get("groups", ())]
    if not groups:
        return None
    group = chance.choice(groups)
    group["title"] = f"{group.get('title', '')} (Revised)"
    return Counter({("changed", "title"): 1})


def groups_of_events_numbered_otherwise(tree: Tree, chance: random.Random) -> Told | None:
    groups = _events(tree).get("eventGroups", [])
    if len({group["title"].casefold() for group in groups}) < max(2, len(groups)):
        return None
    groups.reverse()
    new = {group["id"]: f"EG{place:03}" for place, group in enumerate(groups)}
    for part in (*groups, *(stats for term in _terms(tree) for stats in term.get("stats", ()))):
        name = "id" if "id" in part else "groupId"
        part[name] = new[part[name]]
    changed = sum(old != now for old, now in new.items())
    return Counter({("changed", "id"): changed, ("moved", "event_groups"): len(groups) - 1})


def another_number_of_affected(tree: Tree, chance: random.Random) -> Told | None:
    counted = [
        stats for term in _terms(tree) for stats in term.get("stats", ()) if "numAffected" in stats
    ]
    if not counted:
        return None
    chance.choice(counted)["numAffected"] = 98765
    return Counter({("changed", "num_affected"): 1})


def a_term_less(tree: Tree, chance: random.Random) -> Told | None:
    terms = _events(tree).get("otherEvents", [])
    if not terms or len({(one.get("organSystem"), one["term"]) for one in terms}) < len(terms):
        return None
    gone = terms.pop(chance.randrange(len(terms)))
    if not terms:
        del _events(tree)["otherEvents"]
    return Counter({("removed", "*"): _count(gone)})


def a_term_in_capitals(tree: Tree, chance: random.Random) -> Told | None:
    terms = [term for term in _terms(tree) if term["term"] != term["term"].upper()]
    if not terms:
        return None
    term = chance.choice(terms)
    term["term"] = term["term"].upper()
    return Counter({("changed", "term"): 1})


def a_module_less(tree: Tree, chance: random.Random) -> Told | None:
    section = tree["resultsSection"]
    gone = section.pop("baselineCharacteristicsModule", None)
    return None if gone is None else Counter({("removed", "*"): _count(gone)})


EDITS: tuple[Edit, ...] = (
    another_value,
    another_word_in_a_description,
    another_time_frame,
    a_new_outcome_in_front,
    an_outcome_less,
    outcomes_exchanged,
    another_title_of_a_group,
    groups_of_events_numbered_otherwise,
    another_number_of_affected,
    a_term_less,
    a_term_in_capitals,
    a_module_less,
)
_EACH = 2
"""Edits tried on each record, in turn."""


def _count(part: Any) -> int:
    """Count the numbers and texts of a part; a list or object of references alone is one."""
    if not isinstance(part, dict | list):
        return 1
    inside = part.items() if isinstance(part, dict) else ((None, element) for element in part)
    found = sum(_count(value) for name, value in inside if name not in ("groupId", "groupIds"))
    return found or 1


def _told(found: Comparison, expected: Told) -> Told:
    whole = {kind for kind, field in expected if field == "*"}
    return Counter(
        (one.kind.value, "*" if one.kind.value in whole else one.field) for one in found.differences
    )


def test_each_edit_of_a_real_record_is_told_and_nothing_else(corpus: Path) -> None:
    files = sorted((corpus / "records/v2").glob("*.json"))
    assert len(files) == 376
    chance = random.Random(20261129)
    tried: Counter[str] = Counter()
    wrong: list[str] = []
    for place, file in enumerate(files):
        data = file.read_bytes()
        before = api_json.decode(data, place="before")
        for turn in range(_EACH):
            edit = EDITS[(place * _EACH + turn) % len(EDITS)]
            tree = msgspec.json.decode(data)
            expected = edit(tree, chance)
            if expected is None:
                continue
            tried[edit.__name__] += 1
            after = api_json.decode(msgspec.json.encode(tree), place="after")
            found = compare(before, after)
            if _told(found, expected) != +expected:
                wrong.append(f"{file.name}: {edit.__name__}: {dict(_told(found, expected))}")
    assert not wrong
    assert min(tried[edit.__name__] for edit in EDITS) >= 15
    assert tried.total() > 500
