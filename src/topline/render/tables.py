"""A record's results modules as tables, for whoever draws them: the page, the terminal."""

from topline.record import Study
from topline.render.baseline_table import baseline_tables
from topline.render.event_table import event_tables
from topline.render.flow_table import flow_tables
from topline.render.more_information_table import more_information_tables
from topline.render.outcome_table import outcome_tables
from topline.render.table_model import (
    Cell,
    ColumnGroup,
    Fact,
    Group,
    Mark,
    ModuleTables,
    Part,
    Row,
    Section,
    Table,
)

__all__ = [
    "Cell",
    "ColumnGroup",
    "Fact",
    "Group",
    "Mark",
    "ModuleTables",
    "Part",
    "Row",
    "Section",
    "Table",
    "tables",
]


def tables(study: Study) -> tuple[ModuleTables, ...]:
    """Return the results modules that a record holds, in the registry's order.

    Every posted number of the results section stands in a cell or a fact with its address; a
    number whose group the record does not define gets a column of its own.

    Parameters
    ----------
    study
        The record.

    Returns
    -------
    tuple of ModuleTables
        Participant flow, baseline, outcome measures, adverse events, more information; those the
        record lacks are left out.

    Examples
    --------
    >>> tables(Study())
    ()
    """
    results = study.results_section
    if results is None:
        return ()
    found: list[ModuleTables] = []
    if results.participant_flow_module is not None:
        found.append(flow_tables(results.participant_flow_module))
    if results.baseline_characteristics_module is not None:
        found.append(baseline_tables(results.baseline_characteristics_module))
    if results.outcome_measures_module is not None:
        found.append(outcome_tables(results.outcome_measures_module))
    if results.adverse_events_module is not None:
        found.append(event_tables(results.adverse_events_module))
    if results.more_info_module is not None:
        found.append(more_information_tables(results.more_info_module))
    return tuple(found)
