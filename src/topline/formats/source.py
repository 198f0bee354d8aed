"""A source of bytes with a name: a file, standard input, or a member of an archive."""

from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Source:
    """A readable stream of (decompressed) bytes and the name errors give it.

    Attributes
    ----------
    name
        File name, ``standard input``, or ``archive.zip: member``.
    stream
        The bytes, positioned at the start of the document.
    """

    name: str
    stream: BinaryIO
