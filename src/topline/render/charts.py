"""All charts of a record: which parts of it are drawn, and under which names."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from topline.analysis.curves import SurvivalCurve
from topline.errors import UsageError
from topline.record import Study
from topline.record.results import OutcomeMeasure
from topline.render.event_table import ADDRESS as EVENTS
from topline.render.figure import Figure
from topline.render.group_chart import group_chart
from topline.render.outcome_table import ADDRESS as OUTCOMES
from topline.render.risk_chart import risk_chart
from topline.render.survival_chart import survival_chart

MOST_GROUP_CHARTS = 16
"""Outcome measures drawn by group, the first of the record; beyond them the tables stand alone."""


def figures(study: Study, curves: Iterable[SurvivalCurve] = ()) -> tuple[Figure, ...]:
    """Return the charts of a record.

    Drawn are: a Kaplan–Meier chart for every outcome measure that has curves; a chart by group for
    the first 16 of the others that hold something to compare; the risks of adverse events.

    Parameters
    ----------
    study
        The record.
    curves
        The curves behind its time-to-event measures.

    Raises
    ------
    UsageError
        If a curve belongs to an outcome measure that the record does not have.

    Examples
    --------
    >>> figures(Study())
    ()
    """
    results = study.results_section
    module = results.outcome_measures_module if results is not None else None
    events = results.adverse_events_module if results is not None else None
    measures = (module.outcome_measures if module is not None else None) or ()
    found = list(_outcome_charts(measures, _by_measure(curves, len(measures))))
    if events is not None:
        chart = risk_chart(events, EVENTS, "adverse-events-risks")
        found += [chart] if chart is not None else []
    return tuple(found)


def _by_measure(
    curves: Iterable[SurvivalCurve], measures: int
) -> Mapping[str, Sequence[SurvivalCurve]]:
    known = {f"{OUTCOMES}/outcomeMeasures/{place}" for place in range(measures)}
    found: dict[str, list[SurvivalCurve]] = {}
    for curve in curves:
        if curve.address not in known:
            raise UsageError(
                f"a survival curve belongs to {curve.address}, which the record does not have",
                accepted=f"the address of one of its {measures} outcome measures",
                advice="draw the curves of the build that made this record",
            )
        found.setdefault(curve.address, []).append(curve)
    return found


def _outcome_charts(
    measures: Sequence[OutcomeMeasure], curves: Mapping[str, Sequence[SurvivalCurve]]
) -> Iterator[Figure]:
    drawn = 0
    for place, measure in enumerate(measures):
        address = f"{OUTCOMES}/outcomeMeasures/{place}"
        name = f"outcome-{place + 1:02d}"
        if address in curves:
            title = measure.title or "Outcome measure"
            yield survival_chart(curves[address], title, f"{name}-kaplan-meier")
        elif drawn < MOST_GROUP_CHARTS:
            chart = group_chart(measure, address, f"{name}-groups")
            if chart is not None:
                drawn += 1
                yield chart
