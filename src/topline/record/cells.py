"""All cells and texts of the results section, each with its address, groups and context.

A cell is one posted number; a text is any other posted leaf (titles, descriptions, comments,
codes). Together they are every leaf of the results section but the references to groups, which
travel with the cells; a leaf cannot be missed, since the walk follows the types themselves.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import replace

from topline.record import results
from topline.record.intervals import Interval
from topline.record.node import Node
from topline.record.study import Study
from topline.record.values import Number, Printing, Value, read_value


class Module(StrEnum):
    """The modules of the results section."""

    PARTICIPANT_FLOW = "participant flow"
    BASELINE_CHARACTERISTICS = "baseline characteristics"
    OUTCOME_MEASURES = "outcome measures"
    ADVERSE_EVENTS = "adverse events"
    MORE_INFORMATION = "more information"


class CellKind(StrEnum):
    """What the number of a cell is."""

    PARTICIPANTS = "participants"
    UNITS = "units"
    DENOMINATOR = "denominator"
    VALUE = "value"
    SPREAD = "spread"
    LOWER_LIMIT = "lower limit"
    UPPER_LIMIT = "upper limit"
    P_VALUE = "p-value"
    ESTIMATE = "estimate"
    ESTIMATE_DISPERSION = "dispersion of the estimate"
    CONFIDENCE_LEVEL = "confidence level"
    CONFIDENCE_LOWER_LIMIT = "lower confidence limit"
    CONFIDENCE_UPPER_LIMIT = "upper confidence limit"
    AFFECTED = "affected"
    AT_RISK = "at risk"
    EVENTS = "events"
    FREQUENCY_THRESHOLD = "frequency threshold"


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One posted number of the results section.

    Parameters
    ----------
    address
        JSON Pointer of the number.
    module
        Which results module it stands in.
    kind
        What the number is.
    text
        The string as posted; a number posted as a JSON integer in its digits.
    group_ids
        The group it belongs to; for a statistical analysis, all groups compared.
    group_titles
        Their titles, in the same order; ``None`` for a group the record does not define.
    context
        Titles from outermost to innermost: period and milestone, measure, class and category,
        organ system and term.
    comment
        The comment posted with this number: the reason where it is NA.
    unit
        Unit of measure; ``None`` where the number has none or the record does not say.
    exact
        Whether the number is a count, which is never rounded.
    """

    address: str
    module: Module
    kind: CellKind
    text: str
    group_ids: tuple[str, ...] = ()
    group_titles: tuple[str | None, ...] = ()
    context: tuple[str, ...] = ()
    comment: str | None = None
    unit: str | None = None
    exact: bool = False

    @property
    def group_id(self) -> str | None:
        """The group, where the cell belongs to exactly one."""
        return self.group_ids[0] if len(self.group_ids) == 1 else None

    def value(self) -> Value:
        """Read the posted string."""
        return read_value(self.text, self.comment)

    def interval(self, printing: Printing = Printing.ROUNDED) -> Interval | None:
        """Return the possible numbers: one for a count, a rounding interval otherwise.

        ``None`` where the cell holds no readable number.
        """
        value = self.value()
        if isinstance(value, Number):
            return value.exact() if self.exact else value.interval(printing)
        return value.interval()


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """One posted leaf of the results section that is not a number.

    Parameters
    ----------
    address
        JSON Pointer of the leaf.
    module
        Which module it stands in.
    field
        The name of the field, as in ``docs/reference/names.md``.
    text
        As posted; ``true`` or ``false`` for a flag.
    group_ids
        The groups it speaks of: the group it names, or those of the cell it comments on.
    group_titles
        Their titles, in the same order; ``None`` for a group the record does not define.
    context
        Titles from outermost to innermost, without the text itself.
    """

    address: str
    module: Module
    field: str
    text: str
    group_ids: tuple[str, ...] = ()
    group_titles: tuple[str | None, ...] = ()
    context: tuple[str, ...] = ()


