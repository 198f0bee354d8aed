"""The provenance of a page's cells, packed so that a text said a thousand times is sent once."""

from topline.analysis.statistics import Statistic, Statistics
from topline.render.context import ProvenanceView

COLUMNS = (
    "name",
    "group",
    "posted",
    "raw",
    "rounding",
    "dataset",
    "condition",
    "population",
    "rows",
    "participants",
    "method",
    "notes",
)
"""What a row says, in order; the page's script knows the same order."""


def provenance_view(statistics: Statistics | None) -> ProvenanceView:
    """Return the provenance as the page carries it.

    Parameters
    ----------
    statistics
        The analysis results of a build; ``None`` for a record that was not built here.

    Examples
    --------
    >>> row = Statistic(
    ...     address="/a", name="count", group="A", dataset="ADSL", condition="", population="ITT",
    ...     rows=11, participants=11, method="count of participants", raw=11.0, rounding="",
    ...     posted="11",
    ... )
    >>> view = provenance_view(Statistics([row]))
    >>> [view.texts[place] for place in view.rows["/a"][0]][:4]
    ['count', 'A', '11', '11.0']
    """
    if statistics is None:
        return ProvenanceView()
    places: dict[str, int] = {}
    rows: dict[str, list[tuple[int, ...]]] = {}
    for statistic in statistics:
        packed = tuple(places.setdefault(text, len(places)) for text in _texts(statistic))
        rows.setdefault(statistic.address, []).append(packed)
    return ProvenanceView(
        texts=tuple(places), rows={address: tuple(found) for address, found in rows.items()}
    )


def _texts(statistic: Statistic) -> tuple[str, ...]:
    return (
        statistic.name,
        statistic.group,
        statistic.posted,
        "" if statistic.raw is None else repr(statistic.raw),
        statistic.rounding,
        statistic.dataset,
        statistic.condition,
        statistic.population,
        str(statistic.rows),
        str(statistic.participants),
        statistic.method,
        statistic.notes,
    )
