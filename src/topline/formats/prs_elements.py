"""Elements of the registry's upload, read and written so that nothing of them is overlooked.

The schema fixes the order of an element's children; each part of a record names them once, in that order, and the
names serve both ways: what else stands in an element is set aside on reading, and what was set aside of them finds its
place again on writing.
"""

import copy
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from lxml import etree

from topline.formats.document import SetAside

Element = etree._Element

UNKNOWN = "the upload schema has no such element there"
NO_PLACE = "the record has no field for it"
NOT_READ = "it cannot be read as what the record holds there"
NO_GROUP = "it names a group that the document does not define there, or defines twice"

_ATTRIBUTES = frozenset({"id", "partialUpload"})
"""The attributes that the schema has: ids are read with the groups, the other is the writer's to decide."""

_WITH_ELEMENTS = frozenset(
    (
        "adverseEventStats anticipatedResultPostingDate baseline baselineMeasures baselineReportingGroups "
        "certainAgreement completedMilestone dropWithdrawReasonDetails dropWithdrawReasons frequentAdverseEvents "
        "interventionGroups limitationsAndCaveats measureRows milestoneAchievements milestones outcomeMeasureAnalyses "
        "outcomeMeasures outcomeReportingGroups participantFlow participantFlowGroups periods pointOfContact "
        "reportedEntries reportedEvents reportedValues seriousAdverseEvents startedMilestone "
        "totalBaselineReportingGroup"
    ).split()
)
"""The elements that hold elements; every other holds a text and nothing else."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REPLACEMENT = "\ufffd"


class Reading:
    """What is set aside while a document is read."""

    def __init__(self) -> None:
        self._aside: list[SetAside] = []
        self.elements: list[Element] = []
        """The elements that were set aside, in the order of the document."""

    def keep(self, address: str, element: Element, reason: str) -> None:
        """Set an element aside, as XML."""
        self.elements.append(element)
        self._aside.append(SetAside(address, _local(element), xml_text(element), reason))

    def keep_text(self, address: str, field: str, value: str, reason: str) -> None:
        """Set a text aside, under a name."""
        self._aside.append(SetAside(address, field, value, reason))

    def all(self) -> tuple[SetAside, ...]:
        """Return everything, in the order of the document."""
        return tuple(self._aside)


class Writing:
    """What is shared while a study is written.

    Parameters
    ----------
    set_aside
        What was set aside when the study was read from this format.
    id_prefix
        Stands before every id, so that ids are unique in a document of several studies.
    """

    def __init__(self, set_aside: Iterable[SetAside] = (), id_prefix: str = "") -> None:
        self.id_prefix = id_prefix
        self.reasons: dict[str, str] = {}
        """Address of a part -> why it may not come back."""
        self._aside = list(set_aside)

    def explain(self, address: str, reason: str) -> None:
        """Say why a part, if it does not come back, does not."""
        self.reasons.setdefault(address, reason)

    def left_over(self) -> tuple[SetAside, ...]:
        """Return what was set aside and has found no place."""
        return tuple(self._aside)

    def holds(self, address: str, field: str) -> bool:
        """Tell whether something of a name was set aside at an address and waits for its place."""
        return any(item.address == address and item.field == field for item in self._aside)

    def take(self, address: str, field: str | None = None) -> list[SetAside]:
        """Take what was set aside at an address, of one name or of any."""
        taken = [
            item
            for item in self._aside
            if item.address == address and (field is None or item.field == field)
        ]
        self._aside = [item for item in self._aside if item not in taken]
        return taken

    def give_back(self, parent: Element, address: str, names: tuple[str, ...]) -> None:
        """Put what was set aside of an element back in its place, where nothing else stands there.

        Parameters
        ----------
        parent
            The element, otherwise complete.
        address
            The part of the record that it stands for.
        names
            Its children in the order of the schema.
        """
        if not self._aside:
            return
        for item in [one for one in self._aside if one.address == address]:
            present = [_local(child) for child in parent]
            if (
                item.field not in names
                or item.field in present
                or item.reason in (UNKNOWN, NO_GROUP)
            ):
                continue
            element = read_xml_text(item.value)
            if element is not None:
                before = set(names[: names.index(item.field)])
                parent.insert(sum(name in before for name in present), element)
                self._aside.remove(item)


def children(
    element: Element, names: tuple[str, ...], address: str, reading: Reading
) -> Mapping[str, Element]:
    """Return an element's children by name; what else it holds is set aside.

    Parameters
    ----------
    element
        The element.
    names
        The children that the schema gives it.
    address
        The part of the record that it stands for.
    reading
        Where to set aside.
    """
    found: dict[str, Element] = {}
    if element.keys():
        _keep_attributes(element, address, reading)
    kinds = _kinds(names)
    loose = _is_loose(element.text)
    for child in element:
        # A name in a namespace is written with braces, and so is none of the names.
        name: Any = child.tag  # a str: comments and instructions are left out on parsing
        holds_elements = kinds.get(name)
        if holds_elements is None or name in found or not (holds_elements or len(child) == 0):
            reading.keep(address, child, UNKNOWN)
        else:
            found[name] = child
            if not holds_elements and child.keys():
                _keep_attributes(child, address, reading)
        between = child.tail
        if between is not None and not between.isspace():
            loose = loose or _is_loose(between)
    if loose:
        _keep_loose_text(element, address, reading)
    return found


def plain_texts(
    element: Element, names: frozenset[str], within: dict[str, Element] | None = None
) -> dict[str, str | None] | None:
    """Return the texts of an element that holds some of the names once each, and nothing else.

    Nearly every element of the long tables is such. ``None`` is no statement about the element, but that it wants
    the longer way of :func:`children`, which sets aside what is in the way.

    Parameters
    ----------
    element
        The element.
    names
        The children that the schema gives it.
    within
        Takes those children that hold elements; without it, there may be none.
    """
    if element.keys() or _is_loose(element.text):
        return None
    texts: dict[str, str | None] = {}
    for child in element:
        between = child.tail
        name: Any = child.tag  # a str, as above
        if child.keys() or (between is not None and not between.isspace()):
            return None
        if name in _WITH_ELEMENTS:
            if within is None:
                return None
            within[name] = child
            texts[name] = None
        elif len(child):
            return None
        else:
            written = child.text
            texts[name] = None if not written or written.isspace() else written
    # As many names as children: none stands there twice.
    return texts if len(texts) == len(element) and texts.keys() <= names else None


def listed(container: Element | None, name: str, address: str, reading: Reading) -> list[Element]:
    """Return the elements of a name within an element that lists them; what else is there is set aside."""
    if container is None:
        return []
    found: list[Element] = []
    loose = _is_loose(container.text)
    for child in container:
        if child.tag == name:
            found.append(child)
        else:
            reading.keep(address, child, UNKNOWN)
        between = child.tail
        if between is not None and not between.isspace():
            loose = loose or _is_loose(between)
    if loose:
        _keep_loose_text(container, address, reading)
    return found


def text(element: Element | None) -> str | None:
    """Return the text of an element as it stands; ``None`` if there is none, or only blanks."""
    if element is None:
        return None
    written = element.text
    return None if not written or written.isspace() else written


def texts_of(found: Mapping[str, Element], fields: Mapping[str, str]) -> dict[str, Any]:
    """Return the texts of elements under the names that the record's fields have."""
    return {field: text(found.get(name)) for name, field in fields.items()}


