"""The page text of a study's results ("Trial Outcomes & Findings for …"): read and written.

One page is one study. What a page holds and the record does not (a denominator the site prints
wrongly, a percentage, text that is not labelled) is set aside with its address and given back when
the document is written again, so that a page comes back byte for byte. What a record holds and
the page does not show is in ``FORMAT.loses``. How texts are written among the page's own lines is
in ``page_text_lines``.
"""

import io
import itertools
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from topline.errors import DocumentError, LimitError, OutputError, UsageError
from topline.formats.document import Document
from topline.formats.format import Format
from topline.formats.limits import DEFAULT_LIMITS, Limits
from topline.formats.page_text_baseline import baseline_lines, read_baseline
from topline.formats.page_text_events import event_lines, read_events
from topline.formats.page_text_flow import flow_lines, read_flow
from topline.formats.page_text_heading import heading_lines, read_heading
from topline.formats.page_text_keeps import KEEPS, LOSES
from topline.formats.page_text_labels import TITLE
from topline.formats.page_text_layout import Page, read_marked
from topline.formats.page_text_lines import MARK
from topline.formats.page_text_more import more_lines, read_more
from topline.formats.page_text_notes import Notes
from topline.formats.page_text_outcomes import outcome_lines, read_outcomes
from topline.formats.page_text_plain import read_plain
from topline.formats.page_text_table import Cursor, shown
from topline.formats.read_back import Lost, not_given_back
from topline.formats.source import Source
from topline.record.results import ResultsSection
from topline.record.study import Study

NAME = "page-text"

REMAINDER = "remainder"
"""The field under which an incomplete page's unread end is set aside."""

_BYTE_ORDER_MARK = "\ufeff"
_BYTE_ORDER_FIELD = "byte order mark"
_LINE_ENDS_FIELD = "line ends"
_LAST_LINE_FIELD = "end of the last line"
_CARRIAGE = "\r\n"
_MOST_LINES = 2_000_000  # the page of the largest record seen has a tenth of that
_SHOWN = 200
_KEPT = frozenset(KEEPS)


def read_page_text(
    source: Source, *, allow_incomplete: bool = False, limits: Limits = DEFAULT_LIMITS
) -> Document:
    r"""Read one page.

    Parameters
    ----------
    source
        The page in UTF-8, in either variant of the form: with table marks, or plain with labels.
    allow_incomplete
        Whether a page that is cut off (as an excerpt that ends in ``[excerpt ends]``) yields what
        is complete, down to the last whole row, with the remainder set aside; else it is an error.
    limits
        ``study_bytes`` is kept.

    Returns
    -------
    Document
        The record, and what of the page it does not hold.

    Raises
    ------
    DocumentError
        If the source is not UTF-8 or not such a page; with the line, what was found there, and
        what was expected.
    LimitError
        If the page is larger than the limit.

    Examples
    --------
    >>> import io
    >>> page = (
    ...     "Trial Outcomes & Findings for A Trial (NCT NCT00000000)\nNCT ID: NCT00000000\n"
    ...     "Last Updated: 2020-01-02\nResults Overview\nCOMPLETED\nNA\n9 participants\n\n"
    ...     "2020-01-02\nParticipant Flow\nParticipant milestones\n"
    ... )
    >>> source = Source("page.txt", io.BytesIO(page.encode()))
    >>> document = read_page_text(source, allow_incomplete=True)
    >>> document.study.protocol_section.design_module.enrollment_info.count
    9
    """
    data = _read_bounded(source, limits)
    if not recognizes(data):
        raise DocumentError(
            f"found {shown(_opening(data))}" if data else "the file is empty",
            where=f"{source.name}, line 1",
            accepted=f"a page that begins with {TITLE + '…'!r}",
        )
    notes = Notes()
    lines = _split(_decode(data, source.name), notes)
    cursor = Cursor(source.name, lines, allow_incomplete=allow_incomplete)
    page = read_plain(cursor) if _is_plain(lines) else read_marked(cursor)
    return Document(
        study=_read_study(page, notes),
        format=NAME,
        place=source.name,
        set_aside=notes.all(),
    )


def page_text(document: Document) -> str:
    """Write a record as a page, with table marks.

    Parameters
    ----------
    document
        The record, and what was set aside when it was read from a page.

    Raises
    ------
    OutputError
        If a number belongs to no group of its table, or a group has two in one place.
    """
    study = document.study
    notes = Notes(document.set_aside if document.format == NAME else ())
    results = study.results_section or ResultsSection()
    title = study.identification.brief_title
    lines = [
        *heading_lines(study, notes),
        *flow_lines(results.participant_flow_module, notes),
        *baseline_lines(results.baseline_characteristics_module, title, notes),
        *outcome_lines(results.outcome_measures_module, notes),
        *event_lines(results.adverse_events_module, notes),
        *more_lines(results.more_info_module, notes),
    ]
    return _join(lines, notes)


def recognizes(head: bytes) -> bool:
    """Whether a document begins like such a page.

    Examples
    --------
    >>> recognizes(b"Trial Outcomes & Findings for A Trial"), recognizes(b"{}")
    (True, False)
    """
    return head.removeprefix(_BYTE_ORDER_MARK.encode()).startswith(TITLE.rstrip().encode())


