"""The baseline characteristics of a first specification."""

import re
from typing import Any

from topline.analysis.first_draft.document import Asked
from topline.analysis.first_draft.survey import Survey
from topline.analysis.registry_measures import DEFAULT_VARIABLES

_REGISTRY = ("age", "sex", "race", "ethnicity")
_CONTINUOUS = re.compile(
    r"^(HEIGHT|WEIGHT|BMI|BSA)(BL)?$|.+BL$|^(DISDUR|DURDIS|DURDSG|EDUCLVL|MMSETOT)"
)
"""Variables of ADSL that ADaM and custom use for what was measured at the start."""
_UNITS = {"HEIGHT": "cm", "WEIGHT": "kg", "BMI": "kg/m^2", "BSA": "m^2"}


def baseline(survey: Survey) -> dict[str, Any]:
    """Propose the registry's own measures, the region, and what else was measured at the start."""
    measures: list[Any] = []
    for name in _REGISTRY:
        if DEFAULT_VARIABLES[name] in survey.variables:
            measures.append(name)
            if name == "age":
                measures.append("age_categories")
    if "race" not in measures and "ethnicity" not in measures:
        measures.append("race_not_collected")
    if "COUNTRY" in survey.variables:
        measures.append("region")
    elif survey.has("DM", "COUNTRY"):
        measures.append({"measure": "region", "dataset": "DM"})
    measures += [
        _continuous(survey, name) for name in survey.variables if _is_continuous(survey, name)
    ]
    return {"measures": measures}


def _is_continuous(survey: Survey, name: str) -> bool:
    if not _CONTINUOUS.match(name) or not survey.everyone.schema[name].is_numeric():
        return False
    return survey.variables[name].type != "date" and survey.started[name].n_unique() > 2


def _continuous(survey: Survey, name: str) -> dict[str, Any]:
    label = survey.variables[name].label or name
    unit, title = unit_of(label)
    if unit is None:
        known = next((text for word, text in _UNITS.items() if name.startswith(word)), None)
        unit = known
    measure: dict[str, Any] = {
        "title": title,
        "variable": name,
        "summary": "mean",
        "unit": unit or Asked("units", "What is the unit of measure?"),
    }
    missing = survey.started[name].null_count()
    if missing:
        measure["population_description"] = (
            f"{missing} participants have no value."
            if missing > 1
            else "One participant has no value."
        )
    return measure


def unit_of(label: str) -> tuple[str | None, str]:
    """Take the unit in brackets out of a label.

    >>> unit_of("Baseline Weight (kg)"), unit_of("Years of Education")
    (('kg', 'Baseline Weight'), (None, 'Years of Education'))
    """
    match = re.search(r"\s*\(([^()]+)\)\s*$", label)
    if match is None:
        return None, label
    return match.group(1), label[: match.start()]
