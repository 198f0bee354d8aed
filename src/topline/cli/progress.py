"""A bar that shows which part of a build is under way, where a person is watching."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(parts: int, *, shown: bool) -> Iterator[Callable[[str], None]]:
    """Give what tells the part that begins.

    Parameters
    ----------
    parts
        How many there will be.
    shown
        Whether a bar is wanted at all; on a stream that is no terminal there is none.
    """
    if not shown or sys.stderr is None or not sys.stderr.isatty():
        yield lambda part: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("specification", total=parts)
        begun = 0

        def tell(part: str) -> None:
            nonlocal begun
            bar.update(task, description=part, completed=begun)
            begun += 1

        yield tell
