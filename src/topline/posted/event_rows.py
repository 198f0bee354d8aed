"""The adverse-event tables as counts: participants affected of those at risk, by term and group."""

from collections.abc import Iterator, Sequence

from topline.posted.summaries import Posted, PostedCount, Row, Unusable
from topline.record.results import AdverseEvent, AdverseEventsModule, EventGroup

ADDRESS = "/resultsSection/adverseEventsModule"

_TOTALS = (
    ("All-cause mortality", "deaths", "deathsNumAffected", "deathsNumAtRisk"),
    ("Any serious adverse event", "serious", "seriousNumAffected", "seriousNumAtRisk"),
    ("Any other adverse event", "other", "otherNumAffected", "otherNumAtRisk"),
)


def event_rows(module: AdverseEventsModule) -> Iterator[Row]:
    """Yield the totals, then every serious and every other term.

    Parameters
    ----------
    module
        The adverse events of a record.

    Examples
    --------
    >>> groups = (EventGroup(id="EG000", deaths_num_affected=2, deaths_num_at_risk=60),)
    >>> row = next(event_rows(AdverseEventsModule(event_groups=groups)))
    >>> row.titles, row.cells["EG000"].count
    (('All-cause mortality',), 2)
    """
    groups = module.event_groups or ()
    for title, stem, affected, at_risk in _TOTALS:
        cells = {
            group.id or "": _total(group, stem, f"{ADDRESS}/eventGroups/{place}", affected, at_risk)
            for place, group in enumerate(groups)
        }
        if any(isinstance(cell, PostedCount) for cell in cells.values()):
            yield Row(address=f"{ADDRESS}/eventGroups", titles=(title,), cells=cells)
    yield from _terms(module.serious_events or (), groups, "seriousEvents", "Serious")
    yield from _terms(module.other_events or (), groups, "otherEvents", "Other")


def _total(
    group: EventGroup, stem: str, address: str, affected: str, at_risk: str
) -> Posted | Unusable:
    return _cell(
        group.id or "",
        getattr(group, f"{stem}_num_affected"),
        getattr(group, f"{stem}_num_at_risk"),
        (f"{address}/{affected}", f"{address}/{at_risk}"),
    )


def _terms(
    events: Sequence[AdverseEvent], groups: Sequence[EventGroup], member: str, kind: str
) -> Iterator[Row]:
    at_risk_of_all = {
        group.id or "": (
            group.serious_num_at_risk if kind == "Serious" else group.other_num_at_risk,
            f"{ADDRESS}/eventGroups/{place}/{kind.casefold()}NumAtRisk",
        )
        for place, group in enumerate(groups)
    }
    for place, event in enumerate(events):
        address = f"{ADDRESS}/{member}/{place}"
        cells: dict[str, Posted | Unusable] = {}
        for position, stats in enumerate(event.stats or ()):
            group = stats.group_id or ""
            here = f"{address}/stats/{position}"
            of = (stats.num_at_risk, f"{here}/numAtRisk")
            if stats.num_at_risk is None:
                of = at_risk_of_all.get(group, (None, ""))
            cells[group] = (
                Unusable("the row posts several numbers for the group")
                if group in cells
                else _cell(group, stats.num_affected, of[0], (f"{here}/numAffected", of[1]))
            )
        titles = (kind, event.organ_system, event.term)
        yield Row(address=address, titles=tuple(text for text in titles if text), cells=cells)


def _cell(
    group: str, affected: int | None, at_risk: int | None, inputs: tuple[str, str]
) -> Posted | Unusable:
    if affected is None:
        return Unusable("no number affected is posted")
    if at_risk is None:
        return Unusable("no number at risk is posted")
    if at_risk == 0:
        return Unusable("nobody was at risk")
    if not 0 <= affected <= at_risk:
        return Unusable(f"{affected} participants affected of {at_risk} at risk")
    return PostedCount(
        group=group,
        count=affected,
        lowest=affected,
        highest=affected,
        number=at_risk,
        inputs=inputs,
    )
