"""A posted record against its data: built again, and compared number by number and text by text."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from topline.analysis.build import Build, Progress, build_file
from topline.analysis.rounding_rules import rule_between
from topline.analysis.statistics import Statistic, Statistics
from topline.analysis.wording_rules import wording_between
from topline.formats.conversion import is_lost, parts_not_kept
from topline.formats.registry import find_format, read_document
from topline.record.cells import Cell, CellKind, Leaf, Module
from topline.record.correspondence import Correspondence, correspondences
from topline.record.study import Study


class Verdict(StrEnum):
    """What the comparison of one number or text found."""

    EQUAL = "equal"
    BY_RULE = "equal by another rule"
    DIFFERENT = "different"
    ONLY_HERE = "only here"
    ONLY_THERE = "only there"
    NOT_SHOWN = "not shown by the format"


DISCREPANCIES = frozenset({Verdict.DIFFERENT, Verdict.ONLY_HERE, Verdict.ONLY_THERE})
"""The verdicts that say that the records do not agree."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One number or text of the built record, the posted one, or both.

    Attributes
    ----------
    verdict
        What was found.
    rule
        The rule of rounding or spelling by which both are equal.
    built, posted
        The texts; ``None`` where that record has none.
    raw
        The value to full precision behind the built number; ``None`` where it has none.
    address_built, address_posted
        JSON Pointers; ``None`` where that record has none.
    leaf
        The number or text with its groups and context: of the built record where it is there.
    whole
        Where only one record has it: the address of the largest part around it of which the other
        record has nothing, so that a missing outcome measure can be told at once.
    """

    verdict: Verdict
    rule: str | None = None
    built: str | None = None
    posted: str | None = None
    raw: float | None = None
    address_built: str | None = None
    address_posted: str | None = None
    leaf: Leaf
    whole: str | None = None

    @property
    def is_number(self) -> bool:
        """Whether it is a number rather than a title, description, comment or code."""
        return isinstance(self.leaf, Cell)


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How many numbers or texts of a module have each verdict.

    Attributes
    ----------
    module
        The module of the results section.
    are_numbers
        Whether numbers are counted, or texts.
    compared
        How many both records have.
    equal, by_rule, different, only_here, only_there, not_shown
        How many have each verdict; those compared are the first three.
    """

    module: Module
    are_numbers: bool
    compared: int
    equal: int
    by_rule: int
    different: int
    only_here: int
    only_there: int
    not_shown: int


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What a verification found.

    Attributes
    ----------
    nct_id, title
        Of the built record.
    format
        The format of the posted record.
    comparisons
        Every number and text of both records once, in the order of the built record.
    notes
        What the build noted about the data.
    """

    nct_id: str | None = None
    title: str | None = None
    format: str = ""
    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...] = ()

    @property
    def discrepancies(self) -> tuple[Comparison, ...]:
        """What is different, only here or only there."""
        return tuple(one for one in self.comparisons if one.verdict in DISCREPANCIES)

    @property
    def by_rule(self) -> tuple[Comparison, ...]:
        """What is equal by another rule of rounding or spelling."""
        return tuple(one for one in self.comparisons if one.verdict is Verdict.BY_RULE)

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """Counts by module, numbers before texts; of modules that neither record has, none."""
        counts = Counter((one.leaf.module, one.is_number, one.verdict) for one in self.comparisons)
        return tuple(
            _tally(module, are_numbers, counts)
            for module in Module
            for are_numbers in (True, False)
            if any(counts[module, are_numbers, verdict] for verdict in Verdict)
        )

    @property
    def rules(self) -> tuple[tuple[str, int], ...]:
        """The rules by which numbers and texts are equal, and how many are, most first."""
        return tuple(Counter(one.rule or "" for one in self.by_rule).most_common())

    def numbers_only(self) -> "Verification":
        """Leave out titles, descriptions, comments and codes."""
        kept = tuple(one for one in self.comparisons if one.is_number)
        return msgspec.structs.replace(self, comparisons=kept)


def _tally(
    module: Module, are_numbers: bool, counts: Counter[tuple[Module, bool, Verdict]]
) -> Tally:
    def count(*verdicts: Verdict) -> int:
        return sum(counts[module, are_numbers, verdict] for verdict in verdicts)

    return Tally(
        module=module,
        are_numbers=are_numbers,
        compared=count(Verdict.EQUAL, Verdict.BY_RULE, Verdict.DIFFERENT),
        equal=count(Verdict.EQUAL),
        by_rule=count(Verdict.BY_RULE),
        different=count(Verdict.DIFFERENT),
        only_here=count(Verdict.ONLY_HERE),
        only_there=count(Verdict.ONLY_THERE),
        not_shown=count(Verdict.NOT_SHOWN),
    )


def verify_file(
    specification: Path,
    posted: str,
    *,
    data: Path | None = None,
    format: str | None = None,
    nct_id: str | None = None,
    progress: Progress | None = None,
) -> Verification:
    """Build the record that a specification describes, and compare a posted record with it.

    Parameters
    ----------
    specification, data, progress
        As :func:`topline.analysis.build.build_file`.
    posted
        The document with the posted record; ``-`` is standard input.
    format, nct_id
        As :func:`topline.formats.registry.read_document`.

    Raises
    ------
    ToplineError
        As the build and the reader raise.
    """
    # A document that cannot be read is told before the work of the build.
    document = read_document(posted, format, nct_id=nct_id)
    built = build_file(specification, data=data, progress=progress)
    kept = find_format(document.format).keeps
    found = verify(built, document.study, keeps=kept)
    return msgspec.structs.replace(found, format=document.format)


def verify(built: Build, posted: Study, *, keeps: Iterable[str] = ("",)) -> Verification:
    """Compare a posted record with a build, wherever and under whatever ids its parts stand.

    Parameters
    ----------
    built
        The build, with its statistics: a posted number is judged by the raw value.
    posted
        The posted record.
    keeps
        What the posted record's format can hold (``Format.keeps``): what it cannot is not missing.

    Returns
    -------
    Verification
        Every number and text of the results sections of both records.

    Examples
    --------
    >>> from topline.record.results import AdverseEventsModule, EventGroup, ResultsSection
    >>> def record(deaths):
    ...     group = EventGroup(title="Placebo", deaths_num_affected=deaths)
    ...     module = AdverseEventsModule(event_groups=(group,))
    ...     return Study(results_section=ResultsSection(adverse_events_module=module))
    >>> made = Build(study=record(2), statistics=Statistics(), curves=(), notes=(), datasets=())
    >>> [(one.built, one.posted) for one in verify(made, record(3)).discrepancies]
    [('2', '3')]
    """
    lost = frozenset(parts_not_kept(built.study, keeps))
    pairs = correspondences(built.study, posted)
    identification = built.study.identification
    return Verification(
        nct_id=identification.nct_id,
        title=identification.brief_title,
        comparisons=_with_wholes([_compared(pair, built.statistics, lost) for pair in pairs]),
        notes=tuple(str(note) for note in built.notes),
    )


def _compared(pair: Correspondence, statistics: Statistics, lost: frozenset[str]) -> Comparison:
    a, b = pair.a, pair.b
    if a is None:
        assert b is not None  # a correspondence is of one record at least
        return Comparison(
            verdict=Verdict.ONLY_THERE, posted=b.text, address_posted=b.address, leaf=b
        )
    row = _row(statistics, a)
    verdict, rule = _judged(a, b, row, lost)
    return Comparison(
        verdict=verdict,
        rule=rule,
        built=a.text,
        posted=b.text if b is not None else None,
        raw=row.raw if row is not None else None,
        address_built=a.address,
        address_posted=b.address if b is not None else None,
        leaf=a,
    )


def _with_wholes(comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Add to what one record has alone the largest part that it has alone."""
    shared: set[str] = set()
    for one in comparisons:
        if one.address_built is not None and one.address_posted is not None:
            shared.update(f"built {around}" for around in _around(one.address_built))
            shared.update(f"posted {around}" for around in _around(one.address_posted))

    def whole(one: Comparison) -> str | None:
        side, address = (
            ("posted", one.address_posted) if one.built is None else ("built", one.address_built)
        )
        if address is None or (one.built is not None and one.posted is not None):
            return None
        return next(part for part in _around(address) if f"{side} {part}" not in shared)

    return tuple(msgspec.structs.replace(one, whole=whole(one)) for one in comparisons)


