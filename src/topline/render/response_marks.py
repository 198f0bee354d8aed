"""How responses are drawn: the same colour and symbol in every chart of tumour response."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from topline.render.axis import Axis
from topline.render.figure import Record
from topline.render.palette import MUTED, series_colour, series_shape
from topline.trial.response.criteria import Criteria
from topline.trial.response.evaluation import ParticipantResponse
from topline.trial.response.responses import ORDER, Response

_PLACES: Mapping[Response, int] = MappingProxyType(
    {
        Response.COMPLETE: 2,
        Response.PARTIAL: 0,
        Response.STABLE: 4,
        Response.NEITHER: 5,
        Response.PROGRESSION: 1,
        Response.UNCONFIRMED: 3,
    }
)
LEGEND = 17
"""Height of a line of the legend [px]."""


@dataclass(frozen=True, slots=True)
class ResponseMark:
    """A response as it is drawn.

    Parameters
    ----------
    word
        What the criteria call it.
    colour, shape
        How it is drawn.
    """

    word: str
    colour: str
    shape: str


def response_mark(response: Response, criteria: Criteria) -> ResponseMark:
    """Return how a response is drawn; what tells nothing (NE, missing) is muted.

    Examples
    --------
    >>> from topline.trial.response.registry import CRITERIA
    >>> response_mark(Response.PARTIAL, CRITERIA["irecist"])
    ResponseMark(word='iPR', colour='#1f6fb2', shape='circle')
    """
    place = _PLACES.get(response)
    shape = "cross" if place is None else series_shape(place)
    return ResponseMark(criteria.word(response), response_colour(response), shape)


def response_colour(response: Response) -> str:
    """Return the colour of a response."""
    place = _PLACES.get(response)
    return MUTED if place is None else series_colour(place)


def responses_among(participants: Iterable[ParticipantResponse]) -> list[Response]:
    """Return the best responses that occur, from the best to none."""
    found = {one.best.response for one in participants}
    return [response for response in ORDER if response in found]


def legend_records(marks: Iterable[ResponseMark], width: float) -> tuple[list[Record], int]:
    """Lay out a legend: symbols with their words, in as many lines as the width asks for.

    Parameters
    ----------
    marks
        What to explain, in order.
    width
        The room for a line [px].

    Returns
    -------
    tuple
        A record for each mark, with the place of its symbol and of its word, and the height of it
        all [px].
    """
    records: list[Record] = []
    x, line = 6.0, 0
    for mark in marks:
        needed = 30 + 5.6 * len(mark.word)
        if x > 6 and x + needed > width:
            x, line = 6.0, line + 1
        records.append(
            {
                "x": x,
                "text_x": x + 9,
                "y": line * LEGEND + LEGEND / 2,
                "text": mark.word,
                "colour": mark.colour,
                "shape": mark.shape,
            }
        )
        x += needed
    return records, (line + 1) * LEGEND if records else 0


@dataclass(frozen=True, slots=True)
class TimeScale:
    """The unit in which a chart shows time since the start.

    Parameters
    ----------
    days
        Days in a unit.
    title
        What the axis says.
    steps
        The distances between ticks that people count in.
    """

    days: float
    title: str
    steps: tuple[int, ...]

    def axis(self, longest: int) -> Axis:
        """Return the axis from zero to a longest time [days], with at most eight ticks after zero.

        Examples
        --------
        >>> time_scale(299).axis(299).ticks
        (0, 6, 12, 18, 24, 30, 36, 42)
        """
        upper = max(longest / self.days, 1.0)
        step = next((one for one in self.steps if upper / one <= _TICKS), self.steps[-1])
        while upper / step > _TICKS:
            step *= 2
        ticks = tuple(range(0, int(upper) + 1, step))
        return Axis(lower=0, upper=upper, ticks=ticks)


_TICKS = 8
_WEEKS = TimeScale(7, "Weeks since start", (1, 2, 3, 4, 6, 8, 12, 16, 24))
_MONTHS = TimeScale(365.25 / 12, "Months since start", (3, 6, 12, 24, 36))


def time_scale(longest: int) -> TimeScale:
    """Return weeks for up to two years, months beyond.

    Parameters
    ----------
    longest
        The longest time [days].

    Examples
    --------
    >>> time_scale(200).title, time_scale(1000).title
    ('Weeks since start', 'Months since start')
    """
    return _WEEKS if longest <= 2 * 366 else _MONTHS


def counted(participants: Iterable[ParticipantResponse], criteria: Criteria) -> str:
    """Return the best responses in words: ``3 CR, 5 PR``.

    Examples
    --------
    >>> from topline.trial.response.registry import CRITERIA
    >>> counted([], CRITERIA["recist1.1"])
    'none'
    """
    found = [one.best.response for one in participants]
    words = [
        f"{found.count(response)} {criteria.word(response)}"
        for response in ORDER
        if response in found
    ]
    return ", ".join(words) or "none"
