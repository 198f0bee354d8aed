"""The adverse events of a first specification."""

import re
from typing import Any

from topline.analysis.first_draft.document import Asked, Suggested
from topline.analysis.first_draft.survey import Survey
from topline.analysis.organ_systems import ORGAN_SYSTEM_VARIABLES, organ_system

DATASETS = ("ADAE", "AE")


def adverse_events(survey: Survey) -> dict[str, Any] | None:
    """Propose how events are counted; ``None`` where there is no dataset of them."""
    dataset = next(
        (name for name in DATASETS if survey.has(name, "AEDECOD") and _system(survey, name)), None
    )
    if dataset is None:
        return None
    proposed: dict[str, Any] = {
        "time_frame": Asked(
            "From the first dose to the end of the study",
            "Over which period were events collected?",
        )
    }
    if dataset != "ADAE":
        proposed["dataset"] = dataset
    variables = survey.library.variables(dataset)
    if "TRTEMFL" not in variables:
        proposed["where"] = Asked("AEDECOD is not missing", "Which events are treatment-emergent?")
    if "AESER" not in variables:
        proposed["serious_where"] = Asked("AEDECOD is missing", "Which events are serious?")
    proposed["vocabulary"] = _vocabulary(survey, dataset)
    proposed["threshold"] = 5
    unknown = _unknown_systems(survey, dataset)
    if unknown:
        proposed["organ_systems"] = Asked(
            unknown, "These organ systems are not the registry's. Which of its 27 are they?"
        )
    if _capitals(survey, dataset):
        proposed["term_case"] = Suggested(
            "sentence",
            "Terms are in capitals. Write them as a sentence? It lowers abbreviations too",
        )
    if "DTHFL" not in survey.variables:
        proposed["mortality"] = {
            "deaths": Asked("USUBJID is missing", "ADSL has no DTHFL. Who died, of any cause?")
        }
    return {key: value for key, value in proposed.items() if value is not None}


def _system(survey: Survey, dataset: str) -> str | None:
    return next((name for name in ORGAN_SYSTEM_VARIABLES if survey.has(dataset, name)), None)


def _vocabulary(survey: Survey, dataset: str) -> Any:
    """Find dictionary and version where the data have them; labels often name the dictionary."""
    for name in ("AEDICTVR", "AEDICVER", "MEDDRAV"):
        if survey.has(dataset, name):
            values = survey.rows(dataset, [name])[name].drop_nulls().unique().to_list()
            if len(values) == 1:
                text = str(values[0])
                return text if "meddra" in text.lower() else f"MedDRA {text}"
    labels = " ".join(one.label or "" for one in survey.library.variables(dataset).values())
    match = re.search(r"MedDRA\s*v?(\d+\.\d)", labels, re.IGNORECASE)
    if match:
        return f"MedDRA {match.group(1)}"
    return Suggested("MedDRA 26.0", "With which dictionary and version were the terms coded?")


def _unknown_systems(survey: Survey, dataset: str) -> dict[str, str]:
    system = _system(survey, dataset)
    if system is None:
        return {}
    values = survey.rows(dataset, [system])[system].drop_nulls().unique().sort().to_list()
    return {value: value for value in values if organ_system(value) is None}


def _capitals(survey: Survey, dataset: str) -> bool:
    terms = survey.rows(dataset, ["AEDECOD"])["AEDECOD"].drop_nulls()
    return (
        bool(terms.len())
        and bool((terms == terms.str.to_uppercase()).all())
        and bool(terms.str.contains(r"[A-Z]{3}").any())
    )
