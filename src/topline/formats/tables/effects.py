"""The tables that packages for meta-analysis read: arms, pairs of arms, and what is left out.

The names of the columns are those of the arguments they are for: ``studlab``, ``treat``, ``event``,
``n``, ``mean``, ``sd`` of ``netmeta::pairwise`` and ``meta::pairwise`` (long, by arm); ``ai``, ``bi``,
``ci``, ``di``, ``n1i``, ``n2i``, ``m1i``, ``sd1i``, ``m2i``, ``sd2i`` of ``metafor::escalc`` (by pair).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from topline.formats.tables.table import Column, Row, StudyPart, Table

if TYPE_CHECKING:
    from topline.formats.tables.arms import Arm, Measured


def _about(part: StudyPart, measured: "Measured", address: str, row: str | None) -> Row:
    return (
        address,
        part.nct_id or f"study {part.number}",
        measured.source,
        measured.outcome,
        measured.title,
        row,
        measured.time_frame,
        measured.unit,
    )


def _treat(arm: "Arm") -> str:
    return arm.group.title or arm.group.id


def _origin(arm: "Arm", *addresses: str | None) -> Row:
    return (arm.had_from, "; ".join(arm.notes) or None, *addresses)


def _of_arm(part: StudyPart, arm: "Arm") -> Row:
    about = _about(part, arm.measured, arm.address, arm.row)
    return (*about, _treat(arm), arm.group.id)


def _binary(part: StudyPart) -> Iterator[Row]:
    for row in part.arms.rows:
        for place, arm in enumerate(row.arms):
            if arm.event is not None:
                numbers = (arm.event, arm.number, row.not_disjoint(place))
                origin = _origin(arm, arm.inputs[0], arm.inputs[1])
                yield (*_of_arm(part, arm), *numbers, *origin)


def _continuous(part: StudyPart) -> Iterator[Row]:
    for row in part.arms.rows:
        for place, arm in enumerate(row.arms):
            if arm.mean is not None:
                numbers = (arm.number, arm.mean, arm.deviation, row.not_disjoint(place))
                value, *of, spread = arm.inputs
                yield (*_of_arm(part, arm), *numbers, *_origin(arm, value, of[0], spread))


def _binary_pairs(part: StudyPart) -> Iterator[Row]:
    for row in part.arms.rows:
        for one, two in row.pairs():
            if one.event is not None and two.event is not None:
                numbers: list[int] = []
                for arm, event in ((one, one.event), (two, two.event)):
                    numbers += [event, arm.number - event, arm.number]
                ai, bi, n1i, ci, di, n2i = numbers
                yield (*_pair(part, one, two), ai, bi, ci, di, n1i, n2i, *_of_both(one, two))


def _continuous_pairs(part: StudyPart) -> Iterator[Row]:
    for row in part.arms.rows:
        for one, two in row.pairs():
            if one.mean is not None and two.mean is not None:
                first = (one.number, one.mean, one.deviation)
                second = (two.number, two.mean, two.deviation)
                yield (*_pair(part, one, two), *first, *second, *_of_both(one, two))


def _pair(part: StudyPart, one: "Arm", two: "Arm") -> Row:
    return (*_of_arm(part, one), _treat(two), two.group.id)


def _of_both(one: "Arm", two: "Arm") -> Row:
    notes = dict.fromkeys((*one.notes, *two.notes))
    return (one.had_from, "; ".join(notes) or None)


def _left_out(part: StudyPart) -> Iterator[Row]:
    for one in part.arms.left_out:
        yield (
            *_about(part, one.measured, one.address, one.row),
            " | ".join(one.group_ids) or None,
            "comparison" if one.of_pairs else "numbers",
            one.reason,
        )


_ABOUT = (
    Column("address", "text", "JSON Pointer of the row in the record."),
    Column("studlab", "text", "Label of the study: its number in the registry."),
    Column("source", "text", "Outcome measure, or adverse events."),
    Column("outcome_number", "integer", "Which outcome measure of the record it is, from 1."),
    Column("outcome", "text", "Title of the outcome measure."),
    Column("row", "text", "Titles of the row, outermost first: class and category, or term."),
    Column("time_frame", "text", "When it was assessed."),
    Column("unit", "text", "Unit of the values."),
)
_ARM = (
    Column("treat", "text", "Title of the group, or its id where it has none."),
    Column("group_id", "text", "The group's id within its table."),
)
_N = Column("n", "integer", "Participants analyzed.")
_NOT_DISJOINT = Column(
    "not_disjoint",
    "text",
    "Other arms of the row that are not known to share no participant with this one: do not compare.",
)
_PAIR = (
    Column("treat1", "text", "Title of the group that the record lists first."),
    Column("group1_id", "text", "Its id."),
    Column(
        "treat2", "text", "Title of the other group; which of them is the control is not posted."
    ),
    Column("group2_id", "text", "Its id."),
)
_NOTES = Column("notes", "text", "What to know about the numbers.")
_EVENT_FROM = Column("event_from", "text", "What the count was had from.")
_SD_FROM = Column("sd_from", "text", "What the standard deviation was had from.")
_EVENT_ADDRESS = Column("event_address", "text", "JSON Pointer of the posted count or percentage.")
_N_ADDRESS = Column("n_address", "text", "JSON Pointer of what says how many were analyzed.")

BINARY = Table(
    name="effects_binary",
    title="Counts of participants, by arm",
    row="one arm: participants with an event, of those analyzed",
    own_columns=(
        *_ABOUT,
        *_ARM,
        Column("event", "integer", "Participants with the event."),
        _N,
        _NOT_DISJOINT,
        _EVENT_FROM,
        _NOTES,
        _EVENT_ADDRESS,
        _N_ADDRESS,
    ),
    own_rows=_binary,
)
CONTINUOUS = Table(
    name="effects_continuous",
    title="Means with standard deviations, by arm",
    row="one arm: mean and standard deviation of those analyzed",
    own_columns=(
        *_ABOUT,
        *_ARM,
        _N,
        Column("mean", "number", "The mean."),
        Column("sd", "number", "The standard deviation of the measurements."),
        _NOT_DISJOINT,
        _SD_FROM,
        _NOTES,
        Column("mean_address", "text", "JSON Pointer of the posted mean."),
        _N_ADDRESS,
        Column("spread_address", "text", "JSON Pointer of the posted deviation or error."),
    ),
    own_rows=_continuous,
)
BINARY_PAIRS = Table(
    name="effects_binary_pairs",
    title="Counts of participants, by pair of arms that share nobody",
    row="two arms of one row that are known to share no participant",
    own_columns=(
        *_ABOUT,
        *_PAIR,
        Column("ai", "integer", "Participants of the first group with the event."),
        Column("bi", "integer", "Participants of the first group without it."),
        Column("ci", "integer", "Participants of the second group with the event."),
        Column("di", "integer", "Participants of the second group without it."),
        Column("n1i", "integer", "Participants analyzed of the first group."),
        Column("n2i", "integer", "Participants analyzed of the second group."),
        _EVENT_FROM,
        _NOTES,
    ),
    own_rows=_binary_pairs,
)
CONTINUOUS_PAIRS = Table(
    name="effects_continuous_pairs",
    title="Means, by pair of arms that share nobody",
    row="two arms of one row that are known to share no participant",
    own_columns=(
        *_ABOUT,
        *_PAIR,
        Column("n1i", "integer", "Participants analyzed of the first group."),
        Column("m1i", "number", "Mean of the first group."),
        Column("sd1i", "number", "Standard deviation of the first group."),
        Column("n2i", "integer", "Participants analyzed of the second group."),
        Column("m2i", "number", "Mean of the second group."),
        Column("sd2i", "number", "Standard deviation of the second group."),
        _SD_FROM,
        _NOTES,
    ),
    own_rows=_continuous_pairs,
)
LEFT_OUT = Table(
    name="effects_left_out",
    title="What is in none of the tables of effects, and why",
    row="what one reason keeps out of one row, or of a whole measure",
    own_columns=(
        *_ABOUT,
        Column("group_ids", "text", "The groups, with | between them; empty for all of them."),
        Column("what", "text", "numbers: no arm is given; comparison: only the pair is left out."),
        Column("reason", "text", "Why."),
    ),
    own_rows=_left_out,
)
