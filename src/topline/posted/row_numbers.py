"""How many of each group a row speaks of: its denominators, or what its title says instead.

Older records have denominators for the whole measure only, and write those of a row into its title:
"Week 13 (n=46, 44)". Taking the whole measure's for such a row would make every interval too narrow.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from topline.posted.summaries import Unusable, possible, whole_number
from topline.record.results import (
    Denom,
    MeasureCategory,
    MeasureClass,
    OutcomeMeasure,
)


@dataclass(frozen=True, slots=True)
class Analyzed:
    """How many participants of a group a row speaks of.

    Attributes
    ----------
    number
        The number.
    addresses
        JSON Pointers of what says so.
    note
        What a reader must know about it; may be empty.
    """

    number: int
    addresses: tuple[str, ...]
    note: str = ""


Numbers = Mapping[str, Analyzed] | Unusable
"""By group id; or why there are none."""

_IN_TITLE = re.compile(
    r"\bn\s*=\s*(?:\d+(?:\s*(?:,|;|/|&|and)\s*(?:n\s*=\s*)?\d+)*)", re.IGNORECASE
)
_IN_WORDS = re.compile(
    r"\bn\s*=|\bn\s*\(|\bnumber (?:of (?:participants|subjects|patients) )?"
    r"(?:analy[sz]ed|evaluated|evaluable|assessed|with data)[^.]{0,60}"
    r"\b(?:var(?:y|ies|ied)|differs?|differed|each|given|specified)\b",
    re.IGNORECASE,
)
"""A text that says that rows differ in how many they speak of."""
_PARTICIPANTS = ("participants", "participant", "subjects", "patients")


def of_class(
    measure: OutcomeMeasure, measure_class: MeasureClass, address: str, place: int
) -> Numbers:
    """Return the denominators of a class in participants, or why there are none.

    Parameters
    ----------
    measure, measure_class
        The measure, and the class whose own denominators come first.
    address
        JSON Pointer of the measure.
    place
        Place of the class.
    """
    own = measure_class.denoms
    where = f"{address}/classes/{place}/denoms" if own else f"{address}/denoms"
    units = measure.denom_units_selected or measure.type_units_analyzed
    if units is not None and not _is_participants(units):
        return Unusable(
            f"the numbers are of {units.casefold()}, of which a participant may have several"
        )
    rows = len(measure.classes or ())
    note = (
        ""
        if own or rows < 2
        else "the row has no number analyzed of its own; that of the whole measure was taken"
    )
    for position, denom in enumerate(own or measure.denoms or ()):
        if _is_participants(denom.units):
            return dict(_numbers(denom, f"{where}/{position}", note))
    return Unusable("the record has no denominators in participants")


def of_row(
    measure: OutcomeMeasure,
    measure_class: MeasureClass,
    category: MeasureCategory,
    addresses: tuple[str, str],
    of: Numbers,
) -> Numbers:
    """Return the numbers of a row: those of its class unless its title says others.

    Parameters
    ----------
    measure, measure_class, category
        What the row is in.
    addresses
        JSON Pointers of the class and the category.
    of
        The numbers of the class.
    """
    if isinstance(of, Unusable) or measure_class.denoms:
        return of
    address, category_address = addresses
    titles = {address: measure_class.title or "", category_address: category.title or ""}
    found = {place: numbers_in(text) for place, text in titles.items() if _IN_TITLE.search(text)}
    if len(found) > 1:
        return Unusable("the titles of class and category both give numbers analyzed")
    for place, numbers in found.items():
        return _assigned(numbers, _groups(measure, category), of, f"{place}/title")
    if len(measure.classes or ()) > 1 and _says_they_differ(measure):
        return Unusable("the rows differ in how many they speak of, which is said in words only")
    return of


def numbers_in(title: str) -> tuple[int, ...]:
    """Return the numbers that a title gives as analyzed; none where it gives several lists.

    Examples
    --------
    >>> numbers_in("Week 13 (n=46, 44)"), numbers_in("Baseline, N=65, N=66")
    ((46, 44), (65, 66))
    >>> numbers_in("Week 13")
    ()
    """
    found = _IN_TITLE.findall(title)
    if len(found) != 1:
        return ()
    return tuple(int(digits) for digits in re.findall(r"\d+", found[0]))


def _assigned(
    numbers: Sequence[int], groups: Sequence[str], of: Mapping[str, Analyzed], address: str
) -> Numbers:
    listed = ", ".join(map(str, numbers))
    if len(numbers) != len(groups):
        return Unusable(
            f"the row's title gives {len(numbers)} numbers analyzed ({listed}) for {len(groups)} groups"
        )
    whole = [of.get(group) for group in groups]
    if any(
        one is not None and number > one.number for one, number in zip(whole, numbers, strict=True)
    ):
        return Unusable(f"the row's title gives more analyzed ({listed}) than the measure has")
    note = f"the numbers analyzed are those of the row's title (n={listed}), in the order of the groups"
    return {
        group: Analyzed(number, (address,), note)
        for group, number in zip(groups, numbers, strict=True)
    }


def _groups(measure: OutcomeMeasure, category: MeasureCategory) -> list[str]:
    """Return the groups that have a number in a row, in the order of the measure's groups."""
    with_number = {
        posted.group_id
        for posted in category.measurements or ()
        if not isinstance(possible(posted.value), str)
    }
    return [group.id or "" for group in measure.groups or () if group.id in with_number]


def _says_they_differ(measure: OutcomeMeasure) -> bool:
    texts = (measure.description, measure.population_description)
    return any(_IN_WORDS.search(text) for text in texts if text)


def _is_participants(units: str | None) -> bool:
    return (units or "").strip().casefold() in _PARTICIPANTS


def _numbers(denom: Denom, address: str, note: str) -> Iterator[tuple[str, Analyzed]]:
    for place, count in enumerate(denom.counts or ()):
        number = whole_number(count.value)
        if isinstance(number, int):
            yield count.group_id or "", Analyzed(number, (f"{address}/counts/{place}/value",), note)
