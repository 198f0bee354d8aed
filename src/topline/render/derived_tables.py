"""Derived estimates as tables: below each outcome measure, marked as computed here, each with its inputs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from msgspec.structs import replace

from topline.analysis.derive.derivation import Derived, DerivedEstimate, Range, Refusal
from topline.record.addresses import value_at
from topline.record.study import Study
from topline.render.table_model import Cell, ColumnGroup, ModuleTables, Part, Row, Section, Table
from topline.render.table_parts import Footnotes

KEY = "derived"
TITLE = "Computed here: estimates from the posted numbers"
MOST_ROWS = 200
"""Estimates shown for one outcome measure on a page; its table says how many more there are."""

_MODULES = ("outcome-measures", "adverse-events")
_COLUMNS = (
    ("Groups", False),
    ("Estimate", True),
    ("Interval", True),
    ("P-value", True),
    ("From", False),
)
_NOTE = (
    "Computed here by topline from the posted numbers under “From”; they are not part of the record. "
    "Of two groups: the first minus, or over, the second."
)
_BRACKETS = " In brackets: all that an estimate can be, since the posted numbers were rounded."
_PERCENT = {"proportion": "%", "risk difference": " points"}
"""Estimates shown as percentages, and what stands behind the number."""


def with_derived(
    modules: Iterable[ModuleTables], derived: Derived, study: Study, *, most: int = MOST_ROWS
) -> tuple[ModuleTables, ...]:
    """Return the tables of a record with those of its derived estimates below each outcome measure.

    Parameters
    ----------
    modules
        The record's tables.
    derived
        The estimates.
    study
        The record, whose numbers they were computed from.
    most
        Estimates shown for one section.
    """
    return tuple(
        replace(
            module,
            sections=tuple(_section(section, derived, study, most) for section in module.sections),
        )
        if module.key in _MODULES
        else module
        for module in modules
    )


def _section(section: Section, derived: Derived, study: Study, most: int) -> Section:
    inside = f"{section.address}/"
    found = [one for one in derived.estimates if one.address.startswith(inside)]
    if not found:
        return section
    return replace(section, tables=(*section.tables, derived_table(found, study, most=most)))


def derived_table(
    estimates: Sequence[DerivedEstimate], study: Study, *, most: int | None = None
) -> Table:
    """Return the estimates of one outcome measure, or of the adverse events, as a table.

    Parameters
    ----------
    estimates
        In the order of the record.
    study
        The record, whose numbers they were computed from.
    most
        How many are shown; ``None`` for all.
    """
    footnotes = Footnotes()
    shown = estimates if most is None else estimates[:most]
    posted = _Posted(study)
    rows: list[Row] = []
    for titles, same in groupby(shown, key=_row_titles):
        level = 0
        if titles:
            rows.append(Row(header=Part(" > ".join(titles)), kind="heading"))
            level = 1
        rows += [_row(one, posted, footnotes, level) for one in same]
    note = _NOTE
    if any("[" in row.cells[1].text for row in rows if row.cells):
        note += _BRACKETS
    if len(shown) < len(estimates):
        note += f" Shown are {len(shown)} of {len(estimates)}; “topline derive” lists all."
    return Table(
        key=KEY,
        title=TITLE,
        corner="What",
        column_groups=tuple(
            ColumnGroup(title=title, numeric=numeric) for title, numeric in _COLUMNS
        ),
        rows=tuple(rows),
        footnotes=footnotes.texts,
        note=note,
        computed=len(estimates),
    )


def _row_titles(estimate: DerivedEstimate) -> tuple[str, ...]:
    """Return the titles below the measure's; of an adverse event all of them."""
    is_outcome = "/outcomeMeasures/" in estimate.address
    return estimate.context[1:] if is_outcome else estimate.context


