"""Of any two records, however broken, every number and text is in exactly one correspondence."""

from collections import Counter
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generative.record_strategies import studies as any_studies
from tests.generative.test_record_difference_generated import studies as near
from tests.spec.posted_record import Posted, leaf_addresses

from topline.analysis.build import Build
from topline.analysis.statistics import Statistics
from topline.analysis.verification import Verdict, verify
from topline.record.addresses import value_at
from topline.record.cells import Text
from topline.record.correspondence import correspondences
from topline.record.study import Study


def compared(study: Study) -> list[str]:
    """List what is compared of a record, found by another walk: that of its JSON."""
    record: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(study))
    if not record.get("resultsSection"):
        return []
    addresses = leaf_addresses(Posted(record), "/resultsSection")
    # An analysis that lists no group says nothing of groups.
    return [one for one in addresses if value_at(study, one) != ()]


@settings(max_examples=200)
@given(near, near)
def test_nothing_is_lost_and_nothing_is_counted_twice(a: Study, b: Study) -> None:
    pairs = correspondences(a, b)
    of_a = Counter(pair.a.address for pair in pairs if pair.a is not None)
    of_b = Counter(pair.b.address for pair in pairs if pair.b is not None)
    assert of_a == Counter(compared(a))
    assert of_b == Counter(compared(b))
    assert all(pair.a is not None or pair.b is not None for pair in pairs)


@settings(max_examples=100)
@given(any_studies(), any_studies())
def test_of_wild_records_too(a: Study, b: Study) -> None:
    pairs = correspondences(a, b)
    assert Counter(pair.a.address for pair in pairs if pair.a) == Counter(compared(a))
    assert Counter(pair.b.address for pair in pairs if pair.b) == Counter(compared(b))


@settings(max_examples=200)
@given(near, near)
def test_only_fields_of_one_kind_are_paired(a: Study, b: Study) -> None:
    for pair in correspondences(a, b):
        if pair.a is None or pair.b is None:
            continue
        assert type(pair.a) is type(pair.b)
        assert pair.a.module == pair.b.module
        if isinstance(pair.a, Text) and isinstance(pair.b, Text):
            assert pair.a.field == pair.b.field


@settings(max_examples=200)
@given(near)
def test_a_record_agrees_with_itself(study: Study) -> None:
    built = Build(study=study, statistics=Statistics(), curves=(), notes=(), datasets=())
    found = verify(built, study)
    assert {one.verdict for one in found.comparisons} <= {Verdict.EQUAL}


@settings(max_examples=100)
@given(near, near, st.just(("/resultsSection/outcomeMeasuresModule",)))
def test_what_is_not_shown_is_only_what_the_format_cannot_hold(
    a: Study, b: Study, keeps: tuple[str, ...]
) -> None:
    built = Build(study=a, statistics=Statistics(), curves=(), notes=(), datasets=())
    for one in verify(built, b, keeps=keeps).comparisons:
        if one.verdict is Verdict.NOT_SHOWN:
            assert not str(one.address_built).startswith(keeps)
        if one.verdict is Verdict.ONLY_HERE:
            assert str(one.address_built).startswith(keeps)