def add(parent: Element, name: str, value: str | None = None) -> Element:
    """Add a child, with a text if there is one; characters that XML does not have become U+FFFD."""
    child: Element = etree.SubElement(parent, name)
    if value is not None:
        child.text = _NOT_XML.sub(_REPLACEMENT, value)
    return child


def add_if(parent: Element, name: str, value: str | None) -> None:
    """Add a child with a text, if there is a text."""
    if value is not None:
        add(parent, name, value)


def xml_text(element: Element) -> str:
    """Write an element, without what follows it, as XML."""
    alone = copy.deepcopy(element)
    etree.cleanup_namespaces(alone)  # those declared around it, and not used, are no part of it
    written: str = etree.tostring(alone, encoding="unicode", with_tail=False)
    return written


def read_xml_text(value: str) -> Element | None:
    """Read what :func:`xml_text` wrote; ``None`` for anything else."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        element: Element = etree.fromstring(value, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return element


@cache
def _kinds(names: tuple[str, ...]) -> Mapping[str, bool]:
    """Return whether each of the children that the schema gives an element holds elements itself."""
    return {name: name in _WITH_ELEMENTS for name in names}


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _is_loose(between: str | None) -> bool:
    """Whether text stands where only elements should."""
    return between is not None and not between.isspace() and between != ""


def _keep_attributes(element: Element, address: str, reading: Reading) -> None:
    for name, value in element.attrib.items():
        if name not in _ATTRIBUTES:
            reading.keep_text(
                address, f"attribute {name} of {_local(element)}", str(value), UNKNOWN
            )


def _keep_loose_text(element: Element, address: str, reading: Reading) -> None:
    for loose in (element.text, *(child.tail for child in element)):
        if loose is not None and _is_loose(loose):
            reading.keep_text(address, f"text in {_local(element)}", loose, UNKNOWN)
