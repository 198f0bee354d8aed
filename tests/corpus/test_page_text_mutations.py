"""10,000 mutations of real pages, and pages without end: read, or refused with an error."""

import io
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from topline.errors import DocumentError, LimitError, ToplineError
from topline.formats.limits import Limits
from topline.formats.page_text import page_text, read_page_text
from topline.formats.page_text_table import PageEnds
from topline.formats.source import Source

pytestmark = pytest.mark.corpus

MUTATIONS = 10_000
TOKENS = [
    b"|",
    b"",
    b"| Measure |",
    b"|---|---|",
    b"\\none",
    b"out of 5 x",
    b"n= x",
    b"Outcome measures",
    b"PRIMARY outcome",
    b"Timeframe: ",
    b"[excerpt ends]",
    b"\x00\xff",
    "• n=5 Participants".encode(),
]

Mutation = Callable[[random.Random, list[bytes]], None]


def delete(draw: random.Random, lines: list[bytes]) -> None:
    del lines[draw.randrange(len(lines))]


def repeat(draw: random.Random, lines: list[bytes]) -> None:
    lines.insert(draw.randrange(len(lines)), draw.choice(lines))


def swap(draw: random.Random, lines: list[bytes]) -> None:
    one, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def flip(draw: random.Random, lines: list[bytes]) -> None:
    place = draw.randrange(len(lines))
    line = bytearray(lines[place] or b"x")
    line[draw.randrange(len(line))] = draw.randrange(256)
    lines[place] = bytes(line)


def cut(draw: random.Random, lines: list[bytes]) -> None:
    del lines[draw.randrange(1, len(lines) + 1) :]


def replace(draw: random.Random, lines: list[bytes]) -> None:
    lines[draw.randrange(len(lines))] = draw.choice(TOKENS)


def extend(draw: random.Random, lines: list[bytes]) -> None:
    lines[draw.randrange(len(lines))] += draw.choice([b"\\", b" ", b"|", b"\r", b"9" * 30])


KINDS: tuple[Mutation, ...] = (delete, repeat, swap, flip, cut, replace, extend)


def test_10_000_mutated_pages_are_read_or_refused(corpus: Path) -> None:
    pages = [path.read_bytes() for path in sorted((corpus / "page").glob("NCT*.txt"))]
    assert len(pages) == 6
    draw = random.Random(20260205)
    read = 0
    problems: list[ToplineError] = []
    for number in range(MUTATIONS):
        lines = draw.choice(pages).split(b"\n")
        for _ in range(draw.randint(1, 4)):
            if len(lines) > 1:
                draw.choice(KINDS)(draw, lines)
        source = Source("mutated.txt", io.BytesIO(b"\n".join(lines)))
        try:
            document = read_page_text(source, allow_incomplete=bool(number % 2))
        except ToplineError as problem:
            problems.append(problem)
        else:
            assert page_text(document)
            read += 1
    assert {type(problem) for problem in problems} <= {DocumentError, PageEnds}
    assert all((problem.where or "").startswith("mutated.txt, line ") for problem in problems)
    assert all(problem.accepted for problem in problems)
    assert min(read, len(problems)) > 500  # both happen


class Endless(io.RawIOBase):
    """A page whose overview never ends, and which counts what is taken of it."""

    def __init__(self, opening: bytes, line: bytes) -> None:
        self.opening = opening
        self.line = line
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # narrower than Buffer: BufferedReader gives a memoryview
        size = len(buffer)
        data = (self.opening + self.line * (size // len(self.line) + 1))[:size]
        self.opening = b""
        buffer[:size] = data
        self.taken += size
        return size


@pytest.mark.parametrize("line", [b"text\n", b"\n", b"|\n", b"x"])
def test_a_page_without_end_is_refused_after_the_limit(line: bytes) -> None:
    stream = Endless(b"Trial Outcomes & Findings for A Trial\nResults Overview\n", line)
    limits = Limits(study_bytes=1 << 20)
    with pytest.raises(LimitError, match="1,048,576 bytes"):
        read_page_text(Source("endless.txt", io.BufferedReader(stream)), limits=limits)
    assert stream.taken <= 2 << 20
