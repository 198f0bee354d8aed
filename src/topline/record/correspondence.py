"""Which number or text of one record is which of another from a different hand, by content.

Nothing is lost: every leaf of the results section of either record is in exactly one
correspondence, alone where the other record has no counterpart.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from topline.record import results
from topline.record.addresses import field_names
from topline.record.cells import Leaf, Module, Text, leaves
from topline.record.group_matching import GroupMapping, group_mapping, groups_of, match_groups
from topline.record.likeness import BY_CONTENT, loose_likeness
from topline.record.matching import Identity, Pair, match_elements, with_group_ids
from topline.record.node import Node
from topline.record.study import Study


class Correspondence(msgspec.Struct, frozen=True, kw_only=True):
    """A number or text with its counterpart in the other record.

    Parameters
    ----------
    a, b
        The leaf in each record; ``None`` where that record has no counterpart, never both.
    """

    a: Leaf | None = None
    b: Leaf | None = None


_At: TypeAlias = tuple[str, str]


def correspondences(a: Study, b: Study) -> tuple[Correspondence, ...]:
    """Pair every leaf of two records' results by what it is about.

    Groups, outcome measures, rows and statistical analyses are each other's by their titles in any
    capitals, then by the words and numbers they share; ids and positions tell nothing. Where one
    record posts as classes of one outcome measure what the other posts as several, the classes
    still find each other.

    Parameters
    ----------
    a, b
        The records, in any order of their parts.

    Returns
    -------
    tuple of Correspondence
        By module, in the order of A; what only B has follows at the end of each module. Ids of
        groups, which are names within one record, are left out. The groups of a statistical
        analysis are a text of their own, field ``group_ids``, in which a group of A is called as
        B calls it.

    Examples
    --------
    >>> from topline.record.results import AdverseEventsModule, EventGroup, ResultsSection
    >>> def record(*groups):
    ...     module = AdverseEventsModule(event_groups=groups)
    ...     return Study(results_section=ResultsSection(adverse_events_module=module))
    >>> one = record(EventGroup(id="EG000", title="Placebo", deaths_num_affected=2))
    >>> two = record(EventGroup(id="EG000", title="Active", deaths_num_affected=9),
    ...              EventGroup(id="EG001", title="PLACEBO", deaths_num_affected=3))
    >>> [(pair.a and pair.a.text, pair.b and pair.b.text) for pair in correspondences(one, two)]
    [('Placebo', 'PLACEBO'), ('2', '3'), (None, 'Active'), (None, '9')]
    """
    aligner = _Aligner()
    if a.results_section is not None and b.results_section is not None:
        aligner.nodes(a.results_section, b.results_section, ("/resultsSection",) * 2, {})
    leaves_a, leaves_b = _leaves(a, aligner.references_a), _leaves(b, {})
    found: dict[Module, list[Correspondence]] = {module: [] for module in Module}
    for address, leaf in leaves_a.items():
        counterpart = leaves_b.get(aligner.pairs.get(address, ""))
        found[leaf.module].append(Correspondence(a=leaf, b=counterpart))
    paired = {pair.b.address for pairs in found.values() for pair in pairs if pair.b is not None}
    for address, leaf in leaves_b.items():
        if address not in paired:
            found[leaf.module].append(Correspondence(b=leaf))
    return tuple(pair for pairs in found.values() for pair in pairs)


def _leaves(study: Study, references: Mapping[str, str]) -> dict[str, Leaf]:
    """Collect what is compared of a record by address: all but ids, and the groups of analyses."""
    found: dict[str, Leaf] = {}
    for leaf in leaves(study):
        if isinstance(leaf, Text) and leaf.field == "id":
            continue
        found[leaf.address] = leaf
    for leaf in _references(study):
        text = references.get(leaf.address, leaf.text)
        found[leaf.address] = msgspec.structs.replace(leaf, text=text)
    return found


def _references(study: Study) -> Iterator[Text]:
    section = study.results_section
    module = section.outcome_measures_module if section is not None else None
    for position, outcome in enumerate((module.outcome_measures if module else None) or ()):
        titles = {group.id: group.title for group in outcome.groups or ()}
        for place, analysis in enumerate(outcome.analyses or ()):
            if analysis.group_ids:
                yield Text(
                    address=f"{_OUTCOMES}/{position}/analyses/{place}/groupIds",
                    module=Module.OUTCOME_MEASURES,
                    field="group_ids",
                    text=_listed(titles.get(one) or one for one in analysis.group_ids),
                    group_ids=analysis.group_ids,
                    context=(outcome.title or "", f"Statistical Analysis {place + 1}"),
                )


_OUTCOMES = "/resultsSection/outcomeMeasuresModule/outcomeMeasures"


def _listed(titles: Iterable[str]) -> str:
    return " | ".join(titles)


class _Aligner:
    """Walks two records side by side and notes which addresses stand for each other.

    Attributes
    ----------
    pairs
        Address in A -> address in B.
    references_a
        Address of an analysis' groups in A -> their titles as B has them.
    """

    def __init__(self) -> None:
        self.pairs: dict[str, str] = {}
        self.references_a: dict[str, str] = {}
        self._known_as: dict[str, str] = {}
        self._titles_b: Mapping[str | None, str | None] = {}

    def nodes(self, a: Node, b: Node, at: _At, groups: GroupMapping) -> None:
        own = self._own_groups(a, b)
        if own is not None:
            groups = group_mapping(a, b, own)
            self._titles_b = {group.id: group.title for group in groups_of(b) or ()}
        for camel, name in field_names(type(a)).items():
            x, y = getattr(a, name), getattr(b, name)
            if x is None or y is None:
                continue
            here = f"{at[0]}/{camel}", f"{at[1]}/{camel}"
            if name in ("groups", "event_groups") and own is not None:
                self._elements(x, y, own, here, groups)
            elif isinstance(x, Node):
                self.nodes(x, y, here, groups)
            elif name == "group_ids":
                self._reference(x, here, groups)
            elif isinstance(x, tuple):
                self._lists(x, y, here, groups)
            else:
                self.pairs[here[0]] = here[1]

    def _lists(self, a: tuple[Any, ...], b: tuple[Any, ...], at: _At, groups: GroupMapping) -> None:
        matched = _match(with_group_ids(a, groups), b)
        self._elements(a, b, matched, at, groups)
        if a and isinstance(a[0], results.OutcomeMeasure):
            for field in ("classes", "analyses"):
                self._match_loose(a, b, at, field)

    def _elements(
        self,
        a: tuple[Any, ...],
        b: tuple[Any, ...],
        matched: Sequence[Pair],
        at: _At,
        groups: GroupMapping,
    ) -> None:
        for i, j in matched:
            if i is not None and j is not None:
                self.nodes(a[i], b[j], (f"{at[0]}/{i}", f"{at[1]}/{j}"), groups)

    def _reference(self, ids: tuple[str, ...], at: _At, groups: GroupMapping) -> None:
        self.pairs[at[0]] = at[1]
        mapped = (groups.get(one, one) for one in ids)
        self.references_a[at[0]] = _listed(self._titles_b.get(one) or one for one in mapped)

    def _own_groups(self, a: Node, b: Node) -> Sequence[Pair] | None:
        """Match the groups that two modules or outcome measures define; ``None`` if they do not."""
        matched = match_groups(a, b, known_as=self._known_as)
        groups_a, groups_b = groups_of(a) or (), groups_of(b) or ()
        for i, j in matched or ():
            if i is not None and j is not None:
                self._known_as.setdefault(groups_a[i].title or "", groups_b[j].title or "")
        return matched

    def _match_loose(self, a: tuple[Any, ...], b: tuple[Any, ...], at: _At, field: str) -> None:
        """Pair classes or analyses left over in different outcome measures, as where some merged."""
        loose_a = _loose(a, at[0], field, self.pairs)
        loose_b = _loose(b, at[1], field, self.pairs.values())
        identity = Identity(likeness=loose_likeness)
        left = tuple((a[i], part) for i, _, part in loose_a)
        right = tuple((b[j], part) for j, _, part in loose_b)
        for x, y in match_elements(left, right, identity):
            if x is None or y is None:
                continue
            (i, address_a, part_a), (j, address_b, part_b) = loose_a[x], loose_b[y]
            own = self._own_groups(a[i], b[j]) or ()
            self._titles_b = {group.id: group.title for group in b[j].groups or ()}
            self.nodes(part_a, part_b, (address_a, address_b), group_mapping(a[i], b[j], own))


def _loose(
    outcomes: tuple[Any, ...], address: str, field: str, paired: Iterable[str]
) -> list[tuple[int, str, Any]]:
    """List what has no counterpart yet: the place of its outcome measure, its address, itself."""
    depth = address.count("/") + 4
    taken = {"/".join(one.split("/", depth)[:depth]) for one in paired}
    return [
        (position, here, part)
        for position, outcome in enumerate(outcomes)
        for place, part in enumerate(getattr(outcome, field) or ())
        if (here := f"{address}/{position}/{field}/{place}") not in taken
    ]


def _match(a: tuple[Any, ...], b: tuple[Any, ...]) -> Sequence[Pair]:
    kinds = {type(element) for element in (*a[:1], *b[:1])}
    identity = next((BY_CONTENT[kind] for kind in kinds if kind in BY_CONTENT), None)
    return match_elements(a, b, identity)
