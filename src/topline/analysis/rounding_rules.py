"""By which rule a posted number comes from a computed one, where both texts are not the same.

A posted "0.08" is right for the raw value 0.0849 and for 0.0751, "0.07" only for the second and
only if digits were cut off. So it is the raw value that decides, never the two texts alone.
"""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import TypeAlias

from topline.analysis.rounding import meant, quantized
from topline.record.values import (
    MAXIMUM_DIGITS,
    Bound,
    NotANumber,
    Number,
    Value,
    read_value,
    same_value,
)

Rule: TypeAlias = str
"""What a rule is called: one or more of the phrases below, joined by commas."""

SEPARATORS = "thousands separators"
TRAILING_ZEROS = "trailing zeros"
SPELLING = "another spelling of the number"
FEWER = "fewer decimals"
MORE = "more decimals"
HALF_TO_EVEN = "half to even"
HALF_AWAY = "half away from zero"
TRUNCATION = "truncation"
BOUND = "a bound in place of the number"
OTHER_BOUND = "another bound"
UNBOUND = "the number in place of a bound"
ACROSS = "across 0.05"
"""Added where a p-value is below 0.05 and the posted one is not, or the other way round."""

_MODES = {HALF_AWAY: ROUND_HALF_UP, HALF_TO_EVEN: ROUND_HALF_EVEN, TRUNCATION: ROUND_DOWN}


def rule_between(
    built: str,
    posted: str,
    raw: float | None,
    *,
    exact: bool = False,
    is_p_value: bool = False,
    applied: str = "",
) -> Rule | None:
    """Name the rule by which a posted number agrees with a computed one.

    Parameters
    ----------
    built
        The text that the build posts.
    posted
        The text of the other record, another than ``built``.
    raw
        The value to full precision; ``None`` where there is none.
    exact
        Whether the number is a count: then only its spelling may differ.
    is_p_value
        Whether a bound such as "<0.001" may stand for the number.
    applied
        How ``built`` was rounded, as in :class:`topline.analysis.statistics.Statistic`.

    Returns
    -------
    str or None
        The first that fits, in the order of this module's names; ``None`` if none does, and the
        numbers are different.

    Examples
    --------
    >>> rule_between("0.085", "0.08", 0.0849), rule_between("0.075", "0.08", 0.0751)
    ('fewer decimals', 'fewer decimals')
    >>> rule_between("0.075", "0.07", 0.0751), rule_between("0.085", "0.09", 0.0849)
    ('fewer decimals, truncation', None)
    >>> rule_between("0.0004", "<0.001", 0.0004, is_p_value=True)
    'a bound in place of the number'
    """
    ours, theirs = read_value(built), read_value(posted)
    if same_value(built, posted):
        return _spelling(built, posted, ours, theirs)
    if exact or raw is None:
        return None
    if isinstance(theirs, Bound):
        return _bound(ours, theirs, raw) if is_p_value else None
    if isinstance(theirs, Number) and not isinstance(ours, NotANumber):
        rule = _rounding(ours, theirs, raw, applied)
        is_across = is_p_value and (meant(raw) < _LEVEL) != (theirs.amount < _LEVEL)
        return f"{rule}, {ACROSS}" if rule and is_across else rule
    return None


_LEVEL = Decimal("0.05")


def _spelling(built: str, posted: str, ours: Value, theirs: Value) -> Rule:
    if isinstance(ours, Number) and isinstance(theirs, Number):
        if ours.decimals != theirs.decimals:
            return TRAILING_ZEROS
        if ("," in built) != ("," in posted):
            return SEPARATORS
    return SPELLING


def _bound(ours: Value, theirs: Bound, raw: float) -> Rule | None:
    if not theirs.interval().contains(meant(raw)):
        return None
    return OTHER_BOUND if isinstance(ours, Bound) else BOUND


def _rounding(ours: Value, theirs: Number, raw: float, applied: str) -> Rule | None:
    printed = ours.number if isinstance(ours, Bound) else ours
    if not isinstance(printed, Number) or printed.percent != theirs.percent:
        return None
    if abs(theirs.decimals) > MAXIMUM_DIGITS:  # no build has as many
        return None
    first, second = (
        (HALF_TO_EVEN, HALF_AWAY) if HALF_TO_EVEN in applied else (HALF_AWAY, HALF_TO_EVEN)
    )
    for rule in (first, second, TRUNCATION):
        if quantized(raw, theirs.decimals, _MODES[rule]) == theirs.amount:
            return _named(ours, printed, theirs, "" if rule == first else rule) or rule
    return None


def _named(ours: Value, printed: Number, theirs: Number, mode: str) -> Rule:
    parts = [UNBOUND] if isinstance(ours, Bound) else []
    if theirs.decimals < printed.decimals:
        parts.append(FEWER)
    elif theirs.decimals > printed.decimals:
        parts.append(MORE)
    if mode:
        parts.append(mode)
    return ", ".join(parts)
