"""Ways to post the same results otherwise: none of them is a discrepancy.

Each variant changes a record's JSON; where it posts other text, the statistics of the build give the
raw value that it rounds.
"""

import random
import re
from collections.abc import Callable, Iterator
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from typing import Any

from tests.spec.posted_record import BASELINE, EVENTS, FLOW, OUTCOMES, Posted

from topline.analysis.statistics import Statistics

Variant = Callable[[Posted, Statistics], None]
VARIANTS: dict[str, Variant] = {}
"""Every variant by its name."""

SEED = 20240501


def variant(function: Variant) -> Variant:
    """Enter a variant under the name of its function."""
    VARIANTS[function.__name__.replace("_", " ")] = function
    return function


def _shuffled(posted: Posted, *patterns: str) -> None:
    generator = random.Random(SEED)
    for pattern in patterns:
        for address in posted.all(pattern):
            generator.shuffle(posted.at(address))


GROUPS = (
    (FLOW, "groups"),
    (BASELINE, "groups"),
    (f"{OUTCOMES}/*", "groups"),
    (EVENTS, "eventGroups"),
)


@variant
def groups_in_another_order_under_other_ids(posted: Posted, statistics: Statistics) -> None:
    generator = random.Random(SEED)
    for pattern, field in GROUPS:
        for address in posted.all(pattern):
            owner = posted.at(address)
            groups = owner.get(field)
            if not groups:
                continue
            ids = [group["id"] for group in groups]
            generator.shuffle(groups)
            renamed = {group["id"]: new for group, new in zip(groups, ids, strict=True)}
            _rename(owner, renamed)


def _rename(part: Any, renamed: dict[str, str]) -> None:
    if isinstance(part, list):
        for element in part:
            _rename(element, renamed)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name in ("id", "groupId") and value in renamed:
                part[name] = renamed[value]
            elif name == "groupIds":
                part[name] = [renamed[one] for one in value]
            else:
                _rename(value, renamed)


@variant
def ids_of_another_kind(posted: Posted, statistics: Statistics) -> None:
    for pattern, field in GROUPS:
        for address in posted.all(pattern):
            owner = posted.at(address)
            names = {one["id"]: f"arm-{one['id'][::-1]}" for one in owner.get(field, ())}
            _rename(owner, names)


@variant
def outcome_measures_in_another_order(posted: Posted, statistics: Statistics) -> None:
    _shuffled(posted, OUTCOMES)


@variant
def events_in_another_order(posted: Posted, statistics: Statistics) -> None:
    _shuffled(posted, f"{EVENTS}/seriousEvents", f"{EVENTS}/otherEvents")


@variant
def rows_and_columns_in_another_order(posted: Posted, statistics: Statistics) -> None:
    _shuffled(
        posted,
        f"{FLOW}/periods/*/milestones",
        f"{FLOW}/periods/*/milestones/*/achievements",
        f"{FLOW}/periods/*/dropWithdraws",
        f"{FLOW}/periods/*/dropWithdraws/*/reasons",
        f"{BASELINE}/measures",
        f"{BASELINE}/measures/*/classes/*/categories",
        f"{OUTCOMES}/*/classes",
        f"{OUTCOMES}/*/classes/*/categories",
        f"{OUTCOMES}/*/classes/*/categories/*/measurements",
        f"{OUTCOMES}/*/analyses",
        f"{EVENTS}/otherEvents/*/stats",
    )


def _numbers(posted: Posted, statistics: Statistics) -> Iterator[tuple[str, str, Decimal]]:
    """Yield each rounded number: its address, its text and its raw value."""
    for row in statistics:
        decimal = re.fullmatch(r"-?[0-9]+\.[0-9]+", row.posted)
        if row.raw is not None and decimal:
            yield row.address, row.posted, Decimal(f"{row.raw:.15g}")


def _round(posted: Posted, statistics: Statistics, more: int, mode: str) -> None:
    changed = 0
    for address, text, raw in _numbers(posted, statistics):
        decimals = len(text.rpartition(".")[2]) + more
        parent, name = address.rpartition("/")[::2]
        new = f"{raw.quantize(Decimal(1).scaleb(-decimals), rounding=mode):f}"
        posted.at(parent)[name] = new
        changed += new != text
    assert changed


@variant
def one_decimal_less_half_to_even(posted: Posted, statistics: Statistics) -> None:
    _round(posted, statistics, -1, ROUND_HALF_EVEN)


@variant
def digits_cut_off(posted: Posted, statistics: Statistics) -> None:
    _round(posted, statistics, 0, ROUND_DOWN)


@variant
def two_decimals_more(posted: Posted, statistics: Statistics) -> None:
    _round(posted, statistics, 2, ROUND_HALF_EVEN)


@variant
def trailing_zeros(posted: Posted, statistics: Statistics) -> None:
    for address, text, _ in _numbers(posted, statistics):
        parent, name = address.rpartition("/")[::2]
        posted.at(parent)[name] = f"{text}0"


@variant
def numbers_spelled_otherwise(posted: Posted, statistics: Statistics) -> None:
    for address, text, raw in _numbers(posted, statistics):
        parent, name = address.rpartition("/")[::2]
        whole, _, fraction = text.partition(".")
        new = f" {int(whole):,}.{fraction}" if abs(raw) >= 1 else text.replace("0.", ".", 1)
        posted.at(parent)[name] = new.replace("-", "−")


@variant
def p_values_as_bounds(posted: Posted, statistics: Statistics) -> None:
    for address in list(posted.all(f"{OUTCOMES}/*/analyses/*/pValue")):
        row = next(iter(statistics.at(address)), None)
        if row is not None and row.raw is not None:
            posted.at(address.rpartition("/")[0])["pValue"] = f"<{row.raw * 2 + 0.001:.3f}"


@variant
def blanks_in_texts(posted: Posted, statistics: Statistics) -> None:
    for pattern in (f"{OUTCOMES}/*", f"{OUTCOMES}/*/groups/*", f"{EVENTS}/otherEvents/*"):
        for address in posted.all(pattern):
            part = posted.at(address)
            for name in ("title", "description", "timeFrame", "term"):
                if name in part:
                    part[name] = " " + part[name].replace(" ", "\n ") + " "


@variant
def terms_in_other_capitals(posted: Posted, statistics: Statistics) -> None:
    for pattern in (f"{EVENTS}/seriousEvents/*", f"{EVENTS}/otherEvents/*"):
        for address in posted.all(pattern):
            part = posted.at(address)
            part["term"] = part["term"].swapcase()
            part["organSystem"] = part["organSystem"].upper()


@variant
def all_at_once(posted: Posted, statistics: Statistics) -> None:
    _round(posted, statistics, 1, ROUND_HALF_EVEN)
    names = (
        "terms in other capitals",
        "blanks in texts",
        "rows and columns in another order",
        "events in another order",
        "groups in another order under other ids",
        "outcome measures in another order",
    )
    for name in names:
        VARIANTS[name](posted, statistics)
