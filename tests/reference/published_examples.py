"""Printed examples: which numbers a textbook, paper or manual prints for which method, and where it prints them.

The data lie in ``published/*.toml``. A source has a text (author, title or journal, year), a page (page, table or
numbered example; empty if not known) and says in ``seen`` how its numbers were verified (empty if they were not).
Only examples with both count as published.
"""

import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.reference.published_methods import compute

FOLDER = Path(__file__).with_name("published")

Printed = str | Mapping[str, str]
"""A number as printed; or, where ours is another, what is printed, ours to as many digits, and why they differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One printed example of one method.

    Attributes
    ----------
    method
        The statistic, in the field's words.
    function
        What computes it: module and function of ``topline.stats``.
    given
        What goes in, by name; text that begins with "$" stands for data of the same file.
    printed
        Where in the result a number is -> the number as printed.
    source, page, seen
        Who printed it; on which page, table or example; how it was verified.
    """

    method: str
    function: str
    given: Mapping[str, Any]
    printed: Mapping[str, Printed]
    source: str
    page: str
    seen: str

    @property
    def counts(self) -> bool:
        """Tell whether its place in print is known and its numbers were verified."""
        return bool(self.page and self.seen)


def examples() -> Iterator[Example]:
    """Read all printed examples."""
    for path in sorted(FOLDER.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        for source in content["source"]:
            for entry in source["example"]:
                for case in entry.get("cases", [{}]):
                    given = {**entry.get("given", {}), **case.get("given", {})}
                    yield Example(
                        method=entry["method"],
                        function=entry["function"],
                        given=_with_data(given, content.get("data", {})),
                        printed=case["printed"] if case else entry["printed"],
                        source=source["text"],
                        page=source["page"],
                        seen=source["seen"],
                    )


def found(example: Example) -> dict[str, float | None]:
    """Compute an example: where in the result -> our number."""
    result = compute(example.function, example.given)
    return {path: _at(result, path) for path in example.printed}


_FUNCTIONS: Mapping[str, Callable[[float], float]] = MappingProxyType(
    {
        "exp": math.exp,
        "sqrt": math.sqrt,
        "square": lambda value: value**2,
        "abs": abs,
        "twice": lambda value: 2 * value,
        "thrice": lambda value: 3 * value,
        "percent": lambda value: 100 * value,
        "minus_half": lambda value: -value / 2,
        "minus_twice": lambda value: -2 * value,
    }
)


def _at(result: Any, path: str) -> float | None:
    """Give the number at a path such as ``exp(coefficients[1].lower)``."""
    if nested := re.fullmatch(r"(\w+)\((.+)\)", path):
        inner = _at(result, nested[2])
        return None if inner is None else _FUNCTIONS[nested[1]](inner)
    for name, key in re.findall(r"(\w+)|\[([^]]*)\]", path):
        if name:
            result = getattr(result, name)
        else:
            result = result[int(key) if re.fullmatch(r"-?\d+", key) else key]
    return None if result is None else float(result)


def _with_data(given: Any, data: Mapping[str, Any]) -> Any:
    if isinstance(given, str) and given.startswith("$"):
        return data[given[1:]]
    if isinstance(given, Mapping):
        return {name: _with_data(value, data) for name, value in given.items()}
    return given
