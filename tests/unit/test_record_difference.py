"""The difference of two records: what changed, came, went or moved, and nothing else."""

from collections import Counter
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from topline.record.addresses import replace_at, value_at
from topline.record.cells import Cell, Text
from topline.record.difference import Difference, DifferenceKind, count_leaves, differences
from topline.record.study import Study

OUTCOMES = "/resultsSection/outcomeMeasuresModule/outcomeMeasures"
EVENTS = "/resultsSection/adverseEventsModule"


def outcome(title: str, values: list[str], groups: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "type": "PRIMARY",
        "title": title,
        "timeFrame": "12 weeks",
        "groups": [{"id": group_id, "title": name} for group_id, name in groups],
        "denoms": [
            {
                "units": "Participants",
                "counts": [{"groupId": group_id, "value": "20"} for group_id, _ in groups],
            }
        ],
        "classes": [
            {
                "categories": [
                    {
                        "measurements": [
                            {"groupId": group_id, "value": value}
                            for (group_id, _), value in zip(groups, values, strict=True)
                        ]
                    }
                ]
            }
        ],
        "analyses": [{"groupIds": [group_id for group_id, _ in groups], "pValue": "0.80"}],
    }


TWO = [("OG000", "Placebo"), ("OG001", "Drug")]


def study(*outcomes: dict[str, Any], **sections: Any) -> Study:
    results: dict[str, Any] = {"outcomeMeasuresModule": {"outcomeMeasures": list(outcomes)}}
    return msgspec.convert({"resultsSection": results | sections}, Study)


BASE = study(outcome("Survival", ["1.0", "2.0"], TWO), outcome("Response", ["3", "4"], TWO))


def brief(found: tuple[Difference, ...]) -> list[tuple[str, str | None, str | None]]:
    return [(difference.kind.value, difference.before, difference.after) for difference in found]


def test_equal_records_do_not_differ() -> None:
    assert (
        differences(
            BASE,
            study(
                *msgspec.to_builtins(BASE.results_section)["outcomeMeasuresModule"][
                    "outcomeMeasures"
                ]
            ),
        )
        == ()
    )


def test_one_cell_differs_alone_with_its_context() -> None:
    address = f"{OUTCOMES}/1/classes/0/categories/0/measurements/1/value"
    (found,) = differences(BASE, replace_at(BASE, address, "5"))
    assert (found.kind, found.address_a, found.address_b) == (
        DifferenceKind.CHANGED,
        address,
        address,
    )
    assert (found.before, found.after, found.same_value) == ("4", "5", False)
    assert (found.section, found.field) == ("outcome measures", "value")
    assert isinstance(found.leaf, Cell)
    assert (found.leaf.context, found.leaf.group_titles) == (("Response",), ("Drug",))


def test_another_spelling_of_the_number_is_flagged() -> None:
    address = f"{OUTCOMES}/0/analyses/0/pValue"
    (found,) = differences(BASE, replace_at(BASE, address, ".8"))
    assert found.same_value


def test_an_inserted_outcome_shifts_nothing() -> None:
    new = outcome("Safety", ["7"], [("OG000", "Drug")])
    first, second = msgspec.to_builtins(BASE.results_section)["outcomeMeasuresModule"][
        "outcomeMeasures"
    ]
    found = differences(BASE, study(new, first, second))
    assert {difference.kind for difference in found} == {DifferenceKind.ADDED}
    assert {difference.whole for difference in found} == {f"{OUTCOMES}/0"}
    values = [d.after for d in found if isinstance(d.leaf, Cell)]
    assert values == ["20", "7", "0.80"]
    back = differences(study(new, first, second), BASE)
    assert {difference.kind for difference in back} == {DifferenceKind.REMOVED}
    assert [d.before for d in back if isinstance(d.leaf, Cell)] == values


def test_outcomes_in_another_order_have_moved_and_nothing_else() -> None:
    outcomes = value_at(BASE, OUTCOMES)
    assert isinstance(outcomes, tuple)
    found = differences(BASE, replace_at(BASE, OUTCOMES, outcomes[::-1]))
    assert brief(found) == [("moved", "Response", "Response")]
    assert (found[0].address_a, found[0].address_b) == (f"{OUTCOMES}/1", f"{OUTCOMES}/0")


