"""Which datasets and variables a specification refers to, and whether the data have them.

Every mistake is found before anything is computed, and reported at its place in the file.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

import msgspec
import polars as pl

from topline.analysis.cohort import PARTICIPANT
from topline.analysis.defaults import check_defaults
from topline.analysis.measures import category_condition
from topline.analysis.methods import vocabulary
from topline.analysis.organ_systems import ORGAN_SYSTEM_VARIABLES
from topline.analysis.registry_measures import DEFAULT_VARIABLES
from topline.analysis.summaries.registry import summaries
from topline.analysis.summaries.summary import Summary
from topline.errors import ToplineError
from topline.trial.condition_evaluation import condition_mistakes
from topline.trial.conditions import ConditionError, parse_condition, variables
from topline.trial.dataset import Variable
from topline.trial.library import Library
from topline.trial.participant_values import derived_library
from topline.trial.populations import STANDARD_POPULATIONS, populations
from topline.trial.response.derived_datasets import DERIVED, derive_response
from topline.trial.specification import (
    AdverseEvents,
    BaselineMeasure,
    OutcomeMeasure,
    Part,
    Specification,
)
from topline.trial.specification_methods import method_options
from topline.trial.specification_problems import Problem, path_text
from topline.trial.specification_reading import SpecificationReading

_TYPES: Mapping[str, pl.DataType] = {
    "text": pl.String(),
    "number": pl.Float64(),
    "integer": pl.Int64(),
    "date": pl.Date(),
    "time": pl.Time(),
    "datetime": pl.Datetime(),
    "boolean": pl.Boolean(),
}


_Refer = Callable[..., Iterator["Reference"]]


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in a specification that names a variable or asks a condition of a dataset.

    Attributes
    ----------
    path
        Where in the specification.
    dataset
        The dataset's name in upper case.
    kind
        Whether ``text`` is a condition, a variable, or the condition that a category's values
        stand for; or the dataset itself is meant.
    text
        The condition, the variable or the dataset.
    """

    path: str
    dataset: str
    kind: Literal["condition", "variable", "category", "dataset"]
    text: str

    def variables(self) -> frozenset[str]:
        """Name the variables in upper case; none where a condition cannot be parsed."""
        if self.kind == "dataset":
            return frozenset()
        if self.kind == "variable":
            return frozenset({self.text.upper()})
        try:
            condition = parse_condition(self.text)
        except ConditionError:
            return frozenset()
        return frozenset(variable.name for variable in variables(condition))


def references(specification: Specification) -> Iterator[Reference]:
    """List everything a specification asks of the data, in the order of the specification."""
    for key, group in specification.groups.items():
        yield from _condition(group.where, "ADSL", "groups", key, "where")
        if group.rows:
            for dataset in _compared_datasets(specification, key):
                yield from _condition(group.rows, dataset, "groups", key, "rows")
    for name, value in specification.participant_values.items():
        place = ("participant_values", name)
        yield from _dataset(value.dataset, *place, "dataset")
        yield from _condition(value.where, value.dataset, *place, "where")
        yield from _variable(value.of, value.dataset, *place, "of")
    for key, population in specification.populations.items():
        yield from _condition(population.where, "ADSL", "populations", key, "where")
    yield from _treatment(specification)
    yield from _populations(specification)
    yield from _flow(specification)
    for index, measure in enumerate(specification.baseline.measures):
        yield from _measure(measure, measure.dataset, "baseline", "measures", index)
    yield from _response(specification)
    for index, outcome in enumerate(specification.outcomes):
        if outcome.not_posted is None:
            yield from _measure(outcome, outcome.dataset or "ADSL", "outcomes", index)
            yield from _methods(outcome, index)
    yield from _adverse_events(specification)


def _compared_datasets(specification: Specification, key: str) -> Iterator[str]:
    """List the datasets whose rows are told apart by an intervention of a crossover."""
    found = {
        (outcome.dataset or "ADSL").upper()
        for outcome in specification.outcomes
        if outcome.not_posted is None and key in outcome.groups
    }
    yield from sorted(found - {"ADSL"})


def _dataset(name: str, *steps: str | int) -> Iterator[Reference]:
    """Refer to a dataset where it is named; ADSL is demanded for the whole."""
    if name.upper() != "ADSL":
        yield Reference(path_text(*steps), name.upper(), "dataset", name)


def _condition(text: str | None, dataset: str, *steps: str | int) -> Iterator[Reference]:
    if text:
        yield Reference(path_text(*steps), dataset.upper(), "condition", text)


