"""The report of a comparison of two documents: one HTML file that needs nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from topline.formats.comparison import Comparison, SectionTally
from topline.record.difference import Difference, DifferenceKind
from topline.record.text_difference import TextPiece, text_pieces
from topline.render.page_templates import page_of
from topline.render.whereabouts import leaf_words


@dataclass(frozen=True, slots=True)
class RowView:
    """A number or text that differs.

    Attributes
    ----------
    what
        Where it stands, in words.
    address_a, address_b
        JSON Pointers; empty where that document has none.
    pieces
        Both versions, piece by piece.
    same_value
        Whether both spell the same number.
    """

    what: str
    address_a: str
    address_b: str
    pieces: tuple[TextPiece, ...]
    same_value: bool


@dataclass(frozen=True, slots=True)
class PartView:
    """A part that one document has alone, or that stands at another place.

    Attributes
    ----------
    verdict
        The word for it.
    title
        What it is, in words.
    address
        JSON Pointer of the part where it is now, or was.
    rows
        What is in it.
    """

    verdict: str
    title: str
    address: str
    rows: tuple[RowView, ...]


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section of the record in which something differs.

    Attributes
    ----------
    key
        Its anchor.
    tally
        How much is equal and differs.
    changed
        Numbers and texts that both documents have.
    parts
        What one document has alone, and what moved.
    """

    key: str
    tally: SectionTally
    changed: tuple[RowView, ...]
    parts: tuple[PartView, ...]


def render_comparison(found: Comparison) -> str:
    """Return the report of a comparison as one self-contained HTML document without scripts.

    Parameters
    ----------
    found
        The comparison.

    Examples
    --------
    >>> from topline.formats.comparison import compare
    >>> from topline.formats.document import Document
    >>> from topline.record.study import Study
    >>> one = Document(study=Study(has_results=True), format="api-json", place="a.json")
    >>> two = Document(study=Study(has_results=False), format="api-json", place="b.json")
    >>> page = render_comparison(compare(one, two))
    >>> page.startswith("<!doctype html>"), "<del>true</del>" in page, "<ins>false</ins>" in page
    (True, True, True)
    """
    return page_of(
        "difference.html",
        before=found.before,
        after=found.after,
        title=found.after.title or found.before.title or "Results record",
        nct_id=found.after.nct_id or found.before.nct_id or "",
        equal=not found.differences,
        tallies=found.tallies,
        sections=tuple(_sections(found)),
        not_compared=found.not_compared,
    )


def _sections(found: Comparison) -> Iterator[SectionView]:
    for place, tally in enumerate(found.tallies):
        own = [one for one in found.differences if one.section == tally.section]
        if own:
            yield SectionView(
                key=f"section-{place}",
                tally=tally,
                changed=tuple(_row(one) for one in own if one.kind is DifferenceKind.CHANGED),
                parts=tuple(_parts([o for o in own if o.kind is not DifferenceKind.CHANGED])),
            )


def _parts(own: Sequence[Difference]) -> Iterator[PartView]:
    for _, alike in groupby(own, key=lambda one: (one.kind, one.whole or id(one))):
        held = list(alike)
        first = held[0]
        address = first.address_a if first.kind is DifferenceKind.REMOVED else first.address_b
        is_moved = first.kind is DifferenceKind.MOVED
        rows = tuple(_row(one) for one in held)
        yield PartView(
            verdict=first.kind.value,
            title=first.after or "" if is_moved else _title(rows),
            address=f"{first.address_a} → {address}" if is_moved else first.whole or address or "",
            rows=() if is_moved else rows,
        )


def _title(rows: Sequence[RowView]) -> str:
    """Give what all of a part has in common, or what it begins with."""
    if len(rows) == 1:
        return rows[0].what
    words = [row.what.split(" > ") for row in rows]
    shared = [
        alike[0]
        for alike in zip(*(one[:-1] for one in words), strict=False)
        if len(set(alike)) == 1
    ]
    named = next((row for row in rows if row.what.endswith(("title", "term", "measure"))), None)
    name = "".join(piece.after or piece.before for piece in named.pieces) if named else ""
    return " > ".join([*shared, *([name] if name and name not in shared else [])])


def _row(one: Difference) -> RowView:
    changed = one.kind is DifferenceKind.CHANGED
    before, after = one.before or "", one.after or ""
    return RowView(
        what=" > ".join(leaf_words(one.leaf)) if one.leaf else one.field.replace("_", " "),
        address_a=one.address_a or "",
        address_b=one.address_b or "",
        pieces=text_pieces(before, after) if changed else (TextPiece(before=before, after=after),),
        same_value=one.same_value,
    )
