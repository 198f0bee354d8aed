"""How a ratio is measured: ours and a peer in turns in one run, so that what else the machine does weighs on both.

The figure printed is a ratio, because seconds say more about the machine than about the program.
"""

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Clock = Literal["wall", "cpu"]
#: Wall time is what a user waits; CPU time counts all threads of the process.
_CLOCKS: dict[Clock, Callable[[], float]] = {
    "wall": time.perf_counter,
    "cpu": time.process_time,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One line of the table: what was measured, against what, and what was aimed at.

    Attributes
    ----------
    what, peer
        What is measured, and what it is measured against.
    ours, theirs
        Medians, in ``unit``; ``theirs`` is ``None`` where the aim is an amount and no ratio.
    unit
        ``s`` or ``MB``.
    figure
        What is judged: the ratio of the two, or ``ours`` where there is no peer.
    aim
        The largest figure that meets the aim; ``None`` where the line only informs.
    """

    what: str
    peer: str
    ours: float
    theirs: float | None
    unit: str
    figure: float
    aim: float | None

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; ``None`` where there is none."""
        return None if self.aim is None else self.figure <= self.aim


def seconds(run: Callable[[], object], clock: Clock = "wall") -> float:
    """Time one run; the memory of the run before is collected first."""
    gc.collect()
    start = _CLOCKS[clock]()
    run()
    return _CLOCKS[clock]() - start


def ratio(
    what: str,
    peer: str,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    aim: float | None,
    rounds: int,
    clock: Clock = "wall",
) -> Measured:
    """Measure two callables in turns, after one unmeasured run of each."""
    return compare(
        what,
        peer,
        lambda: seconds(ours, clock),
        lambda: seconds(theirs, clock),
        aim=aim,
        rounds=rounds,
    )


def compare(
    what: str,
    peer: str,
    ours: Callable[[], float],
    theirs: Callable[[], float],
    *,
    aim: float | None,
    rounds: int,
) -> Measured:
    """Compare two callables that tell their own seconds.

    The ratio is the median of the ratios of neighbouring runs, since a machine that is slower for a
    minute is slower for both.
    """
    ours(), theirs()
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    return Measured(
        what=what,
        peer=peer,
        ours=statistics.median(mine for mine, _ in pairs),
        theirs=statistics.median(other for _, other in pairs),
        unit="s",
        figure=statistics.median(mine / other for mine, other in pairs),
        aim=aim,
    )


def memory(what: str, run: Callable[[], object], held: int, *, aim: float | None) -> Measured:
    """Measure what a computation in NumPy allocates at its peak, results included, beside what it is given.

    Parameters
    ----------
    what, aim
        As in :class:`Measured`.
    run
        The computation.
    held
        What its input takes [bytes].
    """
    gc.collect()
    tracemalloc.start()
    try:
        run()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return Measured(
        what=what,
        peer="its input",
        ours=peak / 1e6,
        theirs=held / 1e6,
        unit="MB",
        figure=peak / held,
        aim=aim,
    )
