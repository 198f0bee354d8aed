"""A specification's text as YAML nodes that know their line and column.

PyYAML's safe composer builds the nodes; nothing in the file is ever turned into an object here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from topline.errors import LimitError
from topline.trial.specification_problems import shown

LARGEST = 1_000_000
"""A specification may be so long: [characters]."""
DEEPEST = 40
"""Lists and mappings may be nested so deep: [levels]."""
MOST_NODES = 100_000
"""So many values are read, each alias counted as what it stands for."""

TAG = "tag:yaml.org,2002:"
KNOWN_TAGS = {
    f"{TAG}{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge", "value")
}
CLOSE = "a closing quotation mark"
INDENTATION = (
    "the indentation of a line above, and nothing after a closing quotation mark",
    "write a text that begins with a quotation mark, such as a condition, wholly in the other kind "
    "of quotation marks",
)
# What PyYAML says, by its beginning -> what is accepted, and what to do.
ADVICE = {
    "found character '\\t'": ("blanks for indentation, no tabs", None),
    "mapping values are not allowed": (
        "a value without a colon and blank, at the indentation of its neighbours",
        "put a text that holds a colon in quotation marks",
    ),
    "expected <block end>": INDENTATION,
    "expected the node content": ("a key, a value or an item", None),
    "could not find expected ':'": ("key: value, or - and an item", None),
    "found undefined alias": ("the name of an anchor (&name) further up", None),
    "second occurrence": ("a name of its own for every anchor", None),
    "found unexpected end of stream": (CLOSE, None),
    "found unexpected document": (CLOSE, None),
    "but found another document": ("one document a file, without --- between two", None),
    "expected ',' or ']'": ("a comma, or ] to close the list", None),
    "expected ',' or '}'": ("a comma, or } to close the mapping", None),
    "found unknown escape character": ("\\\\ for a backslash, or single quotation marks", None),
    "found character": ("a text in quotation marks if it begins so", None),
}


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file: line and column, both from 1."""

    line: int
    column: int


class NotYaml(Exception):
    """A text that is not YAML; becomes a problem of the reading.

    Attributes
    ----------
    position, found, accepted, advice
        Where, what stands there, what would be right, what to do.
    """

    def __init__(
        self, position: Position, found: str, accepted: str, advice: str | None = None
    ) -> None:
        super().__init__(found)
        self.position = position
        self.found = found
        self.accepted = accepted
        self.advice = advice


