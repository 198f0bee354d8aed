"""EudraCT's adverse-event XML: read with all that a record cannot hold, written with what is asked for.

A registry record has no causality, no deaths by term and no versions of organ systems. What was read
from such a document is given back; what no one has given is asked for by address.
"""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from topline.formats.answers import Question
from topline.formats.document import Document
from topline.formats.eudract_answers import answer, give_back, questions_of, set_aside_of
from topline.formats.eudract_layout import ADDRESS, Layout
from topline.formats.eudract_record import layout_of, study_of
from topline.formats.eudract_tree import FULL_ROOT, RESULTS_NAMESPACE, ROOT, read_tree, write_tree
from topline.formats.format import Format
from topline.formats.read_back import Lost, not_given_back
from topline.formats.single_study import single_document
from topline.formats.source import Source
from topline.formats.xml_tree import parse_tree, root_name
from topline.record.addresses import field_names
from topline.record.results import AdverseEventsModule, ResultsSection
from topline.record.study import Study

NAME = "eudract-xml"


def recognizes(head: bytes) -> bool:
    """Whether a document begins like adverse events, or a full result set, of EudraCT."""
    name = root_name(head)
    return name == ROOT or (name == FULL_ROOT and RESULTS_NAMESPACE.encode() in head)


def read(source: Source) -> Iterator[Document]:
    """Read the adverse events of one trial.

    Yields
    ------
    Document
        The record, and what it cannot hold: causality, deaths by term, versions; of a full result
        set its other sections too. :func:`write` gives all of it back.

    Raises
    ------
    DocumentError, LimitError
        As :func:`~topline.formats.xml_tree.parse_tree`; or if it is no such document.
    """
    found = read_tree(parse_tree(source), source.name)
    study = study_of(found)
    set_aside = set_aside_of(found, layout_of(study, values=False))
    yield Document(study=study, format=NAME, place=source.name, set_aside=set_aside)


def write(documents: Iterable[Document], stream: BinaryIO) -> None:
    """Write the adverse events of one record.

    Raises
    ------
    OutputError
        If the record has no adverse events, or a value is lacking that no answer gives: all of
        them are listed.
    DocumentError
        If there is not exactly one record, or an answer is wrong.
    """
    stream.write(write_tree(_settled(single_document(documents, NAME))))


def asks(document: Document) -> list[Question]:
    """Ask for what EudraCT wants and a document does not give, whatever was answered already."""
    return questions_of(_known(document))


def losses(document: Document) -> Iterator[Lost]:
    """Say which cells of the adverse events the written document would not hold as they are.

    Yields
    ------
    Lost
        Each with its own address, and why.

    Raises
    ------
    OutputError, DocumentError
        As :func:`write`.
    """
    held = study_of(_settled(document))
    assert document.study.results_section is not None  # it was laid out
    own = document.study.results_section.adverse_events_module
    alone = Study(results_section=ResultsSection(adverse_events_module=own))
    yield from not_given_back(alone, held, None, {})


def _known(document: Document) -> Layout:
    layout = layout_of(document.study)
    if document.format == NAME:
        give_back(layout, document.set_aside)
    return layout


def _settled(document: Document) -> Layout:
    layout = _known(document)
    answer(layout, document.answers, document.place)
    return layout


FORMAT = Format(
    name=NAME,
    title="EudraCT adverse-event XML",
    extensions=(".eudract.xml",),
    media_type="application/xml",
    keeps=(
        "/hasResults",
        *(
            f"{ADDRESS}/{name}"
            for name in field_names(AdverseEventsModule)
            if name != "allCauseMortalityComment"
        ),
    ),
    loses="All but adverse events and deaths; the comment on all-cause mortality; the spelling of a "
    "dictionary and its version; participants at risk of death where they are not those exposed; "
    "blanks around texts. What EudraCT wants and a record does not hold is asked for.",
    recognizes=recognizes,
    read=read,
    write=write,
    asks=asks,
    losses=losses,
)
