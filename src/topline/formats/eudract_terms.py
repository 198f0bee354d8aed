"""What EudraCT and the registry call the same: organ systems, ways of assessment, dictionaries."""

import re
from functools import lru_cache

from topline.formats.eudract_fields import MEDDRA, NON_SYSTEMATIC, OTHER, SNOMED, SYSTEMATIC

ORGAN_SYSTEMS = {
    "100000004848": "Investigations",
    "100000004849": "Cardiac disorders",
    "100000004850": "Congenital, familial and genetic disorders",
    "100000004851": "Blood and lymphatic system disorders",
    "100000004852": "Nervous system disorders",
    "100000004853": "Eye disorders",
    "100000004854": "Ear and labyrinth disorders",
    "100000004855": "Respiratory, thoracic and mediastinal disorders",
    "100000004856": "Gastrointestinal disorders",
    "100000004857": "Renal and urinary disorders",
    "100000004858": "Skin and subcutaneous tissue disorders",
    "100000004859": "Musculoskeletal and connective tissue disorders",
    "100000004860": "Endocrine disorders",
    "100000004861": "Metabolism and nutrition disorders",
    "100000004862": "Infections and infestations",
    "100000004863": "Injury, poisoning and procedural complications",
    "100000004864": "Neoplasms benign, malignant and unspecified (incl cysts and polyps)",
    "100000004865": "Surgical and medical procedures",
    "100000004866": "Vascular disorders",
    "100000004867": "General disorders",
    "100000004868": "Pregnancy, puerperium and perinatal conditions",
    "100000004869": "Social circumstances",
    "100000004870": "Immune system disorders",
    "100000004871": "Hepatobiliary disorders",
    "100000004872": "Reproductive system and breast disorders",
    "100000004873": "Psychiatric disorders",
    "100000167503": "Product Issues",
}
"""The registry's name of each organ system by its identifier in the EU telematics controlled terms."""

PRODUCT_ISSUES = "100000167503"
"""The organ system that was added later, and so has a version of its own."""

_LONGEST_KEPT = 200
"""Longer texts [characters] are no names, and are not kept in memory to be looked up again."""

_LONGER_NAME = "General disorders and administration site conditions"
_ASSESSMENTS = {
    "SYSTEMATIC_ASSESSMENT": SYSTEMATIC,
    "NON_SYSTEMATIC_ASSESSMENT": NON_SYSTEMATIC,
}
_ASSESSMENT_TYPES = {term: own for own, term in _ASSESSMENTS.items()}
_DICTIONARIES = {"meddra": MEDDRA, "snomed": SNOMED}
_SPELLINGS = {MEDDRA: "MedDRA", SNOMED: "SNOMED"}
_NAMED = re.compile(r"(meddra|snomed)\b(?:\s+CT\b)?(.*)", re.IGNORECASE | re.DOTALL)
_VERSION = re.compile(r"[\s,;:(]*(?:v(?:ersion|er|\.)?[\s.:]*)?([0-9][^()]*?)[\s)]*", re.IGNORECASE)
_OTHER = re.compile(r"(.*\S) \(([^()]{1,10})\)", re.DOTALL)


def organ_system_id(name: str) -> str | None:
    """Give the identifier of an organ system, in any capitals, by the registry's or MedDRA's name.

    Examples
    --------
    >>> organ_system_id("General disorders"), organ_system_id("Heart")
    ('100000004867', None)
    """
    return _short_name_id(name) if len(name) <= _LONGEST_KEPT else _IDS.get(_key(name))


@lru_cache(maxsize=1024)
def _short_name_id(name: str) -> str | None:
    return _IDS.get(_key(name))


def assessment_term(assessment_type: str) -> str | None:
    """Give EudraCT's term for the record's assessment type."""
    return _ASSESSMENTS.get(assessment_type)


def assessment_type(term: str) -> str | None:
    """Give the record's assessment type for EudraCT's term."""
    return _ASSESSMENT_TYPES.get(term)


def dictionary_of(vocabulary: str) -> tuple[str | None, str | None, str]:
    """Give other name, version and name of the dictionary that a record names in one text.

    Parameters
    ----------
    vocabulary
        ``sourceVocabulary`` of a record.

    Returns
    -------
    tuple[str | None, str | None, str]
        ``dictionary/otherName``, ``dictionary/version`` and ``dictionary/name/value``. Of MedDRA and
        SNOMED, the version is ``None`` where the text names none.

    Examples
    --------
    >>> dictionary_of("MedDRA version 22.0")
    (None, '22.0', 'ADV_EVT_DICTIONARY_NAME.meddra')
    >>> dictionary_of("CTCAE (4.0)")
    ('CTCAE', '4.0', 'ADV_EVT_DICTIONARY_NAME.other')
    """
    named = _NAMED.fullmatch(vocabulary)
    if named is not None:
        version = _VERSION.fullmatch(named[2])
        return None, version[1] if version else None, _DICTIONARIES[named[1].casefold()]
    with_version = _OTHER.fullmatch(vocabulary)
    if with_version is not None:
        return with_version[1], with_version[2], OTHER
    return vocabulary, None, OTHER


def vocabulary_of(other_name: str | None, version: str | None, name: str | None) -> str | None:
    """Give the one text in which a record names a dictionary.

    Examples
    --------
    >>> vocabulary_of(None, "22.0", "ADV_EVT_DICTIONARY_NAME.meddra")
    'MedDRA 22.0'
    >>> vocabulary_of("CTCAE", "4.0", "ADV_EVT_DICTIONARY_NAME.other")
    'CTCAE (4.0)'
    """
    known = _SPELLINGS.get(name or "")
    if known is not None:
        return f"{known} {version}" if version else known
    if other_name is None:
        return None
    return f"{other_name} ({version})" if version else other_name


def _key(name: str) -> str:
    return " ".join(re.findall(r"[a-z]+", name.lower()))


_IDS = {_key(name): identifier for identifier, name in ORGAN_SYSTEMS.items()}
_IDS[_key(_LONGER_NAME)] = "100000004867"
