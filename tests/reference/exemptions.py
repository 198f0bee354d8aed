"""How near a value must come to its reference, by kind of quantity; what carries fewer digits, and why.

Two things let a value pass that the tolerance of its kind would refuse. A :class:`Coarse` kind of reference carries
fewer digits wherever it is computed: the software that gave it stops early. A :class:`Misprint` is one number of one
case that is wrong or noise; it names that number, so that another number under the same id is judged as any other, and
it names the right one with its source, which is demanded instead.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.reference.case import Case

CLOSED, ITERATIVE = 1e-9, 1e-7
"""Relative tolerance of closed forms, and of what software itself iterates for."""

ABSOLUTE = 1e-12
"""A reference this near to zero is a difference of numbers near 1, with their rounding."""

ITERATIVE_FAMILIES = frozenset(
    {
        "cox",
        "competing_risks",
        "logistic",
        "negative_binomial",
        "meta_generic",
        "meta_regression",
        "meta_extras",
        "meta_single_proportion",
        "meta_glmm",
        "mmrm",
        "mmrm_exact",
    }
)
"""Families in which the reference comes from an optimiser. Root finders that run to the last bit count as closed."""

COUNTS = frozenset(
    {
        "n",
        "k",
        "k0",
        "events",
        "n_risk",
        "n_event",
        "n_censor",
        "n_obs",
        "n_subjects",
        "df1",
        "moses_k_floor",
    }
)
"""What values that count something are called: they must be equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far a value may be from its reference, relative to the larger of both, or absolutely."""

    relative: float
    absolute: float = ABSOLUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Coarse:
    """A kind of reference with fewer digits, and why.

    Attributes
    ----------
    family
        Its family.
    values
        A regular expression that matches the whole path of the values; empty for all.
    params
        Regular expressions that parameters of the case match; empty for all cases.
    tolerance
        What is allowed instead.
    of_width
        What is allowed as well, as a share of the interval whose limit the value is: a quantile with few digits gives
        limits with fewer where they lie near 0.
    reason
        Why the reference carries no more.
    """

    family: str
    values: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    tolerance: Tolerance
    of_width: float = 0.0
    reason: str

    def covers(self, case: Case, path: str) -> bool:
        """Tell whether a value of a case is of this kind."""
        return (
            self.family == case.family
            and (not self.values or re.fullmatch(self.values, path) is not None)
            and all(
                re.fullmatch(accepted, str(case.params.get(name))) is not None
                for name, accepted in self.params.items()
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Misprint:
    """One number of a case that is wrong, the right one, and how that is known.

    Attributes
    ----------
    case, path
        The case's id, and the path of the value.
    printed
        The number that the file has there; any other number is none of this exemption's business.
    value
        The number that is demanded instead, within the usual tolerance of the family.
    reason
        What is wrong, and where the right number comes from.
    """

    case: str
    path: str
    printed: float
    value: float
    reason: str


_P_VALUE = r"(.*\.)?p(\[\d+\])?"
_LISTED = (
    "; the right one comes from listing every table's conditional distribution in R 4.2.2 (dhyper weights, "
    "Newton's method for the log odds ratio, the distribution's variance as information)"
)

COARSE: tuple[Coarse, ...] = (
    Coarse(
        family="mmrm",
        values=_P_VALUE,
        tolerance=Tolerance(relative=2e-3),
        reason="a small p-value magnifies the few digits of its t statistic",
    ),
    Coarse(
        family="mmrm",
        tolerance=Tolerance(relative=5e-4),
        reason="the R package mmrm stops its optimiser with 4 to 5 digits; mmrm_exact has 12",
    ),
    Coarse(
        family="mmrm_exact",
        values="gradient_max",
        tolerance=Tolerance(relative=1e-9, absolute=1e-6),
        reason="not an estimate, but what is left of a slope that should be 0",
    ),
    Coarse(
        family="meta_generic",
        params={"tau2_method": "PMM"},
        tolerance=Tolerance(relative=5e-3, absolute=3e-4),
        reason="metafor finds the median-unbiased variance by R's uniroot, which stops within 1.2e-4 of it; I² in percent magnifies that",
    ),
    Coarse(
        family="meta_generic",
        params={"tau2_method": "DLIT"},
        tolerance=Tolerance(relative=2e-3, absolute=1e-4),
        reason="metafor's iteration stops when a step is below 1e-5, some steps before it ends",
    ),
    Coarse(
        family="meta_glmm",
        values="p",
        params={"model": "UM.RS"},
        tolerance=Tolerance(relative=0.1),
        reason="the p-value magnifies lme4's standard error, which carries 2 to 3 digits",
    ),
    Coarse(
        family="meta_glmm",
        values="se|lower|upper|wald_Q",
        params={"model": "UM.RS"},
        tolerance=Tolerance(relative=2e-2),
        of_width=1e-2,
        reason="lme4's standard error comes from differences of an iterated likelihood",
    ),
    Coarse(
        family="meta_glmm",
        values="estimate|tau2",
        params={"model": "UM.RS"},
        tolerance=Tolerance(relative=5e-3),
        reason="lme4 stops early under metafor's settings; with tolPwrss = 1e-12 it has 5 to 6 digits of ours",
    ),
    Coarse(
        family="meta_glmm",
        values="p",
        tolerance=Tolerance(relative=2e-3),
        reason="the p-value magnifies the standard error",
    ),
    Coarse(
        family="meta_glmm",
        tolerance=Tolerance(relative=1e-3),
        of_width=1e-3,
        reason="lme4's optimiser stops within 1e-6 of the highest log likelihood, which leaves 3 to 5 digits",
    ),
    Coarse(
        family="meta_extras",
        values=r"henmi_copas\.(lower|upper)",
        tolerance=Tolerance(relative=2e-4),
        reason="metafor's limits come from uniroot around a numerical integral, to about 4 digits",
    ),
    Coarse(
        family="logistic",
        values=r"profile_(lower|upper)(\[\d+\])?",
        tolerance=Tolerance(relative=1e-6),
        reason="R refits the profile with glm's own convergence rule, a relative change of the deviance of 1e-8",
    ),
    Coarse(
        family="anova",
        values=r"tukey\.p_adj(\[\d+\])?",
        tolerance=Tolerance(relative=1e-7, absolute=1e-11),
        reason="ptukey integrates to an absolute error near 1e-12",
    ),
    Coarse(
        family="anova",
        values=r"tukey\.(lower|upper)(\[\d+\])?",
        tolerance=Tolerance(relative=1e-7),
        of_width=1e-6,
        reason="qtukey is a search that ends within 1e-4 of the quantile, in practice at 6 to 8 of its digits",
    ),
    Coarse(
        family="meta_generic",
        values="I2",
        tolerance=Tolerance(relative=ITERATIVE, absolute=1e-7),
        reason="where the likelihood is highest at no variance, metafor's steps end a little above",
    ),
    Coarse(
        family="meta_regression",
        values="I2",
        tolerance=Tolerance(relative=ITERATIVE, absolute=1e-7),
        reason="as for meta_generic: metafor's steps end a little above no variance",
    ),
)
"""The kinds of reference that are not good to the tolerance of their family; the first that covers a value counts."""

MISPRINTS: tuple[Misprint, ...] = (
    Misprint(
        case="s_glmm_bcg_CM.EL",
        path="wald_Q",
        printed=268.612023216344,
        value=163.089478561295,
        reason=f"metafor's numerical Hessian fails{_LISTED}",
    ),
    Misprint(
        case="s_glmm_hine89_CM.EL",
        path="wald_Q",
        printed=1.51186598896781,
        value=1.51108436114611,
        reason=f"metafor's numerical Hessian has 3 digits{_LISTED}",
    ),
    Misprint(
        case="s_glmm_hine89_CM.EL",
        path="se",
        printed=6.28857411008932e-07,
        value=0.279842011743385,
        reason=f"metafor's numerical Hessian fails without heterogeneity{_LISTED}",
    ),
    Misprint(
        case="s_glmm_hine89_CM.EL",
        path="lower",
        printed=0.578364816822797,
        value=0.0298935708636506,
        reason=f"from that standard error{_LISTED}",
    ),
    Misprint(
        case="s_glmm_hine89_CM.EL",
        path="upper",
        printed=0.578367281898551,
        value=1.12685409962019,
        reason=f"from that standard error{_LISTED}",
    ),
    Misprint(
        case="s_glmm_hine89_CM.EL",
        path="p",
        printed=0.0,
        value=0.0387542278640417,
        reason=f"from that standard error{_LISTED}",
    ),
    Misprint(
        case="s_glmm_hine89_CM.EL",
        path="tau2",
        printed=6.97736952421864e-05,
        value=0.0,
        reason="the optimiser stops short of its bound: the likelihood falls from 0 on",
    ),
)
"""The shared numbers that are wrong."""


def tolerance(case: Case, path: str) -> Tolerance:
    """Give how far one value of a case may be from its reference."""
    coarse = next((one for one in COARSE if one.covers(case, path)), None)
    if coarse is None:
        return usual(case.family, path)
    if not coarse.of_width:
        return coarse.tolerance
    width = coarse.of_width * _width(case, path)
    return replace(coarse.tolerance, absolute=max(coarse.tolerance.absolute, width))


def _width(case: Case, path: str) -> float:
    """Give the width of the interval one of whose limits a path such as ``tukey.lower[2]`` names."""
    name, _, place = path.rstrip("]").partition("[")
    among, _, limit = name.rpartition(".")
    if limit not in ("lower", "upper"):
        return 0.0
    interval = case.expected[among] if among else case.expected
    # A list of one is written as its one number.
    limits = (interval[one] for one in ("lower", "upper"))
    lower, upper = (one[int(place)] if place else one for one in limits)
    return float(upper) - float(lower)


def usual(family: str, path: str) -> Tolerance:
    """Give the tolerance of a kind without exemptions."""
    if re.sub(r"\[\d+\]$", "", path).rpartition(".")[2] in COUNTS:
        return Tolerance(relative=0.0, absolute=0.0)
    return Tolerance(relative=ITERATIVE if family in ITERATIVE_FAMILIES else CLOSED)


def demanded(case: Case, path: str, expected: Any) -> Any:
    """Give what a value is compared with: the reference, or where that is a misprint, the right number."""
    for misprint in MISPRINTS:
        if (misprint.case, misprint.path, misprint.printed) == (case.id, path, expected):
            return misprint.value
    return expected
