"""A specification as text with comments: values, questions above them, and suggestions that are commented out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

WIDTH = 100
"""Columns at the most that a mapping or list in one line may take."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A value that a person should confirm, with the question."""

    value: Any
    question: str


@dataclass(frozen=True, slots=True)
class Suggested:
    """A value that is left out until a person decides: it is written as a comment, with the question."""

    value: Any
    question: str


def document(content: Mapping[str, Any], heading: str) -> str:
    """Write a specification.

    Examples
    --------
    >>> print(document({"title": Asked("Age", "Is it?"), "unit": Suggested("years", "Which?")}, "A study."), end="")
    # A study.
    <BLANKLINE>
    # ? Is it?
    title: Age
    <BLANKLINE>
    # ? Which?
    # unit: years
    """
    parts = [f"# {line}" if line else "#" for line in heading.splitlines()]
    for key, value in content.items():
        parts += ["", *_entry(key, value, 0)]
    return "\n".join(parts) + "\n"


def plain(value: Any) -> Any:
    """Give the value that the text stands for, without questions and suggestions."""
    if isinstance(value, Asked):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items() if not isinstance(one, Suggested)}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value if not isinstance(one, Suggested)]
    return value


def questions(value: Any) -> Iterator[str]:
    """List the questions of a content in order."""
    if isinstance(value, Asked | Suggested):
        yield value.question
        yield from questions(value.value)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from questions(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from questions(one)


def _entry(key: str, value: Any, indent: int) -> list[str]:
    pad = " " * indent
    if isinstance(value, Suggested):
        lines = _entry(key, value.value, 0)
        return [*_asked(value.question, indent), *(f"{pad}# {line}" for line in lines)]
    if isinstance(value, Asked):
        return [*_asked(value.question, indent), *_entry(key, value.value, indent)]
    name = _scalar(key)
    flow = _flow(value)
    if flow is not None and len(pad) + len(name) + 2 + len(flow) <= WIDTH:
        return [f"{pad}{name}: {flow}"]
    if isinstance(value, Mapping):
        lines = [f"{pad}{name}:"]
        for inner, one in value.items():
            lines += _entry(inner, one, indent + 2)
        return lines
    if isinstance(value, list | tuple):
        return [f"{pad}{name}:", *_items(value, indent + 2)]
    return [f"{pad}{name}: >-", *_folded(str(value), indent + 2)]


def _items(values: Sequence[Any], indent: int) -> list[str]:
    lines = []
    pad = " " * indent
    for value in values:
        if isinstance(value, Suggested):
            lines += _asked(value.question, indent)
            lines += [f"{pad}# {line}" for line in _items([value.value], 0)]
            continue
        if isinstance(value, Asked):
            lines += _asked(value.question, indent)
            value = value.value
        flow = _flow(value)
        if flow is not None and indent + 2 + len(flow) <= WIDTH:
            lines.append(f"{pad}- {flow}")
            continue
        inner: list[str] = []
        for key, one in value.items():
            inner += _entry(key, one, indent + 2)
        if isinstance(next(iter(value.values())), Asked | Suggested):
            # A comment cannot stand behind the dash.
            lines += [f"{pad}-", *inner]
        else:
            lines += [f"{pad}- {inner[0].lstrip()}", *inner[1:]]
    return lines


def _flow(value: Any) -> str | None:
    """Give a value in one line; ``None`` where it holds comments, or is no simple thing."""
    if isinstance(value, Asked | Suggested):
        return None
    if isinstance(value, Mapping):
        parts = [(_scalar(key), _flow(one)) for key, one in value.items()]
        if any(text is None for _, text in parts):
            return None
        return "{" + ", ".join(f"{key}: {text}" for key, text in parts) + "}"
    if isinstance(value, list | tuple):
        texts = [_flow(one) for one in value]
        return None if any(one is None for one in texts) else f"[{', '.join(map(str, texts))}]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    text = yaml.safe_dump([value], default_flow_style=True, width=10**6, allow_unicode=True).strip()
    return text[1:-1]


def _asked(question: str, indent: int) -> list[str]:
    """Write a question as a comment that does not run over the edge."""
    first, *rest = _folded(question, indent + 4)
    pad = " " * indent
    return [f"{pad}# ? {first.lstrip()}", *(f"{pad}#   {line.lstrip()}" for line in rest)]


def _folded(text: str, indent: int) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if line and indent + len(line) + 1 + len(word) > WIDTH:
            lines.append(" " * indent + line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, " " * indent + line]
