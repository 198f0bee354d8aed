"""The design of a study in the public XML, where one text says several things."""

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from topline.formats.legacy_values import labels
from topline.formats.legacy_xml_elements import NO_PLACE, NOT_READ, Path, Reading

_DESIGN = "protocol_section.design_module"
_INFO = f"{_DESIGN}.design_info"

ARMS_COUNTED = "the record counts its arms by listing them, and the numbers differ"

_PHASES = labels("Phase", {"N/A": "NA", "Phase 0": "EARLY_PHASE1"})
_STUDY_TYPES = labels("StudyType")
_REGISTRY = " [Patient Registry]"
_MASKINGS = labels(
    "DesignMasking",
    {
        "Open Label": "NONE",
        "None": "NONE",
        "Single Blind": "SINGLE",
        "Single-Blind": "SINGLE",
        "Double Blind": "DOUBLE",
        "Double-Blind": "DOUBLE",
    },
)
_WHO = labels(
    "WhoMasked",
    {
        "Subject": "PARTICIPANT",
        "Caregiver": "CARE_PROVIDER",
        "Care provider": "CARE_PROVIDER",
        "Outcomes assessor": "OUTCOMES_ASSESSOR",
    },
)
_MASKING = re.compile(r"([^()]*[^() ]) *\(([^()]*)\)")

# Until 2017 the design was one text: "Allocation: Randomized, Masking: Double-Blind, ...".
_DESIGN_FIELDS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "Allocation": ("allocation", labels("DesignAllocation", {"Random Sample": "RANDOMIZED"})),
    "Intervention Model": ("intervention_model", labels("InterventionalAssignment")),
    "Primary Purpose": ("primary_purpose", labels("PrimaryPurpose")),
    "Observational Model": (
        "observational_model",
        labels("ObservationalModel", {"Case Control": "CASE_CONTROL", "Case-only": "CASE_ONLY"}),
    ),
    "Time Perspective": ("time_perspective", labels("DesignTimePerspective")),
}
_PARTS_OF_DESIGN = re.compile(
    rf"(?:^|, *)({'|'.join((*_DESIGN_FIELDS, 'Masking', 'Endpoint Classification', 'Control', 'Duration', 'Selection', 'Timing', 'Study Classification', 'Intervention Type'))}): *"
)


def read_phase(
    reading: Reading, element: etree._Element, values: dict[str, Any], path: Path
) -> None:
    """Read the phase, or the two phases that one trial spans."""
    text = reading.text_of(element, path)
    if text is not None:
        found = [text] if text in _PHASES else text.split("/")
        reading.set(element, f"{_DESIGN}.phases", [_PHASES[phase] for phase in found], values, path)


def read_study_type(
    reading: Reading, element: etree._Element, values: dict[str, Any], path: Path
) -> None:
    """Read the type of study, and whether it is a registry of patients."""
    text = reading.text_of(element, path)
    if text is None:
        return
    if text.endswith(_REGISTRY):
        text = text.removesuffix(_REGISTRY)
        reading.set(element, f"{_DESIGN}.patient_registry", True, values, path)
    reading.set(element, f"{_DESIGN}.study_type", _STUDY_TYPES[text], values, path)


def read_masking(
    reading: Reading, element: etree._Element, values: dict[str, Any], path: Path
) -> None:
    """Read the masking and who was masked: ``Double (Participant, Investigator)``."""
    text = reading.text_of(element, path)
    if text is not None and not _take_masking(text, values):
        reading.element_aside(element, path, NOT_READ)


def _take_masking(text: str, values: dict[str, Any]) -> bool:
    target = f"{_INFO}.masking_info.masking"
    if target in values:
        return False
    match = None if text in _MASKINGS else _MASKING.fullmatch(text)
    values[target] = _MASKINGS[text if match is None else match[1]]
    if match is not None:
        values[f"{_INFO}.masking_info.who_masked"] = [
            _WHO[who.strip()] for who in match[2].split(",")
        ]
    return True


def read_design(
    reading: Reading, element: etree._Element, values: dict[str, Any], path: Path
) -> None:
    """Read the design of older years: one text of labels and values, separated by commas."""
    text = reading.text_of(element, path)
    if text is None:
        return
    _before, *found = _PARTS_OF_DESIGN.split(text)
    if _before.strip():
        reading.aside(path, "study_design", _before, NOT_READ)
    for label, value in zip(found[::2], found[1::2], strict=True):
        if label == "Masking" and _take_masking(value, values):
            continue
        if label in _DESIGN_FIELDS:
            field, words = _DESIGN_FIELDS[label]
            if values.setdefault(f"{_INFO}.{field}", words[value]) == words[value]:
                continue
        reading.aside(path, f"study_design/{label}", value, NO_PLACE)


def read_arm_counts(
    reading: Reading, element: etree._Element, values: dict[str, Any], path: Path
) -> None:
    """Set the number of arms aside unless that many are listed; they follow it in the document."""
    listed = reading.once.get("arms")
    if listed is None:
        parent = element.getparent()
        listed = 0 if parent is None else len(parent.findall("arm_group"))
        reading.once["arms"] = listed
    if len(element) or element.items() or element.text != str(listed):
        reading.element_aside(element, path, ARMS_COUNTED)
