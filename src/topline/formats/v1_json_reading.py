"""The parts of a study of version 1, read into the record, and what is set aside of them.

Most objects of a study have the same few sets of names: hundreds of adverse events differ in nothing
but their texts. What becomes of the names of an object is therefore worked out once, as a plan, and the
next object of the same names and kinds of value follows it. Whatever differs is looked at name by name.
"""

import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeAlias

import msgspec

from topline.formats.document import SetAside
from topline.formats.unknown_fields import EXPLICIT_NULL, UNKNOWN
from topline.formats.v1_json_names import Named, names_of
from topline.record.addresses import format_address
from topline.record.node import Node

NOT_READ = "it cannot be read as what the record holds here"
SEVERAL = "the record has room for one, and the document gives several"
NO_OBJECT = "the record holds a part here, and the document something else"

_KEPT = 1_000  # plans of one kind of part; more are not repetitions that are worth keeping

Path: TypeAlias = tuple[Any, str, list[Any] | None]
"""Where a part stands: the path of the part around it, its field there in the JSON's names, and the
list that the part will be the next element of. The address is only written when it is asked for."""

ROOT: Path = (None, "", None)

_ENCODER = msgspec.json.Encoder()


def json_text(value: Any) -> str:
    """Write a decoded value as JSON."""
    return _ENCODER.encode(value).decode()


class _Held(typing.NamedTuple):
    """A part, or a list in an object of its own, among the values of an object."""

    known: Named
    name: str
    element: str | None
    """The name of the list's elements, if it is a list."""


class _Plan(typing.NamedTuple):
    """What becomes of an object of certain names, if its values are of certain kinds."""

    kinds: tuple[type, ...]
    fields: tuple[str, ...]
    worded: tuple[tuple[str, Mapping[str, Any]], ...]
    """Fields whose texts are read by words."""
    held: tuple[_Held, ...]


@cache
def _plans_of(node: type[Node]) -> dict[tuple[str, ...], _Plan]:
    """Return the plans that were made for a kind of part, each under the names of an object."""
    return {}


class Reading:
    """One study being read into the record.

    Parameters
    ----------
    set_aside
        Gets what the record cannot hold.
    """

    def __init__(self, set_aside: list[SetAside]) -> None:
        self._set_aside = set_aside

    def values(self, node: type[Node], tree: dict[str, Any], path: Path) -> dict[str, Any]:
        """Return the fields of a part of the record."""
        plan = _plans_of(node).get(tuple(tree)) or _new_plan(node, tree)
        if plan is not None and tuple(map(type, tree.values())) == plan.kinds:
            values = dict(zip(plan.fields, tree.values(), strict=True))
            if _read_words(plan, values) and (not plan.held or _has_lists(plan, values)):
                for held in plan.held:
                    self._follow(held, values, path)
                return values
        values = {}
        known_names = names_of(node)
        for name, content in tree.items():
            self._look_closely(known_names, name, content, values, path)
        return values

    def _follow(self, held: _Held, values: dict[str, Any], path: Path) -> None:
        """Read a part, or the list of an object that only holds it, in its place."""
        known, name, element = held
        content = values[known.field]
        found = self._value(known, name, content if element is None else content[element], path)
        if found is None:
            del values[known.field]
        else:
            values[known.field] = found

    def _look_closely(
        self,
        names: Mapping[str, Named],
        name: str,
        content: Any,
        values: dict[str, Any],
        path: Path,
    ) -> None:
        """Read what a name of the document holds into its field, or set it aside."""
        element, value = _element(name, content)
        known = names.get(element.lower())
        if value is None:
            self._aside(path, name, value, EXPLICIT_NULL)
        elif known is None or known.element is (element is name):
            self._aside(path, name, content, UNKNOWN)
        elif known.field in values:
            self._aside(path, name, content, SEVERAL)
        elif (found := self._value(known, name, value, path)) is not None:
            values[known.field] = found

    def _value(self, known: Named, name: str, value: Any, path: Path) -> Any:
        """Read a value; ``None`` if it has been set aside."""
        if not known.element:
            return self._one(known, name, value, path, (path, known.json_name, None))
        found: list[Any] = []
        within = (path, known.json_name, found)
        if known.part is not None:
            self._parts(known.part, name, value, path, within)
        else:
            for text in value:
                read = self._one(known, name, text, path, within)
                if read is not None:
                    found.append(read)
        if known.listed:
            return tuple(found)
        if len(found) != 1:
            self._aside(path, name, value, SEVERAL)
            return None
        return found[0]

    def _parts(
        self, part: type[Node], name: str, elements: list[Any], path: Path, within: Path
    ) -> None:
        """Read the elements of a list of parts into the list that ``within`` leads to."""
        found = within[2]
        assert found is not None  # it is a list's
        plans = _plans_of(part)
        for element in elements:
            if type(element) is not dict:
                self._aside(path, name, element, NO_OBJECT)
                continue
            # Most parts are at the end of a branch: a plan with nothing held is followed on the spot.
            plan = plans.get(tuple(element))
            if (
                plan is not None
                and not plan.held
                and tuple(map(type, element.values())) == plan.kinds
            ):
                values = dict(zip(plan.fields, element.values(), strict=True))
                if not plan.worded or _read_words(plan, values):
                    found.append(part(**values))
                    continue
            found.append(part(**self.values(part, element, within)))

    def _one(self, known: Named, name: str, value: Any, path: Path, within: Path) -> Any:
        """Read a part, which stands ``within``, or a text; ``None`` if it has been set aside."""
        part = known.part
        if part is not None:
            if isinstance(value, dict):
                return part(**self.values(part, value, within))
            self._aside(path, name, value, NO_OBJECT)
            return None
        read = None
        if isinstance(value, str):
            read = value if known.words is None else known.words[value]
        if read is None:
            self._aside(path, name, value, NOT_READ)
        return read

    def _aside(self, path: Path, name: str, value: Any, reason: str) -> None:
        self._set_aside.append(SetAside(_address_of(path), name, json_text(value), reason))


