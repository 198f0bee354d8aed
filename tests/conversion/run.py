"""Every corpus of real documents through every form that is written: what goes in, what comes back, what is valid."""

import io
import tempfile
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from lxml import etree
from tests.conversion.answering import answered

from topline.errors import ToplineError
from topline.formats.conversion import is_lost, parts_not_kept
from topline.formats.document import Document
from topline.formats.eudract_tree import NAMESPACE
from topline.formats.format import Format
from topline.formats.registry import FORMATS, read_documents
from topline.formats.source import Source
from topline.record.addresses import pattern_of
from topline.record.cells import Cell, cells
from topline.record.difference import DifferenceKind, differences

CORPORA: Mapping[str, str] = {
    "API records": "records/v2/*.json",
    "older JSON": "records/v1_json/*.json",
    "public XML": "records/legacy_xml/*.xml",
    "PRS examples": "upload_xml/prs/*.xml",
    "EudraCT examples": "upload_xml/eudract/*.xml",
    "seed page": "page/NCT03211416.txt",
}
"""Name of a corpus -> its files."""

SCHEMAS: Mapping[str, Mapping[str, str]] = {
    "prs-xml": {
        "study_collection": "schemas/prs/ProtocolRecordSchema.xsd",
        "result": "schemas/prs/RRSUploadSchema.xsd",
    },
    "eudract-xml": {"adverseEvents": "schemas/eudract/adverseEvents.xsd"},
}
"""Form -> the registry's schema of each root element it has."""


@dataclass
class Passage:
    """What became of one corpus in one form.

    Attributes
    ----------
    corpus, form
        Their names.
    files
        How many files were read.
    studies
        How many studies were in them.
    cells_in
        How many numbers their records hold.
    not_kept
        How many of them the form does not hold, as it declares.
    cells_out
        How many of the others came back equal; ``None`` where the form is not read.
    lost
        Addresses of those that did not, with ``*`` for positions, and how many of each.
    added
        How many numbers came back that were not there.
    valid
        How many of the written documents the registry's schema accepts; ``None`` without a schema.
    refused
        Why a document could not be read or written, and how many could not.
    """

    corpus: str
    form: str
    files: int = 0
    studies: int = 0
    cells_in: int = 0
    not_kept: int = 0
    cells_out: int | None = None
    lost: Counter[str] = field(default_factory=Counter)
    added: int = 0
    valid: int | None = None
    refused: Counter[str] = field(default_factory=Counter)


def passages(folder: Path, forms: Container[str] = FORMATS) -> Iterator[Passage]:
    """Take each corpus of a folder through each of some forms; a corpus that is not there is left out."""
    for corpus, pattern in CORPORA.items():
        files = sorted(folder.glob(pattern))
        read = _read(files)
        for form in FORMATS.values():
            if files and form.is_written and form.name in forms:
                yield _pass(corpus, form, files, read, folder)


def _read(files: Iterable[Path]) -> tuple[list[Document], Counter[str]]:
    documents: list[Document] = []
    refused: Counter[str] = Counter()
    for file in files:
        try:
            documents.extend(read_documents(file))
        except ToplineError as error:
            refused[f"not read: {str(error).splitlines()[0]}"] += 1
    return documents, refused


def _pass(
    corpus: str,
    form: Format,
    files: list[Path],
    read: tuple[list[Document], Counter[str]],
    folder: Path,
) -> Passage:
    documents, refused = read
    found = Passage(corpus, form.name, files=len(files), studies=len(documents))
    found.refused.update(refused)
    is_valid = _validator(form.name, folder) if form.name in SCHEMAS else None
    if form.read is not None:
        found.cells_out = 0
    if is_valid is not None:
        found.valid = 0
    for document in documents:
        _take(document, form, found, is_valid)
    return found


def _take(
    document: Document, form: Format, found: Passage, is_valid: Callable[[bytes], bool] | None
) -> None:
    unsaid = frozenset(parts_not_kept(document.study, form.keeps))
    held = Counter(is_lost(cell.address, unsaid) for cell in cells(document.study))
    found.cells_in += held.total()
    found.not_kept += held[True]
    try:
        data = _written(document, form)
    except ToplineError as error:
        found.refused[f"not written: {str(error).splitlines()[0]}"] += 1
        found.lost.update(
            pattern_of(cell.address)
            for cell in cells(document.study)
            if not is_lost(cell.address, unsaid)
        )
        return
    if is_valid is not None and found.valid is not None:
        found.valid += is_valid(data)
    if form.read is None or found.cells_out is None:
        return
    (back,) = form.read(Source(document.place, io.BytesIO(data)))
    changed = [
        one
        for one in differences(document.study, back.study)
        if one.kind is not DifferenceKind.MOVED
        and isinstance(one.leaf, Cell)
        and not is_lost(one.address_a or "", unsaid)
    ]
    gone = [one for one in changed if one.kind is not DifferenceKind.ADDED]
    found.cells_out += held[False] - len(gone)
    found.lost.update(pattern_of(one.address_a or "") for one in gone)
    found.added += len(changed) - len(gone)


def _written(document: Document, form: Format) -> bytes:
    if form.asks is not None:
        document, _ = answered(document, form.asks)
    if form.write is None:
        assert form.write_folder is not None  # the caller has seen to it
        with tempfile.TemporaryDirectory() as folder:
            form.write_folder([document], Path(folder))
        return b""
    stream = io.BytesIO()
    form.write([document], stream)
    return stream.getvalue()


@cache
def _validator(form: str, folder: Path) -> Callable[[bytes], bool]:
    schemas = {
        root: etree.XMLSchema(etree.parse(folder / path)) for root, path in SCHEMAS[form].items()
    }

    def is_valid(data: bytes) -> bool:
        root = etree.fromstring(data)
        section = root.find("adverseEvents")
        if section is not None:  # within EudraCT's full result set it has no namespace
            section.tag = f"{{{NAMESPACE}}}adverseEvents"
            root = etree.fromstring(etree.tostring(section, with_tail=False))
        return bool(schemas[etree.QName(root).localname].validate(root))

    return is_valid
