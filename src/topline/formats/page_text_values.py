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
    first_titles,
    text_lines,
    title_lines,
    word,
    word_text,
)
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
    dispersion
        The dispersion type, where the cell says it.
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
    dispersion: str | None = None
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
        If a line below the value is none of those a cell may have.

    Examples
    --------
    >>> cell = Block(1, ("67.4 years", "STANDARD_DEVIATION 9.7 • n=25 Participants"))
    >>> found = read_value("page.txt", cell)
    >>> found.value, found.unit, found.dispersion, found.spread, found.untrusted
    ('67.4', 'years', 'STANDARD_DEVIATION', '9.7', 'n=25 Participants')
    """
    if not cell.lines:
        return ValueCell(line=cell.line, measured=False)
    facts: dict[str, str | None] = {}
    denominators: list[tuple[str | None, str | None]] = []
    value, unit, rest = _read_first(cell.lines)
    comment: str | None = None
    interval = False
    while rest:
        if rest[0].startswith(COMMENT):
            comment = "\n".join([rest[0][len(COMMENT) :], *VALUE_CELL.unmark(rest[1:])])
            break
        titles, rest = first_titles(rest, 1)
        text = titles[0] or ""
        if text.startswith(OUT_OF):
            count, _, counted = text[len(OUT_OF) :].partition(" ")
            denominators.append((word_text(count), counted or None))
            continue
        untrusted = _UNTRUSTED.fullmatch(text)
        if untrusted:
            facts["untrusted"] = untrusted["count"]
            text = untrusted["before"] or ""
        if text:
            found = _read_dispersion(name, cell, text)
            interval = interval or found.pop("label") == INTERVAL
            facts.update(found)
    return ValueCell(
        line=cell.line,
        measured=cell.lines[0] != NO_VALUE,
        value=value,
        unit=unit,
        interval=interval,
        denominators=tuple(denominators),
        comment=comment,
        dispersion=facts.get("dispersion"),
        spread=facts.get("spread"),
        lower=facts.get("lower"),
        upper=facts.get("upper"),
        untrusted=facts.get("untrusted"),
    )


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
        value = word(measurement.value) + (f" {unit}" if unit else "")
        lines = VALUE_CELL.mark(title_lines(value))
        below = _dispersion_texts(measurement, dispersion)
        if untrusted is not None:
            below = [*below[:-1], BULLET.join([*below[-1:], untrusted])]
        lines += [line for text in below for line in title_lines(text)]
        comment = measurement.comment
    for count, counted in denominators:
        lines += title_lines(f"{OUT_OF}{word(count)} {counted or ''}")
    if comment is not None:
        first, *further = text_lines(comment)
        lines += [COMMENT + first, *VALUE_CELL.mark(further)]
    return lines


def shows_dispersion(measurement: Measurement) -> bool:
    """Whether the cell of a measurement says the dispersion type."""
    return not (measurement.spread is measurement.lower_limit is measurement.upper_limit is None)


def _read_first(lines: Sequence[str]) -> tuple[str | None, str | None, Sequence[str]]:
    _, rest = first_titles(lines, 1)
    titles, _ = first_titles(VALUE_CELL.unmark(lines[: len(lines) - len(rest)]), 1)
    value, _, unit = (titles[0] or "").partition(" ")
    return word_text(value), unit or None, rest


def _read_dispersion(name: str, cell: Block, text: str) -> dict[str, str | None]:
    for pattern in _DISPERSIONS:
        found = pattern.fullmatch(text)
        if found:
            parts = {
                key: word_text(value) for key, value in found.groupdict().items() if key != "label"
            }
            return {**parts, "label": found["label"], **_dispersion_type(found["label"])}
    raise page_error(
        name,
        cell.line,
        f"found {shown(text)} below a value",
        "a dispersion such as 'Standard Deviation 9.7' or 'Interval 6.2 to 37.2', "
        f"{OUT_OF + '…'!r} or {COMMENT + '…'!r}",
    )


def _dispersion_type(label: str) -> dict[str, str | None]:
    if label in (INTERVAL, SPREAD):
        return {}
    if label.startswith(MARK):
        return {"dispersion": word_text(label[len(MARK) :])}
    return {"dispersion": label}


def _dispersion_texts(measurement: Measurement, dispersion: str | None) -> list[str]:
    texts = []
    if measurement.spread is not None:
        texts.append(f"{_label(dispersion, SPREAD)} {word(measurement.spread)}")
    lower, upper = measurement.lower_limit, measurement.upper_limit
    label = _label(dispersion, INTERVAL)
    if lower is not None and upper is not None:
        texts.append(f"{label} {word(lower)} to {word(upper)}")
    elif lower is not None:
        texts.append(f"{label} from {word(lower)}")
    elif upper is not None:
        texts.append(f"{label} to {word(upper)}")
    return texts


def _label(dispersion: str | None, unknown: str) -> str:
    if not dispersion:
        return unknown
    return dispersion if is_dispersion(dispersion) else MARK + word(dispersion)
