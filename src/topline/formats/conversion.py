"""From one format to another, with an account of what does not come along."""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from os import PathLike
from typing import Any, TypeAlias

from topline.errors import DocumentError, UsageError
from topline.formats.answers import read_answers, write_questions
from topline.formats.document import Document, SetAside
from topline.formats.filing import Filing
from topline.formats.format import Asker, Format
from topline.formats.limits import DEFAULT_LIMITS, Limits
from topline.formats.output import open_output
from topline.formats.read_back import Lost
from topline.formats.registry import (
    FORMATS,
    find_format,
    find_format_to_write,
    read_document,
    read_documents,
    write_documents,
)
from topline.formats.source import open_sources
from topline.record.addresses import ANY, field_names, format_address, parse_address, pattern_of
from topline.record.node import Node
from topline.record.study import Study

_Path: TypeAlias = tuple[str, ...]
_Tree: TypeAlias = dict[str, "_Tree"]
_WHOLE: _Tree = {}
_RESULTS = "resultsSection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Parts of records that did not come along, of one kind.

    Attributes
    ----------
    address
        Where they stood: with ``*`` for any position in a list where the format keeps none of that kind, and as
        it is where it lost this one.
    reason
        Why they did not come along.
    count
        How many there were [parts].
    first
        Where the first was found.
    """

    address: str
    reason: str
    count: int
    first: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What a conversion did.

    Attributes
    ----------
    studies
        How many studies were converted.
    read_as
        Names of the formats that were read.
    written_as
        Name of the format that was written.
    given_back
        How many things the record cannot hold were written again all the same.
    losses
        What did not come along, by kind: first what the record cannot hold, then what the format
        written does not keep.
    cautions
        What to look at before the document is uploaded to a registry.
    deletes
        What the registry deletes when the document is uploaded: modules by study.
    """

    studies: int
    read_as: tuple[str, ...]
    written_as: str
    given_back: int
    losses: tuple[Loss, ...]
    cautions: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()


def convert(
    source: str | PathLike[str],
    target: str | PathLike[str],
    *,
    source_format: str | None = None,
    target_format: str | None = None,
    indented: bool = False,
    nct_id: str | None = None,
    answers: Sequence[str | PathLike[str]] = (),
    limits: Limits = DEFAULT_LIMITS,
    into: str | PathLike[str] | None = None,
    replace_all: bool = False,
    before_writing: Callable[[Conversion], None] | None = None,
    formats: Mapping[str, Format] = FORMATS,
) -> Conversion:
    """Convert documents, one study at a time.

    A format whose documents are filed is checked before anything is written: its studies are held, and each is
    written and read back in memory.

    Parameters
    ----------
    source, target
        Paths, or ``-`` for standard input and output.
    source_format, target_format
        Names of formats; found by content and ending if not given.
    indented
        Whether the result is laid out for people.
    nct_id
        The number of the only study to convert; all of them if not given.
    answers
        Tables of answers to what the format written asks for: see
        :mod:`topline.formats.answers`.
    limits
        What may be held and unpacked.
    into
        A document downloaded from a registry, to be written again with the results of the one study replaced.
    replace_all
        Whether the registry shall delete what an upload omits.
    before_writing
        Called, where the format's documents are filed, with what will be done, before anything is written; what
        it raises ends the conversion.
    formats
        Those there are.

    Returns
    -------
    Conversion
        How much was converted and what did not come along.

    Raises
    ------
    ToplineError
        As :func:`~topline.formats.registry.read_documents` and
        :func:`~topline.formats.registry.write_documents`; then nothing is written.
    UsageError
        Also if ``into`` or ``replace_all`` is asked of a format whose documents are not filed, or several studies
        are to be written into a document.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "a.json")
    ...     _ = file.write_bytes(b'[{"hasResults": true, "score": 1}, {}]')
    ...     done = convert(file, pathlib.Path(folder, "a.ndjson"))
    >>> done.studies, done.written_as, done.given_back, done.losses
    (2, 'api-ndjson', 1, ())
    """
    written = find_format_to_write(target, target_format, formats)
    account = _Account(written)
    documents: Iterable[Document]
    if nct_id is None:
        documents = read_documents(source, source_format, limits, formats=formats)
    else:
        documents = (read_document(source, source_format, limits, nct_id=nct_id, formats=formats),)
    if answers:
        _asking(written)
        given = tuple(one for table in answers for one in read_answers(table))
        documents = (replace(document, answers=given) for document in documents)
    filing = written.filing
    if filing is None:
        if into is not None or replace_all:
            raise UsageError(
                f"{written.name} is not uploaded to a registry, so there is nothing to replace there",
                accepted=", ".join(name for name, format in formats.items() if format.filing),
                advice="name the format with --to",
            )
        write_documents(
            account.watch(documents), target, written.name, indented=indented, formats=formats
        )
        return account.closed()
    held = tuple(account.watch(documents))
    account.look_at(held, filing, into=into is not None, replace_all=replace_all)
    done = account.closed()
    if before_writing is not None:
        before_writing(done)
    if into is not None:
        _write_into(held, into, target, filing, limits, partial=not replace_all)
    elif replace_all:
        with open_output(target) as stream:
            filing.write_replacing(held, stream)
    else:
        write_documents(held, target, written.name, indented=indented, formats=formats)
    return done


