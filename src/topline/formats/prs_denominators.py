"""Denominators in the registry's upload: participants, and one kind of units beside them.

A group, and a group within a row, has a number of participants (``subjectsAnalyzed``) and one of units
(``numUnitsAnalyzed``); what the units are is said once (``typeUnitsAnalyzed``).
"""

from collections.abc import Iterable, Mapping

from topline.formats.prs_elements import Writing
from topline.formats.prs_groups import LEADS_NOWHERE
from topline.record.results import Denom, DenomCount

PARTICIPANTS = "Participants"
UNITS = "Units"
"""What the schema calls the other units where it does not name them."""

_ONE_UNIT = (
    "the schema has a place for participants and for one other unit, named by typeUnitsAnalyzed"
)
_TWICE = "the schema has one denominator for a group"


def read_denoms(
    participants: Iterable[tuple[str, str | None]],
    units: Iterable[tuple[str, str | None]],
    unit: str | None,
) -> tuple[Denom, ...] | None:
    """Make denominators of the numbers of each group, in order; ``None`` if there are none."""
    denoms = (
        _denom(PARTICIPANTS, participants),
        _denom(unit if unit is not None else UNITS, units),
    )
    return tuple(denom for denom in denoms if denom is not None) or None


def split_denoms(
    denoms: Iterable[Denom] | None, unit: str | None, address: str, writing: Writing
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return participants and units by group; what has no place is explained.

    Parameters
    ----------
    denoms
        The denominators of a module, measure or class.
    unit
        What the units are: ``type_units_analyzed``.
    address
        The address of the part that has them.
    writing
        Where to explain.
    """
    wanted = (PARTICIPANTS, unit if unit is not None else UNITS)
    found: dict[str | None, dict[str, str]] = {}
    for place, denom in enumerate(denoms or ()):
        here = f"{address}/denoms/{place}"
        writing.explain(here, _ONE_UNIT)
        if denom.units in wanted and denom.units not in found:
            found[denom.units] = _counts(denom, here, writing)
    return found.get(wanted[0], {}), found.get(wanted[1], {})


def _denom(units: str, numbers: Iterable[tuple[str, str | None]]) -> Denom | None:
    counts = tuple(
        DenomCount(group_id=id, value=number) for id, number in numbers if number is not None
    )
    return Denom(units=units, counts=counts) if counts else None


def _counts(denom: Denom, address: str, writing: Writing) -> dict[str, str]:
    counts: dict[str, str] = {}
    for place, count in enumerate(denom.counts or ()):
        here = f"{address}/counts/{place}"
        if count.group_id is None:
            writing.explain(here, LEADS_NOWHERE)
        elif count.group_id in counts:
            writing.explain(here, _TWICE)
        elif count.value is not None:
            counts[count.group_id] = count.value
    return counts