Leaf: TypeAlias = Cell | Text


def cells(study: Study) -> Iterator[Cell]:
    """Yield every posted number of the results section in the order of the record.

    Parameters
    ----------
    study
        The record; one without results yields nothing.

    Examples
    --------
    >>> from topline.record.results import (
    ...     AdverseEventsModule, EventGroup, ResultsSection)
    >>> group = EventGroup(id="EG000", title="Placebo", deaths_num_affected=2)
    >>> section = ResultsSection(adverse_events_module=AdverseEventsModule(event_groups=(group,)))
    >>> for cell in cells(Study(results_section=section)):
    ...     print(cell.address, cell.context, cell.kind, cell.text, cell.group_id)
    /resultsSection/adverseEventsModule/eventGroups/0/deathsNumAffected \
('All-Cause Mortality',) affected 2 EG000
    """
    return (leaf for leaf in leaves(study) if type(leaf) is Cell)


def texts(study: Study) -> Iterator[Text]:
    """Yield every other posted leaf of the results section: titles, descriptions, codes, flags.

    Examples
    --------
    >>> from topline.record.results import MoreInfoModule, PointOfContact, ResultsSection
    >>> contact = PointOfContact(organization="Example Clinical Trials Unit")
    >>> section = ResultsSection(more_info_module=MoreInfoModule(point_of_contact=contact))
    >>> [text.field for text in texts(Study(results_section=section))]
    ['organization']
    """
    return (leaf for leaf in leaves(study) if type(leaf) is Text)


def leaves(study: Study) -> Iterator[Leaf]:
    """Yield cells and texts together, in the order of the record."""
    section = study.results_section
    if section is None:
        return
    for name, camel, module in _MODULES:
        node = getattr(section, name)
        if node is not None:
            yield from _walk(node, f"/resultsSection/{camel}", _Place(module=module))


_MODULES = (
    ("participant_flow_module", "participantFlowModule", Module.PARTICIPANT_FLOW),
    (
        "baseline_characteristics_module",
        "baselineCharacteristicsModule",
        Module.BASELINE_CHARACTERISTICS,
    ),
    ("outcome_measures_module", "outcomeMeasuresModule", Module.OUTCOME_MEASURES),
    ("adverse_events_module", "adverseEventsModule", Module.ADVERSE_EVENTS),
    ("more_info_module", "moreInfoModule", Module.MORE_INFORMATION),
)


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """What a node inherits from the nodes around it."""

    module: Module
    context: tuple[str, ...] = ()
    titles: Mapping[str, str | None] = msgspec.field(default_factory=dict)
    group_ids: tuple[str, ...] = ()
    units: str | None = None
    counts: bool = False


@dataclass(frozen=True, slots=True)
class _Field:
    """A numeric field: its kind, where its comment and unit stand, what stands above it."""

    kind: CellKind
    comment: str | None = None
    unit: str | None = None
    inherits_unit: bool = False
    above: tuple[str, ...] = ()


def _event_field(kind: CellKind, table: str) -> _Field:
    return _Field(kind, unit="participants", above=(table,))


_EXACT_KINDS = frozenset(
    {
        CellKind.PARTICIPANTS,
        CellKind.UNITS,
        CellKind.DENOMINATOR,
        CellKind.AFFECTED,
        CellKind.AT_RISK,
        CellKind.EVENTS,
    }
)

