"""All tables, in the order of a record, and the rows that documents give them."""

from collections.abc import Iterable, Iterator

from topline.formats.document import Document
from topline.formats.tables import adverse_events, analyses, effects, flow, measures, texts
from topline.formats.tables.table import Row, StudyPart, Table

TABLES: tuple[Table, ...] = (
    texts.STUDIES,
    texts.GROUPS,
    flow.MILESTONES,
    flow.REASONS,
    measures.BASELINE_MEASURES,
    measures.OUTCOME_MEASURES,
    measures.DENOMINATORS,
    analyses.STATISTICAL_ANALYSES,
    adverse_events.TERMS,
    adverse_events.GROUPS,
    adverse_events.REPORTING,
    texts.MORE_INFORMATION,
    texts.TEXTS,
    effects.BINARY,
    effects.CONTINUOUS,
    effects.BINARY_PAIRS,
    effects.CONTINUOUS_PAIRS,
    effects.LEFT_OUT,
)
"""Every table by which a record is written."""

KEEPS = (
    "/protocolSection/identificationModule/nctId",
    "/protocolSection/identificationModule/acronym",
    "/protocolSection/identificationModule/briefTitle",
    "/protocolSection/identificationModule/officialTitle",
    "/protocolSection/designModule/studyType",
    "/protocolSection/designModule/phases",
    "/protocolSection/designModule/enrollmentInfo/count",
    "/resultsSection",
    "/hasResults",
)
LOSES = (
    "All of the protocol but number, titles, type, phases and enrolment; documents, annotations and "
    "derived terms. Lists of the results that are empty."
)


def table_rows(documents: Iterable[Document]) -> Iterator[tuple[Table, Iterator[Row]]]:
    """Yield the rows of each table, one study after the other.

    Parameters
    ----------
    documents
        The records.

    Examples
    --------
    >>> from topline.record.study import Study
    >>> document = Document(study=Study(), format="api-json", place="a.json")
    >>> table, rows = next(table_rows([document]))
    >>> table.name, list(rows)
    ('studies', [(1, None, None, None, None, None, None, None, None, 'a.json')])
    """
    for number, document in enumerate(documents, 1):
        part = StudyPart(document.study, number, document.place)
        part.check_size()
        for table in TABLES:
            yield table, table.rows(part)
