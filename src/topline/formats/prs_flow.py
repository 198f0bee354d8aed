"""The participant flow in the registry's upload.

A period has one milestone STARTED, one COMPLETED and any number between them. NOT COMPLETED is not uploaded: the
registry computes it as started minus completed, and so does the reader.
"""

import itertools
from collections.abc import Iterable, Mapping

from topline.formats.prs_codes import OTHER, REASON
from topline.formats.prs_elements import (
    NO_PLACE,
    Element,
    Reading,
    Writing,
    add,
    add_if,
    children,
    listed,
    text,
)
from topline.formats.prs_groups import LEADS_NOWHERE, GroupIds, written_ids
from topline.record.results import (
    DropWithdraw,
    FlowGroup,
    FlowMilestone,
    FlowPeriod,
    FlowStats,
    ParticipantFlowModule,
)

ADDRESS = "/resultsSection/participantFlowModule"
STARTED, COMPLETED, NOT_COMPLETED = "STARTED", "COMPLETED", "NOT COMPLETED"

_FLOW = (
    "participantFlowGroups",
    "periods",
    "preAssignmentDescription",
    "recruitmentDetails",
    "typeUnitsAnalyzed",
)
_GROUP = ("description", "title")
_PERIOD = (
    "completedMilestone",
    "dropWithdrawReasons",
    "milestones",
    "startedMilestone",
    "title",
)
_MILESTONE = ("comment", "milestoneAchievements")
_OTHER_MILESTONE = (*_MILESTONE, "titleOther")
_ACHIEVEMENT = (
    "reportingGroupId",
    "comment",
    "subjectsAchieve",
    "subjectsNaComment",
    "unitsAchieve",
)
_REASON = ("dropWithdrawReasonDetails", "otherReasonName", "reasonType")
_DETAIL = ("reportingGroupId", "subjectsAffected")

_COMPUTED = "the registry computes NOT COMPLETED: participants started minus completed"
_ORDER = "the schema puts STARTED first and COMPLETED last"
_UNNAMED = "the schema's own place for it stands empty: it has no number and no comment"


def read_flow(element: Element | None, reading: Reading) -> ParticipantFlowModule | None:
    """Read the participant flow; ``None`` if there is none, or an empty one."""
    if element is None:
        return None
    found = children(element, _FLOW, ADDRESS, reading)
    groups = listed(found.get("participantFlowGroups"), "flowGroup", ADDRESS, reading)
    ids = GroupIds(groups, "F")
    periods = listed(found.get("periods"), "period", ADDRESS, reading)
    module = ParticipantFlowModule(
        pre_assignment_details=text(found.get("preAssignmentDescription")),
        recruitment_details=text(found.get("recruitmentDetails")),
        type_units_analyzed=text(found.get("typeUnitsAnalyzed")),
        groups=tuple(
            _read_group(group, id, f"{ADDRESS}/groups/{place}", reading)
            for place, (group, id) in enumerate(zip(groups, ids.ids, strict=True))
        )
        or None,
        periods=tuple(
            _read_period(period, ids, f"{ADDRESS}/periods/{place}", reading)
            for place, period in enumerate(periods)
        )
        or None,
    )
    return None if module == ParticipantFlowModule() else module


def write_flow(parent: Element, module: ParticipantFlowModule | None, writing: Writing) -> None:
    """Write the participant flow, if there is one."""
    if module is None:
        return
    element = add(parent, "participantFlow")
    ids = written_ids(module.groups, writing.id_prefix)
    groups = add(element, "participantFlowGroups")
    for place, group in enumerate(module.groups or ()):
        written = add(groups, "flowGroup")
        written.set("id", ids[group.id or ""])
        add_if(written, "description", group.description)
        add_if(written, "title", group.title)
        writing.give_back(written, f"{ADDRESS}/groups/{place}", _GROUP)
    periods = add(element, "periods")
    for place, period in enumerate(module.periods or ()):
        _write_period(add(periods, "period"), period, ids, (f"{ADDRESS}/periods/{place}", writing))
    add_if(element, "preAssignmentDescription", module.pre_assignment_details)
    add_if(element, "recruitmentDetails", module.recruitment_details)
    add_if(element, "typeUnitsAnalyzed", module.type_units_analyzed)
    writing.give_back(element, ADDRESS, _FLOW)


