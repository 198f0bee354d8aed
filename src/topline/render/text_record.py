"""A record as lines of text: its head, and its results modules with tables that fit a width."""

from collections.abc import Iterable, Iterator

from topline.record import Study
from topline.render.overview import overview
from topline.render.table_model import ModuleTables, Section
from topline.render.terminal_text import plain
from topline.render.text_lines import Line, Style, width_of, wrapped
from topline.render.text_table import table_lines


def record_lines(study: Study, modules: tuple[ModuleTables, ...], width: int) -> Iterator[Line]:
    """Yield the head of a record and its results modules.

    Parameters
    ----------
    study
        The record.
    modules
        Its tables, as :func:`topline.render.tables.tables` gives them.
    width
        The most a line takes [columns].

    Examples
    --------
    >>> [line.text for line in record_lines(Study(), (), 40)]
    ['Untitled study', 'The record has no results.']
    """
    head = overview(study, modules)
    yield from _text(head.title, width, "bold")
    words = [word for word in (head.nct_id, *head.tags) if word]
    if words:
        yield from _text(" · ".join(words), width)
    for fact in head.facts:
        yield from _text(f"{fact.label}: {fact.text}", width)
    for number in head.key_numbers:
        detail = f" ({number.detail})" if number.detail else ""
        yield from _text(f"{number.label}: {number.text}{detail}", width)
    if not modules:
        yield Line("The record has no results.")
    yield from module_lines(modules, width)


def module_lines(modules: Iterable[ModuleTables], width: int) -> Iterator[Line]:
    """Yield results modules, each under its title.

    Parameters
    ----------
    modules
        What to say.
    width
        The most a line takes [columns].
    """
    for module in modules:
        title = plain(module.title)
        yield Line("")
        yield Line(f"{title} {'─' * (width - width_of(title) - 1)}", "bold")
        for section in module.sections:
            yield from section_lines(section, width, titled=section.title != module.title)


def section_lines(section: Section, width: int, *, titled: bool = True) -> Iterator[Line]:
    """Yield a part of a module: its texts, its groups and its tables.

    Parameters
    ----------
    section
        What to say.
    width
        The most a line takes [columns].
    titled
        Whether its title is said, which its module may have said already.
    """
    if titled:
        kind = f"{section.kind}: " if section.kind else ""
        yield Line("")
        yield from _text(f"{kind}{section.title}", width, "bold")
    for fact in section.facts:
        yield from _text(f"{fact.label}: {fact.text}", width)
    for group in section.groups:
        said = f": {group.description}" if group.description else ""
        yield from _text(f"{group.id} {group.title}{said}", width)
    for table in section.tables:
        yield Line("")
        yield from table_lines(table, width)


def _text(text: str, width: int, style: Style = "") -> Iterator[Line]:
    for line in wrapped(plain(text), width):
        yield Line(line, style)
