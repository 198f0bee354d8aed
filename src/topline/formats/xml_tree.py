"""An XML document as a tree, read within bounds: no entity, no network, no document larger than a limit.

What XML can do to a reader that trusts it: entities that unfold to gigabytes or fetch files and addresses,
nesting and texts without end. None is needed for a record, so a document type declaration is refused whole,
and the parser's own bounds (depth, length of a text) stay on.
"""

import re
from collections.abc import Iterator

from lxml import etree

from topline.errors import DocumentError, LimitError
from topline.formats.source import Source

_BLOCK = 1 << 20
_HUGE = re.compile(
    r"huge|[Ee]xcessive depth|too (?:deep|long)|amplification|too many|XML_PARSE_HUGE"
)
_MOST_SAID = 300
_FETCH_AGAIN = "fetch or make the document again; it may be cut off"
_ADVICE = (
    ("ncoding", "save the document as UTF-8, or let it declare the encoding it has"),
    (
        "Entity",
        "write the character itself, or its number as in &#160;: a record has no entities of its own",
    ),
)
"""What to do, by what the parser says."""
_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)*", re.DOTALL)
_ROOT = re.compile(r"<(?:[^\s<>/:!?]+:)?([^\s<>/:!?]+)")
_BEGINNINGS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"<\0": "utf-16-le",  # without a mark, as XML may be
    b"\0<": "utf-16-be",
}


def root_name(head: bytes) -> str | None:
    """Give the name of the root element, without prefix, from the first bytes of a document.

    Parameters
    ----------
    head
        The first bytes, decompressed.

    Returns
    -------
    str or None
        ``None`` if they are not the beginning of an XML document.

    Examples
    --------
    >>> root_name(b'<?xml version="1.0"?><!-- a study --><clinical_study rank="1">')
    'clinical_study'
    >>> root_name(b'{"hasResults": true}') is None
    True
    """
    encodings = (name for begin, name in _BEGINNINGS.items() if head.startswith(begin))
    encoding = next(encodings, "latin-1")
    text = head.decode(encoding, errors="replace")
    prolog = _PROLOG.match(text)
    found = _ROOT.match(text, prolog.end() if prolog is not None else 0)
    return found[1] if found is not None else None


def parse_tree(source: Source, *, blanks: bool = True) -> etree._Element:
    r"""Parse a document whole and return its root element; comments and instructions are left out.

    Parameters
    ----------
    source
        The document; ``limits.document_bytes`` and ``limits.elements`` are kept.
    blanks
        Whether to keep the texts of blanks that only lay out elements; without them a tree is smaller.

    Raises
    ------
    DocumentError
        If it is empty, not well-formed, or has a document type declaration: with line and column.
    LimitError
        If it is too large, has too many elements, is nested too deeply, or holds a text that is too long.

    Examples
    --------
    >>> import io
    >>> root = parse_tree(Source("a.xml", io.BytesIO(b"<study>\n<id>1</id></study>")))
    >>> root.tag, root[0].text, root[0].sourceline
    ('study', '1', 2)
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=not blanks,
    )
    empty = True
    try:
        for block in _blocks(source):
            empty = False
            parser.feed(block)
        root: etree._Element = parser.close()
    except etree.XMLSyntaxError as error:
        raise _fault(error, source.name, empty=empty) from error
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        raise DocumentError(
            "the document has a document type declaration, which can define entities",
            where=source.name,
            accepted="XML without <!DOCTYPE ...>",
            advice="remove the declaration; a record needs none",
        )
    return root


def _blocks(source: Source) -> Iterator[bytes]:
    """Read a document block by block, and no further than a limit."""
    limits = source.limits
    read = signs = 0
    uncounted: list[bytes] = []
    while block := source.stream.read(_BLOCK):
        read += len(block)
        if read > limits.document_bytes:
            raise LimitError(
                f"the document is larger than {limits.document_bytes:,} bytes",
                where=source.name,
                accepted=f"an XML document of at most {limits.document_bytes:,} bytes",
                advice="split it into one file for each study",
            )
        # An element of four bytes takes thirty times as many in a tree, and so does an attribute. There are
        # no more of them than bytes, so that those of a document of usual size need no counting.
        uncounted.append(block)
        if read > limits.elements:
            signs += sum(one.count(b"<") + one.count(b"=") for one in uncounted)
            uncounted.clear()
        if signs > limits.elements:
            raise LimitError(
                f"the document has more than {limits.elements:,} tags and attributes",
                where=f"{source.name}, before byte {read:,}",
                accepted=f"at most {limits.elements:,}; a study has some ten thousand",
                advice="split it into one file for each study",
            )
        yield block


def _fault(error: etree.XMLSyntaxError, name: str, *, empty: bool) -> DocumentError | LimitError:
    if empty:
        return DocumentError("the document is empty", where=name, accepted="an XML document")
    line, column = error.position
    said = error.msg or ""
    if not line and (last := error.error_log.last_error) is not None:
        # Of an entity that is not defined, the error says only that no tree was made.
        line, column, said = last.line, last.column, last.message
    said = said.rsplit(", line ", 1)[0].strip()[:_MOST_SAID]
    where = f"{name}, line {line}, column {column}"
    if _HUGE.search(said):
        return LimitError(
            f"the document holds more than can be read safely: {said}",
            where=where,
            accepted="no entities of its own, texts of at most 10,000,000 bytes and elements nested at "
            "most 256 deep",
        )
    return DocumentError(
        f"the document is not well-formed XML: {said}",
        where=where,
        advice=next((advice for sign, advice in _ADVICE if sign in said), _FETCH_AGAIN),
    )
