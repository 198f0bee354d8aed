"""The datasets RESPONSE and RESPONSE_TIMES of a trial whose specification says how response is evaluated."""

from types import MappingProxyType

import polars as pl

from topline.trial.dataset import Dataset, Note, Variable, VariableType
from topline.trial.library import Library
from topline.trial.response.evaluation import Evaluation
from topline.trial.response.frames import response_dataset, times_dataset
from topline.trial.response.reading_sources import ResponseData, dataset_of
from topline.trial.response.registry import CRITERIA
from topline.trial.response.rules import ResponseRules
from topline.trial.response.time_to_event import CENSORING, CensoringRules
from topline.trial.response.trial_response import TrialResponse, evaluate_response
from topline.trial.specification_response import TumourResponse

RESPONSE, RESPONSE_TIMES = "RESPONSE", "RESPONSE_TIMES"
DERIVED = (RESPONSE, RESPONSE_TIMES)
"""The names of the datasets."""


def derive_response(part: TumourResponse | None, library: Library) -> None:
    """Add the datasets of response to a library, once.

    Parameters
    ----------
    part
        How response is evaluated; ``None`` leaves the library as it is.
    library
        The trial's datasets.

    Raises
    ------
    DataError, NotFoundError
        The data do not allow the evaluation.
    UsageError
        Several datasets could be meant, or the folder has a dataset of one of these names.
    """
    if part is None or RESPONSE in library.derived:
        return
    trial = evaluate_response(library, evaluation_of(part), data_of(part))
    for name, label, frame in (
        (RESPONSE, "Tumour response", response_dataset(trial)),
        (RESPONSE_TIMES, "Times of tumour response", times_dataset(trial, part.time_unit)),
    ):
        library.add(_dataset(name, label, frame, trial, part, library), origin=trial)


def response_of(library: Library) -> TrialResponse | None:
    """Give the responses that the datasets of a library were made of; ``None`` where there are none."""
    found = library.origin(RESPONSE)
    return found if isinstance(found, TrialResponse) else None


def evaluation_of(part: TumourResponse) -> Evaluation:
    """Return the evaluation that a specification asks for."""
    named = CENSORING[part.censoring]
    return Evaluation(
        criteria=CRITERIA[part.criteria],
        source=part.source,
        confirmation=part.confirmed,
        rules=ResponseRules(
            minimum_stable_days=part.minimum_stable_days,
            confirmation_days=part.confirmation_days,
            not_evaluable_between=part.not_evaluable_between,
            stable_between=part.stable_between,
            complete_then_partial=part.complete_then_partial,
            after_complete=part.after_complete,
            partial_response_kept=part.partial_response_kept,
            persisting_progression=part.persisting_progression,
            progression_confirmation_days=part.progression_confirmation_days,
            unconfirmed_progression=part.unconfirmed_progression,
        ),
        censoring=CensoringRules(
            new_therapy=part.after_new_therapy or named.new_therapy,
            missed_assessments=part.missed_assessments or named.missed_assessments,
            longest_gap_days=(
                named.longest_gap_days if part.longest_gap_days is None else part.longest_gap_days
            ),
        ),
    )


def data_of(part: TumourResponse) -> ResponseData:
    """Return where a specification says that the data stand."""
    return ResponseData(
        measurements=part.measurements,
        identification=part.identification,
        responses=part.responses,
        participants=part.participants,
        evaluator=part.evaluator,
        start=part.start,
        new_therapy=part.new_therapy,
        sizes=part.sizes,
        partial_dates=part.partial_dates,
    )


_TYPES: dict[type[pl.DataType] | pl.DataType, VariableType] = {
    pl.String: "text", pl.Float64: "number", pl.Int64: "integer", pl.Date: "date",
}  # fmt: skip


def _dataset(
    name: str,
    label: str,
    frame: pl.DataFrame,
    trial: TrialResponse,
    part: TumourResponse,
    library: Library,
) -> Dataset:
    origin = (
        dataset_of(library, data_of(part), "responses")
        if part.source == "stated"
        else dataset_of(library, data_of(part), "measurements")
    ) or part.participants
    criteria = trial.evaluation.criteria.title
    notes = (f"derived from {origin} by {criteria}", *trial.notes)
    return Dataset(
        name=name,
        frame=frame,
        variables=MappingProxyType(
            {
                column: Variable(name=column, type=_TYPES[kind])
                for column, kind in frame.schema.items()
            }
        ),
        source=library.path(origin),
        records=frame.height,
        format="derived",
        label=f"{label}, {criteria}",
        notes=tuple(Note(message=note) for note in notes),
    )