def _variable(name: str | None, dataset: str, *steps: str | int) -> Iterator[Reference]:
    if name:
        yield Reference(path_text(*steps), dataset.upper(), "variable", name)


def _treatment(specification: Specification) -> Iterator[Reference]:
    """Refer to the treatment variables by which the populations in use are grouped."""
    if all(group.treatment is None for group in specification.groups.values()):
        return
    known = populations(specification.populations)
    used = {
        known[name.upper()].treatment if name else "planned"
        for name, _ in _named_populations(specification)
        if not name or name.upper() in known  # others were reported when the file was read
    }
    for field in ("planned", "actual"):
        if field in used:
            yield from _variable(
                getattr(specification.treatment, field), "ADSL", "treatment", field
            )


def _named_populations(
    specification: Specification,
) -> Iterator[tuple[str | None, tuple[str | int, ...]]]:
    """List the populations in use, each with where it is named; ``None`` for the default."""
    flow = specification.participant_flow.population
    yield flow, ("participant_flow", "population")
    yield specification.baseline.population or flow, ("baseline", "population")
    for index, outcome in enumerate(specification.outcomes):
        if outcome.not_posted is None:
            yield outcome.population or flow, ("outcomes", index, "population")
    events = specification.adverse_events
    if events is not None:
        yield events.population or "SAFETY", ("adverse_events", "population")
        if events.mortality.population is not None:
            steps = ("adverse_events", "mortality", "population")
            yield events.mortality.population, steps


def _populations(specification: Specification) -> Iterator[Reference]:
    """Refer to the flags of the standard populations that are named, where they are named."""
    own = {key.upper() for key in specification.populations}
    said: set[str] = set()
    for name, steps in _named_populations(specification):
        key = (name or "").upper()
        if key in STANDARD_POPULATIONS and key not in own and key not in said:
            said.add(key)
            yield from _condition(STANDARD_POPULATIONS[key].where, "ADSL", *steps)


def _flow(specification: Specification) -> Iterator[Reference]:
    flow = specification.participant_flow
    if flow.units is not None:
        yield from _variable(flow.units.variable, "ADSL", "participant_flow", "units", "variable")
    for index, period in enumerate(flow.periods):
        steps: tuple[str | int, ...] = ("participant_flow", "periods", index)
        yield from _condition(period.started, "ADSL", *steps, "started")
        for number, milestone in enumerate(period.milestones):
            place = (*steps, "milestones", number)
            yield from _dataset(milestone.dataset, *place, "dataset")
            yield from _condition(milestone.where, milestone.dataset, *place, "where")
        yield from _condition(period.completed, "ADSL", *steps, "completed")
        yield from _variable(period.reason, "ADSL", *steps, "reason")


def _response(specification: Specification) -> Iterator[Reference]:
    part = specification.response
    if part is None:
        return
    for field in ("measurements", "identification", "responses", "participants"):
        name = getattr(part, field)
        if name is not None:
            yield from _dataset(name, "response", field)
    for field in ("start", "new_therapy"):
        yield from _variable(getattr(part, field), part.participants, "response", field)


def _measure(
    measure: BaselineMeasure | OutcomeMeasure, dataset: str, *steps: str | int
) -> Iterator[Reference]:
    yield from _dataset(dataset, *steps, "dataset")
    yield from _condition(measure.where, dataset, *steps, "where")
    variable = _summarised_variable(measure)
    for index, one in enumerate(measure.classes):
        yield from _condition(one.where, dataset, *steps, "classes", index, "where")
        yield from _variable(one.variable, dataset, *steps, "classes", index, "variable")
    if not measure.classes or any(one.variable is None for one in measure.classes):
        yield from _variable(variable, dataset, *steps, "variable")
    of_classes = [one.variable or variable for one in measure.classes] or [variable]
    for index, category in enumerate(measure.categories):
        place = (*steps, "categories", index)
        if category.where is not None:
            yield from _condition(category.where, dataset, *place, "where")
        elif _counts(measure):
            for name in dict.fromkeys(filter(None, of_classes)):
                condition = category_condition(category, name)
                yield Reference(path_text(*place), dataset.upper(), "category", condition)
    if isinstance(measure, OutcomeMeasure) and measure.units is not None:
        yield from _variable(measure.units.variable, dataset, *steps, "units", "variable")
    if measure.summary is not None:
        yield from _options(measure.summary, "summary", dataset, *steps, "summary")


def _summary(measure: BaselineMeasure | OutcomeMeasure) -> Summary | None:
    return summaries().get(str((measure.summary or {}).get("method")))


