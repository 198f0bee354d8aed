"""Best overall response: with and without confirmation of complete and partial response.

RECIST 1.1, section 4.4: the best response from the start of treatment until progression or another therapy. Stable
disease must have lasted a minimum time. Where response must be confirmed (table 3), a complete response needs a second
one at least 4 weeks later with nothing else between, and a partial response a second one or a complete one.
"""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from topline.trial.response.criteria import Progression
from topline.trial.response.overall import Words
from topline.trial.response.responses import CONTROLLED, ORDER, Response, TimePoint
from topline.trial.response.rules import ResponseRules


@dataclass(frozen=True, slots=True, kw_only=True)
class BestResponse:
    """A participant's best response.

    Parameters
    ----------
    response
        The response.
    date
        The date of the time point that it was first met at; ``None`` without any.
    reason
        Why it is that, and nothing better.
    confirmed_on
        The date of the time point that confirmed it, where that was asked for.
    responded
        The date of the first complete or partial response, whichever came first (of those confirmed, where
        that was asked for); ``None`` without.
    controlled
        The date from which disease was under control: of the first response, or of what first was late
        enough for stable disease, whichever came first; ``None`` without.
    """

    response: Response
    date: datetime.date | None
    reason: str
    confirmed_on: datetime.date | None = None
    responded: datetime.date | None = None
    controlled: datetime.date | None = None


def counted_time_points(
    points: Sequence[TimePoint], progression: Progression, new_therapy: datetime.date | None
) -> tuple[TimePoint, ...]:
    """Return the time points that may be a best response: up to progression, before another therapy.

    Parameters
    ----------
    points
        All time points, by date.
    progression
        Where progression is.
    new_therapy
        The date on which another anticancer therapy began.
    """
    end = len(points) if progression.place is None else progression.place + 1
    return tuple(one for one in points[:end] if new_therapy is None or one.date < new_therapy)


def best_response(
    points: Sequence[TimePoint],
    progression: Progression,
    start: datetime.date | None,
    rules: ResponseRules,
    words: Words,
    *,
    confirmed: bool,
) -> BestResponse:
    """Find the best response of a participant.

    Parameters
    ----------
    points
        The time points that count, by date; see :func:`counted_time_points`.
    progression
        Where progression is.
    start
        The date that the minimum duration of stable disease counts from; without one, no stable disease
        is too short.
    rules
        The protocol's numbers and choices.
    words
        What the criteria call the responses.
    confirmed
        Whether complete and partial responses must be confirmed.

    Returns
    -------
    BestResponse
        ``MISSING`` without a time point.
    """
    if not points:
        return BestResponse(
            response=Response.MISSING, date=None, reason="no assessment that counts"
        )
    responses = _responses(points, rules, confirmed=confirmed)
    stable, too_soon = _stable(points, start, rules, words)
    if responses:
        best = min(responses, key=lambda one: (ORDER.index(one.response), one.first.date))
        responded = min(one.first.date for one in responses)
        return BestResponse(
            response=best.response,
            date=best.first.date,
            reason=_met(best, words),
            confirmed_on=best.second.date if best.second is not None else None,
            responded=responded,
            controlled=min(responded, (stable and stable.controlled) or responded),
        )
    seen = _responses(points, rules, confirmed=False)
    why = f"{_met(seen[0], words)} was not confirmed" if seen else ""
    if stable is not None:
        return replace(stable, reason="; ".join(filter(None, (stable.reason, why))))
    return _without_control(points, progression, rules, words, [too_soon, why])


@dataclass(frozen=True, slots=True)
class _Met:
    """A complete or partial response, with the time point that confirmed it where that was asked for."""

    response: Response
    first: TimePoint
    second: TimePoint | None = None


def _met(met: _Met, words: Words) -> str:
    said = f"{words[met.first.overall.response]} on {met.first.date}"
    if met.second is None:
        return said
    days = (met.second.date - met.first.date).days
    by = f"{words[met.second.overall.response]} on {met.second.date}"
    return f"{said}, confirmed by {by}, {days} days later"


def _responses(points: Sequence[TimePoint], rules: ResponseRules, *, confirmed: bool) -> list[_Met]:
    """Return every complete and partial response, the best first; of confirmed ones where asked."""
    early = rules.complete_then_partial == "partial_response"
    starts = {
        Response.COMPLETE: {Response.COMPLETE},
        Response.PARTIAL: {Response.PARTIAL} | ({Response.COMPLETE} if early else set()),
    }
    found = []
    for response, beginning in starts.items():
        for place, one in enumerate(points):
            if not confirmed and one.overall.response is response:
                found.append(_Met(response, one))
            if confirmed and one.overall.response in beginning:
                second = _confirmation(points, place, response, rules)
                found += [_Met(response, one, second)] if second is not None else []
    return found


