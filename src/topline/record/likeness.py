"""How alike two parts of records from different hands are: by the words that name them and their numbers.

Ids tell nothing between records of different hands, and neither does position. Elements are
recognized by their names in any capitals and spacing; those left over by the words and numbers
that they share.
"""

import difflib
import math
import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from topline.record import results
from topline.record.matching import Identity, Key, Likeness
from topline.record.node import Node
from topline.record.values import Number, read_value

_ENOUGH = 0.4
"""A mean of shared words and shared numbers from which two leftovers are each other's."""
_ENOUGH_ALONE = 0.6
"""As much of one of the two suffices whatever the other says."""
_ENOUGH_NUMBERS = 3
"""So many equal numbers say that two classes are one, whatever their words."""
_SIMILAR_TERM = 0.6
"""Share of characters from which a term is another spelling of a term with the same counts."""

_WORD = re.compile(r"\w+")


def folded(text: str | None) -> str:
    """Return a text in small letters with single blanks, as names are compared.

    Examples
    --------
    >>> folded(" Heart  FAILURE ")
    'heart failure'
    """
    return " ".join((text or "").casefold().split())


def shared_words(one: str, two: str) -> float | None:
    """Return how many words two texts share, from 0 to 1; ``None`` where either has none.

    Examples
    --------
    >>> shared_words("Overall survival", "Overall Survival (OS)"), shared_words("Pain", "")
    (0.9, None)
    """
    return _shared(*(Counter(_WORD.findall(folded(text))) for text in (one, two)), least=1)


def shared_numbers(one: Counter[Hashable], two: Counter[Hashable]) -> float | None:
    """Return how many numbers two parts share, from 0 to 1; ``None`` where either has none.

    Examples
    --------
    >>> shared_numbers(Counter("ab"), Counter("abcd"))
    0.8333333333333333
    """
    # One number of a part that has no other is soon met by chance.
    return _shared(one, two, least=2)


def _shared(one: Counter[Any], two: Counter[Any], *, least: int) -> float | None:
    """Give the mean of the share in both together (Dice) and the share in the smaller.

    The second recognizes a short title within a long one, and an outcome measure posted without
    its analyses; it counts where at least so many are shared.
    """
    size_one, size_two = one.total(), two.total()
    if not size_one or not size_two:
        return None
    shared = (one & two).total()
    dice = 2 * shared / (size_one + size_two)
    return (dice + shared / min(size_one, size_two)) / 2 if shared >= least else dice


def numbers_in(part: Node) -> Counter[Hashable]:
    """Count the numbers a part posts, to two significant digits, with the field of each.

    Denominators are left out, for most parts of a record have the same; and so are zeros, which
    stand everywhere.

    Examples
    --------
    >>> numbers_in(results.Measurement(group_id="OG000", value="17.08", lower_limit="0"))
    Counter({('value', '17'): 1})
    """
    return _counted(part).copy()


@lru_cache(maxsize=4096)
def _counted(part: Node, *, by_group: bool = False) -> Counter[Hashable]:
    """Count the numbers; ``by_group`` each once more with its group."""
    return Counter(_numbers(part, "", () if by_group else None))


def _numbers(part: Any, name: str, group: tuple[str, ...] | None) -> Iterator[Hashable]:
    """Yield the numbers; with a ``group`` of ``None`` whatever group they belong to."""
    if isinstance(part, results.Denom):
        return
    if isinstance(part, Node):
        own = getattr(part, "group_id", None)
        inside = (own,) if own is not None and group is not None else group
        for field in part.__struct_fields__:
            yield from _numbers(getattr(part, field), field, inside)
    elif isinstance(part, tuple):
        for element in part:
            yield from _numbers(element, name, group)
    elif name in _NUMERIC and part is not None and (digits := coarse(str(part))):
        yield (name, digits)
        if group:
            yield (*group, name, digits)


_NUMERIC = frozenset(
    {
        "num_subjects",
        "num_units",
        "value",
        "spread",
        "lower_limit",
        "upper_limit",
        "p_value",
        "param_value",
        "dispersion_value",
        "ci_lower_limit",
        "ci_upper_limit",
        "num_events",
        "num_affected",
        "num_at_risk",
        "deaths_num_affected",
        "deaths_num_at_risk",
        "serious_num_affected",
        "serious_num_at_risk",
        "other_num_affected",
        "other_num_at_risk",
    }
)


