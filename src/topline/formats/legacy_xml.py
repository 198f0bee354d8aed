"""The registry's public XML of the years to 2023: a ``clinical_study``, read without losing anything.

The modules ``legacy_xml_*`` say in tables what becomes of each element; what the record has no place
for is set aside with the address of the part it belongs to. Downloads of all years are read, so far
as their elements are known: the form changed in 2012, 2016, 2017 and 2018.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from lxml import etree
from msgspec.structs import replace

from topline.errors import DocumentError
from topline.formats.document import Document
from topline.formats.format import Format
from topline.formats.legacy_xml_elements import (
    ROOT,
    Part,
    Path,
    Reading,
    Shape,
    assembled,
)
from topline.formats.legacy_xml_more import RESULTS
from topline.formats.legacy_xml_protocol import PROTOCOL
from topline.formats.source import Source
from topline.formats.xml_tree import parse_tree, root_name
from topline.record.codes import CODE_LISTS
from topline.record.node import Node
from topline.record.protocol import ArmGroup
from topline.record.study import Study

NAME = "legacy-xml"
_ROOT_ELEMENT = "clinical_study"

# The protocol registration system exports studies under the same name, with other elements.
_OF_THIS_FORM = re.compile(rb"<(?:required_header|nct_id|clinical_results)[ >]")
_OF_THE_REGISTRATION_SYSTEM = re.compile(rb"<(?:provider_study_id|provider_name|org_name)[ >/]")


def recognizes(head: bytes) -> bool:
    """Whether a document begins like the public XML of a study.

    Examples
    --------
    >>> recognizes(b"<clinical_study><required_header>"), recognizes(b"<study_collection>")
    (True, False)
    """
    if root_name(head) != _ROOT_ELEMENT:
        return False
    plain = head.replace(b"\0", b"")
    return (
        _OF_THIS_FORM.search(plain) is not None
        and _OF_THE_REGISTRATION_SYSTEM.search(plain) is None
    )


def read(source: Source) -> Iterator[Document]:
    """Read the study of a document.

    Yields
    ------
    Document
        The one study, with what its record cannot hold.

    Raises
    ------
    DocumentError
        If the document is no XML, or its root is not ``clinical_study``: with the line.
    LimitError
        If it is too large or too deeply nested.
    """
    yield read_tree(parse_tree(source, blanks=False), source.name)


def read_tree(root: etree._Element, place: str) -> Document:
    """Read the study of a parsed document; parameters and errors as :func:`read`.

    Examples
    --------
    >>> root = etree.fromstring("<clinical_study><acronym>OHTS</acronym></clinical_study>")
    >>> read_tree(root, "a.xml").study.protocol_section.identification_module.acronym
    'OHTS'
    """
    if root.tag != _ROOT_ELEMENT:
        raise DocumentError(
            f"the root of the document is {_shown(str(root.tag))}",
            where=f"{place}, line {root.sourceline}",
            accepted="clinical_study without a namespace, as in a public download of the registry",
            advice="an upload for the registry or for EudraCT is another format: name it",
        )
    reading = Reading(place)
    study = reading.part(_STUDY, root, ROOT)
    assert isinstance(study, Study)  # it is what the shape makes
    if study.protocol_section is None and study.results_section is None:
        raise DocumentError(
            "the document has neither a registration nor results",
            where=f"{place}, line {root.sourceline}",
            accepted="a clinical_study with id_info, brief_title and so on, or clinical_results",
        )
    return Document(study=study, format=NAME, place=place, set_aside=tuple(reading.set_aside))


def _shown(tag: str) -> str:
    name = etree.QName(tag)
    text = f"{name.localname[:100]!r}"
    return text if name.namespace is None else f"{text} of the namespace {name.namespace[:200]!r}"


def _study(reading: Reading, values: dict[str, Any], path: Path) -> Node:
    values["has_results"] = "results_section" in values
    _name_interventions_of_arms(values)
    return assembled(Study, values)


_ARMS = "protocol_section.arms_interventions_module.arm_groups"
_INTERVENTIONS = "protocol_section.arms_interventions_module.interventions"


_KINDS = CODE_LISTS["InterventionType"]


def _name_interventions_of_arms(values: dict[str, Any]) -> None:
    """Give each arm its interventions: the XML says with the intervention in which arms it is.

    Arms of one label are left as they are: which of them is meant is not said.
    """
    arms: list[ArmGroup] = values.get(_ARMS, [])
    times = Counter(arm.label for arm in arms)
    names: dict[str, list[str]] = {}
    for intervention in values.get(_INTERVENTIONS, ()):
        kind = _KINDS.get(intervention.type, intervention.type)
        for label in intervention.arm_group_labels or ():
            names.setdefault(label, []).append(f"{kind}: {intervention.name}")
    for position, arm in enumerate(arms):
        if arm.label in names and times[arm.label] == 1:
            arms[position] = replace(arm, intervention_names=tuple(names[arm.label]))


_STUDY = Shape(
    Study, {**PROTOCOL, "clinical_results": Part("results_section", RESULTS)}, finish=_study
)

FORMAT = Format(
    name=NAME,
    title="Public XML of the registry, to 2023",
    extensions=(".public.xml",),
    media_type="application/xml",
    keeps=(
        "/protocolSection",
        "/resultsSection",
        "/documentSection",
        "/derivedSection/miscInfoModule",
        "/derivedSection/conditionBrowseModule/meshes/*/term",
        "/derivedSection/interventionBrowseModule/meshes/*/term",
        "/hasResults",
    ),
    loses="It is read, not written. It holds no annotations, no ancestors of MeSH terms and no coordinates.",
    recognizes=recognizes,
    read=read,
    write=None,
)
