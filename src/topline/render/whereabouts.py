"""Where a part of a record stands, in the words a reader of the page would use."""

from collections.abc import Mapping
from itertools import takewhile
from types import MappingProxyType

from topline.record import Study
from topline.record.cells import Cell, Leaf, leaves

_NAMES_OF_PARTS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("groups", "title"): "group title",
        ("groups", "id"): "group id",
        ("eventGroups", "title"): "group title",
        ("eventGroups", "id"): "group id",
        ("periods", "title"): "period title",
        ("milestones", "type"): "milestone title",
        ("dropWithdraws", "type"): "reason not completed",
        ("classes", "title"): "row title",
        ("categories", "title"): "category title",
    }
)
"""What names a part: the part's list and the field. Elsewhere a title is that of what stands before it."""


def whereabouts(study: Study, address: str) -> tuple[str, ...]:
    """Say where the part at an address stands: module, measure, class, category, group, what it is.

    Parameters
    ----------
    study
        The record.
    address
        JSON Pointer of a number, a text, or a part that holds several.

    Returns
    -------
    tuple of str
        From the outside in; of a part, what all in it have in common. Empty outside the results
        section, and for what holds nothing.

    Examples
    --------
    >>> from topline.record.results import AdverseEventsModule, EventGroup, ResultsSection
    >>> groups = (EventGroup(id="EG000", title="Placebo", deaths_num_affected=2),)
    >>> section = ResultsSection(adverse_events_module=AdverseEventsModule(event_groups=groups))
    >>> address = "/resultsSection/adverseEventsModule/eventGroups/0/deathsNumAffected"
    >>> " > ".join(whereabouts(Study(results_section=section), address))
    'Adverse events > All-Cause Mortality > Placebo > affected [participants]'
    """
    inside = f"{address}/"
    found = [
        leaf_words(leaf)
        for leaf in leaves(study)
        if leaf.address == address or leaf.address.startswith(inside)
    ]
    alike = takewhile(lambda words: len(set(words)) == 1, zip(*found, strict=False))
    return tuple(words[0] for words in alike)


def leaf_words(leaf: Leaf) -> tuple[str, ...]:
    """Say where a number or text stands, from the outside in.

    Parameters
    ----------
    leaf
        The number or text.

    Examples
    --------
    >>> from topline.record.cells import Module, Text
    >>> group = Text(address="/resultsSection/participantFlowModule/groups/0/title", text="Placebo",
    ...              module=Module.PARTICIPANT_FLOW, field="title", group_titles=("Placebo",))
    >>> leaf_words(group)
    ('Participant flow', 'group title')
    """
    module = leaf.module.value.capitalize()
    groups = " and ".join(title for title in leaf.group_titles if title)
    if not isinstance(leaf, Cell):
        *_, part, _, field = ("", "", *leaf.address.split("/"))
        name = _NAMES_OF_PARTS.get((part, field))
        if name is not None:
            return (module, *leaf.context, name)
        what = leaf.field.replace("_", " ")
        return (module, *leaf.context, *([groups] if groups else []), what)
    what = f"{leaf.kind.value} [{leaf.unit}]" if leaf.unit else leaf.kind.value
    return (module, *leaf.context, *([groups] if groups else []), what)
