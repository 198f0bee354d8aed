"""A posted record against its data: what is planted is found, and nothing else is reported."""

import io
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.spec.honest_variants import GROUPS, VARIANTS
from tests.spec.planted_discrepancies import KINDS
from tests.spec.posted_record import OUTCOMES, NotHere, Posted, leaf_addresses
from tests.spec.three_arm_trial import three_arm_trial

from topline.analysis.build import Build, build_file
from topline.analysis.verification import Verdict, verify
from topline.formats.document import Document
from topline.formats.registry import FORMATS
from topline.formats.source import Source
from topline.record import Study

HCC = Path(__file__).parents[2] / "examples" / "hcc" / "study.yaml"


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Build]:
    return {
        "one arm": build_file(HCC),
        "three arms": three_arm_trial(tmp_path_factory.mktemp("three")),
    }


def as_json(study: Study) -> dict[str, Any]:
    record: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(study))
    return record


def as_study(record: dict[str, Any]) -> Study:
    return msgspec.convert(record, Study)


@pytest.mark.parametrize("name", ["one arm", "three arms"])
def test_a_record_agrees_with_the_build_it_came_from(builds: dict[str, Build], name: str) -> None:
    found = verify(builds[name], builds[name].study)
    assert found.discrepancies == found.by_rule == ()


def test_there_are_more_than_fifty_kinds_of_discrepancy() -> None:
    assert len(KINDS) > 50


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_planted_is_reported_and_nothing_else(builds: dict[str, Build], kind: str) -> None:
    planted = 0
    for built in builds.values():
        posted = Posted(as_json(built.study))
        try:
            KINDS[kind](posted)
        except NotHere:
            continue
        planted += 1
        found = verify(built, as_study(posted.record))
        reported = Counter(
            (one.verdict, one.address_built, one.address_posted) for one in found.discrepancies
        )
        assert posted.expected
        assert set(reported) == posted.expected
        assert set(reported.values()) == {1}
        assert found.by_rule == ()
    assert planted


@pytest.mark.parametrize("name", ["one arm", "three arms"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_same_results_posted_otherwise_are_no_discrepancy(
    builds: dict[str, Build], name: str, variant: str
) -> None:
    built = builds[name]
    posted = Posted(as_json(built.study))
    VARIANTS[variant](posted, built.statistics)
    found = verify(built, as_study(posted.record))
    assert found.discrepancies == ()
    assert len(found.comparisons) == len(leaf_addresses(posted, "/resultsSection"))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_planted_is_found_in_a_record_posted_otherwise(
    builds: dict[str, Build], kind: str
) -> None:
    """The addresses are others then; how many there are of each verdict is not."""
    built = builds["three arms"]
    posted = Posted(as_json(built.study))
    try:
        KINDS[kind](posted)
    except NotHere:
        pytest.skip("the record has no place for it")
    for variant in (
        "groups in another order under other ids",
        "outcome measures in another order",
        "events in another order",
        "rows and columns in another order",
    ):
        VARIANTS[variant](posted, built.statistics)
    found = verify(built, as_study(posted.record))
    reported = Counter((one.verdict, one.address_built) for one in found.discrepancies)
    expected = Counter((verdict, address) for verdict, address, _ in posted.expected)
    assert reported == expected


def test_retitled_groups_are_known_by_their_numbers(builds: dict[str, Build]) -> None:
    built = builds["three arms"]
    posted = Posted(as_json(built.study))
    VARIANTS["groups in another order under other ids"](posted, built.statistics)
    titles = {"Placebo": "Arm A", "Xanthin Low Dose": "Arm B", "Xanthin High Dose": "Arm C"}
    for pattern, field in GROUPS:
        for address in posted.all(pattern):
            for group in posted.at(address).get(field, ()):
                group["title"] = titles.get(group["title"], group["title"])
    found = verify(built, as_study(posted.record))
    told = {(one.built, one.posted) for one in found.discrepancies}
    assert told == set(titles.items())
    assert len(found.discrepancies) == 3 * 8
    assert found.numbers_only().discrepancies == ()


def test_outcome_measures_posted_as_one_are_compared_class_by_class(
    builds: dict[str, Build],
) -> None:
    built = builds["three arms"]
    posted = Posted(as_json(built.study))
    outcomes = posted.at(OUTCOMES)
    merged = outcomes[4]["classes"][0] | {"title": "Serum concentration"}
    outcomes[0]["classes"].append(merged)
    del outcomes[4]
    found = verify(built, as_study(posted.record))
    values = [
        one for one in found.comparisons if f"{OUTCOMES}/4/classes" in (one.address_built or "")
    ]
    assert {one.verdict for one in values} == {Verdict.EQUAL}
    assert {one.address_posted for one in values if one.address_posted} == set(
        leaf_addresses(posted, f"{OUTCOMES}/0/classes/2")
    ) - {f"{OUTCOMES}/0/classes/2/title"}
    # What the merged outcome measure was called is nowhere in the posted record.
    alone = [one.address_built for one in found.discrepancies if one.verdict is Verdict.ONLY_HERE]
    assert f"{OUTCOMES}/4/title" in alone


def test_every_number_and_text_of_both_records_is_in_the_report_once(
    builds: dict[str, Build],
) -> None:
    """Two trials that have nothing to do with each other."""
    built, other = builds["three arms"], builds["one arm"].study
    found = verify(built, other)
    for address, study in (("address_built", built.study), ("address_posted", other)):
        addresses = Counter(getattr(one, address) for one in found.comparisons)
        del addresses[None]
        assert set(addresses.values()) == {1}
        assert sorted(addresses) == sorted(
            leaf_addresses(Posted(as_json(study)), "/resultsSection")
        )
    both = sum(tally.compared for tally in found.tallies)
    here = sum(tally.only_here + tally.not_shown for tally in found.tallies)
    there = sum(tally.only_there for tally in found.tallies)
    assert both + here + there == len(found.comparisons)


def test_a_posted_record_without_results_has_nothing_to_compare(builds: dict[str, Build]) -> None:
    found = verify(builds["one arm"], Study())
    assert {one.verdict for one in found.comparisons} == {Verdict.ONLY_HERE}
    assert {one.whole for one in found.comparisons} == {
        f"/resultsSection/{module}"
        for module in (
            "participantFlowModule", "baselineCharacteristicsModule", "outcomeMeasuresModule",
            "adverseEventsModule", "moreInfoModule",
        )
    }  # fmt: skip


def test_what_a_format_cannot_show_is_not_missing(builds: dict[str, Build]) -> None:
    built = builds["one arm"]
    stream = io.BytesIO()
    write = FORMATS["page-text"].write
    assert write is not None
    write([Document(study=built.study, format="page-text", place="here")], stream)
    read = FORMATS["page-text"].read
    assert read is not None
    (document,) = read(Source("page.txt", io.BytesIO(stream.getvalue())))
    found = verify(built, document.study, keeps=FORMATS["page-text"].keeps)
    assert found.discrepancies == ()
    unseen = {one.address_built for one in found.comparisons if one.verdict is Verdict.NOT_SHOWN}
    assert f"{OUTCOMES}/4/analyses/0/pValue" in unseen
