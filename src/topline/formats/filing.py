"""What a format can do beyond holding records, if a registry takes its documents as an upload."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from topline.formats.document import Document
from topline.formats.source import Source
from topline.record.study import Study


class IntoWriter(Protocol):
    """Writes a downloaded document with the results of one study replaced."""

    def __call__(
        self, document: Document, downloaded: Source, stream: BinaryIO, *, partial: bool
    ) -> None:
        """Write to a stream; ``partial``: the registry keeps what the results omit."""


class Cautioner(Protocol):
    """Says what to look at before a document is uploaded."""

    def __call__(self, document: Document, *, into: bool) -> tuple[str, ...]:
        """Say it of one study; ``into``: whether a downloaded document identifies it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """How documents of a format are filed.

    Attributes
    ----------
    write_replacing
        Writes documents such that the registry deletes what they omit.
    write_into
        Writes a record into a document downloaded from the registry.
    omitted
        Names of the modules that a document of a study omits.
    cautions
        What to look at before a document is uploaded.
    """

    write_replacing: Callable[[Iterable[Document], BinaryIO], None]
    write_into: IntoWriter
    omitted: Callable[[Study], tuple[str, ...]]
    cautions: Cautioner