def _address_of(path: Path | None) -> str:
    """Write a path as an address; a part still being read is the next of its list.

    Examples
    --------
    >>> _address_of(((ROOT, "resultsSection", None), "groups", ["one"]))
    '/resultsSection/groups/1'
    """
    steps: list[str | int] = []
    while path is not None and path is not ROOT:
        path, name, others = path
        if others is not None:
            steps.append(len(others))
        steps.append(name)
    return format_address(tuple(reversed(steps)))


def _new_plan(node: type[Node], tree: dict[str, Any]) -> _Plan | None:
    """Make the plan for objects like this one, and keep it; ``None`` if there can be none."""
    plan = _plan(node, tree)
    plans = _plans_of(node)
    if plan is not None and len(plans) < _KEPT:
        plans[tuple(tree)] = plan
    return plan


def _plan(node: type[Node], tree: dict[str, Any]) -> _Plan | None:
    """Plan what becomes of objects with names and kinds of value like this one's.

    ``None`` if anything of it would be set aside for its name, or for its kind.
    """
    known_names = names_of(node)
    fields: list[str] = []
    worded: list[tuple[str, Mapping[str, Any]]] = []
    held: list[_Held] = []
    for name, content in tree.items():
        element, _ = _element(name, content)
        known = known_names.get(element.lower())
        if known is None or known.element is (element is name) or known.field in fields:
            return None
        fields.append(known.field)
        if element is not name:
            held.append(_Held(known, name, element))
        elif known.part is not None and type(content) is dict:
            held.append(_Held(known, name, None))
        elif known.part is not None or type(content) is not str:
            return None
        elif known.words is not None:
            worded.append((known.field, known.words))
    kinds = tuple(map(type, tree.values()))
    return _Plan(kinds, tuple(fields), tuple(worded), tuple(held))


def _read_words(plan: _Plan, values: dict[str, Any]) -> bool:
    """Read the texts that are read by words in their places; ``False`` if one cannot be."""
    for field, words in plan.worded:
        read = words[values[field]]
        if read is None:
            return False
        values[field] = read
    return True


def _has_lists(plan: _Plan, values: dict[str, Any]) -> bool:
    """Whether each object that should only hold a list does, and none that should be a part."""
    for known, name, element in plan.held:
        content = values[known.field]
        if element is None:
            if _element(name, content)[0] is not name:
                return False
        elif len(content) != 1 or type(content.get(element)) is not list:
            return False
    return True


def _element(name: str, content: Any) -> tuple[str, Any]:
    """Return the name of a list's elements and the list, where an object only holds a list."""
    if name.endswith("List") and isinstance(content, dict) and len(content) == 1:
        ((element, value),) = content.items()
        if isinstance(value, list):
            return element, value
    return name, content