def coarse(text: str) -> str:
    """Return a posted number to two digits, or three where it is a count; nothing for zero or words.

    Examples
    --------
    >>> coarse("1,234"), coarse("0.0849"), coarse("0"), coarse("NA")
    ('1234', '0.085', '', '')
    """
    value = read_value(text)
    if not isinstance(value, Number) or not value.amount:
        return ""
    if value.decimals == 0:
        return f"{value.amount:f}"
    amount = float(value.amount)
    return f"{amount:.2g}" if math.isfinite(amount) else ""


@dataclass(frozen=True)
class GroupContent:
    """A group with what its column of a module or measure holds.

    Attributes
    ----------
    title
        Its title.
    known_as
        What the other record calls a group of this title elsewhere; empty if that is not known.
    numbers
        The numbers of its column.
    id
        Its id where that tells which group it is: between versions of one record; else empty.
    description
        What is said of it, where that is said of no other group beside it; else empty.
    """

    title: str
    known_as: str
    numbers: Counter[Hashable]
    id: str = ""
    description: str = ""

    def __hash__(self) -> int:
        return hash((self.title, self.known_as))


def group_numbers(owner: Node) -> Mapping[str, Counter[Hashable]]:
    """Collect the numbers of each group within a module or measure, by the group's id.

    Each number counts twice: with the row in which it stands, and alone for rows of another name.
    Other than in :func:`numbers_in` denominators and zeros belong to it: they tell columns apart.
    """
    found: dict[str, Counter[Hashable]] = {}
    _collect(owner, (), found)
    return found


def _collect(part: Any, row: tuple[str, ...], found: dict[str, Counter[Hashable]]) -> None:
    if isinstance(part, tuple):
        for element in part:
            _collect(element, row, found)
        return
    if not isinstance(part, Node) or isinstance(part, results.MeasureAnalysis):
        return
    group_id = part.id if isinstance(part, results.EventGroup) else getattr(part, "group_id", None)
    if group_id is not None:
        column = found.setdefault(group_id, Counter())
        for name in part.__struct_fields__:
            number = getattr(part, name)
            if name in _NUMERIC and number is not None:
                digits = coarse(str(number)) or str(number)
                column.update([(name, digits), (*row, name, digits)])
        return
    label = _label(part)
    for name in part.__struct_fields__:
        _collect(getattr(part, name), (*row, label) if label else row, found)


def _label(part: Node) -> str:
    names = ("organ_system", "term", "title", "type", "units")
    return " ".join(
        folded(text) for name in names if isinstance(text := getattr(part, name, None), str)
    )


def _alike(words: float | None, numbers: float | None) -> float:
    """Join both shares to one likeness; 0 where they are too little."""
    known = [share for share in (words, numbers) if share is not None]
    if not known:
        return 0.0
    mean = sum(known) / len(known)
    return mean if mean >= _ENOUGH or max(known) >= _ENOUGH_ALONE else 0.0


def _likeness(*names: str, by_group: bool = True) -> Likeness:
    """Compare by the words of some fields and by the numbers within.

    Parameters
    ----------
    names
        The fields.
    by_group
        Whether both elements call groups by the same ids, so that it counts whose a number is.
    """

    def compare(one: Node, two: Node) -> float:
        text_one, text_two = (
            " ".join(getattr(part, name) or "" for name in names) for part in (one, two)
        )
        numbers = (_counted(part, by_group=by_group) for part in (one, two))
        return _alike(shared_words(text_one, text_two), shared_numbers(*numbers))

    return compare


def loose_likeness(one: tuple[Node, Node], two: tuple[Node, Node]) -> float:
    """Compare classes or analyses of outcome measures that are not each other's.

    Parameters
    ----------
    one, two
        The outcome measure and the class or analysis in it. Their numbers must agree, for most
        outcome measures of a trial share words.
    """
    numbers_one, numbers_two = _counted(one[1]), _counted(two[1])
    numbers = shared_numbers(numbers_one, numbers_two)
    if numbers is None or numbers < _ENOUGH_ALONE:
        return 0.0
    words = shared_words(_wording(*one), _wording(*two)) or 0.0
    is_enough = words >= _ENOUGH or (numbers == 1 and numbers_one.total() >= _ENOUGH_NUMBERS)
    return numbers + words if is_enough else 0.0