def _read_group(element: Element, id: str, address: str, reading: Reading) -> FlowGroup:
    found = children(element, _GROUP, address, reading)
    return FlowGroup(
        id=id, title=text(found.get("title")), description=text(found.get("description"))
    )


def _read_period(element: Element, ids: GroupIds, address: str, reading: Reading) -> FlowPeriod:
    found = children(element, _PERIOD, address, reading)
    others = listed(found.get("milestones"), "milestone", address, reading)
    started, completed = found.get("startedMilestone"), found.get("completedMilestone")
    place = itertools.count()
    read: list[FlowMilestone] = []
    for milestone, name in (
        (started, STARTED),
        *((other, None) for other in others),
        (completed, COMPLETED),
    ):
        made = (
            _read_milestone(milestone, name, ids, (f"{address}/milestones/{len(read)}", reading))
            if milestone is not None
            else None
        )
        # The schema wants both of its own milestones: one that says nothing is none.
        if made is not None and made != FlowMilestone(type=name):
            read.append(made)
        elif made is not None and name is None:
            read.append(made)
    if (rest := _not_completed(read)) is not None:
        read.append(rest)
    reasons = listed(found.get("dropWithdrawReasons"), "dropWithdrawReason", address, reading)
    return FlowPeriod(
        title=text(found.get("title")),
        milestones=tuple(read) or None,
        drop_withdraws=tuple(
            _read_reason(reason, ids, f"{address}/dropWithdraws/{next(place)}", reading)
            for reason in reasons
        )
        or None,
    )


def _read_milestone(
    element: Element, name: str | None, ids: GroupIds, at: tuple[str, Reading]
) -> FlowMilestone:
    address, reading = at
    names = _OTHER_MILESTONE if name is None else _MILESTONE
    found = children(element, names, address, reading)
    listed_here = listed(
        found.get("milestoneAchievements"), "milestoneAchievement", address, reading
    )
    achievements = [
        _read_achievement(one, id, f"{address}/achievements/{place}", reading)
        for place, (id, one) in enumerate(ids.sort(listed_here, f"{address}/achievements", reading))
    ]
    return FlowMilestone(
        type=text(found.get("titleOther")) if name is None else name,
        comment=text(found.get("comment")),
        achievements=tuple(achievements) or None,
    )


def _read_achievement(element: Element, id: str, address: str, reading: Reading) -> FlowStats:
    found = children(element, _ACHIEVEMENT, address, reading)
    comment, reason = text(found.get("comment")), found.get("subjectsNaComment")
    if comment is not None and text(reason) is not None and reason is not None:
        reading.keep(address, reason, NO_PLACE)
    return FlowStats(
        group_id=id,
        comment=comment if comment is not None else text(reason),
        num_subjects=text(found.get("subjectsAchieve")),
        num_units=text(found.get("unitsAchieve")),
    )


def _not_completed(milestones: Iterable[FlowMilestone]) -> FlowMilestone | None:
    """Compute the participants who did not complete a period, for each group with both numbers."""
    numbers: dict[str, Mapping[str | None, int]] = {}
    for milestone in milestones:
        if milestone.type in (STARTED, COMPLETED) and milestone.type not in numbers:
            numbers[milestone.type] = {
                one.group_id: int(one.num_subjects)
                for one in milestone.achievements or ()
                if one.num_subjects is not None and _is_count(one.num_subjects)
            }
    completed = numbers.get(COMPLETED, {})
    rest = tuple(
        FlowStats(group_id=id, num_subjects=str(count - completed[id]))
        for id, count in numbers.get(STARTED, {}).items()
        if id in completed
    )
    return FlowMilestone(type=NOT_COMPLETED, achievements=rest) if rest else None


def _is_count(number: str) -> bool:
    return number.isascii() and number.isdecimal() and len(number) < 19


