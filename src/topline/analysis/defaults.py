"""What the data must have where a specification says nothing: the ADaM conventions, checked.

A default looks for variables by their conventional names. Where none of them exists, the mistake is
reported at the place in the file where the specification should have said something.
"""

from collections.abc import Iterator

from topline.analysis.cohort import PARTICIPANT
from topline.analysis.flow import REASON_VARIABLES, STATUS_VARIABLES
from topline.analysis.organ_systems import ORGAN_SYSTEM_VARIABLES
from topline.analysis.registry_measures import DEFAULT_VARIABLES
from topline.trial.library import Library
from topline.trial.populations import DEFAULT_POPULATIONS, STANDARD_POPULATIONS
from topline.trial.specification_problems import Problem, path_text
from topline.trial.specification_reading import SpecificationReading


def check_defaults(reading: SpecificationReading, library: Library) -> Iterator[Problem]:
    """Find every default that the data cannot serve.

    Parameters
    ----------
    reading
        The specification as it was read.
    library
        The datasets.

    Yields
    ------
    Problem
        What is missing, at the place where the specification can say it instead.
    """
    yield from _participants(reading, library)
    if "ADSL" in library:
        yield from _population(reading, library)
        yield from _periods(reading, library)
        yield from _regions(reading, library)
    yield from _coding(reading, library)


def _participants(reading: SpecificationReading, library: Library) -> Iterator[Problem]:
    """Demand ADSL, and USUBJID in every dataset in use."""
    if "ADSL" not in library:
        yield reading.problem_at(
            "data", "no dataset ADSL in the folder", "ADSL, with one row a participant", ()
        )
    for dataset, path in _datasets(reading):
        if dataset in library and PARTICIPANT not in library.variables(dataset):
            yield reading.problem_at(
                path,
                f"dataset {dataset}, which has no {PARTICIPANT}",
                f"a dataset with {PARTICIPANT}, which ties its rows to participants",
            )


def _datasets(reading: SpecificationReading) -> Iterator[tuple[str, str]]:
    """List the datasets in use, each with the first place that uses it."""
    specification = reading.specification
    used = [("ADSL", "data")]
    for index, period in enumerate(specification.participant_flow.periods):
        used += [
            (
                one.dataset,
                path_text("participant_flow", "periods", index, "milestones", number, "dataset"),
            )
            for number, one in enumerate(period.milestones)
        ]
    for index, measure in enumerate(specification.baseline.measures):
        used.append((measure.dataset, path_text("baseline", "measures", index, "dataset")))
    for index, outcome in enumerate(specification.outcomes):
        if outcome.not_posted is None:
            used.append((outcome.dataset or "ADSL", path_text("outcomes", index, "dataset")))
    if specification.adverse_events is not None:
        used.append((specification.adverse_events.dataset, "adverse_events.dataset"))
    first: dict[str, str] = {}
    for dataset, path in used:
        first.setdefault(dataset.upper(), path)
    yield from first.items()


def _population(reading: SpecificationReading, library: Library) -> Iterator[Problem]:
    if reading.specification.participant_flow.population is not None:
        return
    flags = [STANDARD_POPULATIONS[name].where.split()[0] for name in DEFAULT_POPULATIONS]
    if not any(flag in library.variables("ADSL") for flag in flags):
        yield reading.problem_at(
            "participant_flow",
            f"no population, and ADSL has none of {', '.join(flags)}",
            "population: NAME, such as ALL",
        )


def _periods(reading: SpecificationReading, library: Library) -> Iterator[Problem]:
    """Demand what tells who completed, and why the others did not."""
    found = library.variables("ADSL")
    for index, period in enumerate(reading.specification.participant_flow.periods):
        for field, value, variables, accepted in (
            ("completed", period.completed, STATUS_VARIABLES, "completed: CONDITION"),
            ("reason", period.reason, REASON_VARIABLES, "reason: VARIABLE"),
        ):
            if value is None and not any(name in found for name in variables):
                yield reading.problem_at(
                    path_text("participant_flow", "periods", index, field),
                    f"nothing, and ADSL has none of {', '.join(variables)}",
                    accepted,
                )


def _regions(reading: SpecificationReading, library: Library) -> Iterator[Problem]:
    for index, measure in enumerate(reading.specification.baseline.measures):
        if measure.measure != "region":
            continue
        variable = (measure.variable or DEFAULT_VARIABLES["region"]).upper()
        named = measure.dataset.upper()
        places = [named, "DM"] if named == "ADSL" else [named]
        if not any(one in library and variable in library.variables(one) for one in places):
            yield reading.problem_at(
                path_text("baseline", "measures", index, "variable"),
                f"{variable}, which no {' and no '.join(places)} has",
                "dataset: and variable: of the country, or no measure region",
            )


def _coding(reading: SpecificationReading, library: Library) -> Iterator[Problem]:
    """Demand organ systems and terms of the adverse events, as text."""
    events = reading.specification.adverse_events
    if events is None or events.dataset.upper() not in library:
        return
    dataset, found = events.dataset.upper(), library.variables(events.dataset)
    system = events.organ_system or next(
        (name for name in ORGAN_SYSTEM_VARIABLES if name in found), None
    )
    if system is None:
        yield reading.problem_at(
            "adverse_events.organ_system",
            f"nothing, and {dataset} has none of {', '.join(ORGAN_SYSTEM_VARIABLES)}",
            "organ_system: VARIABLE",
        )
    for field, name in (("organ_system", system), ("term", events.term)):
        if name is not None and name.upper() in found and found[name.upper()].type != "text":
            yield reading.problem_at(
                f"adverse_events.{field}",
                f"{name.upper()}, which holds {found[name.upper()].type} values",
                "a variable that holds text",
            )
