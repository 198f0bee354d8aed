"""How the groups of a results table relate: whether any participant may be in two of them.

A record nowhere says so in a field. What it says is who was assigned to what: the participant flow,
the registered arms, the design. A relation is read from these by rules that err towards *unknown*,
and carries the reason and the addresses it stands on. Nothing compares or sums groups that are not
known to be disjoint.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from topline.record.protocol import ArmGroup, DesignModule
from topline.record.results import (
    EventGroup,
    FlowGroup,
    FlowPeriod,
    MeasureGroup,
    ParticipantFlowModule,
)
from topline.record.study import Study
from topline.record.values import Number, read_value


class Relation(StrEnum):
    """Whether participants of one group are in another."""

    DISJOINT = "disjoint"
    SUBSET = "subset"
    SEQUENTIAL = "sequential"
    OVERLAPPING = "overlapping"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class GroupRelation:
    """How two groups relate, and what in the record says so.

    Parameters
    ----------
    relation
        ``DISJOINT``: no participant is in both. ``SUBSET``: one holds the other. ``SEQUENTIAL``: the
        same participants, one after the other. ``OVERLAPPING``: some are in both. ``UNKNOWN``: the
        record does not say.
    reason
        In words.
    addresses
        JSON Pointers of what it stands on.
    """

    relation: Relation
    reason: str
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzedGroup:
    """A group of a results table with how many of it were analyzed.

    Parameters
    ----------
    id, title, description
        As posted.
    number
        Participants analyzed or at risk; ``None`` where the record does not say.
    """

    id: str
    title: str | None = None
    description: str | None = None
    number: int | None = None

    @classmethod
    def of(
        cls, group: MeasureGroup | EventGroup | FlowGroup, number: int | None = None
    ) -> "AnalyzedGroup":
        """Take a posted group.

        Examples
        --------
        >>> AnalyzedGroup.of(MeasureGroup(id="OG000", title="Placebo"), 40).number
        40
        """
        return cls(
            id=group.id or "", title=group.title, description=group.description, number=number
        )


_ALL = re.compile(
    r"\b(?:total|overall|entire|all (?:participants|subjects|patients|groups|arms))\b"
)
"""A title that says that the group is all there are; "combined" or "pooled" does not say of which."""
_SEQUENCE = re.compile(r"\bthen\b|\bfollowed by\b|\bsequence\b|\bfirst\b|→|->")
"""A title that says that the group is a sequence of a crossover, to which participants are assigned."""
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))


def _key(text: str | None) -> str:
    """Return a text without what people vary in typing it: case, blanks, dashes, a final stop."""
    return " ".join((text or "").translate(_DASHES).casefold().split()).rstrip(".")


class GroupRelations:
    """What a record says of who is in which group.

    The rules, in order; the first that applies decides:

    1. More participants were analyzed in two groups than the trial has: they share some. In a
       crossover they are then the same participants at different times.
    2. Both titles are those of one group of the participant flow: shared.
    3. One title, and not the other, says "total", "all participants" or the like: it holds the other.
    4. A crossover, unless both titles name sequences: unknown.
    5. The titles are those of two groups of the participant flow that started the same period, no
       more participants started it than the trial has, and no more were analyzed than started:
       disjoint.
    6. The titles are labels of two arms of a randomized parallel trial: disjoint.
    7. Unknown.

    Titles are the only tie between a results table and the participant flow. They count as the same
    where they differ in case, blanks or the kind of dash only; where no title fits, a description
    that fits exactly does.

    Parameters
    ----------
    study
        The record.

    Examples
    --------
    >>> from topline.record.protocol import ArmsInterventionsModule, DesignInfo, ProtocolSection
    >>> study = Study(protocol_section=ProtocolSection(
    ...     design_module=DesignModule(design_info=DesignInfo(
    ...         allocation="RANDOMIZED", intervention_model="PARALLEL")),
    ...     arms_interventions_module=ArmsInterventionsModule(arm_groups=(
    ...         ArmGroup(label="Drug"), ArmGroup(label="Placebo")))))
    >>> relations = GroupRelations(study)
    >>> drug, placebo = AnalyzedGroup(id="OG000", title="drug"), AnalyzedGroup(id="OG001", title="Placebo")
    >>> relations.between(drug, placebo).relation
    <Relation.DISJOINT: 'disjoint'>
    >>> relations.between(drug, AnalyzedGroup(id="OG002", title="Total")).relation
    <Relation.SUBSET: 'subset'>
    """

    def __init__(self, study: Study) -> None:
        results, protocol = study.results_section, study.protocol_section
        flow = results.participant_flow_module if results is not None else None
        self._flow = flow if flow is not None else ParticipantFlowModule()
        design = protocol.design_module if protocol is not None else None
        design = design if design is not None else DesignModule()
        arms = protocol.arms_interventions_module if protocol is not None else None
        self._arms = (arms.arm_groups if arms is not None else None) or ()
        enrolled = design.enrollment_info
        self._enrolled = enrolled.count if enrolled is not None else None
        model = design.design_info
        self._model = model.intervention_model if model is not None else None
        self._allocation = model.allocation if model is not None else None

    def between(self, first: AnalyzedGroup, second: AnalyzedGroup) -> GroupRelation:
        """Say how two groups of one table relate.

        Parameters
        ----------
        first, second
            The groups; the order does not matter to the relation.
        """
        for rule in (self._by_number, self._by_title, self._by_flow, self._by_arms):
            found = rule(first, second)
            if found is not None:
                return found
        return GroupRelation(
            Relation.UNKNOWN,
            f"{_named(first)} and {_named(second)} are not both groups of the participant flow or "
            "arms of a randomized parallel trial",
        )

    def arm(self, group: AnalyzedGroup) -> ArmGroup | None:
        """Return the registered arm whose label is the group's title; ``None`` where none or several are."""
        same = [
            arm for arm in self._arms if _key(arm.label) and _key(arm.label) == _key(group.title)
        ]
        return same[0] if len(same) == 1 else None

    @cached_property
    def _starts(self) -> Mapping[int, Mapping[str, int]]:
        """Participants who started each period, by flow group."""
        return {
            place: dict(_started(period)) for place, period in enumerate(self._flow.periods or ())
        }

    @cached_property
    def _participants(self) -> int | None:
        """Return how many participants the trial had at most; ``None`` where nothing says."""
        most: dict[str, int] = {}
        for starts in self._starts.values():
            for group, number in starts.items():
                most[group] = max(number, most.get(group, 0))
        started = sum(most.values())
        if self._model == "CROSSOVER" and self._enrolled:
            return self._enrolled  # a participant starts several periods, maybe in several groups
        return max(started, self._enrolled or 0) or None

    def _by_number(self, first: AnalyzedGroup, second: AnalyzedGroup) -> GroupRelation | None:
        if first.number is None or second.number is None or self._participants is None:
            return None
        more = first.number + second.number - self._participants
        if more <= 0:
            return None
        crossover = self._model == "CROSSOVER"
        return GroupRelation(
            Relation.SEQUENTIAL if crossover else Relation.OVERLAPPING,
            f"{first.number} and {second.number} were analyzed of {self._participants} participants, so "
            f"at least {more} are in both groups" + (" of the crossover" if crossover else ""),
            (_ENROLLMENT,) if self._enrolled else (),
        )

    def _by_title(self, first: AnalyzedGroup, second: AnalyzedGroup) -> GroupRelation | None:
        one, two = self._flow_place(first), self._flow_place(second)
        if one is not None and one == two:
            return GroupRelation(
                Relation.OVERLAPPING,
                "both are the same group of the participant flow",
                (_flow_title(one),),
            )
        for whole, part, place in ((first, second, one), (second, first, two)):
            if place is None and _is_all(whole) and not _is_all(part):
                return GroupRelation(
                    Relation.SUBSET, f"{_named(whole)} holds {_named(part)}, as its title says"
                )
        if self._model == "CROSSOVER" and not (_is_sequence(first) and _is_sequence(second)):
            return GroupRelation(
                Relation.UNKNOWN,
                "in a crossover the same participants receive several interventions",
                (f"{_DESIGN}/interventionModel",),
            )
        return None

    def _by_flow(self, first: AnalyzedGroup, second: AnalyzedGroup) -> GroupRelation | None:
        places = self._flow_place(first), self._flow_place(second)
        if places[0] is None or places[1] is None:
            return None
        ids = [(self._flow.groups or ())[place].id or "" for place in places if place is not None]
        for place, starts in self._starts.items():
            started = [starts.get(group, 0) for group in ids]
            fits = self._enrolled is None or sum(starts.values()) <= self._enrolled
            enough = all(
                group.number is None or group.number <= number
                for group, number in zip((first, second), started, strict=True)
            )
            if min(started) > 0 and fits and enough:
                title = (self._flow.periods or ())[place].title or f"period {place + 1}"
                return GroupRelation(
                    Relation.DISJOINT,
                    f"two groups of the participant flow, of {started[0]} and {started[1]} who "
                    f'started "{title}"',
                    tuple(_flow_title(one) for one in places if one is not None),
                )
        return None

    def _by_arms(self, first: AnalyzedGroup, second: AnalyzedGroup) -> GroupRelation | None:
        if (self._allocation, self._model) != ("RANDOMIZED", "PARALLEL"):
            return None
        arms = self.arm(first), self.arm(second)
        if arms[0] is None or arms[1] is None or arms[0] is arms[1]:
            return None
        return GroupRelation(
            Relation.DISJOINT,
            "two arms of a randomized parallel trial",
            tuple(f"{_ARMS}/{self._arms.index(arm)}/label" for arm in arms if arm is not None),
        )

    @cached_property
    def _flow_titles(self) -> Mapping[str, int]:
        return _once(_key(group.title) for group in self._flow.groups or ())

    @cached_property
    def _flow_descriptions(self) -> Mapping[str, int]:
        return _once(_key(group.description) for group in self._flow.groups or ())

    def _flow_place(self, group: AnalyzedGroup) -> int | None:
        """Return the place of the flow group that a group is; ``None`` where that is not clear."""
        by_title = self._flow_titles.get(_key(group.title))
        if by_title is not None:
            return by_title
        return self._flow_descriptions.get(_key(group.description))