def _counts(measure: BaselineMeasure | OutcomeMeasure) -> bool:
    summary = _summary(measure)
    return summary is not None and summary.count is not None


def _summarised_variable(measure: BaselineMeasure | OutcomeMeasure) -> str | None:
    """Name the variable that is summarised; that of the region is found by its own rule."""
    if measure.variable is not None:
        return measure.variable
    if isinstance(measure, BaselineMeasure) and measure.measure is not None:
        return None if measure.measure == "region" else DEFAULT_VARIABLES.get(measure.measure)
    summary = _summary(measure)
    return summary.variable if summary is not None else None


def _methods(outcome: OutcomeMeasure, index: int) -> Iterator[Reference]:
    dataset = outcome.dataset or "ADSL"
    for number, method in enumerate(outcome.analyses):
        yield from _options(method, "analysis", dataset, "outcomes", index, "analyses", number)


def _options(
    method: Mapping[str, Any],
    kind: Literal["summary", "analysis"],
    dataset: str,
    *steps: str | int,
) -> Iterator[Reference]:
    """Refer to the variables that a method's options name, defaults included."""
    type_ = vocabulary().of(kind).get(str(method.get("method")))
    if type_ is None:
        return
    yield from _named_in(method_options(method, type_), dataset, *steps)


def _named_in(options: Part, dataset: str, *steps: str | int) -> Iterator[Reference]:
    for field, refer in _referring_fields(type(options)):
        value = getattr(options, field)
        for name in (value,) if isinstance(value, str) else value or ():
            yield from refer(name, dataset, *steps, field)
    for field in options.__struct_fields__:
        inner = getattr(options, field)
        if isinstance(inner, Part):
            yield from _named_in(inner, dataset, *steps, field)


@cache
def _referring_fields(options: type[Part]) -> tuple[tuple[str, _Refer], ...]:
    """List the fields that name variables or hold conditions, each with how it refers to the data."""
    found: list[tuple[str, _Refer]] = []
    for field in msgspec.structs.fields(options):
        kinds = {kind for inner in _nested(field.type) for kind in _kinds(inner)}
        if "variable" in kinds:
            found.append((field.name, _variable))
        elif "condition" in kinds:
            found.append((field.name, _condition))
    return tuple(found)


def _nested(kind: Any) -> Iterator[Any]:
    yield kind
    for inner in get_args(kind):
        yield from _nested(inner)


def _kinds(kind: Any) -> Iterator[str]:
    for meta in getattr(kind, "__metadata__", ()):
        if isinstance(meta, msgspec.Meta):
            yield (meta.extra or {}).get("kind", "")


def _adverse_events(specification: Specification) -> Iterator[Reference]:
    events = specification.adverse_events
    if events is None:
        return
    dataset = events.dataset
    yield from _dataset(dataset, "adverse_events", "dataset")
    for field in ("where", "serious_where", "fatal_where", "related_where"):
        yield from _condition(getattr(events, field), dataset, "adverse_events", field)
    if events.serious_where is None:
        yield from _condition("AESER == 'Y'", dataset, "adverse_events", "serious_where")
    yield from _variable(events.term, dataset, "adverse_events", "term")
    yield from _variable(events.organ_system, dataset, "adverse_events", "organ_system")
    deaths = events.mortality.deaths or "DTHFL == 'Y'"
    yield from _condition(deaths, "ADSL", "adverse_events", "mortality", "deaths")


def needed(specification: Specification, library: Library) -> dict[str, set[str] | None]:
    """Say which variables of which datasets the build reads; ``None`` for all of a dataset.

    Only datasets that exist are named, and only variables that they have.
    """
    derive_response(specification.response, library)
    columns: dict[str, set[str]] = {}
    for reference in references(specification):
        columns.setdefault(reference.dataset, set()).update(reference.variables())
    for measure in specification.baseline.measures:
        chosen = columns.setdefault(measure.dataset.upper(), set())
        if measure.measure in ("age", "age_categories"):
            chosen.add("AGEU")
        if measure.measure == "region":
            country = (measure.variable or DEFAULT_VARIABLES["region"]).upper()
            chosen.add(country)
            columns.setdefault("DM", set()).add(country)
    for outcome in specification.outcomes:
        if outcome.not_posted is None:
            columns.setdefault((outcome.dataset or "ADSL").upper(), set())
    events = specification.adverse_events
    if events is not None:
        chosen = columns.setdefault(events.dataset.upper(), set())
        chosen.update(_event_variables(events, library))
    return {"ADSL": None} | {
        name: (chosen | {PARTICIPANT}) & set(library.variables(name))
        for name, chosen in columns.items()
        if name in library and name != "ADSL"
    }


