"""The reference page of the specification, written from its types."""

from collections.abc import Iterator
from inspect import cleandoc
from typing import Any, cast

import msgspec
import msgspec.inspect as kinds

from topline.trial.specification import Part, Specification
from topline.trial.specification_methods import Vocabulary
from topline.trial.specification_problems import one_of
from topline.trial.specification_scalars import describe, unwrapped
from topline.trial.specification_shorthands import BARE, TITLED

HEADING = """\
# The study specification

`study.yaml` says from which data and by which rules a results record is built. ADaM conventions are
the defaults, so a plain trial says little. This page is written from the types that the reader
follows; `topline spec schema` prints the same as a JSON Schema for editors.

A short specification:

```yaml
groups:
  active: {title: Active, treatment: Xanomeline}
  placebo: {title: Placebo, treatment: Placebo}
outcomes:
  - title: Death From Any Cause
    type: primary
    time_frame: 2 years
    not_posted: {anticipated: 2027-01}
adverse_events:
  time_frame: From the first dose until 30 days after the last
```

## How it is read

- The file is YAML in UTF-8, at most a million characters. Anchors, aliases and `<<` may be used; tags
  may not.
- **Texts are taken as they are written.** Where a text is expected, `No`, `010`, `1:30` and `2014-01-01`
  are these letters, not false, eight, ninety and a date. Quotation marks are needed where YAML would
  end the text: a colon and blank, a `#` after a blank, or a quotation mark at the beginning.
- **Numbers are plain decimal ones**: `010` and `0x1F` are refused where a number is expected.
- Where a list is expected, a single item may stand without brackets: `phases: PHASE2`.
- The name of a method may stand alone if none of its options must be given: `summary: NAME` is
  `summary: {method: NAME}`.
- [Conditions](conditions.md) are expressions over dataset variables; names of variables and datasets
  may be written in any case.
- All mistakes are reported at once, in the order of the file, each with its line and column, what was
  found, what is accepted and the nearest spelling.
"""


def specification_page(vocabulary: Vocabulary) -> str:
    """Write the reference page of the specification.

    Parameters
    ----------
    vocabulary
        The methods a specification may name.

    Returns
    -------
    str
        The page as Markdown, with a line break at its end.

    Examples
    --------
    >>> page = specification_page(Vocabulary())
    >>> page.splitlines()[0]
    '# The study specification'
    """
    places: dict[type[Part], list[str]] = {}
    for part, place in _parts(Specification, ""):
        places.setdefault(part, []).append(place)
    sections = [HEADING]
    for part, where in places.items():
        sections.append(_section(part, where))
    for title, methods in (
        ("Summaries", vocabulary.summaries),
        ("Analyses", vocabulary.analyses),
    ):
        if methods:
            sections.append(f"## {title}\n")
            sections.extend(_method(name, options) for name, options in methods.items())
    shared: dict[type[Part], list[str]] = {}
    for methods in (vocabulary.summaries, vocabulary.analyses):
        for name, options in methods.items():
            for part, place in list(_parts(options, name))[1:]:
                shared.setdefault(part, []).append(place)
    sections.extend(_section(part, where) for part, where in shared.items())
    return "\n".join(sections)


def _struct(part: type[Any]) -> kinds.StructType:
    return cast(kinds.StructType, kinds.type_info(part))


def _parts(part: type[Part], place: str) -> Iterator[tuple[type[Part], str]]:
    """List a part with all the parts inside it, outside in, each with its path."""
    yield part, place
    for field in _struct(part).fields:
        here = f"{place}.{field.encode_name}" if place else field.encode_name
        for inner, suffix in _inside(field.type):
            yield from _parts(cast(type[Part], inner.cls), here + suffix)


def _inside(expected: kinds.Type) -> Iterator[tuple[kinds.StructType, str]]:
    expected = unwrapped(expected)
    if isinstance(expected, kinds.StructType):
        yield expected, ""
    elif isinstance(expected, kinds.UnionType):
        for option in expected.types:
            yield from _inside(option)
    elif isinstance(expected, kinds.VarTupleType):
        yield from ((inner, "[]") for inner, _ in _inside(expected.item_type))
    elif isinstance(expected, kinds.DictType):
        yield from ((inner, ".KEY") for inner, _ in _inside(expected.value_type))


