"""The participant flow as boxes: a way down for every group, those who left beside it."""

from collections.abc import Iterator

from topline.record.results import FlowPeriod, FlowStats, ParticipantFlowModule
from topline.render.context import FlowArm, FlowBox, FlowPeriodView
from topline.render.flow_table import ADDRESS, milestone_name
from topline.render.table_model import Fact, Group
from topline.render.table_parts import groups, number


def flow_diagram(module: ParticipantFlowModule) -> tuple[FlowPeriodView, ...]:
    """Return the diagram, by period.

    Groups with no participant in a period are left out of it: their zeros stand in the table.
    Reasons that applied to nobody are left out likewise.

    Examples
    --------
    >>> from topline.record.results import FlowGroup, FlowMilestone
    >>> started = FlowMilestone(type="STARTED", achievements=(
    ...     FlowStats(group_id="FG000", num_subjects="37"),))
    >>> (period,) = flow_diagram(ParticipantFlowModule(
    ...     groups=(FlowGroup(id="FG000", title="Treatment"),),
    ...     periods=(FlowPeriod(title="Overall Study", milestones=(started,)),)))
    >>> [(box.label, box.text) for box in period.arms[0].boxes]
    [('Started', '37')]
    """
    defined = groups(module.groups, f"{ADDRESS}/groups")
    return tuple(
        FlowPeriodView(
            title=period.title or "Period",
            arms=tuple(_arms(period, f"{ADDRESS}/periods/{place}", defined)),
        )
        for place, period in enumerate(module.periods or ())
    )


def _arms(period: FlowPeriod, address: str, defined: tuple[Group, ...]) -> Iterator[FlowArm]:
    for group in defined:
        boxes = tuple(_boxes(period, address, group.id))
        if any(number(box.text) != 0 for box in boxes if box.text):
            yield FlowArm(title=group.title, boxes=boxes)


def _boxes(period: FlowPeriod, address: str, group_id: str) -> Iterator[FlowBox]:
    """Yield the boxes from start to end, those not completed before the completed."""
    boxes = [
        FlowBox(label=milestone_name(milestone.type), text=text, address=where)
        for place, milestone in enumerate(period.milestones or ())
        for text, where in (
            _of_group(
                milestone.achievements, f"{address}/milestones/{place}/achievements", group_id
            ),
        )
        if text
    ]
    left = [box for box in boxes if box.label == "Not completed"]
    completed = [box for box in boxes if box.label == "Completed"]
    yield from (box for box in boxes if box not in left and box not in completed)
    for box in left:
        if number(box.text) == 0:
            continue
        yield FlowBox(
            label=box.label,
            text=box.text,
            address=box.address,
            reasons=tuple(_reasons(period, address, group_id)),
            aside=True,
        )
    yield from completed


def _reasons(period: FlowPeriod, address: str, group_id: str) -> Iterator[Fact]:
    for place, reason in enumerate(period.drop_withdraws or ()):
        text, where = _of_group(
            reason.reasons, f"{address}/dropWithdraws/{place}/reasons", group_id
        )
        if text and number(text) != 0:
            yield Fact(reason.type or "Reason", text, where)


def _of_group(posted: tuple[FlowStats, ...] | None, address: str, group_id: str) -> tuple[str, str]:
    """Return the posted number of a group and its address; empty where there is none."""
    for place, stats in enumerate(posted or ()):
        if (stats.group_id or "") == group_id and stats.num_subjects is not None:
            return stats.num_subjects, f"{address}/{place}/numSubjects"
    return "", ""
