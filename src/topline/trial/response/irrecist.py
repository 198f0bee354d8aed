"""irRECIST: new measurable lesions add to the sum, and progression must be confirmed; two variants.

Both measure as RECIST 1.1 does and compare the tumour burden (target lesions plus at most five new measurable
ones, two in an organ) with its baseline and its nadir. A new lesion by itself is no progression.

- ``irrecist-nishino``: Nishino et al., Clinical Cancer Research 19 (2013) 3936–3943,
  doi:10.1158/1078-0432.CCR-13-0895, and Journal for ImmunoTherapy of Cancer 2 (2014) 17,
  doi:10.1186/2051-1426-2-17. Response and progression are confirmed after 4 weeks; non-target lesions only
  tell irCR from irPR.
- ``irrecist-bohnsack``: Bohnsack, Hoos, Ludajic, Annals of Oncology 25 suppl 4 (2014) iv369,
  doi:10.1093/annonc/mdu342.23. Unequivocal progression of non-target lesions, or of new lesions that are not
  measurable, is irPD too; confirmation of response is not mandatory.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from types import MappingProxyType

from topline.trial.response.assessments import (
    Assessment,
    Participant,
    State,
)
from topline.trial.response.baseline import Baseline
from topline.trial.response.combination_tables import (
    BOHNSACK_NON_TARGET,
    BOHNSACK_SOURCE,
    BOHNSACK_TARGET,
    NISHINO_NON_TARGET,
    NISHINO_SOURCE,
    NISHINO_TARGET,
    CombinationTable,
    New,
)
from topline.trial.response.criteria import Criteria, Progression
from topline.trial.response.new_lesions import (
    Sightings,
    followed_length,
    measurable_lesions,
    new_lesion_call,
)
from topline.trial.response.non_target_lesions import non_target_response
from topline.trial.response.overall import overall_call
from topline.trial.response.recist import partial_response_since
from topline.trial.response.responses import (
    NewLesionCall,
    Response,
    TargetCall,
    TimePoint,
    millimetres,
)
from topline.trial.response.rules import NORMAL_NODE, PROGRESSION_INCREASE, ResponseRules
from topline.trial.response.target_lesions import Sum, sum_of_diameters, target_response

WORDS = MappingProxyType(
    {response: f"ir{response.value}" for response in Response}
    | {Response.NEITHER: "irNN", Response.MISSING: "MISSING"}
)
"""What irRECIST calls the responses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Variant:
    """What the two variants differ in."""

    tables: tuple[CombinationTable, CombinationTable]
    unequivocal_progression: bool
    """Whether lesions that are not measured can progress."""


def _time_points(
    participant: Participant, baseline: Baseline, rules: ResponseRules, *, variant: _Variant
) -> tuple[TimePoint, ...]:
    """Judge every assessment after baseline."""
    sightings = Sightings(baseline.later)
    sums: list[Sum] = []
    found: list[TimePoint] = []
    for place, assessment in enumerate(baseline.later):
        followed = measurable_lesions(sightings, place + 1)
        total = tumour_burden(assessment, baseline, followed)
        target = _target_response(total, sums, baseline, found, rules, bool(followed))
        non_target = non_target_response(
            assessment, baseline, confirmed_later=sightings.non_targets_confirmed(place)
        )
        lesions, new = _new(sightings, place, followed, variant)
        found.append(
            TimePoint(
                date=assessment.date,
                visit=assessment.visit,
                target=target,
                non_target=non_target,
                new_lesions=lesions,
                overall=overall_call(target, non_target, lesions, new, variant.tables, WORDS),
            )
        )
        sums.append(total)
    return tuple(found)


def tumour_burden(assessment: Assessment, baseline: Baseline, followed: Sequence[str]) -> Sum:
    """Add the diameters of the target lesions and of the new lesions that are followed by size.

    Parameters
    ----------
    assessment
        The time point.
    baseline
        The baseline; new lesions count 0 mm there.
    followed
        The new measurable lesions up to now.

    Returns
    -------
    Sum
        Incomplete where one of either kind was not measured.
    """
    targets = sum_of_diameters(assessment.targets, baseline, assessment.date)
    findings = {one.lesion: one for one in assessment.new_lesions}
    lengths: list[Decimal] = []
    missing, seen = list(targets.missing), list(targets.seen)
    for name in followed:
        one = findings.get(name)
        length = followed_length(one)
        if one is None or length is None:
            missing.append(name)
            continue
        lengths.append(length)
        if length >= NORMAL_NODE if one.nodal else length > 0:
            seen.append(f"{name} {millimetres(length)}")
    known = [targets.total] if targets.total is not None else []
    known += lengths
    added = (f"with new {', '.join(followed)}",) if followed else ()
    return Sum(
        date=assessment.date,
        total=sum(known, Decimal(0)) if known else None,
        missing=tuple(missing),
        seen=tuple(seen),
        remarks=(*targets.remarks, *added),
    )