def borrowed(specification: Specification, library: Library) -> dict[str, list[str]]:
    """Say which variables the datasets lack and take from ADSL, in alphabetical order."""
    if "ADSL" not in library:
        return {}
    everyone = set(library.variables("ADSL"))
    columns: dict[str, set[str]] = {}
    for reference in references(specification):
        if reference.dataset != "ADSL" and reference.dataset in library:
            lacking = reference.variables() - set(library.variables(reference.dataset))
            columns.setdefault(reference.dataset, set()).update(lacking & everyone)
    return {name: sorted(chosen) for name, chosen in columns.items() if chosen}


def _event_variables(events: AdverseEvents, library: Library) -> Iterator[str]:
    """Name the variables that the defaults look at where the specification says nothing else.

    Of a dataset of a million rows, a column that is not read is time and memory saved.
    """
    if events.where is None:
        yield "TRTEMFL"
    if events.serious_where is None:
        yield "AESER"
    if events.fatal_where is None:
        yield from ("AESDTH", "AEOUT")
    if events.organ_system is None and events.dataset in library:
        found = library.variables(events.dataset)
        yield from [name for name in ORGAN_SYSTEM_VARIABLES if name in found][:1]


def check(reading: SpecificationReading, library: Library) -> list[Problem]:
    """Check every reference against the data.

    Parameters
    ----------
    reading
        The specification as it was read.
    library
        The datasets.

    Returns
    -------
    list of Problem
        What does not fit, each at its place in the file.
    """
    problems = list(_underivable(reading, library))
    asked = reading.specification.response is not None
    unknown = DERIVED if asked and not library.derived else ()
    library = derived_library(reading.specification, library)
    problems += [
        problem
        for reference in references(reading.specification)
        if reference.dataset not in unknown
        for problem in _checked(reading, library, reference)
    ]
    return [*problems, *check_defaults(reading, library)]


def _underivable(reading: SpecificationReading, library: Library) -> Iterator[Problem]:
    """Say why the datasets of response cannot be made, if they cannot."""
    part = reading.specification.response
    named = [_checked(reading, library, one) for one in _response(reading.specification)]
    if part is None or reading.problems or any(list(mistakes) for mistakes in named):
        return
    try:
        derive_response(part, library)
    except ToplineError as error:
        where = f"{error.where}: " if error.where else ""
        yield reading.problem_at(
            "response", f"{where}{error.message}", error.accepted or "data for it"
        )


def _checked(
    reading: SpecificationReading, library: Library, reference: Reference
) -> Iterator[Problem]:
    if reference.dataset not in library:
        # The dataset is a mistake once, where it is named; what is asked of it cannot be judged.
        if reference.kind != "dataset":
            return
        yield reading.problem_at(
            reference.path,
            f"dataset {reference.dataset}, which the folder does not have",
            ", ".join(library.names) or "a dataset of the folder, which holds none",
            library.names,
            word=reference.dataset,
        )
        return
    if reference.kind == "dataset":
        return
    own = library.variables(reference.dataset)
    # What a dataset lacks comes from the participant's row of ADSL.
    found = {**(library.variables("ADSL") if "ADSL" in library else {}), **own}
    if reference.kind == "variable":
        if reference.text.upper() not in found:
            yield _unknown_variable(reading, reference, own, found)
    elif reference.kind == "condition" or reference.variables() <= set(found):
        # A category of a variable that is not there was reported where the variable is named.
        yield from _checked_condition(reading, reference, found)


def _unknown_variable(
    reading: SpecificationReading,
    reference: Reference,
    own: Mapping[str, Variable],
    found: Mapping[str, Variable],
) -> Problem:
    lacking = (
        "ADSL does not have"
        if reference.dataset == "ADSL"
        else f"neither {reference.dataset} nor ADSL has"
    )
    return reading.problem_at(
        reference.path,
        f"variable {reference.text}, which {lacking}",
        ", ".join(own),
        found,
        word=reference.text,
    )


def _checked_condition(
    reading: SpecificationReading, reference: Reference, found: Mapping[str, Variable]
) -> Iterator[Problem]:
    try:
        parsed = parse_condition(reference.text)
    except ConditionError:
        return  # reported when the specification was read
    for error in condition_mistakes(
        parsed, {name: _TYPES[one.type] for name, one in found.items()}
    ):
        yield reading.problem_of(reference.path, error)
