"""Two documents of any forms compared: what differs, and what one form could not have said.

A form that does not hold a part of the record says nothing about it: such a part is counted as not
compared, never as removed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from os import PathLike

import msgspec

from topline.errors import UsageError
from topline.formats.conversion import is_lost, parts_not_kept
from topline.formats.document import Document
from topline.formats.format import Format
from topline.formats.limits import DEFAULT_LIMITS, Limits
from topline.formats.registry import find_format, read_document
from topline.formats.source import STANDARD_INPUT
from topline.record.addresses import pattern_of
from topline.record.difference import (
    REFERENCES,
    SECTIONS,
    Difference,
    DifferenceKind,
    count_leaves,
    differences,
)

SET_ASIDE = "outside the record"
"""The section of what a form holds and the record has no place for."""


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two documents.

    Attributes
    ----------
    place
        The file, archive member or line it was read from.
    format
        Name of its form.
    nct_id, title
        Of its study; ``None`` where it has none.
    """

    place: str
    format: str
    nct_id: str | None = None
    title: str | None = None


class SectionTally(msgspec.Struct, frozen=True, kw_only=True):
    """How the numbers and texts of a section compare.

    Attributes
    ----------
    section
        The results module, or the other section of the record, in words.
    equal, changed, added, removed
        How many numbers and texts there are of each kind.
    spelling
        How many of the changed ones are another spelling of the same number.
    moved
        How many elements of lists stand at another place.
    not_compared
        How many numbers and texts the form of the other document does not hold.
    """

    section: str
    equal: int
    changed: int
    added: int
    removed: int
    spelling: int
    moved: int
    not_compared: int

    @property
    def differs(self) -> bool:
        """Whether anything in the section does."""
        return bool(self.changed or self.added or self.removed or self.moved)

    def words(self) -> str:
        """Tell it in one line.

        Examples
        --------
        >>> SectionTally(section="outcome measures", equal=812, changed=2, added=0, removed=0,
        ...              spelling=1, moved=0, not_compared=0).words()
        'outcome measures: 812 equal, 2 changed (1 in spelling only)'
        """
        spelling = f" ({self.spelling} in spelling only)" if self.spelling else ""
        parts = [
            f"{self.equal:,} equal",
            *([f"{self.changed:,} changed{spelling}"] if self.changed else []),
            *(
                f"{count:,} {word}"
                for word, count in (
                    ("added", self.added),
                    ("removed", self.removed),
                    ("moved", self.moved),
                    ("not compared", self.not_compared),
                )
                if count
            ),
        ]
        return f"{self.section}: {', '.join(parts)}"


