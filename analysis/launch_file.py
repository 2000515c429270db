"""Opens the file of a launch, or says in one sentence why not: who may not read or lock it, or that it is damaged."""

import contextlib
import errno
import getpass
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import h5py

from analysis.refusal import Refusal

SIGNATURE = b"\x89HDF\r\n\x1a\n"
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, 524)  # 524: NFS's own for the last
HELD = (errno.EAGAIN, errno.EACCES)
UNLOCKED = "set HDF5_USE_FILE_LOCKING=FALSE"
KINDS = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"), (stat.S_ISCHR, "a device"),
         (stat.S_ISBLK, "a device"))


@contextlib.contextmanager
def opened(path: Path | str) -> Iterator[h5py.File]:
    """The file, opened for reading. Whatever HDF5 cannot read of it, now or later, is told as a Refusal."""
    require_file(path)
    _require_signature(path)
    try:
        with h5py.File(path) as file:
            yield file
    except (OSError, RuntimeError) as error:
        raise _not_read(path, error) from None


def require_file(path: Path | str) -> None:
    """Refuses what is no regular file, before anybody waits for it, and what this user may not read."""
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            kind = next((kind for holds, kind in KINDS if holds(mode)), "something else")
            raise Refusal(f"{path} is {kind}, not a file; move it out of the folder")
        os.close(os.open(path, os.O_RDONLY))
    except OSError as error:
        raise unreadable(path, error) from None


def launches_in(folder: Path) -> list[Path]:
    """The launch-*.h5 of a campaign's folder, in the order of their names; at least one."""
    try:
        names = sorted(os.listdir(folder))
    except NotADirectoryError:
        raise Refusal(f"{folder} is not a folder; name the folder of a campaign, as `coordbench run --out` wrote it") from None
    except FileNotFoundError:
        raise Refusal(f"{folder} does not exist; name the folder of a campaign, as `coordbench run --out` wrote it") from None
    except OSError as error:
        raise unreadable(folder, error) from None
    found = [Path(folder) / name for name in names if name.startswith("launch-") and name.endswith(".h5")]
    if not found:
        raise Refusal(f"{folder} holds no launch-*.h5; name the folder of a campaign, as `coordbench run --out` wrote it")
    return found


def unreadable(path: Path | str, error: OSError) -> Refusal:
    """What the system says of a path that it does not give."""
    if isinstance(error, PermissionError):
        return Refusal(f"{path} may not be read by the user {_user()}; ask its owner, or root, for chmod +r (a folder: +rx)")
    if isinstance(error, FileNotFoundError):
        return Refusal(f"{path} leads to no file; copy it anew, or remove it")
    return Refusal(f"{path} cannot be read: the file system says {error.strerror!r}; the file itself may be whole: try again "
                   "when its disk or server answers, or copy it from there")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.geteuid())  # one whom /etc/passwd does not know


def _require_signature(path: Path | str) -> None:
    try:
        with open(path, "rb") as file:
            begins = file.read(len(SIGNATURE))
    except OSError as error:
        raise unreadable(path, error) from None
    if begins != SIGNATURE:
        found = f"begins with {begins!r}" if begins else "is empty"
        raise Refusal(f"{path} is no HDF5 file: it {found}; remove it, or copy the launch's file anew")


def _not_read(path: Path | str, error: Exception) -> Refusal:
    said = (str(error).splitlines() or [type(error).__name__])[0]
    if "lock file" in said:
        return _not_locked(path, getattr(error, "errno", None))
    if isinstance(error, OSError) and error.errno and error.errno not in (errno.EINVAL, errno.ENOENT):
        return unreadable(path, OSError(error.errno, os.strerror(error.errno)))
    return Refusal(f"{path} is damaged: HDF5 cannot read it ({said}); copy it anew, or remove it and write the launch anew")


def _not_locked(path: Path | str, number: int | None) -> Refusal:
    if number in HELD:
        return Refusal(f"{path} is locked by another program, such as a launch that still writes it; wait until that has "
                       f"ended, or, to read the file as it is, {UNLOCKED}")
    why = "has no locks" if number in NO_LOCKS else f"gives no lock ({os.strerror(number) if number else 'no reason'})"
    return Refusal(f"{path} cannot be locked by the user {_user()}: its file system {why}; "
                   f"if nobody writes the file, {UNLOCKED}")
