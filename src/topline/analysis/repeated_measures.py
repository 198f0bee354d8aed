"""The mixed model for repeated measures of a trial: which visits, which covariance, and what was fitted in the end."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import polars as pl
from msgspec import Meta

from topline.analysis.cohort import PARTICIPANT
from topline.errors import DataError
from topline.stats.degrees_of_freedom import Inference, Method, mixed_model_inference
from topline.stats.estimate import Floats
from topline.stats.mixed_model import MixedFit
from topline.stats.mixed_model_means import fit_repeated_measures
from topline.stats.model_matrix import Margins
from topline.trial.specification import Condition, Part, Variable

GROUP = "__group__"
"""The column that says which group a row belongs to, by its key."""

Covariance = Literal[
    "unstructured",
    "heterogeneous-toeplitz",
    "toeplitz",
    "heterogeneous-autoregressive",
    "autoregressive",
    "heterogeneous-ante-dependence",
    "ante-dependence",
    "heterogeneous-compound-symmetry",
    "compound-symmetry",
]


AtOption = Annotated[
    str | None,
    Meta(
        description="The value of the visit variable, or `average` for the mean over all visits; "
        "default: the visit of the class's rows."
    ),
]


class RepeatedModel(Part, frozen=True, kw_only=True):
    """A model of repeated measures: group, visit, their interaction, covariates and factors."""

    visit: Annotated[Variable, Meta(description="The visit of a measurement.")] = "AVISITN"
    covariates: Annotated[
        tuple[Variable, ...], Meta(description="Continuous covariates, such as BASE.")
    ] = ()
    factors: Annotated[
        tuple[Variable, ...], Meta(description="Categorical covariates, such as SITEGR1.")
    ] = ()
    rows: Annotated[
        Condition | None,
        Meta(
            description="Which rows of the dataset the model takes, such as PARAMCD == 'ACTOT' and "
            "AVISITN > 0; default: those of all classes of the outcome."
        ),
    ] = None
    by_visit: Annotated[
        tuple[Variable, ...],
        Meta(description="Covariates or factors whose effect may differ between visits."),
    ] = ()
    covariance: Annotated[
        Covariance | tuple[Covariance, ...],
        Meta(
            description="The covariance between visits; several are tried in order until one settles, "
            "and the record says which was used."
        ),
    ] = ("unstructured", "heterogeneous-toeplitz", "autoregressive", "compound-symmetry")
    degrees_of_freedom: Annotated[
        Method,
        Meta(
            description="satterthwaite, kenward-roger, kenward-roger-sas, or kenward-roger-linear (SAS's "
            "DDFM=KR for an unstructured covariance)."
        ),
    ] = "kenward-roger-linear"

    margins: Annotated[
        Literal["equal", "observed"],
        Meta(
            description="How the levels of factors are weighted in means: equally, or as observed."
        ),
    ] = "equal"

    @property
    def structures(self) -> tuple[str, ...]:
        """The covariance structures in the order in which they are tried."""
        return (self.covariance,) if isinstance(self.covariance, str) else self.covariance


AVERAGE = "average"
"""In place of a visit: the mean over all of them."""


@dataclass(frozen=True, slots=True)
class FittedVisits:
    """A model that settled.

    Attributes
    ----------
    inference
        What comparisons and means are asked of.
    words
        The model in words, with what was tried before.
    margins
        How factors are weighted in means.
    """

    inference: Inference
    words: str
    margins: Margins


def visit_of(frame: pl.DataFrame, variable: str) -> str:
    """Name the visit of some rows as the model does.

    Raises
    ------
    DataError
        If they are of several visits, or of none.
    """
    found = frame[variable.upper()].drop_nulls().unique().to_list()
    if len(found) != 1:
        raise DataError(
            f"the rows are of {len(found)} visits",
            accepted=f"a class or outcome of one visit ({variable.upper()})",
            advice="say `at:` with the visit, or narrow `where`",
        )
    return visit_text(found[0])


def placed(group: str, at: str) -> dict[str, str | float]:
    """Say where a mean of the model is taken.

    >>> placed("a", "24"), placed("a", AVERAGE)
    ({'group': 'a', 'visit': '24'}, {'group': 'a'})
    """
    return {"group": group} if at == AVERAGE else {"group": group, "visit": at}


def visit_text(value: object) -> str:
    """Give a visit as text; a whole number has no decimal point.

    >>> visit_text(24.0), visit_text("Week 24")
    ('24', 'Week 24')
    """
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole and isinstance(value, float) else str(value)


def fit_visits(frame: pl.DataFrame, variable: str, model: RepeatedModel) -> FittedVisits:
    """Fit group, visit, their interaction and covariates; try the next covariance where one does not settle.

    Parameters
    ----------
    frame
        One row a participant and visit, with :data:`GROUP`.
    variable
        The response.
    model
        The model.

    Raises
    ------
    DataError
        If no covariance settles, or the rows are not as they must be.
    """
    columns = (model.visit, *model.covariates, *model.factors)
    needed = [variable, *(name.upper() for name in columns)]
    known = frame.drop_nulls(needed).select(PARTICIPANT, GROUP, *dict.fromkeys(needed))
    if known.is_empty():
        raise DataError("no measurement has a value of every variable of the model")
    # Means and comparisons list the groups in orders of their own; the model is one.
    known = known.sort(GROUP, PARTICIPANT, model.visit.upper())
    asked = _Asked(known, variable, model, frame.height - known.height)
    fits = _FITS.get()
    if fits is None:
        return _fitted(asked)
    found = next((fit for other, fit in fits if asked.is_same(other)), None)
    if found is None:
        found = _fitted(asked)
        fits.append((asked, found))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """All that a fit depends on."""

    measurements: pl.DataFrame
    variable: str
    model: RepeatedModel
    left_out: int

    def is_same(self, other: "_Asked") -> bool:
        """Whether the other asks for the same model of the same measurements."""
        words = ((one.variable, one.model, one.left_out) for one in (self, other))
        return (
            len(set(words)) == 1
            and self.measurements.schema == other.measurements.schema
            and self.measurements.equals(other.measurements)
        )


_FITS: ContextVar[list[tuple[_Asked, FittedVisits]] | None] = ContextVar("fits", default=None)
"""The fits of a build so far; none are kept outside of one."""


@contextmanager
def fitting_once() -> Iterator[None]:
    """Fit each model of the same measurements once: for every class of an outcome the same model is asked.

    Examples
    --------
    >>> with fitting_once():
    ...     pass
    """
    token = _FITS.set([])
    try:
        yield
    finally:
        _FITS.reset(token)


def _fitted(asked: _Asked) -> FittedVisits:
    known, variable, model = asked.measurements, asked.variable, asked.model
    visit = model.visit.upper()
    covariates = [name.upper() for name in model.covariates]
    factors = [name.upper() for name in model.factors]
    order = known[visit].unique().sort().to_list()
    labels = [visit_text(value) for value in known[visit].to_list()]
    tried: list[str] = []
    for structure in model.structures:
        fit = fit_repeated_measures(
            _numbers(known, variable),
            subject=known[PARTICIPANT].to_list(),
            visit=labels,
            group=known[GROUP].to_list(),
            covariates={name: _numbers(known, name) for name in covariates},
            factors=_varying(known, factors),
            visit_interactions=[name.upper() for name in model.by_visit],
            covariance=structure,
            visit_order=[visit_text(value) for value in order],
        )
        if fit.converged:
            inference = mixed_model_inference(fit, method=model.degrees_of_freedom)
            words = _words(fit, model, tried, asked.left_out)
            margins: Margins = "balanced" if model.margins == "equal" else "observed"
            return FittedVisits(inference, words, margins)
        tried.append(structure)
    raise DataError(f"no model settled; tried {', '.join(tried)}")


def _numbers(frame: pl.DataFrame, name: str) -> Floats:
    if not frame.schema[name].is_numeric():
        raise DataError(
            f"{name} holds {str(frame.schema[name]).lower()} values", accepted="a numeric variable"
        )
    return np.asarray(frame[name].cast(pl.Float64).to_numpy())


def _varying(frame: pl.DataFrame, factors: Sequence[str]) -> Mapping[str, list[str]]:
    return {
        name: frame[name].cast(pl.String).to_list()
        for name in factors
        if frame[name].n_unique() > 1
    }


def _words(fit: MixedFit, model: RepeatedModel, tried: Sequence[str], left_out: int) -> str:
    matrix = fit.matrix.variables
    others = [
        name for name in (*matrix.covariates, *matrix.factors) if name not in ("group", "visit")
    ]
    terms = ", ".join([*others, "group, visit, group by visit"])
    by_visit = "".join(f", {name.upper()} by visit" for name in model.by_visit)
    words = (
        f"Restricted maximum likelihood; {terms}{by_visit}; "
        f"{fit.structure.name.replace('-', ' ')} covariance; "
        f"{_DEGREES[model.degrees_of_freedom]} degrees of freedom; {fit.number} measurements of "
        f"{fit.participants} participants."
    )
    if tried:
        words += f" Before it, {', '.join(tried)} did not settle."
    if left_out:
        words += f" {left_out} measurements that lack a variable of the model are left out."
    return words


_DEGREES: Mapping[str, str] = {
    "satterthwaite": "Satterthwaite",
    "kenward-roger": "Kenward–Roger",
    "kenward-roger-sas": "Kenward–Roger (SAS)",
    "kenward-roger-linear": "Kenward–Roger (linear)",
}
