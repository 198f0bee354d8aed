"""Numbers as textbooks, papers and manuals print them, within half a unit of the last printed digit."""

import pytest
from tests.reference.published_examples import Example, Printed, examples, found
from tests.reference.tolerance import half_unit

from topline.stats.possible_values import rounded
from topline.stats.spread_from_summaries import deviation_from_p

EXAMPLES = list(examples())


def agrees(number: float | None, printed: str) -> bool:
    # A hair beyond half a unit, for a number that lies in the middle.
    return number is not None and abs(number - float(printed)) <= half_unit(printed) * (1 + 1e-9)


def wrong(number: float | None, printed: Printed) -> bool:
    if isinstance(printed, str):
        return not agrees(number, printed)
    # A difference is explained, so it must be there, and ours must be what it is said to be.
    assert printed["because"]
    return agrees(number, printed["printed"]) or not agrees(number, printed["ours"])


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=[f"{place} {one.method}" for place, one in enumerate(EXAMPLES)]
)
def test_a_printed_example_comes_out(example: Example) -> None:
    ours = found(example)
    assert ours
    assert {
        path: (ours[path], printed)
        for path, printed in example.printed.items()
        if wrong(ours[path], printed)
    } == {}


def test_enough_methods_have_an_example_whose_page_is_known() -> None:
    methods = {example.method for example in EXAMPLES if example.counts}
    assert len(methods) >= 40, sorted(methods)


def test_a_deviation_that_the_handbook_derives_by_rounded_steps_is_possible() -> None:
    """Cochrane Handbook, version 6, section 6.5.2.3: difference 3.8, p = 0.008, 25 and 22 participants, 4.69."""
    possible = deviation_from_p(3.8, rounded("0.008"), 25, 22).possible
    assert possible.may_equal(rounded("4.69"))
