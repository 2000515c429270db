"""one_definition.py finds each number that differs from what the raw stamps give, and none where all agree."""

import json

import numpy as np
import pytest
from conftest import run
from one_definition import differing
from synthetic import Case, write_launch

SPREAD = np.arange(-200, 201)
ROWS = [("kernel", "ranks", "bytes", "p50 [within launch]", "p99", "÷ RTT at 8 B", "÷ ping_pong at its bytes"),
        ("k", "2", "8 B", "3.00 µs [2.98, 3.01]", "3.20 µs", "3.00", ""),
        ("k", "2", "1 KiB", "6.00 µs [5.98, 6.01]", "6.20 µs", "6.00", "3.00"),
        ("ping_pong", "2", "8 B", "1.00 µs", "1.20 µs", "1.00", ""),
        ("ping_pong", "2", "1 KiB", "2.00 µs", "2.20 µs", "2.00", "1.00")]


def table() -> str:
    """As coordbench prints it: the kernel to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*ROWS)]
    cells = [[row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))] for row in ROWS]
    return "".join("  ".join(row).rstrip() + "\n" for row in cells)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("one")
    cases = [Case(kernel, SPREAD + median, payload_bytes=payload, family=family, definition=definition)
             for kernel, family, definition, medians in (("k", "protocol", "proposer", (3000, 6000)),
                                                         ("ping_pong", "collective", "makespan", (1000, 2000)))
             for payload, median in zip((8, 1024), medians)]
    write_launch(tmp_path / "launches" / "launch-001.h5", cases)
    runs = []
    for case in cases:
        median, own = float(np.median(case.latencies_ns)), 1000 if case.payload_bytes == 8 else 2000
        runs.append({"name": case.name, "p50_ns": median, "p90_ns": median + 160, "p99_ns": median + 196,
                     "over_round_trip_of_8_bytes": median / 1000, "operations_per_second": 1e6,
                     "bytes_per_second": 1e6 * case.payload_bytes})
        runs[-1] |= {"over_ping_pong_of_own_bytes": median / own} if own == 2000 else {}
    (tmp_path / "launch.json").write_text(json.dumps({"benchmarks": runs}))
    (tmp_path / "table.txt").write_text(table())
    assert run("report", tmp_path / "launches", "--out", tmp_path / "report").returncode == 0
    return tmp_path


def found_in(folder) -> list[str]:
    return differing(folder / "launches", folder / "launch.json", folder / "table.txt", folder / "report")


def changed(path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_numbers_that_agree_are_all_compared_and_none_differs(written):
    found = found_in(written)
    assert found == [] and found.compared >= 4 * (7 + 4 + 7 + 4)


def test_each_place_that_differs_is_found(written):
    changed(written / "table.txt", "3.20 µs", "3.21 µs")
    assert any("in the table" in each for each in found_in(written))
    changed(written / "launch.json", '"p99_ns": 3196.0', '"p99_ns": 3197.0')
    changed(written / "report" / "summary.csv", "3000.0", "3001.0")
    changed(written / "report" / "figures" / "latency_against_ranks.csv", ",3,", ",3.1,")
    told = "\n".join(found_in(written))
    assert "p99_ns in JSON: 3196 from the stamps, 3197 there" in told and "latency_ns in summary.csv" in told
    assert "latency_against_ranks: points that no case has" in told
