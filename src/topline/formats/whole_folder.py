"""A folder that appears complete or not at all, in place of an earlier one."""

import ctypes
import errno
import os
import secrets
import shutil
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from topline.errors import OutputError

_CURRENT_FOLDER = -100  # AT_FDCWD of <fcntl.h>: names are as they are
_EXCHANGE = 2  # RENAME_EXCHANGE of <linux/fs.h>


def check_replaceable(folder: Path) -> None:
    """Make sure, as far as can be told beforehand, that a folder can be made or replaced.

    Raises
    ------
    OutputError
        If it is no folder, or cannot be exchanged for another.
    """
    try:
        real = Path(os.path.realpath(folder))
        if real.exists() and not real.is_dir():
            raise OutputError("this is not a folder", where=str(folder), accepted="a folder")
        _check_not_in_use(real, folder)
        parent = next(one for one in real.parents if one.exists())
    except OSError as error:
        raise OutputError(f"cannot look here: {error.strerror}", where=str(folder)) from error
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise OutputError(
            "cannot write here: "
            + ("not allowed" if parent.is_dir() else "a file stands where a folder should"),
            where=str(parent),
            advice="name a folder in one that you may write to",
        )


def _check_not_in_use(real: Path, folder: Path) -> None:
    """Refuse a folder that cannot be exchanged without harm to who uses it."""
    if Path.cwd().is_relative_to(real):
        raise OutputError(
            "a folder is replaced as a whole, and this is the folder you are in",
            where=str(real),
            advice="name a folder within it, or call from outside of it",
        )
    if os.path.ismount(real):
        raise OutputError(
            "a folder is replaced as a whole, and a file system is mounted on this one",
            where=str(folder),
            advice="name a folder within it",
        )


def replace_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make a folder with some files and nothing else, in place of what it held before.

    Parameters
    ----------
    folder
        The folder; folders on the way to it are made. Of a symbolic link, the target.
    files
        Name within the folder, with ``/`` before the name of a file in a subfolder, to content.

    Raises
    ------
    OutputError
        If it cannot be written; an earlier folder stays as it was and nothing else is left.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as outside:
    ...     replace_folder(Path(outside, "new"), {"a.txt": b"", "b/c.txt": b""})
    ...     sorted(path.relative_to(outside).as_posix() for path in Path(outside).rglob("*.txt"))
    ['new/a.txt', 'new/b/c.txt']
    """
    with new_folder(folder) as new:
        for name, content in files.items():
            path = new / name
            path.parent.mkdir(exist_ok=True)
            with path.open("xb") as stream:
                stream.write(content)


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder to write into, which takes the place of another when all is well.

    Parameters
    ----------
    folder
        The folder to replace; folders on the way to it are made. Of a symbolic link, the target.

    Raises
    ------
    OutputError
        If it cannot be written; an earlier folder stays as it was and nothing else is left, as
        where the block that writes raises anything.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as outside:
    ...     with new_folder(Path(outside, "new")) as new:
    ...         _ = (new / "a.txt").write_bytes(b"a")
    ...     [path.relative_to(outside).as_posix() for path in Path(outside).rglob("*.txt")]
    ['new/a.txt']
    """
    try:
        real = Path(os.path.realpath(folder))
        # Beside the folder, since only there a name can be exchanged for another.
        new = real.with_name(f".{real.name[:100]}.{secrets.token_hex(8)}.partial")
        try:
            real.parent.mkdir(parents=True, exist_ok=True)
            new.mkdir()
            yield new
            _keep(new)
            _take_place(new, real)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    except OSError as error:
        raise OutputError(
            f"cannot write the folder: {error.strerror or error}",
            where=str(folder),
            advice="name a folder where there is room and you may write",
        ) from error


def check_holds_only(folder: Path, names: Collection[str]) -> None:
    """Make sure that a folder, where there is one, holds nothing that replacing it would lose.

    Parameters
    ----------
    folder
        The folder to replace.
    names
        What it may hold: the files that the new one has.

    Raises
    ------
    OutputError
        If it holds anything else, or cannot be looked into.

    Examples
    --------
    >>> check_holds_only(Path("there is none"), ())
    """
    try:
        found = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        raise OutputError(f"cannot look here: {error.strerror}", where=str(folder)) from error
    foreign = [name for name in found if name not in names]
    if foreign:
        more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
        raise OutputError(
            f"the folder holds {foreign[0]!r}{more}, which would be lost if it were replaced",
            where=str(folder),
            accepted="a new or empty folder, or an earlier one of the same kind",
            advice="name another folder",
        )


def _keep(new: Path) -> None:
    """Have the system put everything where a loss of power does not reach it."""
    for path in sorted(new.rglob("*")):
        if path.is_file():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())


def _take_place(new: Path, folder: Path) -> None:
    """Give a new folder the name of an old one; afterwards the old one, if any, has the new's."""
    if not folder.exists():
        new.rename(folder)
    elif not _exchanged(new, folder):
        old = new.with_name(f"{new.name}.old")
        folder.rename(old)
        try:
            new.rename(folder)
        except BaseException:  # whatever happened, the old one goes back
            old.rename(folder)
            raise
        old.rename(new)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step, if the system can: then there is always one of them."""
    if sys.platform != "linux":
        return False
    exchange = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if exchange is None:
        return False
    names = os.fsencode(one), os.fsencode(other)
    if exchange(_CURRENT_FOLDER, names[0], _CURRENT_FOLDER, names[1], _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS):  # this file system, or this kernel, cannot
        return False
    raise OSError(number, os.strerror(number), str(other))
