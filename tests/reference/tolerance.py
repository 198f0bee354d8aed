"""How near a number must come to its reference value, by kind of quantity, in one place.

A reference printed by software has 15 significant digits; the tolerances leave room for the order of
rounding, and for nothing else. A reference printed in a paper is compared within half a unit of its last digit.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

import pytest

Kind: TypeAlias = Literal["count", "time", "estimate", "error", "limit", "statistic", "p_value"]

RELATIVE: dict[Kind, float] = {
    "count": 0.0,
    "time": 1e-14,  # a time of the data, or the midpoint of two
    "estimate": 1e-12,
    "error": 1e-12,
    "limit": 1e-12,
    "statistic": 1e-11,
    "p_value": 1e-10,  # the tail magnifies the last digit of the statistic
}

ABSOLUTE: dict[Kind, float] = {
    "count": 0.0,
    "time": 0.0,
    "estimate": 1e-14,  # a reference near 0 is a difference of numbers near 1, with their rounding
    "error": 1e-15,
    "limit": 1e-14,
    "statistic": 1e-13,
    "p_value": 1e-300,
}


def half_unit(printed: str) -> float:
    """Give half a unit of the last digit of a number as a paper or record prints it.

    >>> half_unit("37.2"), half_unit("3.6e-9")
    (0.05, 5e-11)
    """
    exponent = Decimal(printed).as_tuple().exponent
    assert isinstance(exponent, int), f"{printed} is no finite number"
    return 0.5 * 10.0**exponent


@dataclass
class Comparison:
    """Compares results with reference values, and counts them so that no test passes by comparing nothing."""

    compared: int = 0
    wrong: list[str] = field(default_factory=list)

    def check(self, kind: Kind, what: str, found: object, expected: object) -> None:
        """Compare one number; None stands for undefined or not reached on both sides."""
        self.compared += 1
        if expected is None or found is None:
            if not (found is None and expected is None):
                self.wrong.append(f"{what}: found {found!r}, expected {expected!r}")
        elif found != pytest.approx(expected, rel=RELATIVE[kind], abs=ABSOLUTE[kind]):
            self.wrong.append(f"{what}: found {found!r}, expected {expected!r} ({kind})")

    def check_all(self, kind: Kind, what: str, found: Iterable[object], expected: object) -> None:
        """Compare two sequences element by element; a vector of length one may stand as a scalar."""
        references = expected if isinstance(expected, list) else [expected]
        for position, (one, other) in enumerate(zip(found, references, strict=True)):
            # Some vectors are printed as columns of a matrix: each element is a list of one.
            scalar = other[0] if isinstance(other, list) else other
            self.check(kind, f"{what}[{position}]", one, scalar)

    def finish(self, expected_count: int) -> None:
        """Fail with every difference at once, or if the number of comparisons is not the known one."""
        assert not self.wrong, "\n".join(
            [f"{len(self.wrong)} of {self.compared} values differ", *self.wrong]
        )
        assert self.compared == expected_count
