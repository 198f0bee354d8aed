"""What stands beside protocol and results: annotations, documents, derived terms."""

from topline.record.node import Node
from topline.record.protocol import DateStruct


class UnpostedEvent(Node, frozen=True, kw_only=True):
    """One event before results are posted."""

    type: str | None = None
    date: str | None = None
    date_unknown: bool | None = None


class UnpostedAnnotation(Node, frozen=True, kw_only=True):
    """Results submitted and not yet posted."""

    unposted_responsible_party: str | None = None
    unposted_events: tuple[UnpostedEvent, ...] | None = None


class ViolationEvent(Node, frozen=True, kw_only=True):
    """One event in the course of a violation."""

    type: str | None = None
    description: str | None = None
    creation_date: str | None = None
    issued_date: str | None = None
    release_date: str | None = None
    posted_date: str | None = None


class ViolationAnnotation(Node, frozen=True, kw_only=True):
    """Violations of the law found by the regulator."""

    violation_events: tuple[ViolationEvent, ...] | None = None


class AnnotationModule(Node, frozen=True, kw_only=True):
    """Annotations: results not yet posted, and violations."""

    unposted_annotation: UnpostedAnnotation | None = None
    violation_annotation: ViolationAnnotation | None = None


class AnnotationSection(Node, frozen=True, kw_only=True):
    """The registry's annotations of the record."""

    annotation_module: AnnotationModule | None = None


class LargeDoc(Node, frozen=True, kw_only=True):
    """One uploaded document."""

    type_abbrev: str | None = None
    has_protocol: bool | None = None
    has_sap: bool | None = None
    has_icf: bool | None = None
    label: str | None = None
    date: str | None = None
    upload_date: str | None = None
    filename: str | None = None
    size: int | None = None


class LargeDocumentModule(Node, frozen=True, kw_only=True):
    """Documents of the study."""

    no_sap: bool | None = None
    large_docs: tuple[LargeDoc, ...] | None = None


class DocumentSection(Node, frozen=True, kw_only=True):
    """Documents uploaded with the record."""

    large_document_module: LargeDocumentModule | None = None


class FirstMcpInfo(Node, frozen=True, kw_only=True):
    """The first master protocol release."""

    post_date_struct: DateStruct | None = None


class SubmissionInfo(Node, frozen=True, kw_only=True):
    """One submission: released, unreleased or reset."""

    release_date: str | None = None
    unrelease_date: str | None = None
    unrelease_date_unknown: bool | None = None
    reset_date: str | None = None
    mcp_release_n: int | None = None


class SubmissionTracking(Node, frozen=True, kw_only=True):
    """The history of results submissions before posting."""

    estimated_results_first_submit_date: str | None = None
    first_mcp_info: FirstMcpInfo | None = None
    submission_infos: tuple[SubmissionInfo, ...] | None = None


class MiscInfoModule(Node, frozen=True, kw_only=True):
    """Version of the record and submission tracking."""

    version_holder: str | None = None
    removed_countries: tuple[str, ...] | None = None
    submission_tracking: SubmissionTracking | None = None


class Mesh(Node, frozen=True, kw_only=True):
    """A MeSH term."""

    id: str | None = None
    term: str | None = None


class BrowseLeaf(Node, frozen=True, kw_only=True):
    """A term of the browse tree."""

    id: str | None = None
    name: str | None = None
    as_found: str | None = None
    relevance: str | None = None


class BrowseBranch(Node, frozen=True, kw_only=True):
    """A branch of the browse tree."""

    abbrev: str | None = None
    name: str | None = None


class BrowseModule(Node, frozen=True, kw_only=True):
    """Terms that the registry assigned."""

    meshes: tuple[Mesh, ...] | None = None
    ancestors: tuple[Mesh, ...] | None = None
    browse_leaves: tuple[BrowseLeaf, ...] | None = None
    browse_branches: tuple[BrowseBranch, ...] | None = None


class DerivedSection(Node, frozen=True, kw_only=True):
    """What the registry derived: terms, countries removed, submission tracking."""

    misc_info_module: MiscInfoModule | None = None
    condition_browse_module: BrowseModule | None = None
    intervention_browse_module: BrowseModule | None = None
