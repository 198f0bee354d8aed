"""Which words of a text were replaced, added or removed in another version of it."""

import difflib
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

import msgspec

_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|\w+|\s+|[^\w\s]")
"""A number with its decimals is one word: of 17.1 and 18.1 no digit is the same."""
_MOST = 1500
"""Words and signs of a text; the middle of longer ones, whose comparison would take long, is told whole."""


class TextPiece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of text that two versions share, or that stands in one or in each in the other's place.

    Parameters
    ----------
    before, after
        What stands in each version; empty where nothing does. Equal where the piece is shared.
    """

    before: str
    after: str

    @property
    def is_shared(self) -> bool:
        """Whether both versions have it."""
        return self.before == self.after


def text_pieces(before: str, after: str) -> tuple[TextPiece, ...]:
    """Split two versions of a text into what they share and what differs, by whole words.

    Parameters
    ----------
    before, after
        The versions.

    Returns
    -------
    tuple of TextPiece
        In order: the ``before`` of all joined is ``before``, and so for ``after``. Two differing
        pieces are never neighbours; blanks alone between two are told with them.

    Examples
    --------
    >>> [(p.before, p.after) for p in text_pieces("at 12 weeks", "at 24 weeks")]
    [('at ', 'at '), ('12', '24'), (' weeks', ' weeks')]
    """
    left, right = _TOKEN.findall(before), _TOKEN.findall(after)
    start = _shared_length(left, right)
    end = _shared_length(left[start:][::-1], right[start:][::-1])
    pieces = [
        _piece(left[:start], right[:start]),
        *_middle(left[start : len(left) - end], right[start : len(right) - end]),
        _piece(left[len(left) - end :], right[len(right) - end :]),
    ]
    return tuple(_joined([piece for piece in pieces if piece.before or piece.after]))


def _piece(left: Sequence[str], right: Sequence[str]) -> TextPiece:
    return TextPiece(before="".join(left), after="".join(right))


def _shared_length(one: Sequence[str], two: Sequence[str]) -> int:
    return next(
        (at for at, (x, y) in enumerate(zip(one, two, strict=False)) if x != y),
        min(len(one), len(two)),
    )


def _middle(left: list[str], right: list[str]) -> Iterator[TextPiece]:
    if max(len(left), len(right)) > _MOST:
        yield _piece(left, right)
        return
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for _, i, j, x, y in matcher.get_opcodes():
        yield _piece(left[i:j], right[x:y])


def _joined(pieces: Sequence[TextPiece]) -> Iterator[TextPiece]:
    """Join neighbours that differ; a blank between two that differ says nothing and joins them."""
    differs = [not piece.is_shared for piece in pieces]
    for at in range(1, len(pieces) - 1):
        if differs[at - 1] and differs[at + 1] and not pieces[at].before.strip():
            differs[at] = True
    for _, alike in groupby(zip(differs, pieces, strict=True), key=lambda pair: pair[0]):
        run = [piece for _, piece in alike]
        yield _piece([piece.before for piece in run], [piece.after for piece in run])
