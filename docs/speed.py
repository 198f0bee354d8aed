"""What ``python -m benchmarks.cost_growth`` found, as a file, and what the pages say of it.

``reference/speed.toml`` holds the seconds of the main jobs at sizes by powers of ten, beside a sort of as many numbers
in the same run, and the lines of the benchmarks of statistics with their aims.
"""

import datetime
import json
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

RECORD = Path(__file__).parent / "reference" / "speed.toml"
PAGE = Path(__file__).parent / "explanation" / "speed.md"
BEGIN, END = "<!-- statistics: begin -->", "<!-- statistics: end -->"
COMMAND = "python -m benchmarks.cost_growth"

Panel = Literal["one", "many"]
"""Whether a job is one computation over many participants, or many small computations."""


class Growth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One job at several sizes.

    Attributes
    ----------
    name, title
        In the file, and for readers.
    unit
        What the size counts, such as participants.
    panel
        Where it is drawn.
    functions
        ``module.function`` within ``topline.stats`` of what is measured.
    sizes
        Ascending.
    seconds
        The job's, at each size.
    sorts
        Those of NumPy sorting as many random numbers.
    """

    name: str
    title: str
    unit: str
    panel: Panel
    functions: tuple[str, ...]
    sizes: tuple[int, ...]
    seconds: tuple[float, ...]
    sorts: tuple[float, ...]

    @property
    def exponent(self) -> float:
        """The power of the size with which seconds grow, from the last size but one to the last.

        Examples
        --------
        >>> Growth(name="a", title="A", unit="rows", panel="one", functions=(), sizes=(10, 100, 1000),
        ...        seconds=(1.0, 1.0, 10.0), sorts=(1.0, 1.0, 1.0)).exponent
        1.0
        """
        return math.log(self.seconds[-1] / self.seconds[-2]) / math.log(
            self.sizes[-1] / self.sizes[-2]
        )


class Aim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a benchmark, as :class:`benchmarks.measure.Measured`; what is ``None`` there is absent."""

    what: str
    peer: str
    ours: float
    unit: str
    figure: float
    theirs: float | None = None
    aim: float | None = None