def _wording(*parts: Node) -> str:
    names = ("title", "time_frame", "unit_of_measure", "statistical_method", "param_type")
    return " ".join(getattr(part, name, None) or "" for part in parts for name in names)


def _group_likeness(one: GroupContent, two: GroupContent) -> float:
    """Compare columns: their numbers suffice, for a group is easily called otherwise."""
    numbers = shared_numbers(one.numbers, two.numbers) or 0.0
    words = shared_words(one.title, two.title) or 0.0
    if numbers < _ENOUGH and words < _ENOUGH_ALONE:
        return 0.0
    # Between versions the same id counts as much as the same words: a new title may share a word by chance.
    return numbers + words / 2 + (0.5 if one.id and one.id == two.id else 0.0)


def _event_likeness(one: results.AdverseEvent, two: results.AdverseEvent) -> float:
    """Take two terms for one where they are spelled alike and have the same counts.

    Spelling alone would take hypotension for hypertension.
    """
    counts = (_counted(part, by_group=True) for part in (one, two))
    numbers = shared_numbers(*counts)
    if numbers is None or numbers < _ENOUGH_ALONE:
        return 0.0
    spelling = difflib.SequenceMatcher(None, folded(one.term), folded(two.term)).ratio()
    return spelling * numbers if spelling >= _SIMILAR_TERM else 0.0


def _key(*names: str) -> Key:
    """Name an element by some of its fields, whatever their capitals."""
    return lambda part: tuple(folded(getattr(part, name)) for name in names)


def _named(*names: str) -> Key:
    """As :func:`_key`, but an element without the first of the fields has no name."""

    def key(part: Any) -> Hashable:
        name = tuple(folded(getattr(part, field)) for field in names)
        return name if name[0] else None

    return key


def _title_and_id(group: GroupContent) -> Hashable:
    return (folded(group.title), group.id) if group.id else None


_IN_A_MEASURE = Identity(keys=(_key("title"),), likeness=_likeness("title"), by_elimination=True)

BY_CONTENT: Mapping[type, Identity] = MappingProxyType(
    {
        GroupContent: Identity(
            keys=(_title_and_id, _named("title"), _named("known_as"), _named("description")),
            likeness=_group_likeness,
            by_elimination=True,
        ),
        results.FlowPeriod: Identity(
            keys=(_key("title"),), likeness=_likeness("title"), by_elimination=True
        ),
        results.FlowMilestone: Identity(keys=(_key("type"),), likeness=_likeness("type")),
        results.DropWithdraw: Identity(keys=(_key("type"),), likeness=_likeness("type")),
        results.Denom: Identity(
            keys=(_key("units"),), likeness=_likeness("units"), by_elimination=True
        ),
        results.MeasureClass: _IN_A_MEASURE,
        results.MeasureCategory: _IN_A_MEASURE,
        results.BaselineMeasure: Identity(
            keys=(
                _named("title", "param_type", "unit_of_measure"),
                _named("title", "unit_of_measure"),
                _named("title"),
            ),
            likeness=_likeness("title"),
        ),
        results.OutcomeMeasure: Identity(
            keys=(
                _named("title", "time_frame", "unit_of_measure", "type", "description"),
                _named("title", "time_frame", "unit_of_measure", "type"),
                _named("title", "time_frame", "unit_of_measure"),
                _named("title", "time_frame"),
                _named("title"),
            ),
            likeness=_likeness("title", "time_frame", by_group=False),
        ),
        results.MeasureAnalysis: Identity(
            keys=(
                lambda part: (part.group_ids, part.statistical_method, part.param_type),
                lambda part: (frozenset(part.group_ids or ()), part.statistical_method),
                lambda part: frozenset(part.group_ids or ()),
            ),
            likeness=_likeness("statistical_method", "param_type", "group_description"),
            by_elimination=True,
        ),
        results.AdverseEvent: Identity(
            keys=(
                _named("term", "organ_system", "source_vocabulary", "notes"),
                _named("term", "organ_system"),
                _named("term"),
            ),
            likeness=_event_likeness,
        ),
    }
)
"""How elements of records from different hands are recognized: never by id, never by place."""
