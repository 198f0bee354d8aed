"""What filing an upload would do that its schema does not forbid: modules left out, and what to look at first."""

import re

from topline.formats.document import Document
from topline.formats.prs_keeps import KEEPS
from topline.formats.prs_study import IDENTIFICATION, organization_id
from topline.formats.read_back import leaves
from topline.record.results import MoreInfoModule, ResultsSection
from topline.record.study import Study

_KEPT = frozenset(KEEPS)
_ESCAPED = re.compile(r"\\[<>\[\]*_~^#|`]")


def omitted(study: Study) -> tuple[str, ...]:
    """Name the results modules that a document of this study leaves out.

    >>> from topline.record.results import AdverseEventsModule
    >>> section = ResultsSection(adverse_events_module=AdverseEventsModule(time_frame="1 year"))
    >>> omitted(Study(results_section=section))[:2]
    ('Participant Flow', 'Baseline Characteristics')
    """
    section = study.results_section or ResultsSection()
    more = section.more_info_module or MoreInfoModule()
    outcomes = section.outcome_measures_module
    modules = {
        "Participant Flow": section.participant_flow_module,
        "Baseline Characteristics": section.baseline_characteristics_module,
        "Outcome Measures": (outcomes and outcomes.outcome_measures) or None,
        "Adverse Events": section.adverse_events_module,
        "Limitations and Caveats": more.limitations_and_caveats,
        "Certain Agreements": more.certain_agreement,
        "Results Point of Contact": more.point_of_contact,
    }
    return tuple(name for name, module in modules.items() if module is None)


def cautions(document: Document, *, into: bool) -> tuple[str, ...]:
    """Say what to look at before a document is uploaded.

    Parameters
    ----------
    document
        What is written.
    into
        Whether it is written into a downloaded record, which identifies itself.
    """
    study = document.study
    said = []
    if study.results_section is not None and "Outcome Measures" in omitted(study):
        said.append(
            "the record has no outcome measures; the schema wants their element, which stands empty, and does "
            "not say whether a partial upload then keeps those that the registry has"
        )
    said += _texts_and_measures(study)
    if into:
        return tuple(said)
    if organization_id(study) is None:
        said.append(
            "the record has no study number of the organization: the upload does not say of which study it is"
        )
    elif not any(
        item.field == "org_name" and item.address == IDENTIFICATION for item in document.set_aside
    ):
        named = study.identification.organization
        said.append(
            f"org_name is {(named.full_name if named is not None else None) or ''!r}; the registry knows an "
            "organization by the short name it logs in with: write into a downloaded record, or correct it"
        )
    return tuple(said)


def _texts_and_measures(study: Study) -> list[str]:
    """Say what stands in texts and codes that the schema takes, and the registry may not."""
    escaped: list[str] = []
    log_means: list[str] = []
    for address, pattern, value in leaves(study):
        if pattern in _KEPT and isinstance(value, str):
            if _ESCAPED.search(value) is not None:
                escaped.append(address)
            elif value == "LOG_MEAN" and address.endswith("/paramType"):
                log_means.append(address)
    said = []
    if escaped:
        said.append(
            f"texts have a backslash before a sign, as the registry's API writes them ({len(escaped)}, the first at "
            f"{escaped[0]}); they are written as they stand, so take out those that you did not mean"
        )
    if log_means:
        said.append(
            f"the registry takes no Log Mean since 2017 ({len(log_means)}, the first at {log_means[0]})"
        )
    return said
