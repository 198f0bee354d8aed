"""Labelled texts of a page: a label, the text behind it, and further lines up to the next label."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from topline.formats.page_text_lines import Block, OwnLines, lines_text, text_lines


@dataclass(frozen=True, slots=True)
class Fields:
    """What a part of a page says.

    Attributes
    ----------
    opening
        The lines before the first label, unmarked.
    texts
        By label, the text behind it.
    """

    opening: tuple[str, ...]
    texts: Mapping[str, str]


class Labelled:
    r"""A part of a page whose texts may stand behind labels.

    Parameters
    ----------
    labels
        The labels, in the order in which they are written; each ends in a blank.
    own
        Other lines that are the page's own in this part.
    beginnings
        Beginnings of such lines, as regular expressions.

    Examples
    --------
    >>> part = Labelled(("Recruitment details: ",), "Participant milestones")
    >>> lines = part.lines({"Recruitment details: ": "In 2019\nand 2020"})
    >>> lines
    ['Recruitment details: In 2019', 'and 2020']
    >>> part.read(Block(1, ("Opening", *lines))).opening
    ('Opening',)
    """

    def __init__(self, labels: Sequence[str], *own: str, beginnings: Sequence[str] = ()) -> None:
        self.labels = tuple(labels)
        self.own = OwnLines(*own, beginnings=[*labels, *beginnings])

    def read(self, block: Block) -> Fields:
        """Read the part; a label that comes a second time is text of the label before it."""
        opening: list[str] = []
        texts: dict[str, list[str]] = {}
        current = opening
        for line in block.lines:
            label = next((label for label in self.labels if line.startswith(label)), None)
            if label is None or label in texts:
                current += self.own.unmark([line])
            else:
                current = texts[label] = [line[len(label) :]]
        return Fields(tuple(opening), {label: "\n".join(text) for label, text in texts.items()})

    def lines(self, texts: Mapping[str, str | None]) -> list[str]:
        """Write the texts that are not absent, each behind its label."""
        lines: list[str] = []
        for label in self.labels:
            text = texts.get(label)
            if text is not None:
                first, *further = text.split("\n")
                lines += [label + first, *self.own.mark(further)]
        return lines

    def opening_lines(self, text: str | None) -> list[str]:
        """Write a text that needs no label."""
        return self.own.mark(text_lines(text))


def opening_text(fields: Fields) -> str | None:
    """Return the text before the first label, or ``None``."""
    return lines_text(fields.opening)