def _read_reason(element: Element, ids: GroupIds, address: str, reading: Reading) -> DropWithdraw:
    found = children(element, _REASON, address, reading)
    listed_text, own = text(found.get("reasonType")), found.get("otherReasonName")
    if own is not None and text(own) is not None and not REASON.takes_other(listed_text):
        reading.keep(address, own, NO_PLACE)
    details = listed(found.get("dropWithdrawReasonDetails"), "reasonDetail", address, reading)
    counts: list[FlowStats] = []
    for id, detail in ids.sort(details, f"{address}/reasons", reading):
        inside = children(detail, _DETAIL, f"{address}/reasons/{len(counts)}", reading)
        counts.append(FlowStats(group_id=id, num_subjects=text(inside.get("subjectsAffected"))))
    return DropWithdraw(type=REASON.name_of(listed_text, text(own)), reasons=tuple(counts) or None)


def _write_period(
    element: Element, period: FlowPeriod, ids: Mapping[str, str], at: tuple[str, Writing]
) -> None:
    address, writing = at
    milestones = list(enumerate(period.milestones or ()))
    started = next((one for one in milestones if one[1].type == STARTED), None)
    completed = next((one for one in milestones if one[1].type == COMPLETED), None)
    computed = [one for one in milestones if one[1].type == NOT_COMPLETED]
    for place, _ in computed:
        writing.explain(f"{address}/milestones/{place}", _COMPUTED)
    for own in (started, completed):
        if own is not None:
            writing.explain(f"{address}/milestones/{own[0]}/type", _UNNAMED)
    writing.explain(f"{address}/milestones", _ORDER)
    _write_milestone(add(element, "completedMilestone"), completed, ids, at)
    reasons = add(element, "dropWithdrawReasons")
    for place, reason in enumerate(period.drop_withdraws or ()):
        _write_reason(
            add(reasons, "dropWithdrawReason"),
            reason,
            ids,
            f"{address}/dropWithdraws/{place}",
            writing,
        )
    others = add(element, "milestones")
    for one in milestones:
        if one not in (started, completed) and one not in computed:
            written = add(others, "milestone")
            _write_milestone(written, one, ids, at)
            add_if(written, "titleOther", one[1].type)
    _write_milestone(add(element, "startedMilestone"), started, ids, at)
    add_if(element, "title", period.title)
    writing.give_back(element, address, _PERIOD)


def _write_milestone(
    element: Element,
    numbered: tuple[int, FlowMilestone] | None,
    ids: Mapping[str, str],
    at: tuple[str, Writing],
) -> None:
    place, milestone = numbered or (0, FlowMilestone())
    address, writing = f"{at[0]}/milestones/{place}", at[1]
    add_if(element, "comment", milestone.comment)
    achievements = add(element, "milestoneAchievements")
    for number, one in enumerate(milestone.achievements or ()):
        here = f"{address}/achievements/{number}"
        if one.group_id is None:
            writing.explain(here, LEADS_NOWHERE)
            continue
        written = add(achievements, "milestoneAchievement")
        add(written, "reportingGroupId", ids[one.group_id])
        # A comment beside a number that is NA says why; the schema has an element of its own for it.
        missing = (one.num_subjects or "").strip().upper() == "NA" and not writing.holds(
            here, "subjectsNaComment"
        )
        add_if(written, "comment", None if missing else one.comment)
        add_if(written, "subjectsAchieve", one.num_subjects)
        add_if(written, "subjectsNaComment", one.comment if missing else None)
        add_if(written, "unitsAchieve", one.num_units)
        writing.give_back(written, here, _ACHIEVEMENT)


def _write_reason(
    element: Element, reason: DropWithdraw, ids: Mapping[str, str], address: str, writing: Writing
) -> None:
    details = add(element, "dropWithdrawReasonDetails")
    for place, one in enumerate(reason.reasons or ()):
        if one.group_id is None:
            writing.explain(f"{address}/reasons/{place}", LEADS_NOWHERE)
            continue
        written = add(details, "reasonDetail")
        add(written, "reportingGroupId", ids[one.group_id])
        add_if(written, "subjectsAffected", one.num_subjects)
        writing.give_back(written, f"{address}/reasons/{place}", _DETAIL)
    listed_text, own = REASON.texts_of(reason.type)
    # A reason other than those listed must be named, and Other itself is its only name then.
    add_if(element, "otherReasonName", reason.type if listed_text == OTHER else own)
    add(element, "reasonType", listed_text)
    writing.give_back(element, address, _REASON)
