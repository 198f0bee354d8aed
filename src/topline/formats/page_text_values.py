"""The body cells of baseline and outcome tables: value, unit, dispersion, denominator, comment.

A cell of the site is ``67.4 years`` and, below it, ``STANDARD_DEVIATION 9.7`` or ``Interval 6.2 to
37.2``. Below that pages of ours may have ``out of 25 Participants``, the denominator of a row that
has its own, and ``Comment: …``. The site's ``n=25 Participants`` in the cells of baseline tables is
not such a denominator: it is the same for every measure, and not what the header of the table
says. It is set aside and never read as a number of the record.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from topline.errors import DocumentError
from topline.formats.page_text_labels import (
    BULLET,
    COMMENT,
    INTERVAL,
    NO_VALUE,
    OUT_OF,
    SPREAD,
    VALUE_CELL,
    is_dispersion,
)
from topline.formats.page_text_lines import (
    MARK,
    Block,
    lines_title,
    text_lines,
    title_lines,
    title_spans,
    word,
    word_text,
)
from topline.formats.page_text_numbers import number_word, read_number_word
from topline.formats.page_text_table import page_error, shown
from topline.record.results import Measurement

_UNTRUSTED = re.compile(
    r"(?:(?P<before>.*)" + re.escape(BULLET) + r")?(?P<count>n=[^ ]+ .*)", re.DOTALL
)
_LIMITS = re.compile(r"(?P<label>.+) (?P<lower>[^ ]+) to (?P<upper>[^ ]+)", re.DOTALL)
_LOWER = re.compile(r"(?P<label>.+) from (?P<lower>[^ ]+)", re.DOTALL)
_UPPER = re.compile(r"(?P<label>.+) to (?P<upper>[^ ]+)", re.DOTALL)
_SPREAD = re.compile(r"(?P<label>.+) (?P<spread>[^ ]+)", re.DOTALL)
_DISPERSIONS = (_LIMITS, _LOWER, _UPPER, _SPREAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCell:
    """What one cell says.

    Attributes
    ----------
    line
        Number of its first line in the page.
    measured
        Whether it holds a measurement at all.
    unit
        The unit printed behind the value.
    dispersions
        The dispersion types that the cell says; ``None`` among them for one it does not name.
    interval
        Whether the cell has limits that it calls an interval, without saying of which kind.
    denominators
        Of the row, with their units.
    untrusted
        The site's ``n=`` in the cell.
    """

    line: int
    measured: bool
    value: str | None = None
    unit: str | None = None
    dispersions: frozenset[str | None] = frozenset()
    interval: bool = False
    spread: str | None = None
    lower: str | None = None
    upper: str | None = None
    denominators: tuple[tuple[str | None, str | None], ...] = ()
    untrusted: str | None = None
    comment: str | None = None

    def measurement(self, group_id: str | None) -> Measurement | None:
        """Return the cell as the record holds it."""
        if not self.measured:
            return None
        return Measurement(
            group_id=group_id,
            value=self.value,
            spread=self.spread,
            lower_limit=self.lower,
            upper_limit=self.upper,
            comment=self.comment,
        )


def read_value(name: str, cell: Block) -> ValueCell:
    """Read one cell.

    Raises
    ------
    DocumentError
        If no number stands first, or a line below is none of those a cell may have.

    Examples
    --------
    >>> cell = Block(1, ("67.4 years", "STANDARD_DEVIATION 9.7 • n=25 Participants"))
    >>> found = read_value("page.txt", cell)
    >>> found.value, found.unit, set(found.dispersions), found.spread, found.untrusted
    ('67.4', 'years', {'STANDARD_DEVIATION'}, '9.7', 'n=25 Participants')
    """
    if not cell.lines:
        return ValueCell(line=cell.line, measured=False)
    reading = _Reading(name, cell)
    spans = title_spans(cell.lines)
    reading.take_value(next(spans)[1])
    for start, end in spans:
        if cell.lines[start].startswith(COMMENT):
            reading.take_comment(start)
            break
        reading.take_line(lines_title(cell.lines[start:end]) or "", cell.line + start)
    return reading.cell()


def value_lines(
    measurement: Measurement | None,
    unit: str | None,
    dispersion: str | None,
    denominators: Sequence[tuple[str | None, str | None]] = (),
    untrusted: str | None = None,
) -> list[str]:
    """Write one cell.

    Parameters
    ----------
    measurement
        What the record holds for the group, if anything.
    unit, dispersion
        The measure's unit and dispersion type.
    denominators
        The row's own, with their units.
    untrusted
        The site's ``n=`` that was set aside.

    Examples
    --------
    >>> value_lines(Measurement(value="17.1", lower_limit="6.2", upper_limit="37.2"), "months", None)
    ['17.1 months', 'Interval 6.2 to 37.2']
    """
    if measurement is None and not denominators:
        return []
    lines = [NO_VALUE]
    comment = None
    if measurement is not None:
        value = number_word(measurement.value) + (f" {unit}" if unit else "")
        lines = VALUE_CELL.mark(title_lines(value))
        below = _dispersion_texts(measurement, dispersion)
        if untrusted is not None:
            below = [*below[:-1], BULLET.join([*below[-1:], untrusted])]
        lines += [line for text in below for line in title_lines(text)]
        comment = measurement.comment
    for count, counted in denominators:
        lines += title_lines(f"{OUT_OF}{number_word(count)} {counted or ''}")
    if comment is not None:
        first, *further = text_lines(comment)
        lines += [COMMENT + first, *VALUE_CELL.mark(further)]
    return lines


def shows_dispersion(measurement: Measurement) -> bool:
    """Whether the cell of a measurement says the dispersion type."""
    return not (measurement.spread is measurement.lower_limit is measurement.upper_limit is None)


class _Reading:
    """One cell being read, from the value down."""

    def __init__(self, name: str, cell: Block) -> None:
        self.name = name
        self.line = self.first_line = cell.line
        self.lines = cell.lines
        self.parts: dict[str, str | None] = {}
        self.dispersions: set[str | None] = set()
        self.interval = False
        self.denominators: list[tuple[str | None, str | None]] = []
        self.measured = cell.lines[0] != NO_VALUE

    def take_value(self, end: int) -> None:
        if self.measured:
            opening = lines_title(VALUE_CELL.unmark(self.lines[:end])) or ""
            value, _, unit = opening.partition(" ")
            self.parts["value"] = read_number_word(self.name, self.line, value)
            self.parts["unit"] = unit or None

    def take_comment(self, start: int) -> None:
        first, *further = self.lines[start:]
        self.parts["comment"] = "\n".join([first[len(COMMENT) :], *VALUE_CELL.unmark(further)])

    def take_line(self, text: str, line: int) -> None:
        self.line = line
        if text.startswith(OUT_OF):
            count, _, counted = text[len(OUT_OF) :].partition(" ")
            found = read_number_word(self.name, self.line, count)
            self.denominators.append((found, counted or None))
            return
        untrusted = _UNTRUSTED.fullmatch(text)
        if untrusted:
            self._put("untrusted", untrusted["count"], text)
        if untrusted is None or untrusted["before"]:
            self._take_dispersion(untrusted["before"] if untrusted else text)

    def cell(self) -> ValueCell:
        return ValueCell(
            line=self.first_line,
            measured=self.measured,
            value=self.parts.get("value"),
            unit=self.parts.get("unit"),
            dispersions=frozenset(self.dispersions),
            interval=self.interval,
            spread=self.parts.get("spread"),
            lower=self.parts.get("lower"),
            upper=self.parts.get("upper"),
            denominators=tuple(self.denominators),
            untrusted=self.parts.get("untrusted"),
            comment=self.parts.get("comment"),
        )

    def _put(self, part: str, found: str | None, text: str) -> None:
        if part in self.parts or not self.measured:
            raise self._error(text)
        self.parts[part] = found

    def _take_dispersion(self, text: str) -> None:
        for pattern in _DISPERSIONS:
            found = pattern.fullmatch(text)
            if found and _is_label(found["label"]):
                self.dispersions.add(_type(found["label"]))
                self.interval = self.interval or found["label"] == INTERVAL
                for part in pattern.groupindex.keys() - {"label"}:
                    self._put(part, read_number_word(self.name, self.line, found[part]), text)
                return
        raise self._error(text)

    def _error(self, text: str) -> DocumentError:
        return page_error(
            self.name,
            self.line,
            f"found {shown(text)} below a value",
            "a dispersion such as 'Standard Deviation 9.7' or 'Interval 6.2 to 37.2', "
            f"{OUT_OF + '…'!r} or {COMMENT + '…'!r}, each once",
        )


def _is_label(label: str) -> bool:
    return label in (INTERVAL, SPREAD) or label.startswith(MARK) or is_dispersion(label)


def _type(label: str) -> str | None:
    if label in (INTERVAL, SPREAD):
        return None
    return word_text(label[len(MARK) :]) if label.startswith(MARK) else label


def _dispersion_texts(measurement: Measurement, dispersion: str | None) -> list[str]:
    texts = []
    if measurement.spread is not None:
        texts.append(f"{_label(dispersion, SPREAD)} {number_word(measurement.spread)}")
    lower, upper = measurement.lower_limit, measurement.upper_limit
    label = _label(dispersion, INTERVAL)
    if lower is not None and upper is not None:
        texts.append(f"{label} {number_word(lower)} to {number_word(upper)}")
    elif lower is not None:
        texts.append(f"{label} from {number_word(lower)}")
    elif upper is not None:
        texts.append(f"{label} to {number_word(upper)}")
    return texts


def _label(dispersion: str | None, unknown: str) -> str:
    if not dispersion:
        return unknown
    return dispersion if is_dispersion(dispersion) else MARK + word(dispersion)
