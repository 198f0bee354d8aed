"""Where each study begins and ends in a stream of JSON, found chunk by chunk.

A study may stand alone, in a list, in the ``studies`` of an answer of the registry's API, or one
per line; several of these may follow one another. Only brackets and strings are looked at here:
whether what stands between them is JSON is for the decoder to say.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from topline.errors import DocumentError, LimitError
from topline.formats.limits import Limits
from topline.formats.source import Source

T = TypeVar("T")

CHUNK_BYTES = 1 << 20
"""How much is read at once [bytes]."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LONGEST_FRAME = 1 << 16  # what may surround the studies of an answer: two short fields

# Possessive repeats (``++``) never give back what they took, so time stays linear in the input.
_TO_BRACKET = re.compile(
    rb'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+'  # whatever is no bracket, and whole strings
    rb'(?:([{}\[\]])|("(?:[^"\\]++|\\.)*+\\?\Z)|\Z)',  # a bracket, an unfinished string, the end
    re.DOTALL,
)
_REST_OF_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+"', re.DOTALL)
_BLANKS = re.compile(rb"[ \t\r\n]*+")


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds the studies of an answer of the registry's API.

    Attributes
    ----------
    start
        Matches up to the bracket of the list.
    end
        Matches what may follow the list.
    holds
        What may follow the list, in words.
    """

    start: re.Pattern[bytes]
    end: re.Pattern[bytes]
    holds: str


_FRAME_FIELD = rb'"(?:totalCount|nextPageToken)"\s*+:\s*+(?:"[^"\\]*+"|\d++|null)'
ANSWER = Frame(
    re.compile(rb"\{\s*+(?:" + _FRAME_FIELD + rb'\s*+,\s*+)*+"studies"\s*+:\s*+\[', re.DOTALL),
    re.compile(rb"\s*+(?:,\s*+" + _FRAME_FIELD + rb"\s*+)*+\}", re.DOTALL),
    "totalCount, nextPageToken, or the } behind the list of studies",
)
"""The frame of an answer of the API of today."""


@dataclass(frozen=True, slots=True)
class Extent(Generic[T]):
    """The bytes of one study and where they stand.

    Attributes
    ----------
    data
        One JSON object, without blanks around it.
    place
        Where: the file, and the study or line if it holds several.
    decoded
        What it was decoded to, where finding its end has already done so.
    """

    data: bytes
    place: str
    decoded: T | None = None


def split_studies(
    source: Source, attempt: Callable[[bytes], T | None], frame: Frame = ANSWER
) -> Iterator[Extent[T]]:
    """Find the studies of a JSON document one at a time, holding one and a chunk or two.

    Parameters
    ----------
    source
        The document; ``limits.study_bytes`` and ``limits.depth`` are kept.
    attempt
        Decodes an object if it is a study without faults. The registry writes one study per line:
        decoding such a line is faster than looking for its last bracket, and proves where it ends.
    frame
        What may surround the studies.

    Yields
    ------
    Extent
        Each study in order.

    Raises
    ------
    DocumentError
        If the document is empty, ends within a study, or holds something else than studies.
    LimitError
        If a study is too large or too deeply nested.

    Examples
    --------
    >>> import io
    >>> source = Source("a.json", io.BytesIO(b'[{"hasResults": true}, {}]'))
    >>> [(extent.data, extent.place) for extent in split_studies(source, lambda data: None)]
    [(b'{"hasResults": true}', 'a.json, study 1'), (b'{}', 'a.json, study 2')]
    """
    window = _Window(source, frame)
    count = 0
    lists = 0
    while first := window.skip_blanks():
        if first == b"[" or (first == b"{" and window.at_frame()):
            lists += 1
            for data, decoded in _listed_studies(window, attempt):
                count += 1
                yield Extent(data, f"{source.name}, study {count}", decoded)
        elif first == b"{":
            line = window.line
            data, decoded = _next_study(window, attempt)
            alone = count == 0 and not window.skip_blanks()
            count += 1
            yield Extent(data, source.name if alone else f"{source.name}, line {line}", decoded)
        else:
            raise window.unexpected("a study, a list of studies, or the end of the document")
    if not count and not lists:
        raise DocumentError(
            "the document is empty",
            where=source.name,
            accepted="a study, a list of studies, or one study per line",
        )


def check_depth(data: bytes, place: str, limits: Limits) -> None:
    """Raise ``LimitError`` where JSON is nested deeper than the limit.

    Examples
    --------
    >>> from topline.formats.limits import DEFAULT_LIMITS
    >>> check_depth(b'{"a": ["[[["]}', "a.json", DEFAULT_LIMITS)
    """
    _Nesting(limits, place).feed(data, 0)


def _listed_studies(
    window: "_Window", attempt: Callable[[bytes], T | None]
) -> Iterator[tuple[bytes, T | None]]:
    """Yield the studies of a list, with or without the frame of an answer around it."""
    framed = window.enter_list()
    first = window.skip_blanks()
    while first != b"]":
        if first != b"{":
            raise window.unexpected("a study, which begins with {")
        yield _next_study(window, attempt)
        first = window.skip_blanks()
        if first == b",":
            window.advance(1)
            first = window.skip_blanks()
            if first == b"]":
                raise window.unexpected("a study after the comma")
        elif first != b"]":
            raise window.unexpected("a comma and the next study, or the ] of the list")
    window.advance(1)
    if framed:
        window.leave_frame()


def _next_study(window: "_Window", attempt: Callable[[bytes], T | None]) -> tuple[bytes, T | None]:
    line = window.untried_line()
    if line.endswith(b"}") and (decoded := attempt(line)) is not None:
        window.advance(len(line))
        return line, decoded
    return window.take_object(), None


class _Nesting:
    """Follows strings and brackets from chunk to chunk until an object that began is closed."""

    def __init__(self, limits: Limits, place: str) -> None:
        self._limits = limits
        self._place = place
        self._depth = 0
        self._in_string = False
        self._escaped = False

    def feed(self, data: bytes, at: int) -> int | None:
        """Return the position behind the object's last bracket, or ``None`` if it is not here."""
        if self._in_string:
            found = self._end_of_string(data, at)
            if found is None:
                return None
            at = found
        depth = self._depth
        for match in _TO_BRACKET.finditer(data, at):
            bracket = match[1]
            if bracket == b"{" or bracket == b"[":
                depth += 1
                if depth > self._limits.depth:
                    raise self._too_deep()
            elif bracket is not None:
                depth -= 1
                if depth == 0:
                    return match.end()
            elif match[2] is not None:
                self._in_string = True
                self._escaped = _ends_in_escape(match[2])
        self._depth = depth
        return None

    def _end_of_string(self, data: bytes, at: int) -> int | None:
        match = _REST_OF_STRING.match(data, at + 1 if self._escaped else at)
        if match is None:
            self._escaped = _ends_in_escape(data[at + 1 if self._escaped else at :])
            return None
        self._in_string = self._escaped = False
        return match.end()

    def _too_deep(self) -> LimitError:
        return LimitError(
            f"objects and lists are nested more than {self._limits.depth} deep",
            where=self._place,
            accepted=f"at most {self._limits.depth} levels; a study has 12",
            advice="look into the file: it is not a record of a registry",
        )


