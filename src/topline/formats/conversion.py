"""From one format to another, with an account of what does not come along."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from os import PathLike
from typing import Any, TypeAlias

from topline.formats.document import Document, SetAside
from topline.formats.format import Format
from topline.formats.limits import DEFAULT_LIMITS, Limits
from topline.formats.registry import (
    find_format_to_write,
    read_document,
    read_documents,
    write_documents,
)
from topline.record.addresses import field_names, format_address, parse_address
from topline.record.node import Node
from topline.record.study import Study

ANY = "*"
"""Stands for every position of a list in the address of a pattern."""

_Path: TypeAlias = tuple[str, ...]
_Tree: TypeAlias = dict[str, "_Tree"]
_WHOLE: _Tree = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Parts of records that did not come along, of one kind.

    Attributes
    ----------
    address
        Where they stood, with ``*`` for any position in a list.
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
    """

    studies: int
    read_as: tuple[str, ...]
    written_as: str
    given_back: int
    losses: tuple[Loss, ...]


def convert(
    source: str | PathLike[str],
    target: str | PathLike[str],
    *,
    source_format: str | None = None,
    target_format: str | None = None,
    indented: bool = False,
    nct_id: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Conversion:
    """Convert documents, one study at a time.

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
    limits
        What may be held and unpacked.

    Returns
    -------
    Conversion
        How much was converted and what did not come along.

    Raises
    ------
    ToplineError
        As :func:`~topline.formats.registry.read_documents` and
        :func:`~topline.formats.registry.write_documents`; then nothing is written.

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
    written = find_format_to_write(target, target_format)
    account = _Account(written)
    documents: Iterable[Document]
    if nct_id is None:
        documents = read_documents(source, source_format, limits)
    else:
        documents = (read_document(source, source_format, limits, nct_id=nct_id),)
    write_documents(account.watch(documents), target, written.name, indented=indented)
    return account.closed()


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


def pattern_of(address: str) -> str:
    """Put ``*`` for every position in a list.

    Examples
    --------
    >>> pattern_of("/protocolSection/designModule/phases/0")
    '/protocolSection/designModule/phases/*'
    """
    return format_address(
        tuple(ANY if token.isdecimal() else token for token in parse_address(address))
    )


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

    def watch(self, documents: Iterable[Document]) -> Iterator[Document]:
        for document in documents:
            self._studies += 1
            self._read_as.setdefault(document.format)
            self._add_set_aside(document)
            reason = f"{self._written.name} does not keep it"
            for path in _not_kept(document.study, self._keeps, ()):
                self._add(format_address(path), reason, document.place)
            yield document

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
        )

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
    return pattern_of(format_address((*parse_address(item.address), item.field)))


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