_NUMBERS: Mapping[type[Node], Mapping[str, _Field]] = MappingProxyType(
    {
        results.FlowStats: {
            "num_subjects": _Field(CellKind.PARTICIPANTS, "comment", unit="participants"),
            "num_units": _Field(CellKind.UNITS, "comment", inherits_unit=True),
        },
        results.DenomCount: {"value": _Field(CellKind.DENOMINATOR, inherits_unit=True)},
        results.Measurement: {
            "value": _Field(CellKind.VALUE, "comment", inherits_unit=True),
            "spread": _Field(CellKind.SPREAD, "comment", inherits_unit=True),
            "lower_limit": _Field(CellKind.LOWER_LIMIT, "comment", inherits_unit=True),
            "upper_limit": _Field(CellKind.UPPER_LIMIT, "comment", inherits_unit=True),
        },
        results.MeasureAnalysis: {
            "p_value": _Field(CellKind.P_VALUE, "p_value_comment"),
            "param_value": _Field(CellKind.ESTIMATE, "estimate_comment"),
            "dispersion_value": _Field(CellKind.ESTIMATE_DISPERSION, "estimate_comment"),
            "ci_pct_value": _Field(CellKind.CONFIDENCE_LEVEL, unit="percent"),
            "ci_lower_limit": _Field(CellKind.CONFIDENCE_LOWER_LIMIT, "ci_lower_limit_comment"),
            "ci_upper_limit": _Field(CellKind.CONFIDENCE_UPPER_LIMIT, "ci_upper_limit_comment"),
        },
        results.EventGroup: {
            "deaths_num_affected": _event_field(CellKind.AFFECTED, "All-Cause Mortality"),
            "deaths_num_at_risk": _event_field(CellKind.AT_RISK, "All-Cause Mortality"),
            "serious_num_affected": _event_field(CellKind.AFFECTED, "Serious Adverse Events"),
            "serious_num_at_risk": _event_field(CellKind.AT_RISK, "Serious Adverse Events"),
            "other_num_affected": _event_field(CellKind.AFFECTED, "Other Adverse Events"),
            "other_num_at_risk": _event_field(CellKind.AT_RISK, "Other Adverse Events"),
        },
        results.EventStats: {
            "num_events": _Field(CellKind.EVENTS, unit="events"),
            "num_affected": _Field(CellKind.AFFECTED, unit="participants"),
            "num_at_risk": _Field(CellKind.AT_RISK, unit="participants"),
        },
        results.AdverseEventsModule: {
            "frequency_threshold": _Field(CellKind.FREQUENCY_THRESHOLD, unit="percent"),
        },
    }
)
"""The numeric fields of each type; every other leaf is a text."""

_REFERENCES = frozenset({"group_id", "group_ids"})

_TITLES: Mapping[type[Node], tuple[str, ...]] = MappingProxyType(
    {
        results.FlowPeriod: ("title",),
        results.FlowMilestone: ("type",),
        results.DropWithdraw: ("type",),
        results.BaselineMeasure: ("title",),
        results.OutcomeMeasure: ("title",),
        results.MeasureClass: ("title",),
        results.MeasureCategory: ("title",),
        results.AdverseEvent: ("organ_system", "term"),
    }
)
"""The fields that name a node in the context of what stands inside it."""

_LIST_TITLES: Mapping[str, str] = MappingProxyType(
    {"serious_events": "Serious Adverse Events", "other_events": "Other Adverse Events"}
)
"""Lists whose name is part of the context of what stands in them."""

_COUNT_TYPES = frozenset({"COUNT_OF_PARTICIPANTS", "COUNT_OF_UNITS"})


@cache
def _plan(node_type: type[Node]) -> tuple[tuple[str, str, _Field | None, bool], ...]:
    """Fields of a type: Python name, JSON name, what number it is, whether it is a reference."""
    numbers = _NUMBERS.get(node_type, {})
    return tuple(
        (field.name, field.encode_name, numbers.get(field.name), field.name in _REFERENCES)
        for field in msgspec.structs.fields(node_type)
    )


def _walk(node: Node, address: str, around: _Place) -> Iterator[Leaf]:
    inside = _enter(node, around)
    for name, camel, number, is_reference in _plan(type(node)):
        found = getattr(node, name)
        if found is None or is_reference:
            continue
        here = f"{address}/{camel}"
        if number is not None:
            yield _cell(node, found, here, number, inside)
        elif isinstance(found, Node):
            yield from _walk(found, here, inside)
        elif isinstance(found, tuple):
            yield from _walk_list(name, found, here, inside)
        else:
            yield _text(node, name, found, here, inside, around)


