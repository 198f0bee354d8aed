"""iRECIST: progression is unconfirmed at first, and confirmed by what worsens further.

Seymour et al., Lancet Oncology 18 (2017) e143–e152, doi:10.1016/S1470-2045(17)30074-8, and EORTC's answers to
frequent questions. The sum of the target lesions leaves new lesions out, which have a sum of their own.

Once progression is unconfirmed (iUPD), the next time points give one of three:

- iCPD, if what had progressed worsens further (the target sum, or that of new lesions, by 5 mm; any increase of
  non-target lesions, or of new ones that are not measured; another new lesion), or if a kind of lesion progresses that
  had not yet;
- iCR, iPR or iSD, if the target lesions meet it against baseline and nothing else stands against it: the next
  progression then is unconfirmed anew;
- iUPD otherwise.

Increases add up: they are measured from the smallest sum since progression was first seen. A scan sooner than 4 weeks
after it that would confirm is left out of account.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from topline.trial.response.assessments import Assessment, Participant, State
from topline.trial.response.baseline import Baseline
from topline.trial.response.combination_tables import (
    IRECIST_NON_TARGET,
    IRECIST_SOURCE,
    IRECIST_TARGET,
    NEW,
    NON_TARGET,
    TARGET,
    New,
)
from topline.trial.response.criteria import Criteria, Progression
from topline.trial.response.new_lesions import (
    Sightings,
    followed_total,
    measurable_lesions,
    new_lesion_call,
)
from topline.trial.response.non_target_lesions import (
    ALL_NON_TARGETS,
    non_target_response,
    progressed_lesions,
)
from topline.trial.response.overall import overall_call
from topline.trial.response.recist import complete_response_since, partial_response_since
from topline.trial.response.responses import (
    CONTROLLED,
    Call,
    NewLesionCall,
    Response,
    TargetCall,
    TimePoint,
    millimetres,
)
from topline.trial.response.rules import PROGRESSION_INCREASE, ResponseRules
from topline.trial.response.target_lesions import (
    Sum,
    progressed,
    sum_of_diameters,
    target_response,
)

WORDS = MappingProxyType(
    {response: f"i{response.value}" for response in Response}
    | {
        Response.NEITHER: "NON-iCR/NON-iUPD",
        Response.PROGRESSION: "iCPD",
        Response.UNCONFIRMED: "iUPD",
        Response.NOT_EVALUABLE: "NE",
        Response.NO_DISEASE: "ND",
        Response.MISSING: "MISSING",
    }
)
"""What iRECIST calls the responses."""
TABLES = (IRECIST_TARGET, IRECIST_NON_TARGET)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Unconfirmed progression and what has happened since."""

    since: date
    categories: frozenset[str]
    """The kinds of lesions that had progressed."""
    total: Decimal | None
    """The target sum when it began [mm]."""
    smallest: Decimal | None
    """The smallest target sum since [mm]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What has been seen up to a time point."""

    block: _Block | None = None
    new_lesions: frozenset[str] = frozenset()
    progressed: frozenset[str] = frozenset()
    """The non-target lesions that had progressed when last assessed."""
    followed: tuple[str, ...] = ()
    new_total: Decimal | None = None
    """The smallest sum of the new lesions followed by size [mm]."""
    confirmed: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Now:
    """One time point, each kind of lesion judged."""

    assessment: Assessment
    total: Sum
    target: TargetCall
    non_target: Call
    new_lesions: NewLesionCall
    another: tuple[str, ...]
    """New lesions that had not been seen before."""
    there: tuple[str, ...]
    """New lesions that are there, or not said to be gone."""
    progressed: frozenset[str]
    """Non-target lesions that have progressed."""
    followed: tuple[str, ...]
    new_total: Decimal | None


