"""A document: a record as it came from, or goes to, one format, with what the record cannot hold.

Nothing is lost in silence: what a reader finds and the record has no place for is set aside with
the address it belongs to, reported to the user, and given back when the same format is written.
"""

from dataclasses import dataclass

import msgspec

from topline.formats.answers import Answer
from topline.record.study import Study


class SetAside(msgspec.Struct, frozen=True, gc=False):
    """Something a document holds and the record does not.

    Attributes
    ----------
    address
        JSON Pointer of the cell or part it belongs to.
    field
        Its name in the document: an unknown JSON field, or a name given by the format.
    value
        What stood there: JSON text for JSON documents, else the text verbatim.
    reason
        Why the record does not hold it, in one sentence.
    """

    address: str
    field: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A record and the document it stands in.

    Attributes
    ----------
    study
        The record.
    format
        Name of the format it was read from.
    place
        Where it was found: file, archive member, line of NDJSON.
    set_aside
        What the record cannot hold; of a part before what is within it.
    answers
        What was given for the format that is to be written, where it asks for more than a record
        holds.
    """

    study: Study
    format: str
    place: str
    set_aside: tuple[SetAside, ...] = ()
    answers: tuple[Answer, ...] = ()
