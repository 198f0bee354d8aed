"""What the results page says, before any markup: frozen, typed, and the same as its JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from topline.render.table_model import Fact, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyNumber:
    """A number at the head of the page.

    Attributes
    ----------
    label
        What it counts.
    text
        The number.
    detail
        What it is made of; may be empty.
    """

    label: str
    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """A primary outcome measure in brief.

    Attributes
    ----------
    title
        The measure's title.
    summary
        What its numbers are, with the unit.
    time_frame
        Its time frame; empty where none was posted.
    href
        Where on the page it stands.
    lines
        Its values, labelled by row and group; none where they are too many for the head.
    """

    title: str
    summary: str
    time_frame: str
    href: str
    lines: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The head of the page.

    Attributes
    ----------
    title
        The brief title.
    official_title
        Empty where it says nothing more.
    nct_id
        The registry's number; empty where the record has none.
    registry_link
        Address of the record at the registry; empty unless the number has the registry's form.
    tags
        Status, phases and study type, as printed.
    facts
        Sponsor, dates, conditions and the like.
    key_numbers
        Enrolment and what the record holds.
    headlines
        The primary outcome measures in brief.
    summary
        The brief summary.
    """

    title: str
    official_title: str
    nct_id: str
    registry_link: str
    tags: tuple[str, ...]
    facts: tuple[Fact, ...]
    key_numbers: tuple[KeyNumber, ...]
    headlines: tuple[Headline, ...]
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowBox:
    """A box of the flow diagram: a milestone, or those who did not complete.

    Attributes
    ----------
    label
        The milestone.
    text
        The number; empty where none was posted.
    address
        JSON Pointer of the number.
    reasons
        For those not completed, each reason that applied to somebody.
    aside
        Whether it stands beside the way down instead of on it.
    """

    label: str
    text: str
    address: str
    reasons: tuple[Fact, ...] = ()
    aside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowArm:
    """One group's way through one period.

    Attributes
    ----------
    title
        The group's title.
    boxes
        From the period's start to its end.
    """

    title: str
    boxes: tuple[FlowBox, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowPeriodView:
    """A period of the flow diagram.

    Attributes
    ----------
    title
        The period's title.
    arms
        Its groups, those without participants in it left out.
    """

    title: str
    arms: tuple[FlowArm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartView:
    """A chart as the page shows it.

    Attributes
    ----------
    name, title, caption
        As in :class:`topline.render.figure.Figure`.
    svg
        The drawing.
    narrow
        The drawing for small screens; empty where ``svg`` serves both.
    """

    name: str
    title: str
    caption: str
    svg: str
    narrow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSection:
    """A section with its charts.

    Attributes
    ----------
    id
        Anchor of the section on the page.
    section
        Its facts and tables.
    charts
        Its charts.
    is_open
        Whether its details are shown before they are asked for.
    """

    id: str
    section: Section
    charts: tuple[ChartView, ...] = ()
    is_open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PageModule:
    """A results module on the page.

    Attributes
    ----------
    key
        Anchor of the module, and which template draws it.
    title
        Its heading.
    address
        JSON Pointer of the module.
    sections
        Its parts.
    """

    key: str
    title: str
    address: str
    sections: tuple[PageSection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """A document uploaded with the record.

    Attributes
    ----------
    label
        What it is: protocol, analysis plan, consent form.
    filename, date
        As posted; empty where not posted.
    """

    label: str
    filename: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenanceView:
    """The provenance of every computed cell, texts kept once.

    Attributes
    ----------
    texts
        Every text that occurs.
    rows
        Address -> one row per statistic, each a list of places in ``texts`` in the order of
        :data:`topline.render.provenance.COLUMNS`.
    """

    texts: tuple[str, ...] = ()
    rows: Mapping[str, tuple[tuple[int, ...], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """Everything the results page shows.

    Attributes
    ----------
    overview
        The head.
    flow
        The participant flow diagram, by period.
    enrolled
        The box above the diagram; empty where enrolment was not posted.
    modules
        The results modules the record holds.
    documents
        Documents uploaded with it.
    provenance
        Where its numbers come from; empty for a record that was not built here.
    """

    overview: Overview
    flow: tuple[FlowPeriodView, ...]
    enrolled: str
    modules: tuple[PageModule, ...]
    documents: tuple[DocumentView, ...]
    provenance: ProvenanceView


def context_json(context: PageContext) -> bytes:
    """Return the page's content as JSON.

    Examples
    --------
    >>> empty = PageContext(
    ...     overview=Overview(title="T", official_title="", nct_id="", registry_link="", tags=(),
    ...         facts=(), key_numbers=(), headlines=(), summary=""),
    ...     flow=(), enrolled="", modules=(), documents=(), provenance=ProvenanceView())
    >>> context_json(empty)[:26]
    b'{"overview":{"title":"T","'
    """
    return msgspec.json.encode(context)
