"""Many records at once: what can be derived where nothing is posted, and what becomes of what is posted."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from topline.analysis.derive.derivation import Derived
from topline.analysis.derive.runner import OUTCOMES, derive
from topline.analysis.reproduction.record import judged_analyses
from topline.analysis.reproduction.verdict import Judged
from topline.record.results import OutcomeMeasure
from topline.record.study import Study


@dataclass(slots=True)
class Survey:
    """Counts over many records.

    Attributes
    ----------
    records
        Records with results.
    outcomes
        Outcome measures that post numbers.
    several
        Of these, with two groups or more.
    without
        Outcome measures that post numbers and no estimate (no analysis with a value of its parameter).
    without_several
        Of these, with two groups or more.
    derived
        Of those without, with at least one derived estimate.
    compared
        Of those without, with at least one derived comparison of two groups.
    tested
        Of those without, with at least one derived test of one group against no change.
    estimates
        Derived estimates, by name.
    refusals
        Outcome measures without a posted estimate and without a derived comparison, by the reason
        given first.
    judged
        NCT number and verdict of each posted analysis that was judged.
    """

    records: int = 0
    outcomes: int = 0
    several: int = 0
    without: int = 0
    without_several: int = 0
    derived: int = 0
    compared: int = 0
    tested: int = 0
    estimates: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    judged: list[tuple[str, Judged]] = field(default_factory=list)

    def add(self, nct_id: str, study: Study) -> None:
        """Take up a record.

        Parameters
        ----------
        nct_id
            Its NCT number.
        study
            The record.
        """
        results = study.results_section
        module = results.outcome_measures_module if results is not None else None
        measures = (module.outcome_measures if module is not None else None) or ()
        if results is None:
            return
        self.records += 1
        found = derive(study)
        self.estimates.update(one.name for one in found.estimates)
        by_outcome = _by_outcome(found)
        for place, measure in enumerate(measures):
            if has_numbers(measure):
                self._add_outcome(measure, by_outcome.get(place, _Outcome()))
        self.judged += [(nct_id, one) for one in judged_analyses(study)]

    def _add_outcome(self, measure: OutcomeMeasure, found: "_Outcome") -> None:
        several = len(measure.groups or ()) > 1
        self.outcomes += 1
        self.several += several
        if has_estimate(measure):
            return
        self.without += 1
        self.without_several += several
        self.derived += found.estimates > 0
        self.compared += found.comparisons > 0
        self.tested += found.tests > 0
        if several and not found.comparisons:
            self.refusals[found.reasons[0] if found.reasons else "no reason"] += 1


@dataclass(slots=True)
class _Outcome:
    """What was derived for one outcome measure."""

    estimates: int = 0
    comparisons: int = 0
    tests: int = 0
    reasons: list[str] = field(default_factory=list)


def _by_outcome(found: Derived) -> dict[int, _Outcome]:
    outcomes: dict[int, _Outcome] = {}
    for estimate in found.estimates:
        outcome = outcomes.setdefault(_place(estimate.address), _Outcome())
        outcome.estimates += 1
        outcome.comparisons += len(estimate.groups) == 2
        outcome.tests += len(estimate.groups) == 1 and estimate.p_value is not None
    for refusal in found.refusals:
        outcomes.setdefault(_place(refusal.address), _Outcome()).reasons.append(refusal.reason)
    return outcomes


def _place(address: str) -> int:
    return int(address.removeprefix(f"{OUTCOMES}/").split("/", 1)[0])


def has_numbers(measure: OutcomeMeasure) -> bool:
    """Whether an outcome measure posts a value for some group.

    Examples
    --------
    >>> has_numbers(OutcomeMeasure(title="Not posted yet"))
    False
    """
    return any(
        posted.value is not None
        for measure_class in measure.classes or ()
        for category in measure_class.categories or ()
        for posted in category.measurements or ()
    )


def has_estimate(measure: OutcomeMeasure) -> bool:
    """Whether some statistical analysis of an outcome measure posts a value of its parameter.

    Examples
    --------
    >>> has_estimate(OutcomeMeasure())
    False
    """
    return any(analysis.param_value is not None for analysis in measure.analyses or ())


def survey(records: Iterable[tuple[str, Study]]) -> Survey:
    """Survey records.

    Parameters
    ----------
    records
        NCT numbers and records.

    Examples
    --------
    >>> survey([]).records
    0
    """
    found = Survey()
    for nct_id, study in records:
        found.add(nct_id, study)
    return found
