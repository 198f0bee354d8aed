"""All posted analyses of a record, judged."""

from collections.abc import Iterator

from topline.analysis.derive.runner import OUTCOMES
from topline.analysis.reproduction.verdict import Judged, judge
from topline.posted.outcome_rows import outcome_rows
from topline.record.group_relations import GroupRelations
from topline.record.study import Study


def judged_analyses(study: Study) -> Iterator[Judged]:
    """Yield the posted analyses whose parameter posted summaries may give, each with its verdict.

    Parameters
    ----------
    study
        The record.
    """
    results = study.results_section
    module = results.outcome_measures_module if results is not None else None
    relations = GroupRelations(study)
    for place, measure in enumerate(
        (module.outcome_measures if module is not None else None) or ()
    ):
        if not measure.analyses:
            continue
        address = f"{OUTCOMES}/{place}"
        rows = list(outcome_rows(measure, address))
        for position, analysis in enumerate(measure.analyses):
            found = judge(measure, analysis, rows, relations, f"{address}/analyses/{position}")
            if found is not None:
                yield found
