"""The baseline measures that the registry itself defines: age, sex, race, ethnicity, region.

Each is a title, a unit and rows that the registry fixes; what is left is to say which collected
values count in which row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from topline.analysis.cohort import INDEX, PARTICIPANT, Cohort
from topline.analysis.condition_texts import among
from topline.analysis.findings import Findings
from topline.errors import DataError
from topline.trial.countries import COUNTRIES
from topline.trial.specification import BaselineMeasure, Category, MeasureClass

Mask = npt.NDArray[np.bool_]
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
DEFAULT_VARIABLES: Mapping[str, str] = MappingProxyType(
    {"age": "AGE", "age_categories": "AGE", "region": "COUNTRY"}
    | {name: fixed.variable for name, fixed in _MAPPED.items()}
)
"""The variable that each of the registry's measures is made of, unless another is named."""
NOT_COLLECTED = "Race and Ethnicity were not collected from any participant."


@dataclass(frozen=True, slots=True)
class _Asked:
    """A measure of the registry's list, asked of a trial.

    ``members`` tells who is in the baseline, in the order of ADSL; ``part`` is the measure's path.
    """

    measure: BaselineMeasure
    cohort: Cohort
    members: Mask
    findings: Findings
    part: str

    def problem(self, message: str, advice: str) -> None:
        self.findings.problem(self.part, message, advice)

    @property
    def variable(self) -> str:
        return (self.measure.variable or DEFAULT_VARIABLES[str(self.measure.measure)]).upper()

    def rows(self) -> pl.DataFrame:
        """Give the rows of those in the baseline."""
        return self.cohort.rows(self.measure.dataset, self.measure.where).within(self.members)

    def values(self) -> pl.Series:
        """Give the values of the variable as text; null for participants without a row."""
        found = self.rows()
        absent = int(self.members.sum()) - int(found[INDEX].n_unique())
        values = found[self.variable].cast(pl.String)
        return pl.concat([values, pl.Series(values.name, [None] * absent, dtype=pl.String)])


