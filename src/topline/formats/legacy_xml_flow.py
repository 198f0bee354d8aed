"""The participant flow of the public XML."""

from topline.formats.legacy_xml_elements import Shape, Text, Within, parts
from topline.record.results import (
    DropWithdraw,
    FlowGroup,
    FlowMilestone,
    FlowPeriod,
    FlowStats,
    ParticipantFlowModule,
)

_GROUP = Shape(
    FlowGroup,
    {"title": Text("title"), "description": Text("description")},
    attributes={"group_id": ("id", "P")},
)

_PARTICIPANTS = Shape(
    FlowStats,
    attributes={"group_id": ("group_id", "P"), "count": ("num_subjects", None)},
    text="comment",
)

_MILESTONE = Shape(
    FlowMilestone,
    {
        "title": Text("type"),
        "participants_list": Within({"participants": parts("achievements", _PARTICIPANTS)}),
    },
)

_REASON = Shape(
    DropWithdraw,
    {
        "title": Text("type"),
        "participants_list": Within({"participants": parts("reasons", _PARTICIPANTS)}),
    },
)

_PERIOD = Shape(
    FlowPeriod,
    {
        "title": Text("title"),
        "milestone_list": Within({"milestone": parts("milestones", _MILESTONE)}),
        "drop_withdraw_reason_list": Within(
            {"drop_withdraw_reason": parts("drop_withdraws", _REASON)}
        ),
    },
)

PARTICIPANT_FLOW = Shape(
    ParticipantFlowModule,
    {
        "recruitment_details": Text("recruitment_details"),
        "pre_assignment_details": Text("pre_assignment_details"),
        "group_list": Within({"group": parts("groups", _GROUP)}),
        "period_list": Within({"period": parts("periods", _PERIOD)}),
    },
)