def time_points(
    participant: Participant, baseline: Baseline, rules: ResponseRules
) -> tuple[TimePoint, ...]:
    """Judge every assessment after baseline by iRECIST."""
    sightings = Sightings(baseline.later)
    sums: list[Sum] = []
    found: list[TimePoint] = []
    seen = _Seen()
    for place in range(len(baseline.later)):
        now = _judged(sightings, place, baseline, sums, found, rules, seen)
        overall, seen = _step(now, seen, rules)
        found.append(
            TimePoint(
                date=now.assessment.date,
                visit=now.assessment.visit,
                # By kind of lesion progression is always unconfirmed; only a time point confirms it.
                target=replace(now.target, response=_unconfirmed(now.target.response)),
                non_target=replace(now.non_target, response=_unconfirmed(now.non_target.response)),
                new_lesions=now.new_lesions,
                overall=overall,
            )
        )
        sums.append(now.total)
    return tuple(found)


def _unconfirmed(response: Response) -> Response:
    return Response.UNCONFIRMED if response is Response.PROGRESSION else response


def _judged(
    sightings: Sightings,
    place: int,
    baseline: Baseline,
    sums: Sequence[Sum],
    points: Sequence[TimePoint],
    rules: ResponseRules,
    seen: _Seen,
) -> _Now:
    assessment = baseline.later[place]
    complete_since = complete_response_since(points, rules)
    total = sum_of_diameters(assessment.targets, baseline, assessment.date)
    confirmed_later = sightings.non_targets_confirmed(place)
    followed = measurable_lesions(sightings, place + 1)
    lesions = new_lesion_call(sightings, place)
    names = [one.lesion for one in sightings.doubtless(place)]
    if lesions.present and not names:
        names = ["a new lesion"]  # as the assessor stated it, without a name
    return _Now(
        assessment=assessment,
        total=total,
        target=target_response(
            total,
            sums,
            baseline,
            complete_since=complete_since,
            kept_since=partial_response_since(points, rules),
        ),
        non_target=non_target_response(
            assessment,
            baseline,
            complete_since=complete_since,
            confirmed_later=confirmed_later,
        ),
        new_lesions=lesions,
        another=tuple(name for name in names if name not in seen.new_lesions),
        there=sightings.there(place),
        progressed=progressed_lesions(assessment, baseline, confirmed_later),
        followed=followed,
        new_total=followed_total(assessment, followed) if followed else None,
    )


def _step(now: _Now, seen: _Seen, rules: ResponseRules) -> tuple[Call, _Seen]:
    """Judge one time point by what was seen before, and say what is seen after it."""
    if seen.confirmed is not None:
        reason = f"progression was confirmed on {seen.confirmed}"
        return Call(Response.PROGRESSION, reason), seen
    progressing = dict(_progressing(now, seen))
    if seen.block is None:
        return _without_block(now, seen, progressing)
    return _within_block(now, seen, seen.block, progressing, rules)


def _without_block(
    now: _Now, seen: _Seen, progressing: dict[str, str]
) -> tuple[Call, _Seen]:  # fmt: skip
    after = _updated(now, seen)
    if not progressing:
        return _tolerant(now), after
    block = _Block(
        since=now.assessment.date,
        categories=frozenset(progressing),
        total=now.total.total if now.total.complete else None,
        smallest=now.total.total if now.total.complete else None,
    )
    call = Call(Response.UNCONFIRMED, "; ".join(progressing.values()))
    return call, replace(after, block=block)