def _ends_in_escape(text: bytes) -> bool:
    return (len(text) - len(text.rstrip(b"\\"))) % 2 == 1


class _Window:
    """The part of a document that is in memory, and a position in it."""

    def __init__(self, source: Source, frame: Frame) -> None:
        self._source = source
        self._frame = frame
        marked = source.head().startswith(_BYTE_ORDER_MARK)
        self._behind = len(source.stream.read(len(_BYTE_ORDER_MARK))) if marked else 0
        self._data = source.stream.read(CHUNK_BYTES)
        self._at = 0
        self._without_break = 0  # no line ends between here and this position of the document
        self._tried = -1  # the end of the last line that was returned to be tried
        self.line = 1

    def advance(self, size: int) -> None:
        """Move on by some bytes of the window."""
        start, self._at = self._at, self._at + size
        if self._data.find(b"\n", start, self._at) >= 0:  # counting takes longer than to find none
            self.line += self._data.count(b"\n", start, self._at)

    def skip_blanks(self) -> bytes:
        """Move to the next byte that is not blank and return it; nothing at the end."""
        while True:
            match = _BLANKS.match(self._data, self._at)
            assert match is not None  # it matches nothing, if need be
            self.advance(match.end() - self._at)
            if self._at < len(self._data):
                return self._data[self._at : self._at + 1]
            if not self._read_on():
                return b""

    def untried_line(self) -> bytes:
        """Return the line from here on without the comma at its end, once.

        Nothing if it is very long, or if it was returned before: a line with many studies must
        not be looked at once for each of them.
        """
        end = self._end_of_line()
        if end is None or self._behind + end == self._tried:
            return b""
        self._tried = self._behind + end
        if end - self._at > self._source.limits.study_bytes:
            return b""
        return self._data[self._at : end].rstrip(b" \t\r,")

    def _end_of_line(self) -> int | None:
        if self._without_break - self._behind >= len(self._data):
            end = -1
        else:
            end = self._data.find(b"\n", max(self._at, self._without_break - self._behind))
        if end < 0 and len(self._data) - self._at < CHUNK_BYTES:
            searched = len(self._data) - self._at
            if not self._read_on():
                return len(self._data)
            end = self._data.find(b"\n", searched)
        self._without_break = self._behind + (end if end >= 0 else len(self._data))
        return end if end >= 0 else None

    def take_object(self) -> bytes:
        """Move behind the object that begins here and return it."""
        start = self._behind + self._at
        place = f"{self._source.name}, from byte {start:,}"
        limit = self._source.limits.study_bytes
        nesting = _Nesting(self._source.limits, place)
        parts: list[bytes] = []
        held = 0
        while (end := nesting.feed(self._data, self._at)) is None:
            parts.append(self._data[self._at :])
            held += len(parts[-1])
            self.advance(len(parts[-1]))
            if held > limit:
                raise self._too_large(place, limit)
            if not self._read_on():
                raise DocumentError(
                    "the JSON ends before the study that began is complete",
                    where=f"{place} to byte {self._behind + self._at:,}",
                    advice="fetch or make the file again: it is truncated, or lacks a bracket",
                )
        parts.append(self._data[self._at : end])
        self.advance(len(parts[-1]))
        if held + len(parts[-1]) > limit:
            raise self._too_large(place, limit)
        return b"".join(parts)

    def at_frame(self) -> bool:
        """Whether the frame of an API answer begins here, rather than a study."""
        self._look_ahead(_LONGEST_FRAME)
        return self._frame.start.match(self._data, self._at) is not None

    def enter_list(self) -> bool:
        """Move into the list that begins here; return whether an API answer's frame is around."""
        match = self._frame.start.match(self._data, self._at)
        self.advance(1 if match is None else match.end() - self._at)
        return match is not None

    def leave_frame(self) -> None:
        """Move behind the frame of an API answer, whose list of studies has just ended."""
        self._look_ahead(_LONGEST_FRAME)
        match = self._frame.end.match(self._data, self._at)
        if match is None:
            raise self.unexpected(self._frame.holds)
        self.advance(match.end() - self._at)

    def unexpected(self, accepted: str) -> DocumentError:
        """Return the error that says what stands here, and what should."""
        found = self._data[self._at : self._at + 20]
        text = found.decode("utf-8", "replace")
        shown = repr(text if text.isprintable() and "\ufffd" not in text else found)
        what = shown if found else "the end of the document"
        return DocumentError(
            f"the JSON has {what} where a study, or what may follow one, should be",
            where=f"{self._source.name}, line {self.line}, byte {self._behind + self._at:,}",
            accepted=accepted,
        )

    def _look_ahead(self, size: int) -> None:
        while len(self._data) - self._at < size and self._read_on():
            pass

    def _read_on(self) -> bool:
        """Read a chunk and forget what has been passed; return whether there was more."""
        more = self._source.stream.read(CHUNK_BYTES)
        if not more:
            return False
        self._behind += self._at
        self._data = self._data[self._at :] + more
        self._at = 0
        return True

    def _too_large(self, place: str, limit: int) -> LimitError:
        return LimitError(
            f"a study is larger than {limit:,} bytes",
            where=place,
            accepted=f"studies of at most {limit:,} bytes",
            advice="look into the file: no registry's record is as large as that",
        )
