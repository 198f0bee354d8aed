"""What is known while a specification is read: where all things stand and what is wrong."""

from dataclasses import dataclass, field
from typing import Literal

import yaml

from topline.trial.specification_methods import Vocabulary
from topline.trial.specification_positions import Position, character_position, position_of
from topline.trial.specification_problems import Problem, upwards


@dataclass(frozen=True, slots=True)
class Reference:
    """A name that must exist elsewhere in the file: a group or a population.

    Attributes
    ----------
    kind
        Of what.
    name
        The name.
    path
        Where it stands.
    """

    kind: Literal["group", "population"]
    name: str
    path: str


@dataclass(slots=True)
class Reading:
    """What is known while a file is read: its text, where all things stand, what is wrong.

    Attributes
    ----------
    file
        The file's name for messages.
    source
        Its text.
    vocabulary
        The methods it may name.
    problems, warnings
        What was found so far.
    nodes
        Path -> the node of its value.
    references
        Names to be looked up when all is read.
    wrong_paths, broken_paths
        Where something is wrong; the same and all around it.
    """

    file: str
    source: str
    vocabulary: Vocabulary
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    nodes: dict[str, yaml.Node] = field(default_factory=dict)
    references: list[Reference] = field(default_factory=list)
    wrong_paths: set[str] = field(default_factory=set)
    broken_paths: set[str] = field(default_factory=set)

    def given(self, path: str) -> bool:
        """Tell whether the file says something at a path."""
        return path in self.nodes

    def broken(self, path: str) -> bool:
        """Tell whether something at a path or under it, or the whole around it, is wrong already."""
        around = (above for above in upwards(path) if above)
        return path in self.broken_paths or any(above in self.wrong_paths for above in around)

    def position(self, path: str, column: int | None = None) -> Position:
        """Find where a path stands in the file, or the nearest thing around it.

        Parameters
        ----------
        path
            The path.
        column
            Which character of its value, from 1.
        """
        node = next((self.nodes[above] for above in upwards(path) if above in self.nodes), None)
        if node is None:
            return Position(1, 1)
        if column is not None and isinstance(node, yaml.ScalarNode):
            return character_position(node, self.source, column)
        return position_of(node)

    def problem(
        self,
        path: str,
        found: str,
        accepted: str,
        near: str | None = None,
        *,
        column: int | None = None,
        at: Position | None = None,
        advice: str | None = None,
    ) -> Problem:
        """Word a problem at a path."""
        place = at or self.position(path, column)
        return Problem(
            file=self.file,
            line=place.line,
            column=place.column,
            path=path,
            found=found,
            accepted=accepted,
            nearest=near,
            advice=advice,
        )

    def report(
        self,
        path: str,
        found: str,
        accepted: str,
        near: str | None = None,
        *,
        column: int | None = None,
        at: Position | None = None,
        advice: str | None = None,
    ) -> None:
        """Note a mistake."""
        self.problems.append(
            self.problem(path, found, accepted, near, column=column, at=at, advice=advice)
        )
        self.wrong_paths.add(path)
        self.broken_paths.update(upwards(path))
