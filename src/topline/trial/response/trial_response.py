"""The response of a whole trial: every participant evaluated, and the rates of response."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from topline.stats.estimate import Estimate
from topline.stats.proportion import proportion
from topline.trial.library import Library
from topline.trial.response.best_overall_response import BestResponse
from topline.trial.response.evaluation import Evaluation, ParticipantResponse, evaluate_all
from topline.trial.response.reading_participants import read_participants
from topline.trial.response.reading_sources import ResponseData
from topline.trial.response.responses import CONTROLLED, ORDER, RESPONDING, Response

Rate = Literal["objective response", "disease control"]
COUNTED: Mapping[Rate, frozenset[Response]] = {
    "objective response": RESPONDING,
    "disease control": CONTROLLED,
}
"""The best responses that each rate counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResponse:
    """The response of a trial's participants.

    Parameters
    ----------
    evaluation
        By which criteria and rules.
    participants
        The participants with a date of start, in the order of their dataset.
    notes
        What was assumed or left out in reading them.
    """

    evaluation: Evaluation
    participants: tuple[ParticipantResponse, ...]
    notes: tuple[str, ...] = ()

    def within(self, population: str) -> tuple[ParticipantResponse, ...]:
        """Return the participants of a population: ``all``, ``measurable`` or ``evaluable``."""
        return tuple(one for one in self.participants if one.evaluability.belongs(population))


def evaluate_response(
    library: Library, evaluation: Evaluation, data: ResponseData | None = None
) -> TrialResponse:
    """Evaluate the tumour response of every participant of a trial.

    Parameters
    ----------
    library
        The trial's datasets: TU, TR and RS with DM (SDTM), or ADTR and ADRS with ADSL (ADaM).
    evaluation
        By which criteria and rules.
    data
        Where the data stand, and whose assessments count; ``None`` as :class:`ResponseData` says.

    Returns
    -------
    TrialResponse
        With everyone who has a date of start, also without any assessment.

    Raises
    ------
    DataError
        A dataset or variable is missing, or holds what cannot be understood.
    UsageError
        Several datasets could be meant, and none was named.
    """
    read = read_participants(
        library, data or ResponseData(), evaluation.criteria, evaluation.source
    )
    return TrialResponse(
        evaluation=evaluation,
        participants=evaluate_all(read.participants, evaluation),
        notes=read.notes,
    )


def counts(best: Iterable[BestResponse]) -> dict[Response, int]:
    """Count best responses, from the best to none, each that occurs.

    Examples
    --------
    >>> counts([BestResponse(response=Response.STABLE, date=None, reason="")])
    {<Response.STABLE: 'SD'>: 1}
    """
    found = [one.response for one in best]
    return {response: found.count(response) for response in ORDER if response in found}


def response_rate(
    trial: TrialResponse,
    rate: Rate,
    *,
    population: str = "all",
    confirmed: bool,
    level: float = 0.95,
    method: str = "clopper_pearson",
) -> tuple[int, int, Estimate]:
    """Return how many of how many have the responses that a rate counts, and the share with its interval.

    Parameters
    ----------
    trial
        The trial.
    rate
        Objective response (CR, PR) or disease control (CR, PR, SD, NON-CR/NON-PD).
    population
        Of whom: ``all``, ``measurable`` or ``evaluable``.
    confirmed
        Whether by confirmed or by unconfirmed best response.
    level
        The confidence level [1].
    method
        The interval, one of :data:`topline.stats.proportion.INTERVALS`.

    Returns
    -------
    tuple
        The count, the denominator [participants] and the estimate [1].
    """
    members = trial.within(population)
    best = [one.confirmed if confirmed else one.unconfirmed for one in members]
    count = sum(one.response in COUNTED[rate] for one in best)
    return count, len(members), proportion(count, len(members), level=level, interval=method)