def _confirmation(
    points: Sequence[TimePoint], place: int, response: Response, rules: ResponseRules
) -> TimePoint | None:
    """Return the time point that confirms a response, if any does.

    Between the two there may be responses no worse than that to be confirmed, and as many time points that are not
    evaluable (or, for a partial response, stable) as the rules allow.
    """
    early = rules.complete_then_partial == "partial_response"
    complete = points[place].overall.response is Response.COMPLETE
    not_evaluable = stable = 0
    for later in points[place + 1 :]:
        found = later.overall.response
        if found is Response.NOT_EVALUABLE:
            not_evaluable += 1
        elif found is Response.STABLE and response is Response.PARTIAL:
            stable += 1
        elif not _as_good(found, response) or (
            found is Response.PARTIAL and complete and not early
        ):
            return None
        elif (later.date - points[place].date).days >= rules.confirmation_days:
            return later
        complete = complete or found is Response.COMPLETE
        if not_evaluable > rules.not_evaluable_between or stable > rules.stable_between:
            return None
    return None


def _as_good(found: Response, response: Response) -> bool:
    if response is Response.COMPLETE:
        return found is Response.COMPLETE
    return found in (Response.COMPLETE, Response.PARTIAL)


def _without_control(
    points: Sequence[TimePoint],
    progression: Progression,
    rules: ResponseRules,
    words: Words,
    whys: Sequence[str],
) -> BestResponse:
    """Find the best of what is neither response nor long enough without progression."""
    why = "".join(f"; {one}" for one in whys if one)
    place = progression.place
    if place is not None and place < len(points):
        one = points[place]
        return BestResponse(
            response=Response.PROGRESSION, date=one.date, reason=f"{progression.reason}{why}"
        )
    back = back_after_complete(points)
    if back is not None and rules.complete_then_partial == "progression":
        one = back
        reason = f"{words[one.overall.response]} on {one.date} after {words[Response.COMPLETE]}"
        return BestResponse(
            response=Response.PROGRESSION,
            date=one.date,
            reason=f"{reason}: disease is back, which is progression{why}",
        )
    for one in points:
        if one.overall.response is Response.UNCONFIRMED:
            reason = f"{words[Response.UNCONFIRMED]} on {one.date}, never confirmed{why}"
            return BestResponse(response=Response.UNCONFIRMED, date=one.date, reason=reason)
    first = points[0]
    if all(one.overall.response is Response.NO_DISEASE for one in points):
        reason = "no disease at baseline, and none since"
        return BestResponse(response=Response.NO_DISEASE, date=first.date, reason=reason)
    said = f"nothing but {', '.join(dict.fromkeys(words[one.overall.response] for one in points))}"
    return BestResponse(response=Response.NOT_EVALUABLE, date=first.date, reason=f"{said}{why}")


def back_after_complete(points: Sequence[TimePoint]) -> TimePoint | None:
    """Return the first time point that is no complete response any more, but was not called progression.

    Derived responses have none, unless the rules let sizes decide; stated ones may.
    """
    complete = False
    for one in points:
        response = one.overall.response
        if complete and response in CONTROLLED - {Response.COMPLETE}:
            return one
        if response is Response.COMPLETE:
            complete = True
        elif response is not Response.NOT_EVALUABLE:
            complete = False
    return None


def _stable(
    points: Sequence[TimePoint], start: datetime.date | None, rules: ResponseRules, words: Words
) -> tuple[BestResponse | None, str]:
    """Find the first time point late enough for stable disease, or say that all are too early."""
    least = rules.minimum_stable_days
    kinds: list[Callable[[Response], bool]] = [
        lambda response: response in CONTROLLED and response is not Response.NEITHER,
        lambda response: response is Response.NEITHER,
    ]
    early = ""
    for fits, response in zip(kinds, (Response.STABLE, Response.NEITHER), strict=True):
        for one in points:
            if not fits(one.overall.response):
                continue
            days = None if start is None else (one.date - start).days
            own = words[one.overall.response]
            if days is None or days >= least:
                when = f"{own} on {one.date}" + (
                    "" if days is None else f", {days} days after start"
                )
                found = BestResponse(
                    response=response, date=one.date, reason=when, controlled=one.date
                )
                return found, ""
            early = early or f"{own} on day {days} only, sooner than {least} days after start"
    return None, early
