"""What one set of response criteria is: its words, its tables, and how it judges."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from topline.trial.response.assessments import Participant
from topline.trial.response.baseline import Baseline
from topline.trial.response.combination_tables import CombinationTable
from topline.trial.response.overall import Words
from topline.trial.response.responses import Response, TimePoint
from topline.trial.response.rules import ResponseRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Progression:
    """When a participant's disease progressed.

    Parameters
    ----------
    date
        The date that counts; ``None`` without progression.
    place
        Which time point, from 0, ends what may be a best response: the one of the date.
    reason
        Why that date, or why none.
    confirmed
        Whether a later time point confirmed it; ``None`` where the criteria ask for none.
    """

    date: date | None
    place: int | None
    reason: str
    confirmed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """A set of response criteria.

    Parameters
    ----------
    name
        What a specification and the command call it.
    title
        What a table prints.
    source
        The publication.
    words
        What it calls each response.
    tables
        Its tables for target disease, and for non-target disease only.
    time_points
        Judges the assessments after baseline.
    progression
        Finds the date of progression among time points, which may also be stated ones.
    response_confirmed
        Whether the publication itself demands that responses be confirmed.
    """

    name: str
    title: str
    source: str
    words: Words
    tables: tuple[CombinationTable, CombinationTable]
    time_points: Callable[[Participant, Baseline, ResponseRules], tuple[TimePoint, ...]]
    progression: Callable[[Sequence[TimePoint], ResponseRules], Progression]
    response_confirmed: bool = False

    def word(self, response: Response) -> str:
        """Return what these criteria call a response."""
        return self.words[response]

    def response(self, word: str) -> Response | None:
        """Return the response that these criteria call by a word, or that RECIST 1.1 does.

        Examples
        --------
        >>> from topline.trial.response.registry import CRITERIA
        >>> CRITERIA["irecist"].response("iCPD")
        <Response.PROGRESSION: 'PD'>
        """
        asked = word.strip().upper()
        for response, own in self.words.items():
            if asked in (own.upper(), response.value):
                return response
        return None