def _target_response(
    total: Sum,
    before: Sequence[Sum],
    baseline: Baseline,
    points: Sequence[TimePoint],
    rules: ResponseRules,
    followed: bool,
) -> TargetCall:
    noun = "tumour burden" if followed else "sum"
    if baseline.targets:
        return target_response(
            total, before, baseline, kept_since=partial_response_since(points, rules), noun=noun
        )
    # New measurable lesions where there was nothing to measure: the burden rises from zero.
    if total.total is not None and total.total >= PROGRESSION_INCREASE:
        return TargetCall(
            response=Response.PROGRESSION,
            reason=f"{noun} {millimetres(total.total)} of new lesions, from 0 mm at baseline",
            total=total.total,
            complete=total.complete,
            baseline=Decimal(0),
            nadir=Decimal(0),
            nadir_date=baseline.date,
        )
    return target_response(total, before, baseline)


def _new(
    sightings: Sightings, place: int, followed: Sequence[str], variant: _Variant
) -> tuple[NewLesionCall, New]:
    """Say what there is of new lesions; those followed by size progress by size alone."""
    lesions = new_lesion_call(sightings, place)
    there = sightings.there(place)
    grown = [
        one.lesion
        for one in sightings.assessments[place].new_lesions
        if one.state is State.INCREASED and one.lesion not in followed
    ]
    if grown and variant.unequivocal_progression:
        reason = f"progression of new lesions that are not measurable: {', '.join(sorted(grown))}"
        return replace(lesions, present=True, reason=reason), New.PROGRESSED
    if there and not lesions.present:
        reason = f"new lesions not said to be gone: {', '.join(there)}"
        return replace(lesions, reason=reason), New.YES
    return lesions, New.YES if there or lesions.present else New.NO


def progression(points: Sequence[TimePoint], rules: ResponseRules) -> Progression:
    """Find the first irPD that a later, consecutive time point confirms.

    Time points that are not evaluable do not count, and irPD sooner than the days asked for neither confirms nor
    negates. Anything else negates. What no later time point could confirm counts or not, as the rules say.
    """
    for place, one in enumerate(points):
        if one.overall.response is not Response.PROGRESSION:
            continue
        confirming = _confirming(points, place, rules.progression_confirmation_days)
        if confirming is not None and confirming.overall.response is Response.PROGRESSION:
            reason = f"irPD on {one.date}, confirmed on {confirming.date}: {one.overall.reason}"
            return Progression(date=one.date, place=place, reason=reason, confirmed=True)
        if confirming is None and rules.unconfirmed_progression == "counts":
            reason = (
                f"irPD on {one.date}, with no later assessment to confirm it: {one.overall.reason}"
            )
            return Progression(date=one.date, place=place, reason=reason, confirmed=False)
    seen = any(one.overall.response is Response.PROGRESSION for one in points)
    return Progression(
        date=None, place=None, reason="irPD was not confirmed" if seen else "no irPD"
    )


def _confirming(points: Sequence[TimePoint], place: int, days: int) -> TimePoint | None:
    """Return the time point that confirms or negates progression; ``None`` where there is none."""
    for later in points[place + 1 :]:
        response = later.overall.response
        if response is Response.NOT_EVALUABLE:
            continue
        soon = (later.date - points[place].date).days < days
        if response is Response.PROGRESSION and soon:
            continue
        return later
    return None


_NISHINO = _Variant(tables=(NISHINO_TARGET, NISHINO_NON_TARGET), unequivocal_progression=False)
_BOHNSACK = _Variant(tables=(BOHNSACK_TARGET, BOHNSACK_NON_TARGET), unequivocal_progression=True)

NISHINO = Criteria(
    name="irrecist-nishino",
    title="irRECIST (Nishino 2013)",
    source=NISHINO_SOURCE,
    words=WORDS,
    tables=_NISHINO.tables,
    time_points=partial(_time_points, variant=_NISHINO),
    progression=progression,
    response_confirmed=True,
)
BOHNSACK = Criteria(
    name="irrecist-bohnsack",
    title="irRECIST (Bohnsack 2014)",
    source=BOHNSACK_SOURCE,
    words=WORDS,
    tables=_BOHNSACK.tables,
    time_points=partial(_time_points, variant=_BOHNSACK),
    progression=progression,
)
