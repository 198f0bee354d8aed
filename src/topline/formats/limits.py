"""How much of an input topline is willing to hold, unpack or descend into."""

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds that every reader keeps; each one exceeded is a ``LimitError`` that names it.

    A stream has no limit of its own: it is read one study at a time, so that a file may be larger
    than memory. What is bounded is what must be held at once, and what a small file can unfold to.

    Attributes
    ----------
    study_bytes
        Size of one study [bytes]; some forty times the largest of the 376 real records it was tried on.
    document_bytes
        Size of an XML document [bytes], which is held whole; the largest of 307 real ones has 0.8 million.
    elements
        Tags and attributes of an XML document [1]; the largest of those 307 has 36,000. A million take
        some hundred megabytes of memory, however short their names.
    depth
        How deep objects and lists may be nested [1]. A study needs 12.
    expansion
        How many bytes one compressed byte may become [1], once ``expansion_free`` is passed.
        Records compress to about a tenth; a compression bomb unfolds a thousandfold.
    expansion_free
        Decompressed size [bytes] up to which ``expansion`` is not asked: small files of blanks
        are harmless.
    archive_members
        Members of one archive [1]. The registry has about 612,000 studies.
    layers
        Compressed forms inside one another [1], such as a gzip file inside an archive.
    spooled_bytes
        Size of an archive [bytes] that arrives on standard input and has to be kept in a temporary
        file, since the list of members stands at its end.

    Examples
    --------
    >>> Limits(study_bytes=1000).study_bytes
    1000
    """

    study_bytes: int = 64 * MEBIBYTE
    document_bytes: int = 256 * MEBIBYTE
    elements: int = 4_000_000
    depth: int = 64
    expansion: int = 200
    expansion_free: int = 16 * MEBIBYTE
    archive_members: int = 2_000_000
    layers: int = 3
    spooled_bytes: int = 16 * 1024 * MEBIBYTE


DEFAULT_LIMITS = Limits()
"""The limits used where none are given."""