def _walk_list(name: str, found: tuple[Any, ...], address: str, place: _Place) -> Iterator[Leaf]:
    title = _LIST_TITLES.get(name)
    if title is not None:
        place = replace(place, context=(*place.context, title))
    for position, element in enumerate(found):
        inside = place
        if name == "analyses":
            numbered = f"Statistical Analysis {position + 1}"
            inside = replace(place, context=(*place.context, numbered))
        yield from _walk(element, f"{address}/{position}", inside)


def _cell(node: Node, found: Any, address: str, number: _Field, place: _Place) -> Cell:
    is_value = number.kind is CellKind.VALUE
    return Cell(
        address=address,
        module=place.module,
        kind=number.kind,
        text=str(found),
        group_ids=place.group_ids,
        group_titles=tuple(place.titles.get(group_id) for group_id in place.group_ids),
        context=place.context + number.above,
        comment=getattr(node, number.comment) if number.comment is not None else None,
        unit=place.units if number.inherits_unit else number.unit,
        exact=number.kind in _EXACT_KINDS or (is_value and place.counts),
    )


def _text(node: Node, name: str, found: Any, address: str, inside: _Place, around: _Place) -> Text:
    # A title is not its own context; the other fields of the node stand under the title.
    names_node = name in _TITLES.get(type(node), ())
    return Text(
        address=address,
        module=inside.module,
        field=name,
        text=str(found).lower() if isinstance(found, bool) else str(found),
        group_ids=inside.group_ids,
        group_titles=tuple(inside.titles.get(group_id) for group_id in inside.group_ids),
        context=around.context if names_node else inside.context,
    )


def _enter(node: Node, around: _Place) -> _Place:
    """Return what holds inside a node: its titles, groups and units added to those around it."""
    match node:
        case (
            results.Measurement()
            | results.FlowStats()
            | results.DenomCount()
            | results.EventStats()
        ):
            group_ids = (node.group_id,) if node.group_id is not None else ()
            return replace(around, group_ids=group_ids)
        case results.FlowGroup() | results.MeasureGroup() | results.EventGroup():
            return replace(around, group_ids=(node.id,) if node.id is not None else ())
        case results.MeasureAnalysis():
            return replace(around, group_ids=node.group_ids or ())
        case results.Denom():
            return replace(around, units=node.units)
        case (
            results.ParticipantFlowModule()
            | results.BaselineCharacteristicsModule()
            | results.AdverseEventsModule()
        ):
            return _enter_module(node, around)
        case results.OutcomeMeasure() | results.BaselineMeasure():
            return _enter_measure(node, around)
        case _:
            names = tuple(getattr(node, name) for name in _TITLES.get(type(node), ()))
            context = around.context + tuple(name for name in names if name is not None)
            return replace(around, context=context) if context != around.context else around


_Groups: TypeAlias = tuple[results.FlowGroup | results.MeasureGroup | results.EventGroup, ...]


def _enter_module(
    node: results.ParticipantFlowModule
    | results.BaselineCharacteristicsModule
    | results.AdverseEventsModule,
    around: _Place,
) -> _Place:
    if isinstance(node, results.AdverseEventsModule):
        return replace(around, titles=_group_titles(node.event_groups))
    return replace(around, titles=_group_titles(node.groups), units=node.type_units_analyzed)


def _enter_measure(
    node: results.OutcomeMeasure | results.BaselineMeasure, around: _Place
) -> _Place:
    place = replace(
        around,
        context=around.context if node.title is None else (*around.context, node.title),
        units=node.unit_of_measure,
        counts=node.param_type in _COUNT_TYPES,
    )
    if isinstance(node, results.OutcomeMeasure):
        return replace(place, titles=_group_titles(node.groups))
    return place


def _group_titles(groups: _Groups | None) -> Mapping[str, str | None]:
    return {group.id: group.title for group in groups or () if group.id is not None}