_DESIGN = "/protocolSection/designModule/designInfo"
_ENROLLMENT = "/protocolSection/designModule/enrollmentInfo/count"
_ARMS = "/protocolSection/armsInterventionsModule/armGroups"


def _flow_title(place: int) -> str:
    return f"/resultsSection/participantFlowModule/groups/{place}/title"


def _named(group: AnalyzedGroup) -> str:
    return f'"{group.title}"' if group.title else group.id


def _is_sequence(group: AnalyzedGroup) -> bool:
    return _SEQUENCE.search(_key(group.title)) is not None


def _is_all(group: AnalyzedGroup) -> bool:
    return _ALL.search(_key(group.title)) is not None


def _once(keys: Iterable[str]) -> dict[str, int]:
    """Return the place of each text that occurs once; no text is nobody's name."""
    listed = list(keys)
    return {key: place for place, key in enumerate(listed) if key and listed.count(key) == 1}


def _started(period: FlowPeriod) -> Iterator[tuple[str, int]]:
    for milestone in period.milestones or ():
        if milestone.type != "STARTED":
            continue
        for achievement in milestone.achievements or ():
            value = read_value(achievement.num_subjects or "")
            if isinstance(value, Number) and value.decimals == 0:
                yield achievement.group_id or "", int(value.amount)
