"""The registry's 27 organ systems, and how collected names map to them."""

import re

ORGAN_SYSTEMS = (
    "Blood and lymphatic system disorders",
    "Cardiac disorders",
    "Congenital, familial and genetic disorders",
    "Ear and labyrinth disorders",
    "Endocrine disorders",
    "Eye disorders",
    "Gastrointestinal disorders",
    "General disorders",
    "Hepatobiliary disorders",
    "Immune system disorders",
    "Infections and infestations",
    "Injury, poisoning and procedural complications",
    "Investigations",
    "Metabolism and nutrition disorders",
    "Musculoskeletal and connective tissue disorders",
    "Neoplasms benign, malignant and unspecified (incl cysts and polyps)",
    "Nervous system disorders",
    "Pregnancy, puerperium and perinatal conditions",
    "Product Issues",
    "Psychiatric disorders",
    "Renal and urinary disorders",
    "Reproductive system and breast disorders",
    "Respiratory, thoracic and mediastinal disorders",
    "Skin and subcutaneous tissue disorders",
    "Social circumstances",
    "Surgical and medical procedures",
    "Vascular disorders",
)
"""The organ systems that the registry accepts, as it spells them."""

ORGAN_SYSTEM_VARIABLES = ("AESOC", "AEBODSYS")
"""The variables of the adverse events that can hold the organ system, the first there is."""

#: A collected name cut off by a field's length still names its system if this much is left.
_SHORTEST_PREFIX = 12


def _key(name: str) -> str:
    return re.sub(r"[^a-z]+", " ", name.lower()).strip()


_BY_KEY = {_key(name): name for name in ORGAN_SYSTEMS}
#: The dictionary's own longer name of a system that the registry shortens.
_BY_KEY[_key("General disorders and administration site conditions")] = "General disorders"


def organ_system(collected: str) -> str | None:
    """Name the registry's organ system for a collected one; ``None`` if there is none.

    Case and punctuation do not matter. A name cut off by the length of its field is recognised if
    it begins exactly one system's name.

    Examples
    --------
    >>> organ_system("GENERAL DISORDERS AND ADMINISTRATION SITE CONDITIONS")
    'General disorders'
    >>> organ_system("Neoplasms benign, malignant and unspecified (incl cysts")
    'Neoplasms benign, malignant and unspecified (incl cysts and polyps)'
    >>> organ_system("Heart") is None
    True
    """
    key = _key(collected)
    exact = _BY_KEY.get(key)
    if exact is not None or len(key) < _SHORTEST_PREFIX:
        return exact
    begun = {name for full, name in _BY_KEY.items() if full.startswith(key)}
    return begun.pop() if len(begun) == 1 else None