def _around(address: str) -> Iterator[str]:
    """Yield the addresses of all parts around a leaf, the largest first, and its own."""
    _, *tokens = address.split("/")
    # The results section itself is no part that a record leaves out.
    for depth in range(2, len(tokens) + 1):
        yield "/" + "/".join(tokens[:depth])


def _row(statistics: Statistics, leaf: Leaf) -> Statistic | None:
    rows: Sequence[Statistic] = statistics.at(leaf.address)
    return next((row for row in rows if row.posted == leaf.text), None)


def _judged(
    a: Leaf, b: Leaf | None, row: Statistic | None, lost: frozenset[str]
) -> tuple[Verdict, str | None]:
    if b is None:
        return (Verdict.NOT_SHOWN if is_lost(a.address, lost) else Verdict.ONLY_HERE), None
    if a.text == b.text:
        return Verdict.EQUAL, None
    rule = (
        rule_between(
            a.text,
            b.text,
            row.raw if row is not None else None,
            exact=a.exact,
            is_p_value=a.kind is CellKind.P_VALUE,
            applied=row.rounding if row is not None else "",
        )
        if isinstance(a, Cell)
        else wording_between(a.text, b.text, a.field)
    )
    return (Verdict.DIFFERENT, None) if rule is None else (Verdict.BY_RULE, rule)
