"""What a verification found, in the order people read it: numbers before wording, parts at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from topline.analysis.verification import Comparison, Verdict, Verification
from topline.record.cells import Text
from topline.render.whereabouts import leaf_words

_Titles: TypeAlias = Mapping[tuple[bool, str], str]
"""Whether only the posted record has it, and its address there -> a title or term."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One discrepancy: a number or text that differs, or a part that one record has alone.

    Attributes
    ----------
    verdict
        Different, only here or only there.
    address_built, address_posted
        JSON Pointers in the two records; ``None`` where there is no counterpart. Of a part that
        one record has alone, that of the whole part.
    where
        What all of it has in common, from the outside in.
    comparisons
        The numbers and texts, in the order of the record.
    """

    verdict: Verdict
    address_built: str | None
    address_posted: str | None
    where: tuple[str, ...]
    comparisons: tuple[Comparison, ...]

    @property
    def holds_numbers(self) -> bool:
        """Whether a number is in it."""
        return any(one.is_number for one in self.comparisons)

    @property
    def title(self) -> str:
        """Where it stands, in words."""
        return " > ".join(self.where)


def entries(found: Verification) -> tuple[Entry, ...]:
    """List the discrepancies of a verification: those with numbers first.

    Examples
    --------
    >>> entries(Verification(comparisons=()))
    ()
    """
    titles = {
        (one.built is None, one.leaf.address): one.leaf.text
        for one in found.comparisons
        if isinstance(one.leaf, Text) and one.leaf.field in ("title", "term")
    }
    made = [
        _entry(tuple(alike), titles)
        for _, alike in groupby(found.discrepancies, key=lambda one: one.whole or id(one))
    ]
    return tuple(sorted(made, key=lambda entry: not entry.holds_numbers))


def _entry(alike: tuple[Comparison, ...], titles: _Titles) -> Entry:
    first = alike[0]
    words = [_placed(one, titles) for one in alike]
    if first.whole is None:
        return Entry(first.verdict, first.address_built, first.address_posted, words[0], alike)
    is_built = first.built is not None
    return Entry(
        verdict=first.verdict,
        address_built=first.whole if is_built else None,
        address_posted=None if is_built else first.whole,
        where=(*_common(one[:-1] for one in words), *_names(first.whole, alike)),
        comparisons=alike,
    )


def _placed(one: Comparison, titles: _Titles) -> tuple[str, ...]:
    """Say where a number or text stands, and of which group or term where it names neither."""
    *around, what = leaf_words(one.leaf)
    if isinstance(one.leaf, Text) and one.leaf.field in _NAMED:
        part = one.leaf.address.rpartition("/")[0]
        name = titles.get((one.built is None, f"{part}/{_NAMED[one.leaf.field]}"))
        # Only groups have a title that is not in the context of their descriptions.
        if name is not None and name not in around:
            around.append(name)
    return (*around, what)


_NAMED = {"description": "title", "organ_system": "term"}
"""Texts that do not say what they belong to -> the text beside them that does."""


def _names(whole: str, alike: Iterable[Comparison]) -> tuple[str, ...]:
    """Give the title of a part, which is no context of itself."""
    titles = (f"{whole}/title", f"{whole}/term", f"{whole}/type")
    found = {one.address_built or one.address_posted: one.built or one.posted for one in alike}
    return next(((name,) for title in titles if (name := found.get(title))), ())


def inside(entry: Entry, one: Comparison) -> str:
    """Say where a number or text stands within its entry."""
    words = leaf_words(one.leaf)
    known = sum(1 for a, b in zip(words[:-1], entry.where, strict=False) if a == b)
    return " > ".join(words[known:])


def _common(words: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    common: list[str] = []
    for step in zip(*words, strict=False):
        if len(set(step)) > 1:
            break
        common.append(step[0])
    return tuple(common)
