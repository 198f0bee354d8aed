"""What EudraCT asks for beyond the record, answered from the data where the data say it.

The file is the table of questions of ``topline convert --ask``, with causality and deaths filled in and
their source beside them; what is left empty only a person can answer.
"""

from topline.analysis.exports.export import Export
from topline.analysis.statistics import Statistic, Statistics
from topline.errors import UsageError
from topline.formats.answers import questions_table
from topline.formats.document import Document
from topline.formats.eudract_xml import asks
from topline.record.study import Study


def eudract_answers(study: Study, beyond: Statistics) -> bytes:
    """Give the table of questions with the counts of a build.

    Parameters
    ----------
    study
        The record.
    beyond
        Causality and deaths by term: see :mod:`topline.analysis.event_outcomes`.

    Raises
    ------
    UsageError
        If the build counted none.
    OutputError
        If the record has no adverse events.
    """
    if not len(beyond):
        raise UsageError(
            "the specification does not say which adverse events are related to the treatment",
            accepted="`related_where:` under `adverse_events:`, such as AEREL == 'Y'",
        )
    known = {
        (row.address.removesuffix(f"/{row.name}"), row.name): (row.posted, _source(row))
        for row in beyond
    }
    document = Document(study=study, format="api-json", place="build")
    return questions_table(asks(document), known)


def _source(row: Statistic) -> str:
    return (
        f"{row.method}: {row.dataset} where {row.condition}; population {row.population}, "
        f"rows {row.rows}, participants {row.participants}"
    )


EXPORT = Export(
    name="eudract",
    title="Answers to what EudraCT asks for beyond the record",
    writers={".csv": eudract_answers},
    of_build_only=True,
)
