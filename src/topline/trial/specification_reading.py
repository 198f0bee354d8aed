"""A study specification read from its file, with every mistake in it at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from topline.errors import LimitError, NotFoundError, SpecificationError
from topline.trial.condition_expressions import ConditionError
from topline.trial.specification import Specification
from topline.trial.specification_collector import Reading
from topline.trial.specification_conversion import convert
from topline.trial.specification_methods import Vocabulary, method_options
from topline.trial.specification_positions import LARGEST, NotYaml, Position, compose, position_of
from topline.trial.specification_problems import Problem, path_text
from topline.trial.specification_rules import apply_rules
from topline.trial.spelling import nearest

__all__ = [
    "Position",
    "Problem",
    "SpecificationReading",
    "Vocabulary",
    "method_options",
    "path_text",
    "read_specification",
]


@dataclass(frozen=True, slots=True)
class SpecificationReading:
    """A specification as it was read.

    Attributes
    ----------
    specification
        As much of it as is right. It must not be built while there are problems: wrong parts have
        their defaults or stand-ins.
    problems
        The mistakes, in the order of the file.
    warnings
        What is allowed but may be a mistake, in the order of the file.
    positions
        Path, such as ``outcomes[2].where``, -> where its value begins.
    path
        The file; ``None`` for a text. Paths in the specification are relative to it.
    """

    specification: Specification
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    positions: Mapping[str, Position]
    path: Path | None
    _reading: Reading = field(repr=False)

    def problem_at(
        self,
        path: str,
        found: str,
        accepted: str,
        candidates: Iterable[str] = (),
        *,
        word: str | None = None,
        column: int | None = None,
        advice: str | None = None,
    ) -> Problem:
        """Word a mistake that a later check found, such as a variable the data do not have.

        Parameters
        ----------
        path
            Where in the specification, as :func:`path_text` writes it. What the file does not say
            (a default) is located at the nearest part around it.
        found
            What stands there.
        accepted
            What would be right.
        candidates
            Names of which the nearest is offered.
        word
            The misspelt name, if ``found`` is more than that.
        column
            Which character of the value, from 1.
        advice
            What to do.

        Returns
        -------
        Problem
            The problem with its place.
        """
        near = nearest(word or found, candidates)
        return self._reading.problem(path, found, accepted, near, column=column, advice=advice)

    def problem_of(self, path: str, error: ConditionError) -> Problem:
        """Word the mistake that a condition at a path turned out to be when asked of the data.

        Parameters
        ----------
        path
            Where the condition stands.
        error
            What was wrong with it.

        Returns
        -------
        Problem
            The problem, placed at the very word inside the condition.
        """
        return self._reading.problem(
            path, error.found, error.accepted or "", error.nearest, column=error.column
        )

    def raise_problems(self, further: Iterable[Problem] = ()) -> None:
        """Raise all mistakes in the order of the file, if there are any.

        Parameters
        ----------
        further
            Mistakes found by later checks. One at a place that is wrong already is left out: it
            may come from the stand-in there.

        Raises
        ------
        SpecificationError
            With every mistake.
        """
        wrong = {problem.path for problem in self.problems}
        new = [problem for problem in further if problem.path not in wrong]
        problems = _in_order([*self.problems, *new])
        if problems:
            count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
            raise SpecificationError(f"{count} in {self._reading.file}", problems)


def read_specification(
    source: Path | str, vocabulary: Vocabulary, *, file: str | None = None
) -> SpecificationReading:
    """Read a study specification and find every mistake that can be found without the data.

    Parameters
    ----------
    source
        The file as a ``Path``, or the text itself as a ``str``.
    vocabulary
        The methods it may name.
    file
        What to call it in messages; default: the path as given.

    Returns
    -------
    SpecificationReading
        The specification and its mistakes. A text that is not YAML has one mistake, since nothing
        after it can be read.

    Raises
    ------
    NotFoundError
        There is no such file, or it cannot be opened.
    LimitError
        It has more than a million characters.

    Examples
    --------
    >>> reading = read_specification("groups: {A: {titel: Drug A}}", Vocabulary(), file="study.yaml")
    >>> for problem in reading.problems:
    ...     print(problem)
    study.yaml:1:14: groups.A.titel: found the key titel, accepted: title, description, treatment, \
where, combines, rows or type (did you mean title?)
    """
    path = source if isinstance(source, Path) else None
    reading = Reading(file or (str(path) if path else "the specification"), "", vocabulary)
    specification = Specification(groups={})
    try:
        reading.source = _one_newline(_text(path) if path else str(source))
        root = compose(reading.source)
        if root is None:
            raise NotYaml(Position(1, 1), "an empty file", "a specification, with the key groups")
        specification = cast(Specification, convert(reading, root, Specification))
        apply_rules(specification, reading)
    except NotYaml as wrong:
        reading.report("", wrong.found, wrong.accepted, at=wrong.position, advice=wrong.advice)
    return SpecificationReading(
        specification=specification,
        problems=_in_order(reading.problems),
        warnings=_in_order(reading.warnings),
        positions={where: position_of(node) for where, node in reading.nodes.items()},
        path=path,
        _reading=reading,
    )


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: (problem.line, problem.column)))


def _text(path: Path) -> str:
    most = 4 * LARGEST  # bytes of the longest text in UTF-8
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise NotFoundError(
            f"the specification {path} cannot be read: {error.strerror}",
            accepted="a YAML file",
            advice="check the name; docs/tutorial/first-record.md shows how to write one",
        ) from error
    if len(content) > most:
        raise LimitError(
            f"the specification {path} is larger than {most:,} bytes",
            accepted=f"at most {LARGEST:,} characters",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong_encoding(content, error.start) from error


def _one_newline(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _wrong_encoding(content: bytes, place: int) -> NotYaml:
    before = content[:place].decode("utf-8-sig")
    position = Position(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
    found = f"the byte 0x{content[place]:02X}, which is not UTF-8"
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        found = "a file in UTF-16"
    return NotYaml(position, found, "a file in UTF-8", "save it as UTF-8 in your editor")