def _section(part: type[Part], places: list[str]) -> str:
    where = one_of(f"`{place}`" for place in places) if places[0] else "the whole file"
    doc = cleandoc(part.__doc__ or "").split("\n\n")[0].replace("\n", " ")
    lines = [f"## {_title(part)}", "", f"At {where}. {doc}", ""]
    if part in BARE:
        lines += [f"A bare text is its `{BARE[part]}`.", ""]
    if part in TITLED:
        forms = one_of(f"`{name}`" for name in TITLED[part].values())
        lines += [f"A list of these may be a mapping from title to {forms}.", ""]
    return "\n".join([*lines, *_table(part)])


def _title(part: type[Part]) -> str:
    name = part.__name__.removesuffix("Part")
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return words.strip().capitalize()


def _method(name: str, options: type[Part]) -> str:
    doc = cleandoc(options.__doc__ or "").split("\n\n")[0].replace("\n", " ")
    table = _table(options) if _struct(options).fields else []
    return "\n".join([f"### `{name}`", "", doc, "", *table])


def _table(part: type[Part]) -> list[str]:
    rows = ["| key | what | value | default |", "|---|---|---|---|"]
    for field in _struct(part).fields:
        cells = (
            f"`{field.encode_name}`",
            _description(field.type),
            _accepted(field.type),
            _default(field),
        )
        rows.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    return [*rows, ""]


def _description(expected: kinds.Type) -> str:
    if isinstance(expected, kinds.Metadata):
        own = (expected.extra_json_schema or {}).get("description")
        return str(own) if own else _description(expected.type)
    if isinstance(expected, kinds.UnionType):
        return next((text for option in expected.types if (text := _description(option))), "")
    return ""


def _kind(expected: kinds.Type) -> str | None:
    if isinstance(expected, kinds.Metadata):
        return (expected.extra or {}).get("kind") or _kind(expected.type)
    if isinstance(expected, kinds.UnionType):
        return next((kind for option in expected.types if (kind := _kind(option))), None)
    if isinstance(expected, kinds.VarTupleType):
        return _kind(expected.item_type)
    return None


def _accepted(expected: kinds.Type) -> str:
    kind = _kind(expected)
    inner = unwrapped(expected)
    if kind is not None:
        noun = {"summary": "[summary](#summaries)", "analysis": "[analysis](#analyses)"}.get(
            kind, kind.replace("_", " ")
        )
        return f"list: {noun}" if isinstance(inner, kinds.VarTupleType) else noun
    if isinstance(inner, kinds.UnionType):
        options = [o for o in inner.types if not isinstance(unwrapped(o), kinds.NoneType)]
        return " or ".join(dict.fromkeys(_accepted(option) for option in options))
    if isinstance(inner, kinds.VarTupleType):
        return f"list: {_accepted(inner.item_type)}"
    if isinstance(inner, kinds.StructType):
        return f"[{_title(cast(type[Part], inner.cls)).lower()}](#{_anchor(inner)})"
    if isinstance(inner, kinds.DictType):
        return f"mapping: {_accepted(inner.value_type)}"
    if isinstance(inner, kinds.LiteralType):
        return ", ".join(f"`{value}`" for value in inner.values)
    if isinstance(inner, kinds.StrType):
        return _accepted_text(inner)
    return describe(inner).removeprefix("a ")


def _accepted_text(expected: kinds.StrType) -> str:
    if expected.max_length is not None:
        return f"text, at most {expected.max_length} characters"
    if expected.pattern is not None:
        return f"text of the form `{expected.pattern.strip('^$')}`"
    return "text"


def _anchor(part: kinds.StructType) -> str:
    return _title(cast(type[Part], part.cls)).lower().replace(" ", "-")


def _default(field: kinds.Field) -> str:
    if field.required:
        return "**required**"
    default = field.default
    if default is msgspec.NODEFAULT or default in (None, (), ""):
        return ""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, str | int | float):
        return f"`{default}`"
    return "as below" if isinstance(default, Part) else _listed_default(default)


def _listed_default(default: Any) -> str:
    if all(isinstance(one, str) for one in default):
        return ", ".join(f"`{one}`" for one in default)
    given = [
        ", ".join(
            f"{key}: {value}"
            for key, value in msgspec.to_builtins(part).items()
            if value not in (None, (), [], {}) and value != getattr(type(part)(), key, None)
        )
        for part in default
        if isinstance(part, Part)
    ]
    return "; ".join(f"`{text}`" for text in given if text) or "one with all defaults"
