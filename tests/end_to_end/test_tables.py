"""The tables of kernels in the READMEs are what `coordbench list --json` tells; those on a terminal fit into it."""

import fcntl
import importlib.machinery
import importlib.util
import json
import os
import pty
import select
import struct
import termios

import pytest

from .launching import ROOT, Launch, run, under_mpirun

LOADER = importlib.machinery.SourceFileLoader("tables", str(ROOT / "jobs" / "tables"))
TABLES = importlib.util.module_from_spec(importlib.util.spec_from_loader("tables", LOADER))
LOADER.exec_module(TABLES)


@pytest.fixture(scope="module")
def kernels(coordbench):
    return json.loads(run(coordbench, "list", "--json").stdout)


@pytest.mark.parametrize("readme, family", TABLES.READMES.items())
def test_the_table_is_what_the_program_lists(kernels, readme, family):
    of_family = [kernel for kernel in kernels if kernel["family"] == family]
    text = (ROOT / readme).read_text(encoding="utf-8")
    assert text == TABLES.with_table(text, of_family), f"{readme} is not what coordbench list tells: run jobs/tables"


def test_every_protocol_says_what_it_survives_and_when_it_blocks(kernels):
    protocols = [kernel for kernel in kernels if kernel["family"] == "protocol"]
    assert [kernel["name"] for kernel in protocols if not (kernel["survives"] and kernel["blocks"])] == []


@pytest.mark.parametrize("delays, text", [(None, "random"), (3, "1.5"), (4.5, "2.25"), ([3, 8], "1.5 to 4")])
def test_two_delays_are_a_round_trip(delays, text):
    assert TABLES.round_trips(delays) == text


@pytest.mark.parametrize("readme, family", TABLES.READMES.items())
def test_every_kernel_stands_in_the_readme_of_its_folder(readme, family):
    text, folder = (ROOT / readme).read_text(encoding="utf-8"), (ROOT / readme).parent
    headers = sorted(header.stem for header in folder.glob("*.hpp"))
    assert headers == sorted(line.split("`")[1] for line in text.splitlines() if line.startswith("| L"))


def shown_on_a_terminal(columns: int, *command) -> str:
    """All that the command says, on a terminal so wide."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    text = b""
    with Launch(command, stdout=theirs, stderr=theirs) as launch:
        while launch.running or select.select([ours], [], [], 0.2)[0]:
            if select.select([ours], [], [], 0.2)[0]:
                text += os.read(ours, 65536)
        assert launch.wait(1).status == 0, text
    os.close(ours)
    os.close(theirs)
    return text.decode()


@pytest.mark.parametrize("columns", [80, 132])
def test_what_a_launch_says_fits_the_window_of_mpirun(coordbench, tmp_path, columns):
    launch = under_mpirun(2, coordbench, "run", "--kernels", "raft,@aggregation", "--ranks", 2, "--bytes", "8k,1MB",
                          "--transport", "mpi,shared-memory", "--operations", 5, "--out", tmp_path)
    text = shown_on_a_terminal(columns, *launch)
    assert "cases of 8 kernels; payloads: 8 KiB, 1000000 B; at most 10 min; into" in text
    table = text[text.rindex("\x1b[K") + 3:].splitlines()
    assert max(map(len, table)) > 60 and [line for line in table if len(line) > columns and str(tmp_path) not in line] == []
    assert ("reduce_scatter_allgather_aggregation" in table) == (columns == 80), "the name is a heading where room is short"


def test_the_list_fits_the_window_too(coordbench):
    lines = shown_on_a_terminal(80, coordbench, "list").splitlines()
    assert max(map(len, lines)) == 80 and len(lines) > 30


def test_every_kernel_is_of_one_of_the_families(kernels):
    assert {kernel["family"] for kernel in kernels} == set(TABLES.READMES.values())