def _within_block(
    now: _Now, seen: _Seen, block: _Block, progressing: dict[str, str], rules: ResponseRules
) -> tuple[Call, _Seen]:
    worsened = list(_worsened(now, seen, block, progressing))
    days = (now.assessment.date - block.since).days
    if worsened and days < rules.progression_confirmation_days:
        reason = (
            f"{'; '.join(worsened)}; but only {days} days after {block.since}, too soon to confirm"
        )
        return Call(Response.UNCONFIRMED, reason), seen
    if worsened:
        reason = f"progression of {block.since} confirmed: {'; '.join(worsened)}"
        return Call(Response.PROGRESSION, reason), replace(seen, confirmed=now.assessment.date)
    after = _updated(now, seen)
    allowed = _tolerant(now)
    if allowed.response is Response.NOT_EVALUABLE and not _anything(now):
        return allowed, seen
    against = _against(now, block, rules)
    if against or allowed.response not in CONTROLLED:
        said = against or [allowed.reason]
        reason = f"progression of {block.since} neither confirmed nor resolved: {'; '.join(said)}"
        response = (
            Response.UNCONFIRMED if against or progressing else Response.NOT_EVALUABLE
        )  # fmt: skip
        return Call(response, reason), replace(after, block=_grown(now, block))
    reason = f"{allowed.reason}; progression of {block.since} was not confirmed"
    return Call(allowed.response, reason), replace(after, block=None)


def _progressing(now: _Now, seen: _Seen) -> Iterator[tuple[str, str]]:
    """Yield the kinds of lesions that progress by RECIST 1.1 anew, each with the reason.

    New lesions and non-target progression that persist from before do not; within unconfirmed progression they are
    among what has progressed already.
    """
    if now.target.response is Response.PROGRESSION:
        yield TARGET, now.target.reason
    back = now.non_target.response is Response.PROGRESSION and not now.progressed
    if now.progressed - seen.progressed or back:
        yield NON_TARGET, now.non_target.reason
    if now.another:
        yield NEW, f"new {', '.join(now.another)}" if seen.new_lesions else now.new_lesions.reason
    elif seen.new_lesions and (seen.block is None or NEW not in seen.block.categories):
        grown = list(_new_lesions_grown(now, seen, sized=True))
        if grown:
            yield NEW, "; ".join(grown)


def _worsened(
    now: _Now, seen: _Seen, block: _Block, progressing: dict[str, str]
) -> Iterator[str]:  # fmt: skip
    """Yield what confirms unconfirmed progression."""
    for category, reason in progressing.items():
        if category not in block.categories:
            yield f"{category} lesions, which had not progressed, do: {reason}"
    total, smallest = now.total.total, block.smallest
    if TARGET in block.categories and total is not None and smallest is not None:
        if total - smallest >= PROGRESSION_INCREASE:
            more = millimetres(total - smallest)
            yield (
                f"sum {millimetres(total)} is a further {more} above the "
                f"{millimetres(smallest)} since {block.since}"
            )
    if NON_TARGET in block.categories:
        worse = {
            one.lesion
            for one in now.assessment.non_targets
            if one.state is State.INCREASED
        } | (now.progressed - seen.progressed)  # fmt: skip
        if worse:
            yield f"further increase of {', '.join(sorted(worse))}"
    if NEW in block.categories:
        if now.another:
            yield f"another new lesion: {', '.join(now.another)}"
        yield from _new_lesions_grown(now, seen, sized=False)


def _new_lesions_grown(now: _Now, seen: _Seen, *, sized: bool) -> Iterator[str]:
    """Yield how new lesions known before have grown: by 5 mm, or, where asked, by 20 % too."""
    total, smallest = now.new_total, seen.new_total
    if total is not None and smallest is not None and now.followed == seen.followed:
        enough = progressed(total, smallest) if sized else total - smallest >= PROGRESSION_INCREASE
        if enough:
            yield (
                f"new lesions of {millimetres(total)} are {millimetres(total - smallest)} above "
                f"their {millimetres(smallest)}"
            )
    grown = sorted(
        one.lesion
        for one in now.assessment.new_lesions
        if one.state is State.INCREASED
        and one.lesion in seen.new_lesions
        and one.lesion not in now.followed
    )
    if grown:
        yield f"increase of new {', '.join(grown)}"


