"""What a format declares: its name, what it reads and writes, what it keeps, how it is known."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from topline.formats.answers import Question
from topline.formats.document import Document
from topline.formats.filing import Filing
from topline.formats.read_back import Lost
from topline.formats.source import Source

Reader = Callable[[Source], Iterator[Document]]
Writer = Callable[[Iterable[Document], BinaryIO], None]
FolderWriter = Callable[[Iterable[Document], Path], None]
Asker = Callable[[Document], Sequence[Question]]


def _never(head: bytes) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One form that a record takes as a document.

    Attributes
    ----------
    name
        The word of the command line: ``--from NAME``, ``--to NAME``.
    title
        The name printed for people.
    extensions
        File name endings, most usual first, each with its dot; none where a folder is written.
    media_type
        The type for HTTP.
    keeps
        Parts of a record that a document of this form holds, as addresses with ``*`` for any index;
        each stands for all that is below it, and ``("",)`` is the whole record.
    loses
        What a written document does not hold, in words.
    recognizes
        Whether the first bytes of a decompressed document are of this format: never, unless said otherwise.
    read
        Reads documents one at a time; ``None`` if the format is only written.
    write
        Writes documents as a file; ``None`` if the format is only read, or written as a folder.
    gives_back
        Names of other formats whose set-aside parts a written document holds again; those of the
        same format it always does.
    write_indented
        Writes documents laid out for people; ``None`` if the format has one layout only.
    write_folder
        Writes documents as files into an empty folder; ``None`` unless the format is a folder.
    folder_files
        Names of all files that such a folder may have: one that holds any other is not replaced.
    losses
        Finds what of the results of one document is lost, each part by its own address, and what was set aside and
        finds no place; ``None`` if ``keeps`` says all.
    filing
        What a registry that takes such documents as an upload needs; ``None`` if none does.
    asks
        What a document of this format wants and a given record does not hold; ``None`` if records
        hold all of it.
    """

    name: str
    title: str
    extensions: tuple[str, ...]
    media_type: str
    keeps: tuple[str, ...]
    loses: str
    recognizes: Callable[[bytes], bool] = _never
    read: Reader | None = None
    write: Writer | None = None
    gives_back: tuple[str, ...] = ()
    write_indented: Writer | None = None
    write_folder: FolderWriter | None = None
    folder_files: tuple[str, ...] = ()
    losses: Callable[[Document], Iterator[Lost]] | None = None
    filing: Filing | None = None
    asks: Asker | None = None

    @property
    def is_written(self) -> bool:
        """Whether documents can be written in this format, as a file or as a folder."""
        return self.write is not None or self.write_folder is not None
