"""A trial's response in the terminal: time points with reasons, best responses, rates."""

from collections.abc import Iterator, Sequence

from topline.render.text_lines import Line, padded, width_of, wrapped
from topline.trial.response.criteria import Criteria
from topline.trial.response.evaluable import POPULATIONS
from topline.trial.response.evaluation import ParticipantResponse
from topline.trial.response.responses import ORDER
from topline.trial.response.trial_response import (
    COUNTED,
    Rate,
    TrialResponse,
    counts,
    response_rate,
)

_GAP = "  "
_NARROWEST = 30
"""Room for reasons below which they stand on lines of their own [columns]."""


def participant_lines(
    participants: Sequence[ParticipantResponse], criteria: Criteria, width: int
) -> Iterator[Line]:
    """Yield the time points of participants with their reasons, then what follows from them.

    Parameters
    ----------
    participants
        Whom to show.
    criteria
        By whose words.
    width
        How wide lines may be [columns].
    """
    for one in participants:
        yield Line(one.participant.name, "bold")
        rows = [
            (
                point.date.isoformat(),
                point.visit,
                criteria.word(point.overall.response),
                point.overall.reason,
            )
            for point in one.time_points
        ]
        widths = [max((width_of(row[place]) for row in rows), default=0) for place in range(3)]
        for row in rows:
            head = _GAP.join(
                padded(text, size) for text, size in zip(row[:3], widths, strict=True)
            )  # fmt: skip
            yield from _hanging(f"  {head}", row[3], width)
        for label, text in _outcomes(one, criteria):
            yield from _hanging(f"  {padded(label, 20)}", text, width)
        yield Line("")


def _outcomes(one: ParticipantResponse, criteria: Criteria) -> Iterator[tuple[str, str]]:
    for label, best in (("best response", one.unconfirmed), ("confirmed", one.confirmed)):
        yield label, f"{criteria.word(best.response)}: {best.reason}"
    for time in one.times:
        censored = "censored, " if time.censored else ""
        days = "1 day" if time.days == 1 else f"{time.days} days"
        yield time.parameter, f"{days}, {censored}{time.reason}"
    if one.notes:
        yield "to know", "; ".join(one.notes)


def _hanging(head: str, text: str, width: int) -> Iterator[Line]:
    """Yield a text beside its head, or below it where there is no room."""
    room = width - width_of(head) - len(_GAP)
    if room < _NARROWEST:
        yield Line(head.rstrip())
        yield from (Line(line) for line in wrapped(text, width, "    "))
        return
    first, *more = wrapped(text, room)
    yield Line(f"{head}{_GAP}{first}")
    yield from (Line(f"{' ' * width_of(head)}{_GAP}{line}") for line in more)


def summary_lines(trial: TrialResponse) -> Iterator[Line]:
    """Yield the numbers of best responses, and the rates with their intervals.

    Parameters
    ----------
    trial
        The trial's responses.
    """
    criteria = trial.evaluation.criteria
    unconfirmed = counts(one.unconfirmed for one in trial.participants)
    confirmed = counts(one.confirmed for one in trial.participants)
    yield Line(f"Best response, {criteria.title}", "bold")
    rows: list[tuple[str, ...]] = [("", "unconfirmed", "confirmed")]
    rows += [
        (criteria.word(one), str(unconfirmed.get(one, 0)), str(confirmed.get(one, 0)))
        for one in ORDER
        if one in unconfirmed or one in confirmed
    ]
    rows.append(("participants", *(str(sum(found.values())) for found in (unconfirmed, confirmed))))
    yield from _aligned(rows)
    yield Line("")
    yield Line("Rates, with 95 % limits of Clopper and Pearson", "bold")
    table: list[tuple[str, ...]] = [("", "unconfirmed", "confirmed")]
    for rate in COUNTED:
        for population in POPULATIONS:
            if trial.within(population):
                cells = [_rate(trial, rate, population, done) for done in (False, True)]
                table.append((f"{rate}, {population}", *cells))
    yield from _aligned(table)


def _rate(trial: TrialResponse, rate: Rate, population: str, confirmed: bool) -> str:
    count, number, estimate = response_rate(
        trial, rate, population=population, confirmed=confirmed
    )  # fmt: skip
    if estimate.value is None or estimate.lower is None or estimate.upper is None:
        return f"{count} of {number}"
    share, lower, upper = (100 * one for one in (estimate.value, estimate.lower, estimate.upper))
    return f"{count} of {number}, {share:.1f} % ({lower:.1f} to {upper:.1f})"


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[Line]:
    widths = [max(width_of(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = [padded(row[0], widths[0])]
        cells += [
            padded(text, size, right=True) for text, size in zip(row[1:], widths[1:], strict=True)
        ]
        yield Line(f"  {_GAP.join(cells)}".rstrip())
