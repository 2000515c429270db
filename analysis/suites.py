"""What OSU's and Intel's benchmarks (IMB) print, and which case of ours, under which definition, is held against it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import pandas as pd

from analysis import definitions
from analysis.launch_file import require_file

NS_PER_US = 1000
NUMBER_MAX = 2**53
PRINT = re.compile(r"(?P<program>.+)-(?P<round>[0-9]{1,9})\.txt")


@dataclass(frozen=True)
class Counterpart:
    """A column that a benchmark prints, and ours: the kernel, its start line, and what is made of its stamps."""

    benchmark: str
    column: str
    kernel: str
    sync: str
    definition: Callable


# Both put a barrier between two calls of a collective; between round trips, or barriers, there is nothing.
_COLLECTIVES = (
    ("osu_bcast", "Bcast", "native_broadcast", "barrier"), ("osu_allreduce", "Allreduce", "native_allreduce", "barrier"),
    ("osu_alltoall", "Alltoall", "native_all_to_all", "barrier"), ("osu_barrier", "Barrier", "native_barrier", "none"))
_IMB_COLUMNS = (("t_min", definitions.fastest_rank_ns), ("t_max", definitions.slowest_rank_ns),
                ("t_avg", definitions.mean_over_ranks_ns))
COUNTERPARTS = tuple(
    counterpart for osu, imb, kernel, sync in _COLLECTIVES
    for counterpart in (Counterpart(osu, "avg", kernel, sync, definitions.mean_over_ranks_ns),
                        *(Counterpart(f"IMB {imb}", column, kernel, sync, each) for column, each in _IMB_COLUMNS))
) + (Counterpart("osu_latency", "avg", "ping_pong", "none", definitions.half_round_trip_ns),
     Counterpart("IMB PingPong", "t", "ping_pong", "none", definitions.half_round_trip_ns))


def read_prints(folder: Path) -> pd.DataFrame:
    """Everything that PROGRAM-ROUND.txt of a folder say: `benchmark`, `column`, `payload_bytes`, `round`, `printed_ns`."""
    rows = []
    for path in sorted(folder.iterdir()):
        if not (named := PRINT.fullmatch(path.name)):
            continue
        require_file(path)
        read = _read_imb if named["program"].startswith("IMB") else _read_osu
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        rows += [(*row, int(named["round"])) for row in read(named["program"], lines)]
    table = pd.DataFrame(rows, columns=["benchmark", "column", "payload_bytes", "printed_us", "round"])
    return table.assign(printed_ns=table.printed_us * NS_PER_US)


def _read_osu(program: str, lines: list[str]) -> list[tuple]:
    """Size and average; a barrier's average alone. With its option -f more columns follow the average."""
    found = [_numbers(line) for line in lines]
    return [(program, "avg", 0, numbers[0]) if len(numbers) == 1 else (program, "avg", int(numbers[0]), numbers[1])
            for numbers in found if numbers]


def _read_imb(_: str, lines: list[str]) -> list[tuple]:
    """Sections, each with its benchmark's name and a line that names the columns."""
    rows, benchmark, columns = [], "", []
    for line in lines:
        words = line.split()
        if line.startswith("# Benchmarking"):
            benchmark = f"IMB {' '.join(words[2:3])}"
        elif any(word.startswith("#repetitions") for word in words):
            columns = [word.partition("[")[0] for word in words]
        elif columns and len(_numbers(line)) == len(columns):
            values = dict(zip(columns, _numbers(line)))
            rows += [(benchmark, name, int(values.get("#bytes", 0)), value) for name, value in values.items() if name[0] == "t"]
    return rows


def _numbers(line: str) -> list[float]:
    """Empty for a line that holds anything else, such as what is no number of bytes or microseconds."""
    try:
        numbers = [float(word) for word in line.split()]
    except ValueError:
        return []
    return numbers if all(0 <= number <= NUMBER_MAX for number in numbers) else []
