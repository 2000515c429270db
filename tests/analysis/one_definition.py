"""Whether every number of a launch has one definition: in the table at its end, its JSON, its file, and in the report's files.

    /usr/bin/python3 tests/analysis/one_definition.py FOLDER LAUNCH.json TABLE.txt REPORT

FOLDER holds the one launch; TABLE.txt is what it printed, in lines wide enough for all columns; REPORT is what analysis/report
made of FOLDER. Prints every difference, and how many values were compared.
"""

import json
import math
import sys
from collections import Counter
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from analysis.load import KEY, load  # noqa: E402
from analysis.payloads import moved_bytes  # noqa: E402
from analysis.ratios import OVER_OWN, OVER_SMALL, timed_with_ratios  # noqa: E402

CLOSE = 1e-9  # the same arithmetic in another order
PRINTED = {"p50": "p50 [", "p99": "p99", OVER_SMALL: "÷ RTT at 8 B", OVER_OWN: "÷ ping_pong at its bytes"}
PLACE = ["kernel", "ranks", "bytes"]
UNITS = (("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9))
SIZES = (("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1))
# Of the quantities below their names in JSON, in /cases, and in summary.csv.
NAMES = {"p50_ns": ("p50_ns", "latency_p50_ns", "latency_ns"), "p90_ns": ("p90_ns", "latency_p90_ns", "p90_ns"),
         "p99_ns": ("p99_ns", "latency_p99_ns", "p99_ns"), OVER_SMALL: (OVER_SMALL, None, OVER_SMALL),
         OVER_OWN: (OVER_OWN, None, OVER_OWN), "payload_bytes_per_s": ("bytes_per_second", None, "payload_bytes_per_s"),
         "operations_per_second": ("operations_per_second", "operations_per_second", "operations_per_second")}


class Differences(list):
    """Of values that should be one; `compared` counts them."""

    compared = 0

    def hold(self, what: str, expected: float, found: float) -> None:
        self.compared += 1
        same = math.isnan(expected) and math.isnan(found) or math.isclose(expected, found, rel_tol=CLOSE)
        if not same:
            self.append(f"{what}: {expected:.9g} from the stamps, {found:.9g} there")


def differing(folder: Path, of_json: Path, table: Path, report: Path) -> Differences:
    """Everything is held against what the raw stamps of the launch give."""
    cases = timed_with_ratios(load(folder))
    cases["payload_bytes_per_s"] = moved_bytes(cases) * cases.operations_per_second
    found = Differences()
    _hold_json_and_file(found, cases, json.loads(of_json.read_text()))
    _hold_summary(found, cases, pd.read_csv(report / "summary.csv", keep_default_na=False, na_values=[""]))
    _hold_figures(found, cases, report / "figures")
    _hold_table(found, cases, table.read_text())
    return found


def _hold_json_and_file(found: Differences, cases: pd.DataFrame, written: dict) -> None:
    runs = {run["name"]: run for run in written["benchmarks"]}
    for case in cases.to_dict("records"):
        for quantity, (in_json, in_file, _) in NAMES.items():
            found.hold(f"{case['name']} {in_json} in JSON", case[quantity], runs[case["name"]].get(in_json, math.nan))
            if in_file:
                found.hold(f"{case['name']} {in_file} in /cases", case[quantity], case[in_file])


def _hold_summary(found: Differences, cases: pd.DataFrame, summary: pd.DataFrame) -> None:
    summary = summary.assign(payload_bytes_per_s=1e6 * summary.payload_mb_per_s)
    text = [name for name in KEY if cases[name].dtype == object]
    summary[text] = summary[text].fillna("").astype(str)
    rows = cases.merge(summary, on=KEY, suffixes=("", "_told"))
    found.hold("cases of summary.csv", len(cases), len(rows))
    for row in rows.to_dict("records"):
        for quantity, (*_, told) in NAMES.items():
            found.hold(f"{row['name']} {told} in summary.csv", row[quantity], row.get(f"{told}_told", row.get(told)))


def _hold_figures(found: Differences, cases: pd.DataFrame, figures: Path) -> None:
    """The figures that show latencies one by one, and the one that shows ratios."""
    for name in ("latency_against_ranks", "latency_against_payload"):
        if (figures / f"{name}.csv").exists():
            drawn = pd.read_csv(figures / f"{name}.csv").latency_us
            told = set((cases.p50_ns / 1000).round(9))
            found.hold(f"{name}: points that no case has", 0, len(set(drawn.round(9)) - told))
    if (figures / "stack_of_costs.csv").exists():
        rows = pd.read_csv(figures / "stack_of_costs.csv")
        ends = rows[(rows.called == "ended") | (rows.kernel == "ping_pong")]  # with the other ends the latency goes on
        found.hold("rows of the stack of costs", True, len(ends) > 1)
        for row in ends.itertuples():
            same = cases[(cases.kernel == row.kernel) & (cases.transport == row.transport) & (cases.payload_bytes == 8)
                         & (cases.sync == "round-time") & (cases.authentication == row.authentication)]
            nearest = (same[OVER_SMALL] - row.over_ping_pong).abs().idxmin()
            found.hold(f"{row.kernel} in the stack of costs", round(same[OVER_SMALL][nearest], 6), round(row.over_ping_pong, 6))


def _hold_table(found: Differences, cases: pd.DataFrame, text: str) -> None:
    """Cells are words: of all cases of a kernel, its ranks and bytes, the same cells the same number of times."""
    header, *lines = text.splitlines()
    ends = {name: _end(header, PRINTED.get(name, name)) for name in (*PRINTED, "ranks", "bytes")}
    found.hold("columns of the table that are missing", 0, sum(end == 0 for end in ends.values()))
    printed, expected = Counter(), Counter()
    for line in lines[: len(cases)]:
        cell = {name: _cell(line, end) if end else "" for name, end in ends.items()}
        printed[(line.split()[0], cell["ranks"], cell["bytes"], cell["p50"].partition(" [")[0], cell["p99"],
                 cell[OVER_SMALL].replace("-", ""), cell[OVER_OWN])] += 1
    for case in cases.itertuples():
        expected[(case.kernel, str(case.ranks), _size(case.payload_bytes), _duration(case.p50_ns), _duration(case.p99_ns),
                  _digits(getattr(case, OVER_SMALL)), _digits(getattr(case, OVER_OWN)))] += 1
    found.compared += 4 * len(cases)
    found += [f"in the table {cells}, by the stamps one of {sorted(expected - printed)[:3]}" for cells in printed - expected]


def _end(header: str, name: str) -> int:
    """Where the column of numbers ends; 0 if there is none."""
    begins = header.find(name)
    return 0 if begins < 0 else begins + len(name) if not name.endswith("[") else header.index("]", begins) + 1


def _cell(line: str, end: int) -> str:
    """What ends there, after two spaces or more."""
    return line[:end].rpartition("  ")[2].strip() if line[end - 1:end].strip() else ""


def _digits(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}"


def _duration(ns: float) -> str:
    if math.isnan(ns):
        return "-"
    name, unit = next((each for each in UNITS if ns < 999.5 * each[1]), UNITS[-1])
    return f"{_digits(ns / unit)} {name}"


def _size(number: int) -> str:
    name, unit = next((each for each in SIZES if number and number % each[1] == 0), SIZES[-1])
    return f"{number // unit} {name}"


def main() -> None:
    found = differing(*map(Path, sys.argv[1:5]))
    for difference in found:
        print(difference)
    print(f"{len(found)} differences in {found.compared} values")


if __name__ == "__main__":
    main()
