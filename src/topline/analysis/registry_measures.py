"""The baseline measures that the registry itself defines: age, sex, race, ethnicity, region.

Each is a title, a unit and rows that the registry fixes; what is left is to say which collected
values count in which row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import msgspec
import polars as pl

from topline.analysis.cohort import INDEX, PARTICIPANT, Cohort
from topline.analysis.findings import Findings
from topline.analysis.measures import literal
from topline.errors import DataError
from topline.trial.countries import COUNTRIES
from topline.trial.specification import BaselineMeasure, Category, MeasureClass

UNKNOWN = "Unknown or Not Reported"
SEX_ROWS = ("Female", "Male")
RACE_ROWS = (
    "American Indian or Alaska Native",
    "Asian",
    "Native Hawaiian or Other Pacific Islander",
    "Black or African American",
    "White",
    "More than one race",
    UNKNOWN,
)
ETHNICITY_ROWS = ("Hispanic or Latino", "Not Hispanic or Latino", UNKNOWN)

#: Values of CDISC's code lists in capitals -> the registry's row.
_SEX: Mapping[str, str] = MappingProxyType(
    {"F": "Female", "M": "Male", "FEMALE": "Female", "MALE": "Male"}
)
_RACE: Mapping[str, str] = MappingProxyType(
    {
        **{row.upper(): row for row in RACE_ROWS},
        "BLACK": "Black or African American",
        "MULTIPLE": "More than one race",
        "OTHER": UNKNOWN,
        "UNKNOWN": UNKNOWN,
        "NOT REPORTED": UNKNOWN,
    }
)
_ETHNICITY: Mapping[str, str] = MappingProxyType(
    {
        **{row.upper(): row for row in ETHNICITY_ROWS},
        "UNKNOWN": UNKNOWN,
        "NOT REPORTED": UNKNOWN,
    }
)


@dataclass(frozen=True, slots=True)
class _Mapped:
    """A measure whose rows are fixed and whose collected values map to them."""

    title: str
    variable: str
    rows: tuple[str, ...]
    values: Mapping[str, str]


_MAPPED = {
    "sex": _Mapped("Sex: Female, Male", "SEX", SEX_ROWS, _SEX),
    "race": _Mapped("Race (NIH/OMB)", "RACE", RACE_ROWS, _RACE),
    "ethnicity": _Mapped("Ethnicity (NIH/OMB)", "ETHNIC", ETHNICITY_ROWS, _ETHNICITY),
}
_COUNT = {"method": "count_of_participants"}


def complete(
    measure: BaselineMeasure, cohort: Cohort, members: pl.Series, findings: Findings, part: str
) -> BaselineMeasure:
    """Fill in what the registry fixes for one of its own measures.

    Parameters
    ----------
    measure
        The measure as specified; one without ``measure`` is returned as it is.
    cohort
        The trial.
    members
        Which participants are in the baseline, in the order of ADSL.
    findings
        Where values that no row takes are reported.
    part
        The measure's path in the specification.
    """
    if measure.measure is None:
        return measure
    makers: dict[str, Callable[[], BaselineMeasure]] = {
        "age": lambda: _age(measure, cohort),
        "age_categories": lambda: _age_categories(measure),
        "race_not_collected": lambda: _not_collected(measure),
        "region": lambda: _region(measure, cohort, members, findings, part),
    }
    if measure.measure in makers:
        return makers[measure.measure]()
    return _mapped(measure, _MAPPED[measure.measure], cohort, members, findings, part)


def _fill(measure: BaselineMeasure, **defaults: object) -> BaselineMeasure:
    """Set what the specification left open."""
    left = {
        name: value
        for name, value in defaults.items()
        if getattr(measure, name) in (None, ()) or name == "variable"
    }
    return msgspec.structs.replace(measure, **left)


def _age(measure: BaselineMeasure, cohort: Cohort) -> BaselineMeasure:
    variable = (measure.variable or "AGE").upper()
    units = (
        cohort.participants["AGEU"].drop_nulls().unique().to_list()
        if "AGEU" in cohort.participants.columns
        else ["YEARS"]
    )
    if len(units) != 1:
        raise DataError(
            f"ages are in several units: {', '.join(sorted(map(str, units)))}",
            accepted="one value of AGEU",
        )
    return _fill(
        measure,
        title="Age, Continuous",
        variable=variable,
        summary={"method": "mean"},
        unit=str(units[0]).lower(),
    )


def _age_categories(measure: BaselineMeasure) -> BaselineMeasure:
    variable = (measure.variable or "AGE").upper()
    return _fill(
        measure,
        title="Age, Categorical",
        variable=variable,
        summary=_COUNT,
        categories=(
            Category(title="<=18 years", where=f"{variable} <= 18"),
            Category(title="Between 18 and 65 years", where=f"{variable} > 18 and {variable} < 65"),
            Category(title=">=65 years", where=f"{variable} >= 65"),
        ),
    )


def _not_collected(measure: BaselineMeasure) -> BaselineMeasure:
    # The registry prints this measure as one row of zeros: nobody's race is known.
    return _fill(
        measure,
        title="Race and Ethnicity Not Collected",
        variable=PARTICIPANT,
        summary=_COUNT,
        description="Race and Ethnicity were not collected from any participant.",
        categories=(Category(title="", where=f"{PARTICIPANT} is missing"),),
    )


def _mapped(
    measure: BaselineMeasure,
    fixed: _Mapped,
    cohort: Cohort,
    members: pl.Series,
    findings: Findings,
    part: str,
) -> BaselineMeasure:
    variable = (measure.variable or fixed.variable).upper()
    values = cohort.participants.filter(members)[variable].cast(pl.String)
    mapping = {**fixed.values, **{key.upper(): row for key, row in measure.values.items()}}
    by_row: dict[str, list[str]] = {row: [] for row in fixed.rows}
    unknown = UNKNOWN if UNKNOWN in by_row else None
    unlisted = []
    for value in values.drop_nulls().unique().sort().to_list():
        row = mapping.get(str(value).strip().upper())
        if row is None and measure.unlisted == "unknown":
            row = unknown
        if row in by_row:
            by_row[row].append(str(value))
        else:
            unlisted.append(str(value))
    if unlisted:
        findings.problem(
            part,
            f"{variable} holds {', '.join(map(repr, unlisted))}, which no row of "
            f"{fixed.title!r} takes",
            "map them with `values:`"
            + (" or say `unlisted: unknown`" if unknown is not None else ""),
        )
    missing = values.null_count()
    if missing and unknown is None:
        findings.problem(
            part,
            f"{variable} is missing for {missing} participants, and {fixed.title!r} has no row "
            "for them",
            "use a study-specific measure with categories of its own",
        )
    categories = tuple(
        # A row that nobody is in is posted as zero; its condition names the values it would take.
        Category(
            title=row,
            where=_row_condition(
                variable,
                found or [value for value, of in mapping.items() if of == row],
                row == unknown,
            ),
        )
        for row, found in by_row.items()
    )
    return _fill(
        measure, title=fixed.title, variable=PARTICIPANT, summary=_COUNT, categories=categories
    )


def _row_condition(variable: str, values: Sequence[str], takes_missing: bool) -> str:
    listed = f"{variable} in [{', '.join(literal(value) for value in values)}]"
    return f"{listed} or {variable} is missing" if takes_missing else listed


def _region(
    measure: BaselineMeasure, cohort: Cohort, members: pl.Series, findings: Findings, part: str
) -> BaselineMeasure:
    variable = (measure.variable or "COUNTRY").upper()
    dataset = measure.dataset.upper()
    if variable not in cohort.participants.columns and dataset == "ADSL":
        dataset = "DM"
    if dataset not in cohort.datasets or variable not in cohort.frame(dataset).columns:
        raise DataError(
            f"no dataset holds {variable}",
            where=part,
            accepted=f"{variable} in ADSL or DM",
            advice="name it: `dataset:` and `variable:`, or leave the measure out",
        )
    frame = cohort.frame(dataset)
    inside = cohort.participants.filter(members)[INDEX]
    found = frame.filter(pl.col(INDEX).is_in(inside.implode()))[variable].drop_nulls()
    mapping = {**COUNTRIES, **{key.upper(): name for key, name in measure.values.items()}}
    by_name: dict[str, list[str]] = {}
    for value in found.unique().sort().to_list():
        name = mapping.get(str(value).strip().upper())
        if name is None:
            findings.problem(
                part,
                f"{variable} holds {value!r}, which is no ISO 3166 code or country name",
                "map it with `values:`",
            )
        else:
            by_name.setdefault(name, []).append(str(value))
    return _fill(
        msgspec.structs.replace(measure, dataset=dataset),
        title="Region of Enrollment",
        variable=PARTICIPANT,
        summary=_COUNT,
        categories=(Category(title="", where="true"),),
        classes=tuple(
            MeasureClass(title=name, where=_row_condition(variable, by_name[name], False))
            for name in sorted(by_name)
        ),
    )