class NotCompared(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers and texts of one document that the form of the other does not hold.

    Attributes
    ----------
    address
        Where they stand, with ``*`` for any position in a list.
    format
        The form that does not hold them.
    count
        How many there are.
    """

    address: str
    format: str
    count: int


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What the comparison of two documents found.

    Attributes
    ----------
    before, after
        The documents.
    tallies
        One for each section that either has.
    differences
        Every number, text and place that differs, in the order of the record; then what differs
        outside the record, its ``section`` being :data:`SET_ASIDE`.
    not_compared
        What one form does not hold.
    """

    before: Side
    after: Side
    tallies: tuple[SectionTally, ...]
    differences: tuple[Difference, ...]
    not_compared: tuple[NotCompared, ...] = ()


def compare_files(
    before: str | PathLike[str],
    after: str | PathLike[str],
    *,
    format: str | None = None,
    nct_id: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Comparison:
    """Read one study of each of two documents and compare them.

    Parameters
    ----------
    before, after
        Paths; one of them may be ``-``, standard input.
    format
        Name of the form of both; found by content if not given.
    nct_id
        Which study, where a document has several.
    limits
        What may be held and unpacked.

    Raises
    ------
    ToplineError
        As :func:`topline.formats.registry.read_document`; also if both are standard input.
    """
    if str(before) == str(after) == STANDARD_INPUT:
        raise UsageError("both records are standard input", accepted="- for one of them")
    return compare(
        read_document(before, format, limits, nct_id=nct_id),
        read_document(after, format, limits, nct_id=nct_id),
    )


def compare(before: Document, after: Document) -> Comparison:
    """Compare two documents, whatever their forms.

    Parameters
    ----------
    before, after
        The documents.

    Returns
    -------
    Comparison
        The differences are those of :func:`topline.record.difference.differences`, without what
        one form does not hold.

    Examples
    --------
    >>> from topline.record.study import Study
    >>> one = Document(study=Study(has_results=True), format="api-json", place="a.json")
    >>> two = Document(study=Study(), format="page-text", place="a.txt")
    >>> found = compare(one, two)
    >>> found.differences, [part.address for part in found.not_compared]
    ((), ['/hasResults'])
    """
    found = differences(before.study, after.study)
    unsaid = _Unsaid(before, after)
    kept = tuple(one for one in found if not unsaid.takes(one))
    outside = tuple(_outside(before, after))
    return Comparison(
        before=_side(before),
        after=_side(after),
        tallies=tuple(_tallies(before, after, kept + outside, unsaid)),
        differences=kept + outside,
        not_compared=unsaid.listed(),
    )


class _Unsaid:
    """Sorts out what one document has and the form of the other does not hold."""

    def __init__(self, before: Document, after: Document) -> None:
        self._formats = (find_format(before.format), find_format(after.format))
        form_a, form_b = self._formats
        self._lost_by_b = frozenset(parts_not_kept(before.study, form_b.keeps))
        self._lost_by_a = frozenset(parts_not_kept(after.study, form_a.keeps))
        self._counts: Counter[tuple[str, str]] = Counter()
        self.by_section: Counter[str] = Counter()
        self.before_by_section: Counter[str] = Counter()

    def takes(self, one: Difference) -> bool:
        form_a, form_b = self._formats
        if one.kind is DifferenceKind.REMOVED and is_lost(one.address_a or "", self._lost_by_b):
            self.before_by_section[one.section] += 1
            self._add(one, one.address_a, form_b)
        elif one.kind is DifferenceKind.ADDED and is_lost(one.address_b or "", self._lost_by_a):
            self._add(one, one.address_b, form_a)
        else:
            return False
        return True

    def _add(self, one: Difference, address: str | None, form: Format) -> None:
        self.by_section[one.section] += 1
        self._counts[pattern_of(address or ""), form.name] += 1

    def listed(self) -> tuple[NotCompared, ...]:
        return tuple(
            NotCompared(address=address, format=name, count=count)
            for (address, name), count in self._counts.items()
        )


def _side(document: Document) -> Side:
    identification = document.study.identification
    return Side(
        place=document.place,
        format=document.format,
        nct_id=identification.nct_id,
        title=identification.brief_title,
    )


def _outside(before: Document, after: Document) -> Iterator[Difference]:
    """Compare what two documents of one form hold outside the record."""
    if before.format != after.format:
        return
    held_a, held_b = _by_place(before), _by_place(after)
    for place in dict.fromkeys((*held_a, *held_b)):
        texts_a, texts_b = held_a.get(place, []), held_b.get(place, [])
        for position in range(max(len(texts_a), len(texts_b))):
            x = texts_a[position] if position < len(texts_a) else None
            y = texts_b[position] if position < len(texts_b) else None
            if x != y:
                yield _outside_difference(place, x, y)


def _by_place(document: Document) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for item in document.set_aside:
        found.setdefault((item.address, item.field), []).append(item.value)
    return found


def _outside_difference(place: tuple[str, str], x: str | None, y: str | None) -> Difference:
    address, field = place
    kind = DifferenceKind.CHANGED
    if x is None or y is None:
        kind = DifferenceKind.ADDED if x is None else DifferenceKind.REMOVED
    return Difference(
        kind=kind,
        section=SET_ASIDE,
        address_a=None if x is None else address,
        address_b=None if y is None else address,
        field=field,
        before=x,
        after=y,
    )


def _tallies(
    before: Document, after: Document, found: Sequence[Difference], unsaid: _Unsaid
) -> Iterator[SectionTally]:
    held = Counter(count_leaves(before.study))
    held[SET_ASIDE] = len(before.set_aside) if before.format == after.format else 0
    counts = _counts(found)
    for section in _in_order((*held, *counts, *unsaid.by_section)):
        count = counts.get(section, Counter())
        gone = count["in place"] + count["removed"] + unsaid.before_by_section[section]
        tally = SectionTally(
            section=section,
            equal=held[section] - gone,
            changed=count["changed"],
            added=count["added"],
            removed=count["removed"],
            spelling=count["spelling"],
            moved=count["moved"],
            not_compared=unsaid.by_section[section],
        )
        if tally.equal or tally.differs or tally.not_compared:
            yield tally


def _counts(found: Iterable[Difference]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for one in found:
        count = counts.setdefault(one.section, Counter())
        count[one.kind.value] += 1
        count["spelling"] += one.same_value
        # A reference to a group is not counted among the texts of a record.
        count["in place"] += one.kind is DifferenceKind.CHANGED and one.field not in REFERENCES
    return counts


def _in_order(sections: Iterable[str]) -> list[str]:
    known = (*SECTIONS, SET_ASIDE)
    return sorted(dict.fromkeys(sections), key=known.index)