def _row(estimate: DerivedEstimate, posted: "_Posted", footnotes: Footnotes, level: int) -> Row:
    notes = (estimate.method, *((estimate.relation,) if estimate.relation else ()), *estimate.notes)
    marks = footnotes.mark("; ".join(notes), "")
    return Row(
        header=Part(estimate.name, computed=True),
        level=level,
        marks=marks,
        cells=(
            Cell((Part(_groups(estimate)),)),
            Cell((Part(_estimate(estimate), computed=True),)),
            Cell((Part(_interval(estimate), computed=True),)),
            Cell((Part(shown, computed=True),) if (shown := _p_value(estimate)) else ()),
            Cell(tuple(_inputs(estimate, posted))),
        ),
    )


def _groups(estimate: DerivedEstimate) -> str:
    between = " / " if "ratio" in estimate.name else " − "
    return between.join(estimate.group_titles)


def _estimate(estimate: DerivedEstimate) -> str:
    value = number(estimate.estimate, estimate.name)
    possible = estimate.estimate_possible
    if possible is None or possible.is_point or _looks_same(possible, estimate.name):
        return value
    return f"{value} [{span(possible, estimate.name)}]"


def _looks_same(possible: Range, name: str) -> bool:
    return number(possible.lower, name) == number(possible.upper, name)


def span(possible: Range, name: str) -> str:
    """Return a range as people read it.

    Examples
    --------
    >>> span(Range(0.1, None), "risk ratio")
    '0.1 to …'
    """
    ends = (possible.lower, possible.upper)
    low, high = ("…" if end is None else _limit(end, name) for end in ends)
    return f"{low} to {high}"


def _interval(estimate: DerivedEstimate) -> str:
    if estimate.level is None or (estimate.lower is None and estimate.upper is None):
        return "–"
    low, high = (_limit(end, estimate.name) for end in (estimate.lower, estimate.upper))
    return f"{low} to {high} ({100 * estimate.level:g}%)"


def _limit(value: float | None, name: str) -> str:
    """Return a limit, whose unit the estimate has said."""
    return number(value, name).removesuffix(" points")


def _p_value(estimate: DerivedEstimate) -> str:
    if estimate.null_value is None:
        return ""
    if estimate.p_value is None:
        return "–"
    shown = "<0.001" if estimate.p_value < 0.0005 else f"{estimate.p_value:.3f}"
    return f"{shown}, against {estimate.null_value:g}" if len(estimate.groups) == 1 else shown


def number(value: float | None, name: str) -> str:
    """Return an estimate as people read it: shares in percent, else four digits.

    Examples
    --------
    >>> number(8 / 27, "proportion"), number(-0.0504, "risk difference"), number(1.17, "mean")
    ('29.6%', '-5.0 points', '1.17')
    >>> number(123456.7, "mean"), number(None, "mean")
    ('123457', '–')
    """
    if value is None:
        return "–"
    behind = _PERCENT.get(name)
    if behind is not None:
        return f"{100 * value:.1f}{behind}"
    return f"{value:.0f}" if abs(value) >= 10_000 else f"{value:.4g}"


def _inputs(estimate: DerivedEstimate, posted: "_Posted") -> Iterator[Part]:
    for place, address in enumerate(dict.fromkeys(estimate.inputs)):
        if place:
            yield Part(", ")
        yield Part(posted.text(address), refers=address)


class _Posted:
    """Looks up posted numbers, each once."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._texts: dict[str, str] = {}

    def text(self, address: str) -> str:
        """Return the text posted at an address."""
        if address not in self._texts:
            self._texts[address] = str(value_at(self._study, address))
        return self._texts[address]


def refusal_lines(refusals: Sequence[Refusal]) -> Iterator[str]:
    """Yield what was not derived of one outcome measure, each reason once.

    Parameters
    ----------
    refusals
        In the order of the record.
    """
    reasons: dict[tuple[str, str], list[Refusal]] = {}
    for refusal in refusals:
        reasons.setdefault((refusal.what, refusal.reason), []).append(refusal)
    for (what, reason), same in reasons.items():
        rows = len({refusal.address for refusal in same})
        groups: Mapping[str, None] = dict.fromkeys(
            group for refusal in same for group in refusal.groups
        )
        where = f", {rows} rows" if rows > 1 else ""
        whose = (
            f" ({', '.join(groups)}{where})" if groups else f" ({rows} rows)" if rows > 1 else ""
        )
        yield f"not derived: {what}{whose}: {reason}"