def test_an_inserted_group_does_not_shift_the_values_of_the_others() -> None:
    three = [("OG000", "No treatment"), ("OG001", "Placebo"), ("OG002", "Drug")]
    one = study(outcome("Survival", ["1.0", "2.0"], TWO))
    two = study(outcome("Survival", ["9.0", "1.0", "2.5"], three))
    found = differences(one, two)
    changed = [d for d in found if d.kind is DifferenceKind.CHANGED and isinstance(d.leaf, Cell)]
    assert [(d.address_a, d.address_b, d.before, d.after) for d in changed] == [
        (
            f"{OUTCOMES}/0/classes/0/categories/0/measurements/1/value",
            f"{OUTCOMES}/0/classes/0/categories/0/measurements/2/value",
            "2.0",
            "2.5",
        )
    ]
    added = [d for d in found if d.kind is DifferenceKind.ADDED and isinstance(d.leaf, Cell)]
    assert [d.after for d in added] == ["20", "9.0"]
    # The groups of the analysis differ by the one that came.
    assert [(d.before, d.after) for d in found if d.field == "group_ids"] == [
        ("OG000, OG001", "OG000, OG001, OG002")
    ]


def test_exchanged_groups_with_the_same_ids_exchange_their_values() -> None:
    one = study(outcome("Survival", ["1.0", "2.0"], TWO))
    two = study(outcome("Survival", ["1.0", "2.0"], [("OG000", "Drug"), ("OG001", "Placebo")]))
    cells = [d for d in differences(one, two) if isinstance(d.leaf, Cell)]
    assert [
        (d.leaf.group_titles, d.before, d.after)
        for d in cells
        if d.leaf is not None and isinstance(d.leaf, Cell)
    ] == [
        (("Drug",), "2.0", "1.0"),
        (("Placebo",), "1.0", "2.0"),
    ]


def test_a_removed_group_is_not_taken_for_the_one_that_got_its_id() -> None:
    one = study(outcome("Survival", ["1.0", "2.0"], TWO))
    two = study(outcome("Survival", ["2.0"], [("OG000", "Drug")]))
    found = differences(one, two)
    cells = [(d.kind.value, d.before, d.after) for d in found if isinstance(d.leaf, Cell)]
    assert cells == [("removed", "20", None), ("removed", "1.0", None)]


def test_a_reworded_group_title_is_one_difference() -> None:
    address = f"{OUTCOMES}/0/groups/0/title"
    (found,) = differences(BASE, replace_at(BASE, address, "Sugar pill"))
    assert (found.before, found.after) == ("Placebo", "Sugar pill")
    assert isinstance(found.leaf, Text)


def rows(*terms: tuple[str, str, int]) -> Study:
    module = {
        "eventGroups": [{"id": "EG000", "title": "Drug"}],
        "seriousEvents": [
            {
                "term": term,
                "organSystem": system,
                "stats": [{"groupId": "EG000", "numAffected": affected}],
            }
            for system, term, affected in terms
        ],
    }
    return msgspec.convert({"resultsSection": {"adverseEventsModule": module}}, Study)


def test_adverse_event_rows_pair_by_organ_system_and_term() -> None:
    one = rows(("Eye disorders", "Pain", 1), ("General disorders", "Pain", 2))
    two = rows(
        ("Cardiac disorders", "Angina", 4),
        ("Eye disorders", "Pain", 1),
        ("General disorders", "Pain", 3),
    )
    found = differences(one, two)
    assert brief(found) == [
        ("added", None, "Angina"),
        ("added", None, "Cardiac disorders"),
        ("added", None, "4"),
        ("changed", "2", "3"),
    ]
    assert found[-1].address_a == f"{EVENTS}/seriousEvents/1/stats/0/numAffected"
    assert found[-1].address_b == f"{EVENTS}/seriousEvents/2/stats/0/numAffected"
    assert Counter(one.kind.value for one in found) == {"changed": 1, "added": 3}