class _Loader(yaml.SafeLoader):
    """The safe loader, which refuses to nest without bound."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.depth += 1
        if self.depth > DEEPEST:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # not in the stubs
            raise NotYaml(
                Position(mark.line + 1, mark.column + 1),
                f"more than {DEEPEST} levels of lists and mappings in each other",
                f"at most {DEEPEST} levels",
            )
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def compose(text: str) -> yaml.Node | None:
    """Read a text as YAML nodes.

    Parameters
    ----------
    text
        The text, at most :data:`LARGEST` characters.

    Returns
    -------
    yaml.Node or None
        The outermost node; ``None`` for a text without content. Walked with its aliases followed,
        it has at most :data:`MOST_NODES` nodes and no circle.

    Raises
    ------
    NotYaml
        The first place where the text is not YAML, or an alias that contains itself.
    LimitError
        A text that is too long.

    Examples
    --------
    >>> node = compose("title: Overall survival")
    >>> node.value[0][1].value, position_of(node.value[0][1])
    ('Overall survival', Position(line=1, column=8))
    """
    if len(text) > LARGEST:
        raise LimitError(
            f"a specification of {len(text):,} characters",
            accepted=f"at most {LARGEST:,} characters",
        )
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        raise _worded(error, text) from error
    if node is not None:
        _measure(node, {}, [])
    return node


def position_of(node: yaml.Node) -> Position:
    """Give the place where a node begins."""
    return Position(node.start_mark.line + 1, node.start_mark.column + 1)


def _worded(error: yaml.YAMLError, text: str) -> NotYaml:
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        place = Position(before.count("\n") + 1, error.position - (before.rfind("\n") + 1) + 1)
        return NotYaml(
            place, f"the control character U+{ord(text[error.position]):04X}", "printable text"
        )
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return NotYaml(Position(1, 1), "text that is not YAML", "YAML")
    problem = error.problem or "text that is not YAML"
    mark = error.problem_mark
    accepted, advice = next(
        (said for start, said in ADVICE.items() if problem.startswith(start)),
        ("YAML: key: value, or - and an item", None),
    )
    if accepted == CLOSE and error.context_mark is not None:
        # The end of the file is no help: the quotation mark that is never closed is.
        mark, problem = error.context_mark, "a quotation mark that is never closed"
    line = text.split("\n")[mark.line] if mark.line <= text.count("\n") else ""
    indentation = line[: len(line) - len(line.lstrip())]
    if "\t" in indentation:
        tab = Position(mark.line + 1, indentation.index("\t") + 1)
        return NotYaml(tab, "a tab", "blanks for indentation, no tabs")
    problem = problem.removeprefix("found ").removeprefix("but found ")
    return NotYaml(
        Position(mark.line + 1, mark.column + 1),
        f"{problem} in {shown(line)}" if line.strip() else problem,
        accepted,
        advice,
    )


def children(node: yaml.Node) -> Iterator[yaml.Node]:
    """List the nodes inside a node: items, or keys and values."""
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value


def _measure(
    node: yaml.Node, known: dict[int, tuple[int, int]], above: list[int]
) -> tuple[int, int]:
    """Count a node with all inside it and how deep it goes, aliases followed; each once."""
    identity = id(node)
    if identity in above:
        raise NotYaml(
            position_of(node), "an anchor that contains itself", "anchors without circles"
        )
    if identity not in known:
        inside = [_measure(child, known, [*above, identity]) for child in children(node)]
        size = 1 + sum(size for size, _ in inside)
        known[identity] = size, 1 + max((depth for _, depth in inside), default=0)
    size, depth = known[identity]
    if size > MOST_NODES or depth > DEEPEST:
        raise NotYaml(
            position_of(node),
            f"{size:,} values in {depth:,} levels, counting every alias as what it stands for",
            f"at most {MOST_NODES:,} values in {DEEPEST} levels",
        )
    return size, depth


def character_position(node: yaml.ScalarNode, source: str, column: int) -> Position:
    """Find where in the file a character of a value stands.

    Parameters
    ----------
    node
        The value: plain, quoted, folded over several lines or a block.
    source
        The whole file.
    column
        Which character of the value, from 1; one beyond the last is its end.

    Returns
    -------
    Position
        Its place in the file.

    Examples
    --------
    >>> source = "where: 'SEX == ''F'''"
    >>> value = compose(source).value[0][1]
    >>> value.value, character_position(value, source, 8)
    ("SEX == 'F'", Position(line=1, column=16))
    """
    index = _source_index(node, source, column)
    before = source[:index]
    return Position(before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1)


def _source_index(node: yaml.ScalarNode, source: str, column: int) -> int:
    here, end = node.start_mark.index, node.end_mark.index
    if node.style in ("|", ">"):
        here = source.find("\n", here, end) + 1 or end
    elif node.style in ("'", '"'):
        here = source.find(node.style, here, end) + 1  # an anchor may stand before it
        end -= 1
    for position, character in enumerate(node.value[:column]):
        # Blanks may stand for a folded line; all else follows in the same order as in the file.
        start = here
        if node.style == '"' and source[here] == "\\":
            here += _escape_length(source, here)
        elif not character.isspace():
            start = max(source.find(character, here, end), here)
            here = start + (2 if node.style == "'" and character == "'" else 1)
        elif source[here : here + 1].isspace():
            here += 1
        if position == column - 1:
            return min(start, end)
        here = min(here, end)
    return min(here, end)


def _escape_length(source: str, here: int) -> int:
    return {"x": 4, "u": 6, "U": 10}.get(source[here + 1 : here + 2], 2)
