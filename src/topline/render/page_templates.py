"""What every page is made of: the templates, the rules by which it looks, and how texts are read."""

import re
from functools import cache
from importlib import resources
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from topline.formats.output import open_output
from topline.render.palette import dark_rules


def page_of(template: str, **context: object) -> str:
    """Return a template filled in: one HTML document that needs nothing else.

    Parameters
    ----------
    template
        The name of its file.
    context
        What it speaks of; the rules by which it looks come along.
    """
    return environment().get_template(template).render(style=Markup(_page_style()), **context)


def write_page(page: str, file: Path) -> None:
    """Write a page; the file appears when it is complete, or stays as it was.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    with open_output(file) as stream:
        stream.write(page.encode())


@cache
def environment() -> Environment:
    """Return the templates: everything is escaped, an unknown name is an error."""
    made = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["drawing"] = _drawing
    made.filters["plain"] = plain
    return made


def plain(text: str) -> str:
    r"""Return a free text without the backslashes that the registry's interface puts before marks.

    Descriptions and comments come as Markdown in which ``<``, ``>``, ``[``, ``*`` and the like are
    escaped; a person reads them as they were typed. The record keeps them as posted.

    Examples
    --------
    >>> plain(r"a ratio \< 1 \[CO\^2\]")
    'a ratio < 1 [CO^2]'
    """
    return _ESCAPED.sub(r"\1", text)


_ESCAPED = re.compile(r"\\([<>\[\]^*&~_|.`#+-])")


@cache
def asset(name: str) -> str:
    """Return a file that goes into pages as it is, such as their script."""
    return resources.files("topline.render").joinpath("static", name).read_text("utf-8")


@cache
def _page_style() -> str:
    dark = dark_rules(".chart")
    return f"{asset('page.css')}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def _drawing(svg: str) -> Markup:
    """Return a chart as markup: its texts were escaped when it was drawn."""
    return Markup(svg)


def _template(name: str) -> str:
    return resources.files("topline.render").joinpath("templates", name).read_text("utf-8")
