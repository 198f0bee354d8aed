"""The registry's upload on generated records: what comes back, or is reported, is everything that it keeps."""

import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from tests.generative.record_strategies import nodes, texts

from topline.formats.document import Document
from topline.formats.prs_xml import FORMAT, losses
from topline.formats.read_back import Lost, leaf_values
from topline.formats.source import Source
from topline.record.addresses import parse_address
from topline.record.protocol import IdentificationModule, OrgStudyIdInfo, ProtocolSection
from topline.record.results import (
    AdverseEvent,
    AdverseEventsModule,
    BaselineCharacteristicsModule,
    BaselineMeasure,
    Denom,
    DenomCount,
    EventGroup,
    EventStats,
    FlowGroup,
    FlowMilestone,
    FlowPeriod,
    FlowStats,
    MeasureCategory,
    MeasureClass,
    MeasureGroup,
    Measurement,
    MoreInfoModule,
    OutcomeMeasure,
    OutcomeMeasuresModule,
    ParticipantFlowModule,
    ResultsSection,
)
from topline.record.study import Study

KEPT = frozenset(FORMAT.keeps)
MADE_ANEW = ("/id", "/groupId")
"""Numbered anew where they cannot stand in XML, which does not change what belongs to which group."""


def written(*documents: Document) -> bytes:
    stream = io.BytesIO()
    assert FORMAT.write is not None
    FORMAT.write(documents, stream)
    return stream.getvalue()


def read(data: bytes) -> list[Document]:
    assert FORMAT.read is not None
    return list(FORMAT.read(Source("made", io.BytesIO(data))))


def document(study: Study) -> Document:
    return Document(study=study, format="api-json", place="made")


def pattern(address: str) -> str:
    return "".join(f"/{'*' if token.isdecimal() else token}" for token in parse_address(address))


def kept(study: Study, lost: frozenset[str] = frozenset()) -> Counter[tuple[str, object]]:
    """Leaves that the format keeps and that were not reported, without their places."""
    return Counter(
        (pattern(address), value)
        for address, value in leaf_values(study).items()
        if pattern(address) in KEPT and address not in lost and not address.endswith(MADE_ANEW)
    )


def any_results() -> st.SearchStrategy[Study]:
    sections = nodes(ResultsSection, most_fields=5)
    identification = st.builds(
        lambda number: ProtocolSection(
            identification_module=IdentificationModule(org_study_id_info=OrgStudyIdInfo(id=number))
        ),
        texts(),
    )
    return st.builds(
        Study, protocol_section=st.none() | identification, results_section=st.none() | sections
    )


