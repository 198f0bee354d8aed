"""The groups, the populations and the participant flow of a first specification."""

from typing import Any

import polars as pl

from topline.analysis.first_draft.document import Asked, Suggested
from topline.analysis.first_draft.survey import Survey
from topline.analysis.flow import REASON_VARIABLES, STATUS_VARIABLES
from topline.trial.condition_expressions import Literal, Membership, Variable
from topline.trial.reasons import REGISTRY_REASONS, registry_reason
from topline.trial.regimens import regimen

STARTED = "STARTED THE STUDY"
"""The name of a population that no standard flag defines."""
_COMPLETED = "COMPLETED"


def groups(survey: Survey) -> dict[str, Any]:
    """Propose a group for each arm."""
    if not survey.arms:
        return {"participants": {"title": Asked("All Participants", "What was the arm called?")}}
    texts = {
        arm.key: regimen(survey.library, survey.treatment or "", arm.value) for arm in survey.arms
    }
    proposed: dict[str, Any] = {}
    for arm in survey.arms:
        group: dict[str, Any] = {"title": arm.value[:100]}
        text = texts[arm.key]
        question = "Intervention, dose, form, frequency and duration, as the protocol says"
        group["description"] = (
            Asked(text, f"From the exposure data. {question}?")
            if text
            else Suggested("...", f"{question}?")
        )
        group["treatment"] = arm.value
        if arm in survey.comparators:
            placebo = "placebo" in arm.value.lower() or "vehicle" in arm.value.lower()
            group["type"] = "PLACEBO_COMPARATOR" if placebo else "ACTIVE_COMPARATOR"
        elif len(survey.arms) > 1 and not survey.comparators:
            group["type"] = Suggested(
                "ACTIVE_COMPARATOR",
                "Which arm are the others compared with? It needs a comparator's type",
            )
        else:
            group["type"] = "EXPERIMENTAL"
        proposed[arm.key] = group
    return proposed


def treatment(survey: Survey) -> dict[str, Any] | None:
    """Name the treatment variables where they are not ADaM's."""
    if survey.treatment in (None, "TRT01P") and survey.actual in (None, "TRT01A"):
        return None
    return {
        "planned": survey.treatment or "TRT01P",
        "actual": survey.actual or survey.treatment or "TRT01P",
    }


def populations(survey: Survey) -> dict[str, Any] | None:
    """Define the population of the flow where no standard flag does, and safety where its flag is missing."""
    found: dict[str, Any] = {}
    if not survey.standard_population:
        condition = survey.population
        if survey.treatment is not None and survey.population == "USUBJID is not missing":
            treatments = tuple(Literal(arm.value) for arm in survey.arms)
            condition = str(Membership(Variable(survey.treatment), treatments))
        found[STARTED] = Asked(
            condition, "ADSL has no flag for those randomized or enrolled. Is it they who started?"
        )
    if "SAFFL" not in survey.variables:
        found["SAFETY"] = Asked(
            survey.population,
            "ADSL has no SAFFL. Who received treatment and was at risk of events?",
        )
    return found or None


def participant_flow(survey: Survey) -> dict[str, Any]:
    """Propose the flow: who started and completed, and why the others did not."""
    flow: dict[str, Any] = {}
    if not survey.standard_population:
        flow["population"] = STARTED
    period: dict[str, Any] = {"title": "Overall Study"}
    status = next((name for name in STATUS_VARIABLES if name in survey.variables), None)
    if status is None:
        period["completed"] = Asked(
            "USUBJID is missing", "Nothing in ADSL tells who completed. Who did?"
        )
    elif status != "EOSSTT":
        period["completed"] = f"{status} == 'COMPLETED'"
    reason = next((name for name in REASON_VARIABLES if name in survey.variables), None)
    if reason is None:
        period["reason"] = Asked(
            status or "USUBJID",
            "Nothing in ADSL tells why participants did not complete. Which variable does?",
        )
    else:
        period["reason"] = reason
        other = _unlisted(survey, reason)
        if other:
            period["reasons"] = Asked(
                other,
                "These reasons are not on the registry's list "
                f"({', '.join(REGISTRY_REASONS)}) and are posted under their own names. Does one of the "
                "list fit?",
            )
    ongoing = _ongoing(survey)
    if ongoing:
        period["title"] = Asked(
            "Overall Study",
            f"{ongoing} participants are still in the study: when was the data cut-off?",
        )
    flow["pre_assignment_details"] = _screened(survey)
    flow["periods"] = [period]
    return {key: value for key, value in flow.items() if value is not None}


def _unlisted(survey: Survey, variable: str) -> dict[str, str]:
    values = survey.started[variable].drop_nulls().unique().sort().to_list()
    return {
        value: registry_reason(value)
        for value in values
        if value.upper() != _COMPLETED and registry_reason(value) not in REGISTRY_REASONS
    }


def _ongoing(survey: Survey) -> int:
    if "EOSSTT" not in survey.variables:
        return 0
    return survey.started.filter(pl.col("EOSSTT") == "ONGOING").height


def _screened(survey: Survey) -> Any:
    lost = survey.everyone.height - survey.started.height
    if not lost:
        return None
    return Asked(
        f"{lost} of {survey.everyone.height} persons in the data did not start the study.",
        "What happened before assignment?",
    )
