"""The study: a registry's record of one trial, complete."""

from topline.record.derived import AnnotationSection, DerivedSection, DocumentSection
from topline.record.node import Node
from topline.record.protocol import IdentificationModule, ProtocolSection
from topline.record.results import ResultsSection


class Study(Node, frozen=True, kw_only=True):
    """A registry study: protocol, results, annotations, documents and derived terms."""

    protocol_section: ProtocolSection | None = None
    results_section: ResultsSection | None = None
    annotation_section: AnnotationSection | None = None
    document_section: DocumentSection | None = None
    derived_section: DerivedSection | None = None
    has_results: bool | None = None

    @property
    def identification(self) -> IdentificationModule:
        """What identifies the study: number, titles, organization; empty where nothing does.

        Examples
        --------
        >>> Study().identification.nct_id is None
        True
        """
        protocol = self.protocol_section
        module = protocol.identification_module if protocol is not None else None
        return module if module is not None else IdentificationModule()
