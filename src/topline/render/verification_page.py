"""The report of a verification: one HTML file that needs nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass

from topline.analysis.verification import Comparison, Tally, Verification
from topline.render.page_templates import page_of
from topline.render.verification_entries import Entry, entries, inside
from topline.render.whereabouts import leaf_words


@dataclass(frozen=True, slots=True)
class RowView:
    """A number or text of the report.

    Attributes
    ----------
    what
        Where it stands, in words.
    built, posted
        The texts; empty where that record has none.
    raw
        The value to full precision; empty where there is none.
    address_built, address_posted
        JSON Pointers; empty where that record has none.
    rule
        By which rule both are equal; empty where they are not.
    """

    what: str
    built: str
    posted: str
    raw: str
    address_built: str
    address_posted: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class EntryView:
    """A discrepancy of the report.

    Attributes
    ----------
    verdict
        The word for it.
    title
        Where it stands, in words.
    address_built, address_posted
        JSON Pointers; empty where that record has none.
    rows
        What is different, or what one record has alone.
    """

    verdict: str
    title: str
    address_built: str
    address_posted: str
    rows: tuple[RowView, ...]


@dataclass(frozen=True, slots=True)
class ListView:
    """A heading with discrepancies: those with numbers, or those of wording.

    Attributes
    ----------
    key
        Its anchor.
    title
        The heading.
    different
        Numbers or texts that both records have and that differ.
    one_sided
        Parts that one record has alone.
    """

    key: str
    title: str
    different: tuple[RowView, ...]
    one_sided: tuple[EntryView, ...]


def render_verification(found: Verification) -> str:
    """Return the report of a verification as one self-contained HTML document without scripts.

    Parameters
    ----------
    found
        The verification.

    Examples
    --------
    >>> page = render_verification(Verification(comparisons=()))
    >>> page.startswith("<!doctype html>"), "script-src" in page
    (True, False)
    """
    return page_of(
        "verification.html",
        title=found.title or "Results record",
        nct_id=found.nct_id or "",
        format=found.format,
        tallies=found.tallies,
        totals=tuple(_totals(found)),
        agrees=not found.discrepancies,
        rules=found.rules,
        lists=tuple(_lists(found)),
        by_rule=tuple(_row(" > ".join(leaf_words(one.leaf)), one) for one in found.by_rule),
        notes=found.notes,
    )


def _totals(found: Verification) -> Iterator[tuple[str, int, int]]:
    """Yield each count with its word: of numbers, and of texts."""
    names = ("equal", "by_rule", "different", "only_here", "only_there")
    words = ("equal", "equal by another rule", "different", "only in the build", "only posted")
    for name, word in zip(names, words, strict=True):
        yield word, _sum(found.tallies, name, True), _sum(found.tallies, name, False)


def _sum(tallies: tuple[Tally, ...], name: str, are_numbers: bool) -> int:
    return sum(getattr(one, name) for one in tallies if one.are_numbers is are_numbers)


def _lists(found: Verification) -> Iterator[ListView]:
    listed = entries(found)
    for key, title, holds_numbers in (
        ("numbers", "Numbers", True),
        ("wording", "Titles, descriptions and codes", False),
    ):
        own = [entry for entry in listed if entry.holds_numbers is holds_numbers]
        if own:
            yield ListView(
                key=key,
                title=title,
                different=tuple(
                    _row(entry.title, entry.comparisons[0])
                    for entry in own
                    if entry.comparisons[0].whole is None
                ),
                one_sided=tuple(
                    _one_sided(entry) for entry in own if entry.comparisons[0].whole is not None
                ),
            )


def _one_sided(entry: Entry) -> EntryView:
    return EntryView(
        verdict="only in the build" if entry.address_built else "only posted",
        title=entry.title,
        address_built=entry.address_built or "",
        address_posted=entry.address_posted or "",
        rows=tuple(_row(inside(entry, one), one) for one in entry.comparisons),
    )


def _row(what: str, one: Comparison) -> RowView:
    return RowView(
        what=what,
        built=one.built or "",
        posted=one.posted or "",
        raw="" if one.raw is None else repr(one.raw),
        address_built=one.address_built or "",
        address_posted=one.address_posted or "",
        rule=one.rule or "",
    )
