"""An adverse-event table from ten million rows: events and affected participants by arm, organ system and term.

All start from the same columns of small integers in memory. Polars is asked for the terms alone, with the arm already
beside each row, and for the whole table; DuckDB, where it is installed (``pip install duckdb``), for the terms alone.
Topline counts terms, organ systems and totals every time.

Memory is what NumPy allocates at its peak while the table is made, beside the rows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from benchmarks.measure import Measured, memory, ratio
from benchmarks.peers import peer
from numpy.typing import NDArray

from topline.stats.event_incidence import event_incidence, event_incidences

ROWS, PARTICIPANTS, ARMS, TERMS, SYSTEMS = 10_000_000, 50_000, 3, 2_000, 27
EQUAL, MEMORY_AIM = 1.0, 3.0
_COUNTS = (pl.len().alias("events"), pl.col("participant").n_unique().alias("affected"))


@dataclass(frozen=True)
class Events:
    """Rows of events, drawn alike for all participants and terms: the hardest case, since pairs seldom recur."""

    participant: NDArray[np.int32]
    term: NDArray[np.int16]
    serious: NDArray[np.bool_]
    arm: NDArray[np.int8]
    system: NDArray[np.int8]

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The rows as Polars takes them, with arm and organ system beside each."""
        return pl.DataFrame(
            {
                "participant": self.participant,
                "term": self.term,
                "arm": self.arm[self.participant],
                "system": self.system[self.term],
                "serious": self.serious,
            }
        )


def events(rows: int, seed: int = 20261129) -> Events:
    """Draw events of one size."""
    random = np.random.default_rng(seed)
    return Events(
        participant=random.integers(0, PARTICIPANTS, rows, dtype=np.int32),
        term=random.integers(0, TERMS, rows, dtype=np.int16),
        serious=random.random(rows) < 1 / 12,
        arm=random.integers(0, ARMS, PARTICIPANTS, dtype=np.int8),
        system=random.integers(0, SYSTEMS, TERMS, dtype=np.int8),
    )


def lines(rounds: int) -> list[Measured]:
    """Measure one table, one with its serious events, and memory."""
    drawn = events(ROWS)
    columns = drawn.participant, drawn.term, drawn.arm, drawn.system
    frame = drawn.frame
    subsets = {"all": None, "serious": drawn.serious}
    of_serious = pl.col("participant").filter(pl.col("serious"))
    what = f"adverse-event table, {ROWS:,} rows"
    jobs: list[tuple[str, str, Callable[[], object], Callable[[], object], float | None]] = [
        (
            what,
            "Polars, terms only",
            lambda: event_incidence(*columns),
            lambda: frame.group_by("arm", "term").agg(*_COUNTS),
            EQUAL,
        ),
        (
            what,
            "Polars, terms, organ systems and totals",
            lambda: event_incidence(*columns),
            lambda: [frame.group_by("arm", *by).agg(*_COUNTS) for by in (["term"], ["system"], [])],
            None,
        ),
        (
            "  all events and serious ones",
            "Polars, terms only",
            lambda: event_incidences(*columns, subsets=subsets),
            lambda: frame.group_by("arm", "term").agg(
                *_COUNTS,
                of_serious.len().alias("serious_events"),
                of_serious.n_unique().alias("serious_affected"),
            ),
            EQUAL,
        ),
        *(
            (what, "DuckDB, terms only", lambda: event_incidence(*columns), query, None)
            for query in _duckdb(drawn)
        ),
    ]
    found = [
        ratio(title, peer, ours, theirs, aim=aim, rounds=min(rounds, 3))
        for title, peer, ours, theirs, aim in jobs
    ]
    table, rows = jobs[0][2], drawn.participant.nbytes + drawn.term.nbytes
    return [*found, memory("  its peak memory beside the rows", table, rows, aim=MEMORY_AIM)]


def _duckdb(drawn: Events) -> Iterator[Callable[[], object]]:
    duckdb = peer("duckdb")
    if duckdb is None:
        return
    connection = duckdb.connect()
    frame = drawn.frame
    rows = {name: frame[name].to_numpy() for name in ("arm", "term", "participant")}
    connection.register("rows", rows)
    connection.execute("create table events as select * from rows")
    yield lambda: connection.execute(
        "select arm, term, count(*), count(distinct participant) from events group by arm, term"
    ).fetchnumpy()
