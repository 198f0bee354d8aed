"""Which groups of a table are compared, and in which order."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from topline.errors import NotFoundError, UsageError
from topline.record.group_relations import (
    AnalyzedGroup,
    GroupRelation,
    GroupRelations,
    Relation,
)

MOST_PAIRS = 10
"""Pairs compared where no control group is known; of more than five groups all pairs are nobody's question."""
ALL = "all"
_MOST_NAMED = 20
"""So many groups are named in a message."""

_CONTROL_TYPES = ("PLACEBO_COMPARATOR", "SHAM_COMPARATOR", "NO_INTERVENTION")
_CONTROL_WORDS = re.compile(
    r"\bplacebo\b|\bsham\b|\bcontrols?\b|\bno (?:treatment|intervention)\b|\busual care\b"
    r"|\bstandard (?:of )?care\b|\bvehicle\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparisons:
    """The pairs to compare.

    Attributes
    ----------
    pairs
        First group and the one it is compared with, each pair with their relation.
    chosen_by
        Why these, in words.
    left_out
        Why there are none; empty where there are some, or fewer than two groups.
    """

    pairs: tuple[tuple[AnalyzedGroup, AnalyzedGroup, GroupRelation], ...] = ()
    chosen_by: str = ""
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Comparing:
    """Chooses the comparisons of any table of one record.

    Parameters
    ----------
    relations
        What the record says of its groups.
    against
        Id or title of the group to compare with; ``all`` for every pair; ``None`` to find the control
        group, or else compare all pairs where they are few.
    take_as_disjoint
        Whether groups of unknown relation are taken to be disjoint, as whoever asks vouches.
    """

    relations: GroupRelations
    against: str | None = None
    take_as_disjoint: bool = False
    _known: dict[tuple[AnalyzedGroup, AnalyzedGroup], GroupRelation] = field(default_factory=dict)

    def comparisons(self, groups: Sequence[AnalyzedGroup]) -> Comparisons:
        """Return the comparisons of a table.

        Parameters
        ----------
        groups
            Its groups in the order of the record.
        """
        if len(groups) < 2:
            return Comparisons()
        if self.against not in (None, ALL):
            return self._against(groups, str(self.against))
        control = self._control(groups)
        if control is not None:
            others = [group for group in groups if group.id != control.id]
            return self._related([(group, control) for group in others], "with the control group")
        pairs = list(combinations(groups, 2))
        if self.against is None and len(pairs) > MOST_PAIRS:
            return Comparisons(
                left_out=f"no control group is known, and {len(groups)} groups make {len(pairs)} pairs: "
                "name the group to compare with"
            )
        return self._related(pairs, "all pairs, in the order of the record")

    def relation(self, first: AnalyzedGroup, second: AnalyzedGroup) -> GroupRelation:
        """Return how two groups relate, or are taken to."""
        found = self._known.get((first, second))
        if found is None:
            found = self.relations.between(first, second)
            if self.take_as_disjoint and found.relation is Relation.UNKNOWN:
                found = GroupRelation(
                    Relation.DISJOINT, f"taken to be disjoint as asked; {found.reason}"
                )
            self._known[first, second] = found
        return found

    def _against(self, groups: Sequence[AnalyzedGroup], name: str) -> Comparisons:
        control = _named(groups, name)
        if control is None:
            return Comparisons(left_out=f"no group of the table is called {name!r}")
        others = [group for group in groups if group.id != control.id]
        return self._related([(group, control) for group in others], "with the group named")

    def _related(
        self, pairs: Sequence[tuple[AnalyzedGroup, AnalyzedGroup]], chosen_by: str
    ) -> Comparisons:
        return Comparisons(
            pairs=tuple((one, two, self.relation(one, two)) for one, two in pairs),
            chosen_by=chosen_by,
        )

    def _control(self, groups: Sequence[AnalyzedGroup]) -> AnalyzedGroup | None:
        if self.against == ALL:
            return None
        arms = {group.id: self.relations.arm(group) for group in groups}
        types = {group_id: arm.type if arm is not None else None for group_id, arm in arms.items()}
        titles = {group.id: (group.title or "").casefold() for group in groups}
        rules: tuple[Callable[[str], bool], ...] = (
            lambda group_id: types[group_id] in _CONTROL_TYPES,
            lambda group_id: _CONTROL_WORDS.search(titles[group_id]) is not None,
            lambda group_id: _is_alone_active(group_id, types),
        )
        for is_control in rules:
            found = [group for group in groups if is_control(group.id)]
            if len(found) == 1:
                return found[0]
        return None


def _is_alone_active(group_id: str, types: Mapping[str, str | None]) -> bool:
    """Whether a group is the active comparator of experimental arms only."""
    others = [kind for other, kind in types.items() if other != group_id]
    return types[group_id] == "ACTIVE_COMPARATOR" and set(others) == {"EXPERIMENTAL"}


def refuse_unknown_group(tables: Iterable[Sequence[AnalyzedGroup]], name: str) -> None:
    """Raise an error where no table of a record has a group of an id or title.

    Parameters
    ----------
    tables
        The groups of each table.
    name
        The id or title.

    Raises
    ------
    NotFoundError
        If there are groups, and none is called so; the message says what they are called.
    """
    groups = list(tables)
    if not any(groups) or any(_named(one, name) for one in groups):
        return
    titles = list(dict.fromkeys(group.title or group.id for one in groups for group in one))
    near = difflib.get_close_matches(name, titles, n=1)
    more = len(titles) - _MOST_NAMED
    raise NotFoundError(
        f"no group is called {name!r}",
        accepted="; ".join(titles[:_MOST_NAMED]) + (f"; and {more} more" if more > 0 else ""),
        advice=f"did you mean {near[0]!r}?" if near else None,
    )


def _named(groups: Sequence[AnalyzedGroup], name: str) -> AnalyzedGroup | None:
    """Return the group of an id or title; ``None`` where this table has none such."""
    wanted = name.strip().casefold()
    found = [
        group for group in groups if wanted in (group.id.casefold(), (group.title or "").casefold())
    ]
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} groups of one table are called {name!r}",
            accepted="the id of one: " + ", ".join(group.id for group in found),
        )
    return found[0] if found else None