def complete(
    measure: BaselineMeasure, cohort: Cohort, members: Mask, findings: Findings, part: str
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
    asked = _Asked(measure, cohort, members, findings, part)
    makers: dict[str, Callable[[_Asked], BaselineMeasure]] = {
        "age": _age,
        "age_categories": _age_categories,
        "race_not_collected": _not_collected,
        "region": _region,
    }
    if measure.measure != "age":
        _refuse_own_rows(asked)
    return makers.get(measure.measure, _mapped)(asked)


def _refuse_own_rows(asked: _Asked) -> None:
    """Refuse rows of the study's own: under the registry's title they would be taken for its."""
    for field in ("categories", "classes", "summary"):
        if getattr(asked.measure, field):
            asked.problem(
                f"{field} for {asked.measure.measure}, whose rows the registry fixes",
                "use a measure of the study's own, with a title such as 'Race/Ethnicity, Customized'",
            )


def _fill(measure: BaselineMeasure, **defaults: object) -> BaselineMeasure:
    """Set what the specification left open; the variable, where given, is set in any case."""
    left = {
        name: value
        for name, value in defaults.items()
        if getattr(measure, name) in (None, ()) or name == "variable"
    }
    return msgspec.structs.replace(measure, **left)


def _age(asked: _Asked) -> BaselineMeasure:
    rows = asked.rows()
    units = rows["AGEU"].drop_nulls().unique().sort().to_list() if "AGEU" in rows.columns else []
    if len(units) > 1:
        raise DataError(
            f"ages are in several units: {', '.join(map(str, units))}",
            accepted="one value of AGEU",
        )
    return _fill(
        asked.measure,
        title="Age, Continuous",
        variable=asked.variable,
        summary={"method": "mean"},
        unit=str(units[0]).lower() if units else "years",
    )


def _age_categories(asked: _Asked) -> BaselineMeasure:
    rows = asked.rows()
    units = (
        set(rows["AGEU"].cast(pl.String).drop_nulls().str.to_uppercase())
        if "AGEU" in rows.columns
        else set()
    )
    if units - {"YEARS"}:
        asked.problem(
            f"AGEU holds {', '.join(map(repr, sorted(units)))}, and the registry's categories of "
            "age are in years",
            "give the age in years, or use a measure of the study's own",
        )
    variable = asked.variable
    return _fill(
        asked.measure,
        title="Age, Categorical",
        variable=variable,
        summary=_COUNT,
        categories=(
            Category(title="<=18 years", where=f"{variable} <= 18"),
            Category(title="Between 18 and 65 years", where=f"{variable} > 18 and {variable} < 65"),
            Category(title=">=65 years", where=f"{variable} >= 65"),
        ),
    )


def _not_collected(asked: _Asked) -> BaselineMeasure:
    # The registry prints this measure as one row of zeros out of nobody: no race is known.
    nobody = f"{PARTICIPANT} is missing"
    return _fill(
        msgspec.structs.replace(asked.measure, where=nobody),
        title="Race and Ethnicity Not Collected",
        variable=PARTICIPANT,
        summary=_COUNT,
        population_description=NOT_COLLECTED,
        categories=(Category(title="", where=nobody),),
    )


def _mapped(asked: _Asked) -> BaselineMeasure:
    measure, fixed = asked.measure, _MAPPED[str(asked.measure.measure)]
    variable, values = asked.variable, asked.values()
    by_row = _by_row(asked, fixed, values)
    unknown = UNKNOWN if UNKNOWN in by_row else None
    missing = values.null_count()
    if missing and unknown is None:
        asked.problem(
            f"{variable} is missing for {missing} participants, and {fixed.title!r} has no row "
            "for them",
            "use a measure of the study's own, with categories of its own",
        )
    categories = tuple(
        # A row that nobody is in is posted as zero; its condition names the values it would take.
        Category(
            title=row,
            where=_row_condition(
                variable,
                found or [value for value, of in fixed.values.items() if of == row],
                row == unknown,
            ),
        )
        for row, found in by_row.items()
    )
    if asked.measure.dataset.upper() != "ADSL" and missing:
        _demand_rows(asked)
    return _fill(
        measure, title=fixed.title, variable=PARTICIPANT, summary=_COUNT, categories=categories
    )


def _demand_rows(asked: _Asked) -> None:
    """Demand a row for everyone: who has none can count in no row of the measure."""
    absent = int(asked.members.sum()) - int(asked.rows()[INDEX].n_unique())
    if absent:
        asked.problem(
            f"{absent} participants have no row in {asked.measure.dataset.upper()}",
            "add their rows, or take the variable from ADSL",
        )


def _by_row(asked: _Asked, fixed: _Mapped, values: pl.Series) -> dict[str, list[str]]:
    """Sort the collected values by the row that takes them, and report those that none takes."""
    own = {key.strip().upper(): row for key, row in asked.measure.values.items()}
    mapping = {**fixed.values, **own}
    by_row: dict[str, list[str]] = {row: [] for row in fixed.rows}
    unlisted = []
    for value in values.drop_nulls().unique().sort().to_list():
        row = mapping.get(value.strip().upper())
        if row is None and asked.measure.unlisted == "unknown":
            row = UNKNOWN
        if row in by_row:
            by_row[row].append(value)
        else:
            unlisted.append(value)
    if unlisted:
        asked.problem(
            f"{asked.variable} holds {', '.join(map(repr, unlisted))}, which no row of "
            f"{fixed.title!r} takes",
            "map them with `values:` or say `unlisted: unknown`"
            if UNKNOWN in by_row
            else "use a measure of the study's own, with categories of its own",
        )
    return by_row


def _row_condition(variable: str, values: Sequence[str], takes_missing: bool) -> str:
    listed = among(variable, values)
    return f"{listed} or {variable} is missing" if takes_missing else listed


def _region(asked: _Asked) -> BaselineMeasure:
    asked = _with_countries(asked)
    variable, values = asked.variable, asked.values()
    own = {key.strip().upper(): name for key, name in asked.measure.values.items()}
    mapping = {**COUNTRIES, **own}
    by_name: dict[str, list[str]] = {}
    for value in values.drop_nulls().unique().sort().to_list():
        name = mapping.get(value.strip().upper())
        if name is None:
            asked.problem(
                f"{variable} holds {value!r}, which is no ISO 3166 code or country name",
                "map it with `values:`",
            )
        else:
            by_name.setdefault(name, []).append(value)
    if values.null_count():
        asked.problem(
            f"{variable} is missing for {values.null_count()} participants",
            "the registry has no row for an unknown country: complete the data",
        )
    return _fill(
        asked.measure,
        title="Region of Enrollment",
        variable=PARTICIPANT,
        summary=_COUNT,
        categories=(Category(title="", where="true"),),
        classes=tuple(
            MeasureClass(title=name, where=_row_condition(variable, by_name[name], False))
            for name in sorted(by_name)
        ),
    )


def _with_countries(asked: _Asked) -> _Asked:
    """Find the dataset that holds the country: the one named, else ADSL, else DM."""
    named = asked.measure.dataset.upper()
    for dataset in dict.fromkeys((named, *(("DM",) if named == "ADSL" else ()))):
        if dataset in asked.cohort.datasets:
            if asked.variable in asked.cohort.frame(dataset).columns:
                return replace(
                    asked, measure=msgspec.structs.replace(asked.measure, dataset=dataset)
                )
    raise DataError(
        f"no dataset holds {asked.variable}",
        where=asked.part,
        accepted=f"{asked.variable} in ADSL or DM",
        advice="name it: `dataset:` and `variable:`, or leave the measure out",
    )
