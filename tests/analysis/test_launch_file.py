"""Files that cannot be opened: what is no file is refused at once; what is locked or unreadable is not called damaged, but it
is said who may not read it, and what to set."""

import errno
import fcntl
import os
import shutil
import socket

import h5py
import numpy as np
import pytest
from analysis.launch_file import launches_in, opened
from analysis.load import load
from analysis.refusal import Refusal
from conftest import assert_refused, run
from synthetic import Case, write_launch

NOBODY = 65534


@pytest.fixture
def path(tmp_path):
    return write_launch(tmp_path / "launch-001.h5", [Case("k", np.arange(50) + 1000)])


def refusal(path) -> str:
    with pytest.raises(Refusal) as refused:
        with opened(path):
            pass
    return str(refused.value)


@pytest.fixture
def forbidden(tmp_path):
    """A launch's file in a folder, neither of which this user, who is not root, may read."""
    path, own = write_launch(tmp_path / "closed" / "launch-001.h5", [Case("k", np.arange(50) + 1000)]), os.geteuid()
    path.chmod(0)
    path.parent.chmod(0)
    if own == 0:
        os.seteuid(NOBODY)
    yield path
    os.seteuid(own)
    path.parent.chmod(0o700)


def as_socket(path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


@pytest.mark.parametrize("make, what", [
    (os.mkfifo, "a pipe"), (os.mkdir, "a folder"), (as_socket, "a socket"),
    (lambda path: os.symlink("/dev/zero", path), "a device"), (lambda path: os.symlink("nowhere", path), "leads to no file")])
def test_what_is_no_file_is_refused_at_once(make, what, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    make("launch-007.h5")
    with pytest.raises(Refusal, match=f"launch-007.h5 .*{what}"):
        load(tmp_path)


@pytest.mark.parametrize("content, found", [(b"", "is empty"), (b"MZ, a program", "begins with b'MZ")])
def test_what_is_no_hdf5_is_told_from_what_is_damaged(content, found, tmp_path):
    (tmp_path / "x.h5").write_bytes(content)
    assert f"is no HDF5 file: it {found}" in refusal(tmp_path / "x.h5")


def test_a_file_that_may_not_be_read_is_not_called_damaged(forbidden):
    said = refusal(forbidden)
    assert "may not be read by the user" in said and "chmod" in said and "damaged" not in said


def test_a_folder_that_may_not_be_read_is_not_called_empty(forbidden):
    with pytest.raises(Refusal, match="may not be read by the user"):
        launches_in(forbidden.parent)


def test_a_file_that_another_program_has_locked_is_waited_for(path):
    with open(path, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        said = refusal(path)
    assert "is locked by another program" in said and "HDF5_USE_FILE_LOCKING=FALSE" in said and "damaged" not in said


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, 524])
def test_where_there_are_no_locks_it_is_told_what_to_set(number, path, monkeypatch):
    def unlockable(*_, **__):
        raise OSError(number, f"Unable to open file (unable to lock file, errno = {number}, error message = 'no locks')")

    monkeypatch.setattr(h5py, "File", unlockable)
    said = refusal(path)
    assert "its file system has no locks" in said and "HDF5_USE_FILE_LOCKING=FALSE" in said


@pytest.mark.parametrize("number", [errno.ESTALE, errno.EIO, errno.ETIMEDOUT])
def test_a_server_that_does_not_answer_is_blamed_and_not_the_file(number, path, monkeypatch):
    def gone(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", gone)
    said = refusal(path)
    assert os.strerror(number) in said and "the file itself may be whole" in said


def test_a_folder_that_is_none_is_called_what_it_is(path):
    with pytest.raises(Refusal, match="is not a folder"):
        load(path)
    with pytest.raises(Refusal, match="does not exist"):
        load(path.parent / "absent")


def test_names_may_hold_bytes_that_are_no_text(path, tmp_path):
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    shutil.copy(path, folder)
    with h5py.File(path, "a") as file:
        file.attrs.create("campaign", b"caf\xe9", dtype=h5py.string_dtype("utf-8"))
    shutil.copy(path, folder / "launch-002.h5")
    done = run("report", folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 launches" in done.stdout and "\\udce9" in done.stdout
    assert "the launches differ in campaign: caf\N{REPLACEMENT CHARACTER}, synthetic" in done.stdout
    with h5py.File(folder / "launch-001.h5", "a") as file:
        file["cases/transport"][0] = b"caf\xe9"
    assert_refused(run("report", folder), "/cases/transport", "expected text in UTF-8, found 'caf\\udce9'")
