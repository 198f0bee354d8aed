"""Generated adverse events as EudraCT's XML: written, read and written again, or refused."""

import io
from collections.abc import Callable
from dataclasses import replace

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.generative.record_strategies import nodes, studies, texts

from topline.errors import ToplineError
from topline.formats import eudract_xml
from topline.formats.answers import UNKNOWN, Answer
from topline.formats.document import Document
from topline.formats.eudract_terms import ORGAN_SYSTEMS
from topline.formats.source import Source
from topline.record.results import (
    AdverseEvent,
    AdverseEventsModule,
    EventGroup,
    EventStats,
    ResultsSection,
)
from topline.record.study import Study

_COUNTS = st.none() | st.integers(min_value=-1, max_value=10**9) | st.integers(0, 300)
_NAMES = st.sampled_from(
    ["MedDRA", "MedDRA 22.0", "MedDRA (23.1)", "CTCAE (4.0)", "snomed", "22.0", "CTCAE"]
)


@st.composite
def modules(draw: st.DrawFn) -> AdverseEventsModule:
    """Adverse events whose values are of their groups, with any text and number in them."""
    number = draw(st.integers(0, 3))
    groups = [
        msgspec.structs.replace(draw(nodes(EventGroup, most_fields=8)), id=f"EG{position:03d}")
        for position in range(number)
    ]
    text = st.none() | texts()

    def event() -> AdverseEvent:
        of = (
            draw(st.none() | st.lists(st.sampled_from(range(number)), max_size=3))
            if number
            else None
        )
        return AdverseEvent(
            term=draw(text),
            organ_system=draw(text | st.sampled_from(sorted(ORGAN_SYSTEMS.values()))),
            source_vocabulary=draw(text | _NAMES),
            assessment_type=draw(
                text | st.sampled_from(["SYSTEMATIC_ASSESSMENT", "NON_SYSTEMATIC_ASSESSMENT"])
            ),
            notes=draw(text),
            stats=None
            if of is None
            else tuple(
                EventStats(
                    group_id=f"EG{group:03d}",
                    num_events=draw(_COUNTS),
                    num_affected=draw(_COUNTS),
                    num_at_risk=draw(_COUNTS),
                )
                for group in of
            ),
        )

    def events() -> tuple[AdverseEvent, ...] | None:
        length = draw(st.none() | st.integers(0, 3))
        return None if length is None else tuple(event() for _ in range(length))

    return AdverseEventsModule(
        frequency_threshold=draw(text | st.sampled_from(["0", "5", "2.5", "10"])),
        time_frame=draw(text),
        description=draw(text),
        all_cause_mortality_comment=draw(text),
        event_groups=tuple(groups),
        serious_events=events(),
        other_events=events(),
    )


def document_of(module: AdverseEventsModule) -> Document:
    section = ResultsSection(adverse_events_module=module)
    study = Study(has_results=True, results_section=section)
    return Document(study=study, format="api-json", place="made")


def answered(document: Document) -> Document:
    values = {"title": "Group", "term": "Term", "dictionaryOverridden": "true"}
    given = [
        Answer(
            address=one.address,
            field=one.field,
            value=values.get(one.field, UNKNOWN),
            place="test",
        )
        for one in eudract_xml.asks(document)
    ]
    systems = {one.address for one in given if one.field == "organSystem/eutctId"}
    given = [
        replace(one, value="22")
        if one.field == "organSystem/version" and one.address not in systems
        else one
        for one in given
    ]
    return replace(document, answers=tuple(given))


def written(document: Document) -> bytes:
    stream = io.BytesIO()
    eudract_xml.write([document], stream)
    return stream.getvalue()


def read(data: bytes) -> Document:
    (document,) = eudract_xml.read(Source("made", io.BytesIO(data)))
    return document


def leaves(part: object, path: str = "") -> dict[str, object]:
    """Give every leaf of a record by its address."""
    if isinstance(part, dict):
        items = part.items()
    elif isinstance(part, list | tuple):
        items = {str(k): element for k, element in enumerate(part)}.items()
    else:
        return {path: part}
    return {
        at: leaf for name, inner in items for at, leaf in leaves(inner, f"{path}/{name}").items()
    }


def outcome(make: Callable[[], bytes]) -> bytes | ToplineError:
    """Give what is made, or the refusal; a fault of topline goes through."""
    try:
        return make()
    except ToplineError as error:
        return error


@given(module=modules())
@settings(max_examples=150)
def test_what_comes_back_is_the_record_but_for_what_is_told(module: AdverseEventsModule) -> None:
    document = answered(document_of(module))
    made = outcome(lambda: written(document))
    if isinstance(made, ToplineError):  # only a character that no XML can hold is a reason
        assert "which XML cannot hold" in str(made)
        return
    again = read(made)
    before, after = (leaves(msgspec.to_builtins(one.study)) for one in (document, again))
    told = {lost.address for lost in eudract_xml.losses(document)}
    differing = {address for address in before if before[address] != after.get(address)}
    assert differing == told
    assert read(written(again)) == again


@given(study=studies(most_fields=4))
def test_any_record_is_written_or_refused_in_words(study: Study) -> None:
    document = Document(study=study, format="api-json", place="made")
    made = outcome(lambda: written(document))
    assert made if isinstance(made, bytes) else made.where


@given(module=modules(), data=st.data())
def test_a_document_cut_off_or_changed_is_read_or_refused_in_words(
    module: AdverseEventsModule, data: st.DataObject
) -> None:
    whole = outcome(lambda: written(answered(document_of(module))))
    assume(isinstance(whole, bytes))
    assert isinstance(whole, bytes)
    place = data.draw(st.integers(0, len(whole) - 1))
    length = data.draw(st.integers(0, 30))
    changed = whole[:place] + data.draw(st.binary(max_size=4)) + whole[place + length :]
    made = outcome(lambda: written(answered(read(changed))))
    assert made if isinstance(made, bytes) else made.where
