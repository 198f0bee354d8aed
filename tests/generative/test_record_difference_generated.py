"""The difference of any two small records is empty only if they are equal, sound and complete."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from topline.record.addresses import value_at
from topline.record.cells import leaves
from topline.record.difference import Difference, DifferenceKind, differences
from topline.record.study import Study

# Few ids and titles, so that groups share them, exchange them and refer to groups that are not
# there; two generated records are then often near versions of each other.
group_ids = st.sampled_from(["G0", "G1", "G2"])
titles = st.sampled_from(["A", "B", "Week 4", "Week 8"])
numbers = st.sampled_from(["1", "1.0", "2", "NA"])


def nodes(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


def lists(part: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(part, max_size=most)


groups = lists(nodes(id=group_ids, title=titles))
measurements = lists(nodes(groupId=group_ids, value=numbers, comment=titles))
outcomes = nodes(
    title=titles,
    type=st.sampled_from(["PRIMARY", "SECONDARY"]),
    calculatePct=st.booleans(),
    groups=groups,
    classes=lists(
        nodes(title=titles, categories=lists(nodes(title=titles, measurements=measurements), 2)), 2
    ),
    analyses=lists(nodes(groupIds=lists(group_ids), pValue=numbers), 2),
)
events = lists(
    nodes(
        term=titles,
        organSystem=titles,
        stats=lists(nodes(groupId=group_ids, numAffected=st.integers(0, 2))),
    )
)
studies = nodes(
    hasResults=st.booleans(),
    protocolSection=nodes(
        designModule=nodes(phases=lists(st.sampled_from(["PHASE1", "PHASE2", "PHASE3"])))
    ),
    resultsSection=nodes(
        outcomeMeasuresModule=nodes(outcomeMeasures=lists(outcomes)),
        adverseEventsModule=nodes(eventGroups=groups, seriousEvents=events, otherEvents=events),
    ),
).map(lambda tree: msgspec.convert(tree, Study))


def as_text(posted: object) -> str:
    if isinstance(posted, tuple):
        return ", ".join(map(as_text, posted))
    return str(posted).lower() if isinstance(posted, bool) else str(posted)


def count_leaves(tree: Any) -> int:
    if isinstance(tree, dict):
        return sum(
            count_leaves(child)
            for name, child in tree.items()
            if name not in ("groupId", "groupIds")
        )
    return sum(map(count_leaves, tree)) if isinstance(tree, list) else 1


def count(found: tuple[Difference, ...], kind: DifferenceKind) -> int:
    """Leaves that came or went; an empty part is reported but has none."""
    references = ("group_id", "group_ids")
    return sum(
        difference.kind is kind
        and difference.field not in references
        and "" not in (difference.before, difference.after)
        for difference in found
    )


@given(studies)
def test_a_record_does_not_differ_from_itself(study: Study) -> None:
    again = msgspec.json.decode(msgspec.json.encode(study), type=Study)
    assert differences(study, again) == ()


@settings(max_examples=400)
@given(studies, studies)
def test_unequal_records_differ_and_each_difference_is_where_it_says(a: Study, b: Study) -> None:
    found = differences(a, b)
    assert bool(found) is (a != b)
    for difference in found:
        if difference.kind is DifferenceKind.MOVED:
            continue
        for study, address, text in (
            (a, difference.address_a, difference.before),
            (b, difference.address_b, difference.after),
        ):
            assert (address is None) is (text is None)
            if address is not None and text != "":
                assert as_text(value_at(study, address)) == text
        if difference.kind is DifferenceKind.CHANGED:
            assert difference.before != difference.after


@settings(max_examples=400)
@given(studies, studies)
def test_every_leaf_is_paired_or_reported(a: Study, b: Study) -> None:
    found = differences(a, b)
    kept_of_a = count_leaves(msgspec.json.decode(msgspec.json.encode(a))) - count(
        found, DifferenceKind.REMOVED
    )
    kept_of_b = count_leaves(msgspec.json.decode(msgspec.json.encode(b))) - count(
        found, DifferenceKind.ADDED
    )
    assert kept_of_a == kept_of_b


@given(studies, studies)
def test_each_leaf_is_reported_at_most_once_on_each_side(a: Study, b: Study) -> None:
    found = [d for d in differences(a, b) if d.kind is not DifferenceKind.MOVED]
    for side in ("address_a", "address_b"):
        addresses = [getattr(d, side) for d in found if getattr(d, side) is not None]
        assert len(addresses) == len(set(addresses))


@given(studies)
def test_cells_and_texts_have_addresses_of_their_own(study: Study) -> None:
    found = list(leaves(study))
    assert len({leaf.address for leaf in found}) == len(found)
    assert all(as_text(value_at(study, leaf.address)) == leaf.text for leaf in found)