def test_two_groups_of_one_id_still_make_a_difference() -> None:
    broken = {"id": "OG000", "title": "Placebo"}, {"id": "OG000", "title": "Drug"}
    one = study({"title": "X", "groups": list(broken)})
    two = study({"title": "X", "groups": list(reversed(broken))})
    assert differences(one, two) != ()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {"hasResults": False}, [("added", None, "false")]),
        ({"hasResults": False}, {}, [("removed", "false", None)]),
        (
            {"protocolSection": {}},
            {"protocolSection": {"designModule": {"phases": ["PHASE2"]}}},
            [("added", None, "PHASE2")],
        ),
        (
            {"protocolSection": {"designModule": {"phases": ["PHASE1", "PHASE2"]}}},
            {"protocolSection": {"designModule": {"phases": ["PHASE2", "PHASE3"]}}},
            [("removed", "PHASE1", None), ("added", None, "PHASE3")],
        ),
        (
            {"protocolSection": {"designModule": {"phases": ["PHASE1"]}}},
            {"protocolSection": {"designModule": {"phases": ["PHASE2"]}}},
            [("changed", "PHASE1", "PHASE2")],
        ),
        ({"resultsSection": {}}, {}, [("removed", "", None)]),
        (
            {"resultsSection": {"participantFlowModule": {"groups": []}}},
            {"resultsSection": {"participantFlowModule": {}}},
            [("removed", "", None)],
        ),
    ],
)
def test_lists_flags_and_empty_parts(
    before: dict[str, Any],
    after: dict[str, Any],
    expected: list[tuple[str, str | None, str | None]],
) -> None:
    found = differences(msgspec.convert(before, Study), msgspec.convert(after, Study))
    assert sorted(brief(found), key=str) == sorted(expected, key=str)


def test_sections_are_named_and_a_plain_address_is_given_outside_the_results() -> None:
    one = msgspec.convert({"protocolSection": {"identificationModule": {"briefTitle": "A"}}}, Study)
    two = replace(
        replace_at(one, "/protocolSection/identificationModule/briefTitle", "B"), has_results=True
    )
    found = differences(one, two)
    assert [(d.section, d.address_b, d.leaf) for d in found] == [
        ("protocol section", "/protocolSection/identificationModule/briefTitle", None),
        ("record", "/hasResults", None),
    ]
    assert count_leaves(two) == {"protocol section": 1, "record": 1}


def cohorts(*titles: str) -> Study:
    """Three groups with ten terms; one participant of the second group had the first."""
    ids = ("EG000", "EG001", "EG002")
    terms = [
        {
            "term": f"Term {term}",
            "organSystem": "Other",
            "stats": [
                {"groupId": one, "numAffected": int(term == 0 and one == ids[1]), "numAtRisk": 10}
                for one in ids
            ],
        }
        for term in range(10)
    ]
    groups = [{"id": one, "title": title} for one, title in zip(ids, titles, strict=True)]
    return study(adverseEventsModule={"eventGroups": groups, "otherEvents": terms})


def test_groups_that_all_got_new_titles_are_not_exchanged_by_a_word_that_they_share() -> None:
    before = cohorts("Cohort 1", "Cohort 2", "Cohort 3")
    found = differences(before, cohorts("Group 0", "Group 1", "Group 2"))
    assert [(one.kind.value, one.field) for one in found] == [("changed", "title")] * 3
    assert [one.after for one in found] == ["Group 0", "Group 1", "Group 2"]
    assert all(one.address_a == one.address_b for one in found)


def described(*groups: tuple[str, str, list[str]]) -> Study:
    """An outcome whose groups have a title, a description and numbers."""
    made = outcome(
        "Fever",
        [values[0] for _, _, values in groups],
        [(f"OG{place:03}", title) for place, (title, _, _) in enumerate(groups)],
    )
    for group, (_, description, _) in zip(made["groups"], groups, strict=True):
        group["description"] = description
    made["classes"] = [
        {
            "title": f"Day {day}",
            "categories": [
                {
                    "measurements": [
                        {"groupId": f"OG{place:03}", "value": values[day]}
                        for place, (_, _, values) in enumerate(groups)
                    ]
                }
            ],
        }
        for day in range(3)
    ]
    return study(made)


