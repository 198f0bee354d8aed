"""Timelines of lesions in few words, for tests of response."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

from topline.trial.response.assessments import (
    Assessment,
    NewLesionFinding,
    NonTargetFinding,
    Participant,
    State,
    StatedResponse,
    TargetFinding,
)
from topline.trial.response.criteria import Criteria
from topline.trial.response.evaluation import Evaluation, ParticipantResponse, Source, evaluate
from topline.trial.response.responses import Response
from topline.trial.response.rules import ResponseRules
from topline.trial.response.time_to_event import CENSORING, CensoringRules

START = date(2021, 1, 4)
Size = int | str | None
"""A diameter [mm]; ``small`` for too small to measure; None for not measured."""

NOTHING: Mapping[str, Size] = MappingProxyType({})


def day(week: float) -> date:
    return START + timedelta(days=round(7 * week))


def seen(
    week: float,
    targets: Size | Mapping[str, Size] = NOTHING,
    *,
    nodes: Mapping[str, Size] | None = None,
    others: Mapping[str, str] | None = None,
    new: Mapping[str, str | tuple[str, int]] | None = None,
    stated_non_target: Response | None = None,
    stated_new_lesion: State | None = None,
    markers_elevated: bool = False,
) -> Assessment:
    """An assessment so many weeks after the start.

    A bare size is that of the one target lesion T01; nothing means that no target lesion was assessed.
    """
    sizes = targets if isinstance(targets, Mapping) else {"T01": targets}
    return Assessment(
        date=day(week),
        visit=f"WEEK {week:g}",
        targets=tuple(
            [_target(name, size, False) for name, size in sizes.items()]
            + [_target(name, size, True) for name, size in (nodes or {}).items()]
        ),
        non_targets=tuple(
            NonTargetFinding(lesion=name, state=State(state))
            for name, state in (others or {}).items()
        ),
        new_lesions=tuple(_new(name, what) for name, what in (new or {}).items()),
        stated_non_target=stated_non_target,
        stated_new_lesion=stated_new_lesion,
        markers_elevated=markers_elevated,
    )


def _target(name: str, size: Size, nodal: bool) -> TargetFinding:
    small = size == "small"
    return TargetFinding(
        lesion=name,
        diameter=None if size is None or small else Decimal(str(size)),
        too_small=small,
        nodal=nodal,
    )


def _new(name: str, what: str | tuple[str, int]) -> NewLesionFinding:
    state, size = what if isinstance(what, tuple) else (what, None)
    return NewLesionFinding(
        lesion=name, state=State(state), diameter=None if size is None else Decimal(size)
    )


def participant(
    *assessments: Assessment,
    stated: Mapping[float, Response] | None = None,
    died: float | None = None,
    new_therapy: float | None = None,
    treated: bool = True,
) -> Participant:
    """A participant with these assessments; times are in weeks after the start."""
    return Participant(
        name="01",
        assessments=assessments,
        stated=tuple(
            StatedResponse(date=day(week), visit="", response=response)
            for week, response in (stated or {}).items()
        ),
        start=START,
        treated=treated,
        died=None if died is None else day(died),
        new_therapy=None if new_therapy is None else day(new_therapy),
    )


def evaluated(
    criteria: Criteria,
    who: Participant,
    rules: ResponseRules | None = None,
    *,
    source: Source = "measurements",
    censoring: CensoringRules = CENSORING["ema"],
    confirmation: bool | None = None,
) -> ParticipantResponse:
    return evaluate(
        who,
        Evaluation(
            criteria=criteria,
            rules=rules or ResponseRules(),
            source=source,
            censoring=censoring,
            confirmation=confirmation,
        ),
    )


def overall(found: ParticipantResponse, criteria: Criteria) -> list[str]:
    """The overall responses in the words of the criteria."""
    return [criteria.word(one.overall.response) for one in found.time_points]
