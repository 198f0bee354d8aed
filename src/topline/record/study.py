"""The study: a registry's record of one trial, complete."""

from topline.record.derived import AnnotationSection, DerivedSection, DocumentSection
from topline.record.node import Node
from topline.record.protocol import ProtocolSection
from topline.record.results import ResultsSection


class Study(Node, frozen=True, kw_only=True):
    """A registry study: protocol, results, annotations, documents and derived terms."""

    protocol_section: ProtocolSection | None = None
    results_section: ResultsSection | None = None
    annotation_section: AnnotationSection | None = None
    document_section: DocumentSection | None = None
    derived_section: DerivedSection | None = None
    has_results: bool | None = None
