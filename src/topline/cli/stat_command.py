"""What a command of ``topline stat`` is, and how it tells its formulas from where they are written."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from typer.core import TyperCommand

from topline.cli.docstring_text import laid_out, words_of
from topline.cli.terminal import write
from topline.errors import DataError, UsageError

_NEGATIVE = re.compile(r"-[\d.]")
_PLACE = re.compile(r"(\w+)\[(\d+)\](?:\[(\d+)\])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatCommand:
    """One command of ``topline stat``.

    Parameters
    ----------
    name
        The word after ``topline stat``.
    run
        The function that Typer calls.
    functions
        The statistics it computes, as ``"proportion:proportion"``: module of :mod:`topline.stats`, and name.
        Their docstrings are what ``--explain`` prints.
    methods
        Where the names that ``--method`` and the like accept are listed, as ``"proportion:INTERVALS"``.
    remarks
        What else ``--explain`` prints, line by line.
    """

    name: str
    run: Callable[..., None]
    functions: tuple[str, ...]
    methods: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


class NumbersFirst(TyperCommand):
    """A command whose arguments are numbers: one with a minus sign is not taken for an option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words of the command."""
        before = ""
        for word in args:
            # After an option a number is its value; behind -- everything is an argument.
            if _NEGATIVE.match(word) and not before.startswith("-"):
                raise UsageError(
                    f"{word!r} begins with a minus sign",
                    accepted="counts, numbers of participants and times from 0",
                )
            if word == "--":
                break
            before = "" if "=" in word else word
        return super().parse_args(ctx, _explain_last(args))

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an error does not count its numbers from 0, as an array does."""
        try:
            return super().invoke(ctx)
        except DataError as error:
            raise DataError(
                _PLACE.sub(_counted, error.message),
                where=error.where and _PLACE.sub(_counted, error.where),
                accepted=error.accepted,
                advice=error.advice,
            ) from None


def _explain_last(args: list[str]) -> list[str]:
    """Put ``--explain`` behind the other options, since it prints as soon as it is read.

    Examples
    --------
    >>> _explain_last(["--explain", "--method", "wilson", "--", "8/27"])
    ['--method', 'wilson', '--explain', '--', '8/27']
    """
    end = args.index("--") if "--" in args else len(args)
    options = [word for word in args[:end] if word != "--explain"]
    return [*options, *["--explain"] * (len(options) < end), *args[end:]]


def _counted(place: "re.Match[str]") -> str:
    """Name an element as a person counts: the only or first by its name alone.

    Examples
    --------
    >>> _PLACE.sub(_counted, "count[0] is 8.5"), _PLACE.sub(_counted, "number[2]")
    ('count is 8.5', 'number 3')
    >>> _PLACE.sub(_counted, "table[1][2]")
    'table, row 2, column 3'
    """
    name, position = place.group(1), int(place.group(2))
    if place.group(3):
        return f"{name}, row {position + 1}, column {int(place.group(3)) + 1}"
    return f"{name} {position + 1}" if position else name


def explain(command: StatCommand, method: str | None = None) -> None:
    """Print the formulas and sources of a command, from the docstrings of what it computes.

    Parameters
    ----------
    command
        The command.
    method
        One method to tell of instead of all.
    """
    told: set[str] = set()
    for place in command.functions:
        module = place.partition(":")[0]
        write(f"topline.stats.{place.replace(':', '.')}")
        # What a module says, where the sources are, holds for all of its functions: once is enough.
        if module not in told:
            write(laid_out(words_of(import_module(f"topline.stats.{module}")), 2))
            write("")
        told.add(module)
        write(laid_out(words_of(_found(place)), 2))
        write("")
    for place in command.methods:
        listed = _found(place)
        assert isinstance(listed, Mapping)
        chosen = [name for name in listed if method in (None, name)]
        if chosen:
            write(f"Methods (topline.stats.{place.replace(':', '.')}):")
        for name in chosen:
            write(laid_out(f"{name}: {method_words(listed[name])}", 4)[2:])
            formula = _formula(listed[name])
            if formula:
                write(laid_out(formula, 6))
        if chosen:
            write("")
    for remark in command.remarks:
        write(laid_out(remark, 2)[2:])


def method_words(entry: object) -> str:
    """Return what a registry says about a method in one line: its title and its source.

    Examples
    --------
    >>> method_words("normal interval")
    'normal interval'
    """
    if isinstance(entry, str):
        return entry
    if inspect.isfunction(entry):
        return words_of(entry).partition("\n")[0]
    parts = [getattr(entry, part, None) for part in ("title", "source", "usage", "r", "sas")]
    return "; ".join(str(part) for part in parts if part)


def _formula(entry: object) -> str | None:
    """Return what is said of the function behind a method, where it is a documented one of its own.

    Its parameters are the command's, and its examples of arrays.
    """
    for part in ("limits", "compute", "extreme", "estimate", "statistic"):
        function = getattr(entry, part, None)
        if inspect.isfunction(function) and function.__doc__:
            return words_of(function, without=("Parameters", "Examples"))
    return None


def _found(place: str) -> object:
    module, _, name = place.partition(":")
    return getattr(import_module(f"topline.stats.{module}"), name)