def read(source: Source) -> Iterator[Document]:
    """Read the one study of a page; see :func:`read_page_text`."""
    yield read_page_text(source)


def write(documents: Iterable[Document], stream: BinaryIO) -> None:
    """Write one study as a page.

    Raises
    ------
    UsageError
        If there are several studies or none.
    OutputError
        If a number has no place on the page, or a text cannot be encoded.
    """
    first_two = list(itertools.islice(documents, 2))
    if len(first_two) != 1:
        raise UsageError(
            "there is no study to write" if not first_two else "there are several studies",
            accepted="one study: a page holds one",
            advice="write each study into its own page",
        )
    stream.write(_encoded(first_two[0]))


def losses(document: Document) -> Iterator[Lost]:
    """Find what a page does not hold of what it keeps, by reading it again: texts without a character.

    Raises
    ------
    OutputError
        As :func:`write`.
    """
    source = Source(document.place, io.BytesIO(_encoded(document)))
    yield from not_given_back(document.study, read_page_text(source).study, _KEPT, {})


def _encoded(document: Document) -> bytes:
    try:
        return page_text(document).encode()
    except UnicodeEncodeError as problem:
        raise OutputError(
            f"{problem.object[problem.start : problem.end]!r} is not a character",
            where=document.place,
            accepted="texts that UTF-8 can encode",
            advice="mend the text in the record",
        ) from problem


def _read_bounded(source: Source, limits: Limits) -> bytes:
    parts: list[bytes] = []
    left = limits.study_bytes + 1
    while left > 0 and (part := source.stream.read(left)):
        parts.append(part)
        left -= len(part)
    data = b"".join(parts)
    if left <= 0 or data.count(b"\n") > _MOST_LINES:
        raise LimitError(
            f"the page has more than {limits.study_bytes:,} bytes or {_MOST_LINES:,} lines",
            where=source.name,
            accepted="the page of one study",
            advice="check that this is a page; the largest have a few megabytes",
        )
    return data


def _opening(data: bytes) -> str:
    """Decode the first line, as far as a message shows it."""
    return data[:_SHOWN].split(b"\n", 1)[0].decode(errors="replace")


def _decode(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise DocumentError(
            f"found the byte 0x{data[problem.start]:02x}, which is not UTF-8",
            where=f"{name}, line {line}, byte {problem.start}",
            accepted="a text file in UTF-8",
            advice="save the page again as UTF-8, or check that it is a page and not another file",
        ) from problem


def _split(text: str, notes: Notes) -> list[str]:
    if text.startswith(_BYTE_ORDER_MARK):
        notes.add("", _BYTE_ORDER_FIELD, _BYTE_ORDER_MARK, "the file begins with a byte order mark")
        text = text[1:]
    if _CARRIAGE in text and text.count("\n") == text.count(_CARRIAGE):
        notes.add("", _LINE_ENDS_FIELD, _CARRIAGE, "all lines of the file end in CR and LF")
        text = text.replace(_CARRIAGE, "\n")
    lines = text.split("\n")
    if lines[-1] == "" and len(lines) > 1:
        lines.pop()
    else:
        notes.add("", _LAST_LINE_FIELD, "", "the last line of the file has no line end")
    return lines


def _join(lines: list[str], notes: Notes) -> str:
    text = "\n".join(lines) + ("\n" if notes.get("", _LAST_LINE_FIELD) is None else "")
    if notes.get("", _LINE_ENDS_FIELD) is not None:
        text = text.replace("\n", _CARRIAGE)
    return (notes.get("", _BYTE_ORDER_FIELD) or "") + text


def _is_plain(lines: list[str]) -> bool:
    """Whether blank lines part the page: with table marks none can follow the title."""
    return len(lines) > 1 and lines[1] == "" and not lines[0].endswith(MARK)


def _read_study(page: Page, notes: Notes) -> Study:
    outcome_notes = Notes()
    outcomes = read_outcomes(page, outcome_notes)  # first, since the heading repeats of them
    protocol = read_heading(page, outcomes, notes)
    identification = protocol.identification_module
    title = identification.brief_title if identification else None
    flow = read_flow(page, notes)
    baseline = read_baseline(page, title, notes)
    notes.extend(outcome_notes)
    results = ResultsSection(
        participant_flow_module=flow,
        baseline_characteristics_module=baseline,
        outcome_measures_module=outcomes,
        adverse_events_module=read_events(page, notes),
        more_info_module=read_more(page, notes),
    )
    if page.remainder is not None:
        notes.add(
            "",
            REMAINDER,
            "\n".join(page.remainder.lines),
            f"the page is cut off, and not complete from line {page.remainder.line} on",
        )
    return Study(
        protocol_section=protocol,
        results_section=None if results == ResultsSection() else results,
        has_results=None if results == ResultsSection() else True,
    )


FORMAT = Format(
    name=NAME,
    title="Page text (Trial Outcomes & Findings)",
    extensions=(".txt",),
    media_type="text/plain; charset=utf-8",
    keeps=KEEPS,
    loses=LOSES,
    recognizes=recognizes,
    read=read,
    write=write,
    losses=losses,
)