@st.composite
def tidy_results(draw: st.DrawFn) -> Study:
    """Draw records whose groups, rows and numbers belong together, as posted ones do."""
    words = st.text(
        st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=8
    ).filter(str.strip)
    numbers = st.sampled_from(["0", "12", "0.05", "NA", "<0.001"])
    count = draw(st.integers(1, 4))

    def ids(letter: str) -> list[str]:
        return [f"{letter}G{place:03}" for place in range(count)]

    def denoms(letter: str, unit: str | None) -> tuple[Denom, ...]:
        return tuple(
            Denom(
                units=name,
                counts=tuple(
                    DenomCount(group_id=id, value=str(draw(st.integers(0, 99))))
                    for id in ids(letter)
                ),
            )
            for name in ("Participants", unit)
            if name is not None
        )

    def classes(letter: str, unit: str | None) -> tuple[MeasureClass, ...]:
        made = []
        for _ in range(draw(st.integers(1, 3))):
            titles = draw(st.lists(st.none() | words, min_size=1, max_size=3))
            missing = draw(st.sets(st.sampled_from(ids(letter))))
            made.append(
                MeasureClass(
                    title=draw(st.none() | words),
                    denoms=draw(st.sampled_from([None, denoms(letter, unit)])),
                    categories=tuple(
                        MeasureCategory(
                            title=title,
                            measurements=tuple(
                                Measurement(
                                    group_id=id,
                                    value=draw(numbers),
                                    spread=draw(st.none() | numbers),
                                    comment=draw(st.none() | words),
                                )
                                for id in ids(letter)
                                if id not in missing
                            )
                            or None,
                        )
                        for title in titles
                    ),
                )
            )
        return tuple(made)

    unit = draw(st.none() | st.just("Eyes"))
    started = [draw(st.integers(0, 99)) for _ in range(count)]
    completed = [draw(st.integers(0, number)) for number in started]

    def milestone(name: str, values: list[int]) -> FlowMilestone:
        return FlowMilestone(
            type=name,
            achievements=tuple(
                FlowStats(group_id=id, num_subjects=str(value))
                for id, value in zip(ids("F"), values, strict=True)
            ),
        )

    period = FlowPeriod(
        title=draw(words),
        milestones=(
            milestone("STARTED", started),
            milestone("COMPLETED", completed),
            milestone("NOT COMPLETED", [a - b for a, b in zip(started, completed, strict=True)]),
        ),
    )
    outcome = OutcomeMeasure(
        type="PRIMARY",
        title=draw(words),
        reporting_status="POSTED",
        dispersion_type=draw(st.sampled_from(["Standard Deviation", "84% Confidence Interval"])),
        anticipated_posting_date=draw(st.sampled_from([None, "2011-04", "2011"])),
        type_units_analyzed=unit,
        denom_units_selected=draw(st.sampled_from([None, "Participants", unit])),
        groups=tuple(MeasureGroup(id=id, title=draw(words)) for id in ids("O")),
        denoms=denoms("O", unit),
        classes=classes("O", unit),
    )
    baseline_groups = [MeasureGroup(id=id, title=draw(words)) for id in ids("B")]
    if draw(st.booleans()):
        baseline_groups[-1] = MeasureGroup(id=baseline_groups[-1].id, title="Total")
    titles = st.sampled_from(["Age, Continuous", "Race (NIH/OMB)", "Weight", "Other"])
    events = AdverseEvent(
        term=draw(words),
        organ_system=draw(st.sampled_from(["General disorders", "Eye disorders"])),
        assessment_type=draw(st.sampled_from([None, "SYSTEMATIC_ASSESSMENT"])),
        stats=tuple(
            EventStats(group_id=id, num_affected=draw(st.integers(0, 9))) for id in ids("E")
        ),
    )
    return Study(
        has_results=True,
        results_section=ResultsSection(
            participant_flow_module=ParticipantFlowModule(
                groups=tuple(FlowGroup(id=id, title=draw(words)) for id in ids("F")),
                periods=(period,),
            ),
            baseline_characteristics_module=BaselineCharacteristicsModule(
                groups=tuple(baseline_groups),
                denoms=denoms("B", None),
                measures=(
                    BaselineMeasure(
                        title=draw(titles),
                        param_type="MEAN",
                        dispersion_type="STANDARD_DEVIATION",
                        calculate_pct=draw(st.none() | st.booleans()),
                        classes=classes("B", None),
                    ),
                ),
            ),
            outcome_measures_module=OutcomeMeasuresModule(outcome_measures=(outcome, outcome)),
            adverse_events_module=AdverseEventsModule(
                event_groups=tuple(EventGroup(id=id, title=draw(words)) for id in ids("E")),
                serious_events=(events,),
                other_events=(events, events),
            ),
        ),
    )


@given(study=tidy_results())
def test_a_record_whose_parts_belong_together_comes_back_whole(study: Study) -> None:
    assert list(losses(document(study))) == []
    (back,) = read(written(document(study)))
    assert back.study == study
    assert back.set_aside == ()


@settings(max_examples=100)
@given(study=any_results())
def test_what_does_not_come_back_is_reported(study: Study) -> None:
    lost: list[Lost] = list(losses(document(study)))
    (back,) = read(written(document(study)))
    unexplained = kept(study, frozenset(one.address for one in lost)) - kept(back.study)
    assert not unexplained
    assert {one.address for one in lost} <= _addresses(study)
    assert all(one.reason for one in lost)


@settings(max_examples=100)
@given(study=any_results())
def test_what_was_read_comes_back_whole(study: Study) -> None:
    (once,) = read(written(document(study)))
    assert list(losses(once)) == []
    (twice,) = read(written(once))
    assert (twice.study, twice.set_aside) == (once.study, once.set_aside)


@given(records=st.lists(any_results(), min_size=2, max_size=3))
def test_several_studies_come_back_in_order_with_ids_of_their_own(records: list[Study]) -> None:
    data = written(*map(document, records))
    ids = [
        element.get("id") for element in etree.fromstring(data).iter("{*}*") if element.get("id")
    ]
    assert len(ids) == len(set(ids))
    alone = [read(written(document(study)))[0].study.results_section for study in records]
    assert [one.study.results_section for one in read(data)] == alone


@pytest.mark.corpus
@settings(max_examples=60)
@given(records=st.lists(any_results() | tidy_results(), min_size=1, max_size=2))
def test_every_document_is_valid(corpus: Path, records: list[Study]) -> None:
    root = etree.fromstring(written(*map(document, records)))
    name = "RRSUploadSchema" if etree.QName(root).localname == "result" else "ProtocolRecordSchema"
    schema = etree.XMLSchema(etree.parse(corpus / "schemas" / "prs" / f"{name}.xsd"))
    schema.assertValid(root)


def _addresses(study: Study) -> set[str]:
    """Every leaf, and everything around it."""
    return {
        address[:end]
        for address in leaf_values(study)
        for end in (*(i for i, sign in enumerate(address) if sign == "/"), len(address))
    }


def test_more_information_alone_is_enough() -> None:
    study = Study(results_section=ResultsSection(more_info_module=MoreInfoModule()))
    assert read(written(document(study)))[0].study == Study()