def _against(now: _Now, block: _Block, rules: ResponseRules) -> list[str]:
    """Return what stands against stable disease or response after unconfirmed progression."""
    if now.target.response is Response.PROGRESSION:
        return [now.target.reason]
    persisting = []
    if now.non_target.response is Response.PROGRESSION:
        persisting.append(now.non_target.reason)
    if now.there or now.new_lesions.present:
        listed = ", ".join(now.there) or "a new lesion"
        persisting.append(f"new {listed} still there")
    if not persisting or rules.persisting_progression == "tolerated":
        return []
    if rules.persisting_progression == "remains":
        return persisting
    total = now.total.total
    if now.total.complete and total is not None and block.total is not None:
        if total < block.total:
            return []
        persisting.append(
            f"target sum {millimetres(total)} is not below the {millimetres(block.total)} of "
            f"{block.since}"
        )
    return persisting


def _tolerant(now: _Now) -> Call:
    """Combine by the table, with what persists from earlier progression set aside.

    It keeps a response from being complete, but from nothing else.
    """
    persists = bool(now.there) or now.new_lesions.present
    non_target = now.non_target
    if non_target.response is Response.PROGRESSION or (
        persists and non_target.response in (Response.COMPLETE, Response.NO_DISEASE)
    ):
        reason = non_target.reason if not persists else f"new {', '.join(now.there)} still there"
        non_target = Call(Response.NEITHER, reason)
    return overall_call(now.target, non_target, now.new_lesions, New.NO, TABLES, WORDS)


def _anything(now: _Now) -> bool:
    """Tell whether anything was seen at all."""
    found = now.assessment
    others = any(one.state is not State.NOT_ASSESSED for one in found.non_targets)
    return now.total.total is not None or others or bool(found.new_lesions)


def _updated(now: _Now, seen: _Seen) -> _Seen:
    assessed = {
        one.lesion for one in now.assessment.non_targets if one.state is not State.NOT_ASSESSED
    }
    if now.assessment.stated_non_target is not None:
        assessed.add(ALL_NON_TARGETS)
    same = seen.new_total if seen.followed == now.followed else None
    sums = [one for one in (now.new_total, same) if one is not None]
    return replace(
        seen,
        new_lesions=seen.new_lesions | set(now.another),
        progressed=(seen.progressed - assessed) | now.progressed,
        followed=now.followed,
        new_total=min(sums, default=None),
    )


def _grown(now: _Now, block: _Block) -> _Block:
    total = now.total.total if now.total.complete else None
    if total is None:
        return block
    smallest = total if block.smallest is None else min(total, block.smallest)
    return replace(block, smallest=smallest)


def progression(points: Sequence[TimePoint], rules: ResponseRules) -> Progression:
    """Find the date of progression: the first iUPD of those that iCPD confirms.

    Only iUPD and what is not evaluable may stand between. Where the last time points are iUPD that nothing confirmed
    or resolved, the first of them counts or not, as the rules say; it ends no best response.
    """
    since: TimePoint | None = None
    for place, one in enumerate(points):
        response = one.overall.response
        if response is Response.PROGRESSION:
            first = since or one
            reason = f"iUPD on {first.date}, confirmed on {one.date}: {one.overall.reason}"
            return Progression(date=first.date, place=place, reason=reason, confirmed=True)
        if response is Response.UNCONFIRMED:
            since = since or one
        elif response is not Response.NOT_EVALUABLE:
            since = None
    if since is None:
        seen = any(one.overall.response is Response.UNCONFIRMED for one in points)
        reason = "iUPD was not confirmed" if seen else "no iUPD"
        return Progression(date=None, place=None, reason=reason)
    reason = f"iUPD on {since.date}, which no later assessment confirmed or resolved"
    if rules.unconfirmed_progression == "ignored":
        return Progression(date=None, place=None, reason=f"{reason}: ignored")
    return Progression(date=since.date, place=None, reason=reason, confirmed=False)


CRITERIA = Criteria(
    name="irecist",
    title="iRECIST",
    source=IRECIST_SOURCE,
    words=WORDS,
    tables=TABLES,
    time_points=time_points,
    progression=progression,
)