class Run(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When and with what was measured: system, processors and versions."""

    date: datetime.date
    circumstances: dict[str, str]

    @property
    def text(self) -> str:
        """The date and the circumstances in words."""
        about = ", ".join(f"{name} {value}" for name, value in self.circumstances.items())
        return f"{self.date.day} {self.date:%B %Y}: {about}."


class Speed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that was measured.

    Attributes
    ----------
    growth
        The jobs.
    growth_run
        When and with what they were measured.
    aims
        The lines of the benchmarks.
    aims_run
        The same of them.
    """

    growth: tuple[Growth, ...] = ()
    growth_run: Run
    aims: tuple[Aim, ...] = ()
    aims_run: Run


def read(text: str | None = None) -> Speed:
    """Read what was measured, from a text or from :data:`RECORD`."""
    text = RECORD.read_text(encoding="utf-8") if text is None else text
    return msgspec.convert(tomllib.loads(text), Speed)


def written(speed: Speed) -> str:
    """Give what was measured as TOML; :func:`read` gives it back."""
    lines = [f"# Written by: {COMMAND}"]
    for name, run, rows in (
        ("growth", speed.growth_run, speed.growth),
        ("aims", speed.aims_run, speed.aims),
    ):
        lines += ["", f"[{name}_run]", f"date = {run.date.isoformat()}"]
        lines += ["", f"[{name}_run.circumstances]", *_entries(run.circumstances)]
        for row in rows:
            lines += ["", f"[[{name}]]", *_entries(msgspec.to_builtins(row))]
    return "\n".join([*lines, ""])


def _entries(table: Mapping[str, object]) -> Iterator[str]:
    for key, value in table.items():
        if value is not None:
            # Texts, numbers and arrays of them are spelled alike in JSON and TOML.
            yield f"{json.dumps(key)} = {json.dumps(value, ensure_ascii=False)}"


def seconds_text(seconds: float) -> str:
    """Print seconds with two significant digits, in the unit that suits them.

    Examples
    --------
    >>> seconds_text(0.0123), seconds_text(1.46), seconds_text(123.4), seconds_text(0.00001234)
    ('12 ms', '1.5 s', '120 s', '12 µs')
    """
    factor, unit = next(
        (pair for pair in ((1.0, "s"), (1e3, "ms")) if seconds * pair[0] >= 1), (1e6, "µs")
    )
    number = float(f"{seconds * factor:.1e}")
    return f"{number:g} {unit}" if number < 1000 else f"{number:,.0f} {unit}"


def speed_of(speed: Speed, function: str) -> list[str]:
    """Say how fast a function of ``topline.stats`` is, in one phrase for each job that measures it.

    Parameters
    ----------
    speed
        What was measured.
    function
        As ``module.function``.
    """
    return [
        f"{job.title}, n = {job.sizes[-1]:,} {job.unit}: {seconds_text(job.seconds[-1])}, "
        f"growing by n^{job.exponent:.1f}"
        for job in speed.growth
        if function in job.functions
    ]


def growth_table(speed: Speed) -> Iterator[str]:
    """Lay out the jobs: seconds at each size, growth, and how many sorts the largest takes."""
    sizes = sorted({size for job in speed.growth for size in job.sizes})
    yield f"| job | n counts | {' | '.join(f'{size:,}' for size in sizes)} | growth | in sorts |"
    yield f"|---|---|{'---|' * len(sizes)}---|---|"
    for job in speed.growth:
        at = dict(zip(job.sizes, job.seconds, strict=True))
        cells = [seconds_text(at[size]) if size in at else "" for size in sizes]
        yield (
            f"| {job.title} | {job.unit} | {' | '.join(cells)} | n^{job.exponent:.2f} "
            f"| {float(f'{job.seconds[-1] / job.sorts[-1]:.2g}'):,g} |"
        )
    sorts = {
        size: second
        for job in speed.growth
        for size, second in zip(job.sizes, job.sorts, strict=True)
    }
    cells = [seconds_text(sorts[size]) for size in sizes]
    yield f"| NumPy sort | random numbers | {' | '.join(cells)} | | |"


def aims_table(aims: Sequence[Aim]) -> Iterator[str]:
    """Lay out the lines of the benchmarks as the page of speed shows them."""
    yield "| what | beside | ours | theirs | ratio | aim | |"
    yield "|---|---|---|---|---|---|---|"
    for line in aims:
        ours, theirs = (
            "" if amount is None else _amount(amount, line.unit)
            for amount in (line.ours, line.theirs)
        )
        met = "" if line.aim is None else ("met" if line.figure <= line.aim else "missed")
        aim = "" if line.aim is None else f"{line.aim:.2g}"
        cells = (line.what.strip(), line.peer, ours, theirs, f"{line.figure:.2g}", aim, met)
        yield f"| {' | '.join(cells)} |"


def _amount(amount: float, unit: str) -> str:
    return seconds_text(amount) if unit == "s" else f"{amount:,.0f} {unit}"


def statistics_section(speed: Speed) -> str:
    """Write the part of the page of speed that stands between :data:`BEGIN` and :data:`END`."""
    lines = [
        BEGIN,
        "",
        speed.aims_run.text,
        "",
        *aims_table(speed.aims),
        "",
        "### How costs grow",
        "",
        "![Seconds of each job against its size, both on logarithmic scales](../images/speed.svg)",
        "",
        "A line along the dashed one grows in proportion to the size. Small sizes show the fixed cost of a call. The",
        "sort is the yardstick: what it costs to put as many numbers in order on the same machine in the same run.",
        "Growth is from the last size but one to the last.",
        "",
        *growth_table(speed),
        "",
        speed.growth_run.text,
        "",
        END,
    ]
    return "\n".join(lines)


def page_with(section: str, page: str) -> str:
    """Put a section into the page in place of the one it has.

    Examples
    --------
    >>> page_with(f"{BEGIN} new {END}", f"above {BEGIN} old {END} below")
    'above <!-- statistics: begin --> new <!-- statistics: end --> below'
    """
    before, rest = page.split(BEGIN, 1)
    return before + section + rest.split(END, 1)[1]