def test_groups_with_new_titles_in_another_order_are_known_by_their_descriptions() -> None:
    one = described(
        ("Arm 1", "No injection.", ["1", "0", "0"]), ("Arm 2", "Cells.", ["1", "1", "0"])
    )
    two = described(
        ("Stem", "Cells.", ["1", "1", "0"]), ("Bare", "No  injection.", ["1", "0", "0"])
    )
    found = [(d.kind.value, d.field, d.before, d.after) for d in differences(one, two)]
    assert ("changed", "title", "Arm 1", "Bare") in found
    assert ("changed", "title", "Arm 2", "Stem") in found
    assert not [one for one in found if one[1] in ("value", "counts", "measurements")]


def test_a_description_that_several_groups_have_tells_none_of_them() -> None:
    same = "As assigned."
    one = described(("Arm 1", same, ["1", "2", "3"]), ("Arm 2", same, ["7", "8", "9"]))
    two = described(("High", same, ["7", "8", "9"]), ("Low", same, ["1", "2", "3"]))
    titles = {(d.before, d.after) for d in differences(one, two) if d.field == "title"}
    assert titles == {("Arm 1", "Low"), ("Arm 2", "High")}


def tables(serious: dict[str, list[int]], other: dict[str, list[int]], *groups: str) -> Study:
    def table(terms: dict[str, list[int]]) -> list[dict[str, Any]]:
        return [
            {
                "term": term,
                "organSystem": "Eye disorders",
                "stats": [
                    {"groupId": f"EG{place:03}", "numAffected": number}
                    for place, number in enumerate(affected)
                ],
            }
            for term, affected in terms.items()
        ]

    module = {
        "eventGroups": [
            {"id": f"EG{place:03}", "title": title} for place, title in enumerate(groups)
        ],
        "seriousEvents": table(serious),
        "otherEvents": table(other),
    }
    return msgspec.convert({"resultsSection": {"adverseEventsModule": module}}, Study)


@pytest.mark.parametrize("back", [False, True])
def test_a_term_that_went_to_the_other_table_of_adverse_events_has_moved(back: bool) -> None:
    one = tables({"Pain": [1, 2], "Glare": [0, 1]}, {"Itch": [5, 6]}, "Drug", "Placebo")
    two = tables({"Glare": [0, 1]}, {"Itch": [5, 6], "Pain": [1, 2]}, "Drug", "Placebo")
    (found,) = differences(two, one) if back else differences(one, two)
    assert found.kind is DifferenceKind.MOVED
    assert found.before == found.after == "Eye disorders: Pain"
    addresses = (f"{EVENTS}/seriousEvents/0", f"{EVENTS}/otherEvents/1")
    assert (found.address_a, found.address_b) == (addresses[::-1] if back else addresses)


def test_a_term_that_went_to_the_other_table_keeps_its_groups_and_lets_the_others_change() -> None:
    one = tables({"Pain": [1, 2], "Glare": [0, 1]}, {}, "Drug", "Placebo")
    two = tables({"Glare": [1, 3]}, {"Pain": [2, 1]}, "Placebo", "Drug")
    found = differences(one, two)
    assert [(d.kind.value, d.field, d.before, d.after) for d in found] == [
        ("moved", "event_groups", "Placebo", "Placebo"),
        ("changed", "id", "EG001", "EG000"),
        ("changed", "id", "EG000", "EG001"),
        ("changed", "num_affected", "0", "3"),
        ("moved", "other_events", "Eye disorders: Pain", "Eye disorders: Pain"),
    ]


def test_a_term_with_other_numbers_in_the_other_table_is_another() -> None:
    one = tables({"Pain": [1], "Glare": [0]}, {}, "Drug")
    two = tables({"Glare": [0]}, {"Pain": [9]}, "Drug")
    kinds = Counter(difference.kind.value for difference in differences(one, two))
    assert kinds == {"removed": 3, "added": 3}


def test_what_is_said_of_a_term_in_the_other_table_is_compared() -> None:
    one = tables({"Pain": [1], "Glare": [0]}, {}, "Drug")
    two = replace_at(
        tables({"Glare": [0]}, {"Pain": [1]}, "Drug"), f"{EVENTS}/otherEvents/0/notes", "Mild"
    )
    assert [(d.kind.value, d.field, d.after) for d in differences(one, two)] == [
        ("moved", "other_events", "Eye disorders: Pain"),
        ("added", "notes", "Mild"),
    ]
