"""What a derived estimate is, what a refusal is, and what a kind of derivation declares."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from topline.posted.summaries import Posted
from topline.stats.estimate import Estimate, Test
from topline.stats.possible_values import PossibleValues

COMPUTED_HERE = "computed here"
"""The mark of every estimate that no sponsor posted."""

Cell = TypeVar("Cell", bound=Posted, covariant=True)

Input: TypeAlias = Literal["counts", "means", "geometric means"]


@dataclass(frozen=True, slots=True)
class Range:
    """All values that the posted numbers allow, since they were rounded.

    Parameters
    ----------
    lower, upper
        The ends, both possible; ``None`` where nothing bounds the value on that side.
    """

    lower: float | None
    upper: float | None

    def contains(self, number: float) -> bool:
        """Whether a number is possible.

        Examples
        --------
        >>> Range(0.0, None).contains(7.0), Range(0.0, 1.0).contains(7.0)
        (True, False)
        """
        above = self.lower is None or number >= self.lower
        return above and (self.upper is None or number <= self.upper)

    @property
    def is_point(self) -> bool:
        """Whether one value only is possible."""
        return self.lower is not None and self.lower == self.upper


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedEstimate:
    """An estimate that a record leaves out, computed from what it posts.

    Attributes
    ----------
    address
        JSON Pointer of the category of the outcome measure, or of the adverse event, it is about.
    context
        Titles from the outside in: measure, class and category; organ system and term.
    groups
        Ids of the groups, in order: of two, the first minus, or over, the second.
    group_titles
        Their titles, in the same order.
    name
        What is estimated, such as ``risk difference``.
    estimate
        From the numbers as printed; ``None`` where it is undefined, with a note.
    lower, upper
        The limits of its interval; ``None`` with a note where there is none.
    level
        The confidence level as a fraction; ``None`` where no interval can be had.
    statistic, degrees_of_freedom, p_value
        Of the test against ``null_value``; ``None`` where there is no test, or with a note.
    null_value
        The value tested against; ``None`` where there is no test.
    unit
        Of estimate and limits: ``1`` for shares and ratios.
    estimate_possible, lower_possible, upper_possible, p_value_possible
        All that the number can be, since what is posted was rounded; ``None`` where there is none.
    method
        Estimator, interval and test in words, enough to repeat the computation.
    inputs
        JSON Pointers of the posted numbers it was computed from.
    relation
        Of two groups, why they are taken to be disjoint.
    notes
        What a reader must know.
    computed
        Always :data:`COMPUTED_HERE`.
    """

    address: str
    context: tuple[str, ...]
    groups: tuple[str, ...]
    group_titles: tuple[str, ...]
    name: str
    estimate: float | None
    lower: float | None
    upper: float | None
    level: float | None
    statistic: float | None
    degrees_of_freedom: float | None
    p_value: float | None
    null_value: float | None
    unit: str
    estimate_possible: Range | None
    lower_possible: Range | None
    upper_possible: Range | None
    p_value_possible: Range | None
    method: str
    inputs: tuple[str, ...]
    relation: str = ""
    notes: tuple[str, ...] = ()
    computed: str = COMPUTED_HERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What was not derived, and why.

    Attributes
    ----------
    address
        JSON Pointer of the measure, category, measurement or adverse event it is about.
    context
        Titles from the outside in.
    what
        What was not derived.
    reason
        Why, in words.
    groups
        Ids of the groups; none where it holds for all.
    """

    address: str
    context: tuple[str, ...]
    what: str
    reason: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """The estimates derived from a record, and what was refused.

    Attributes
    ----------
    estimates
        In the order of the record.
    refusals
        In the order of the record.
    """

    estimates: tuple[DerivedEstimate, ...] = ()
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """How a kind of estimate is to be computed.

    Attributes
    ----------
    level
        The confidence level as a fraction.
    method
        A name among the derivation's methods.
    """

    level: float
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Generic[Cell]):
    """What one estimate is computed from.

    Attributes
    ----------
    cells
        One posted summary for each group, in the order of the comparison.
    null_value
        The value to test a single group against; ``None`` where nothing says which.
    """

    cells: tuple[Cell, ...]
    null_value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a derivation computes for a task.

    Attributes
    ----------
    estimate
        From the numbers as printed, with its interval.
    test
        Its test; ``None`` where there is none.
    estimate_possible, lower_possible, upper_possible, p_value_possible
        All that each can be; ``None`` where the number is undefined throughout.
    notes
        What a reader must know beside the notes of estimate and test.
    """

    estimate: Estimate
    test: Test | None = None
    estimate_possible: PossibleValues | None
    lower_possible: PossibleValues | None = None
    upper_possible: PossibleValues | None = None
    p_value_possible: PossibleValues | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """A kind of derived estimate, as it is registered.

    Attributes
    ----------
    name
        The word of the command's options.
    title
        The estimate's name.
    place
        Where it stands among the estimates of one row.
    input
        What it is computed from.
    groups
        How many groups it needs: 1, or 2 that are disjoint.
    is_share
        Whether it has no unit: a share, a difference of shares, a ratio.
    null_value
        What its test is against; ``None`` where there is no test, or the task says against what.
    methods
        Names of the ways to compute it -> what each does, in words.
    default
        The method taken where none is named.
    derive
        Tasks and the request, to one result for each task, or the reason why there is none.
    """

    name: str
    title: str
    place: int
    input: Input
    groups: Literal[1, 2]
    is_share: bool
    null_value: float | None
    methods: dict[str, str]
    default: str
    derive: Callable[[Sequence[Any], Request], Sequence[Found | str]]