def ask(
    source: str | PathLike[str],
    questions: str | PathLike[str],
    target_format: str,
    *,
    source_format: str | None = None,
    nct_id: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> int:
    """Write the table of what a format asks for and a document does not give.

    Parameters
    ----------
    source
        The document of one study: a path, or ``-``.
    questions
        Where the table is written, to be filled in and given as ``answers`` of :func:`convert`.
    target_format
        The format that asks.
    source_format, nct_id, limits
        As of :func:`convert`.

    Returns
    -------
    int
        How many lines are to be filled in.

    Raises
    ------
    UsageError
        If the format asks for nothing.
    ToplineError
        As :func:`~topline.formats.registry.read_document`, or if the format cannot hold the study.
    """
    asks = _asking(find_format(target_format))
    document = read_document(source, source_format, limits, nct_id=nct_id)
    return write_questions(asks(document), questions)


def _asking(format: Format) -> Asker:
    if format.asks is None:
        raise UsageError(
            f"{format.name} asks for nothing that a record does not hold",
            accepted=", ".join(one.name for one in FORMATS.values() if one.asks is not None),
        )
    return format.asks


def parts_not_kept(study: Study, keeps: Iterable[str]) -> Iterator[str]:
    """Find the parts of a record that a format does not keep.

    Parameters
    ----------
    study
        The record.
    keeps
        What the format keeps: ``Format.keeps``.

    Yields
    ------
    str
        Address of each part the record has and the format keeps nothing of, the largest there
        are, with ``*`` for positions in lists; once for each part.

    Examples
    --------
    >>> list(parts_not_kept(Study(has_results=True), ["/resultsSection"]))
    ['/hasResults']
    >>> list(parts_not_kept(Study(has_results=True), [""]))
    []
    """
    for path in _not_kept(study, _tree_of(keeps), ()):
        yield format_address(path)


def is_lost(address: str, lost: Container[str]) -> bool:
    """Tell whether what stands at an address is in a part that is not kept, or is one.

    Parameters
    ----------
    address
        JSON Pointer of a number, text or part.
    lost
        What :func:`parts_not_kept` found.

    Examples
    --------
    >>> is_lost("/resultsSection/moreInfoModule/pointOfContact/phone", {"/resultsSection/moreInfoModule"})
    True
    """
    tokens = parse_address(pattern_of(address))
    return any(format_address(tokens[:depth]) in lost for depth in range(1, len(tokens) + 1))


def _write_into(
    documents: tuple[Document, ...],
    into: str | PathLike[str],
    target: str | PathLike[str],
    filing: Filing,
    limits: Limits,
    *,
    partial: bool,
) -> None:
    if len(documents) != 1:
        raise UsageError(
            f"there are {len(documents)} studies to write into one document",
            accepted="one study",
            advice="say which by its NCT number",
        )
    sources = open_sources(into, limits)
    downloaded = next(sources, None)
    if downloaded is None:
        raise DocumentError("there is no document", where=str(into))
    # The document is read whole before the result appears, which may have the same name.
    with open_output(target) as stream:
        filing.write_into(documents[0], downloaded, stream, partial=partial)


class _Account:
    """Counts what passes by, in memory that does not grow with the number of studies."""

    def __init__(self, written: Format) -> None:
        self._written = written
        self._keeps = _tree_of(written.keeps)
        self._studies = 0
        self._given_back = 0
        self._read_as: dict[str, None] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._first: dict[tuple[str, str], str] = {}
        self._cautions: dict[str, None] = {}
        self._deletes: list[str] = []

    def watch(self, documents: Iterable[Document]) -> Iterator[Document]:
        for document in documents:
            self._studies += 1
            self._read_as.setdefault(document.format)
            self._add_set_aside(document)
            losses = () if self._written.losses is None else tuple(self._written.losses(document))
            told = {pattern_of(lost.address) for lost in losses}
            reason = f"{self._written.name} does not keep it"
            for path in _not_kept(document.study, self._keeps, ()):
                # A format that finds its losses names each part by its own address.
                pattern = format_address(path)
                if not any(one == pattern or one.startswith(f"{pattern}/") for one in told):
                    self._add(pattern, reason, document.place)
            self._add_losses(losses, document.place)
            yield document

    def look_at(
        self, documents: Iterable[Document], filing: Filing, *, into: bool, replace_all: bool
    ) -> None:
        """Note what filing the documents would do."""
        for document in documents:
            if into and document.format == self._written.name:
                self._leave_registration(document)
            # Many studies mostly have the same to say.
            self._cautions |= dict.fromkeys(filing.cautions(document, into=into))
            if replace_all and (omitted := filing.omitted(document.study)):
                self._deletes.append(f"{document.place}: {', '.join(omitted)}")

    def _leave_registration(self, document: Document) -> None:
        for item in document.set_aside:
            if not item.address.startswith(f"/{_RESULTS}"):
                self._given_back -= 1
                reason = "a downloaded document keeps its own registration"
                self._add(_pattern(item), reason, document.place)

    def closed(self) -> Conversion:
        return Conversion(
            studies=self._studies,
            read_as=tuple(self._read_as),
            written_as=self._written.name,
            given_back=self._given_back,
            losses=tuple(
                Loss(
                    address=address, reason=reason, count=count, first=self._first[address, reason]
                )
                for (address, reason), count in self._counts.items()
            ),
            cautions=tuple(self._cautions),
            deletes=tuple(self._deletes),
        )

    def _add_losses(self, losses: Iterable[Lost], place: str) -> None:
        for lost in losses:
            if lost.set_aside is not None:
                self._given_back -= 1
                self._add(_pattern(lost.set_aside), lost.reason, place)
            else:
                self._add(lost.address, lost.reason, place)

    def _add_set_aside(self, document: Document) -> None:
        if document.format == self._written.name or document.format in self._written.gives_back:
            self._given_back += len(document.set_aside)
            return
        for item in document.set_aside:
            self._add(_pattern(item), item.reason, document.place)

    def _add(self, address: str, reason: str, place: str) -> None:
        self._counts[address, reason] += 1
        self._first.setdefault((address, reason), place)


def _pattern(item: SetAside) -> str:
    return _pattern_of(item.address, item.field)


@lru_cache(
    maxsize=4096
)  # what is set aside repeats: a hundred thousand of one kind, in a bad document
def _pattern_of(address: str, field: str) -> str:
    return pattern_of(format_address((*parse_address(address), field)))


def _tree_of(keeps: Iterable[str]) -> _Tree:
    """Order addresses as a tree; where one ends, the tree is empty and everything is kept."""
    root: _Tree = {"": _WHOLE}
    for address in keeps:
        tokens = parse_address(address)
        if not tokens:
            return _WHOLE
        branch = root
        for token in tokens[:-1]:
            branch = branch.setdefault(token, {"": _WHOLE})
            if not branch:  # another address keeps all of it
                break
        else:
            branch[tokens[-1]] = _WHOLE
    return root


def _not_kept(part: Any, kept: _Tree, path: _Path) -> Iterator[_Path]:
    if not kept:
        return
    children: Iterable[tuple[str, Any]]
    if isinstance(part, Node):
        fields = field_names(type(part)).items()
        children = ((name, getattr(part, field)) for name, field in fields)
    elif isinstance(part, tuple):
        children = ((ANY, element) for element in part)
    else:
        yield path
        return
    for name, child in children:
        if child is None:
            continue
        if name in kept:
            yield from _not_kept(child, kept[name], (*path, name))
        else:
            yield (*path, name)
