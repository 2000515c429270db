"""What a simulated launch left behind, and the time that its operations took."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import h5py
import numpy as np

from end_to_end.launching import Ended

UNIT_NS = 1_000_000  # of pure_latency, as jobs/platforms/generate makes it


@dataclass
class Case:
    kernel: str
    ranks: int
    payload_bytes: int
    count_rule: str
    verdict: str
    definition: str
    delays: int
    expected_delays: int
    expected_delays_most: int
    messages: float  # per operation
    expected_messages: float
    expected_messages_most: float
    coverage: float
    start_ns: np.ndarray  # [operation, rank], NaN where there is none
    end_ns: np.ndarray

    @property
    def times_ns(self) -> set[float]:
        """Of each operation, as its definition has it, from the raw stamps."""
        if self.definition == "proposer":
            return set(np.nanmax(self.end_ns - self.start_ns, axis=1))
        begin = np.nanmax if self.definition == "barrier" else np.nanmin
        return set(np.nanmax(self.end_ns, axis=1) - begin(self.start_ns, axis=1))

    @property
    def members(self) -> int:
        """Ranks, those of clients included."""
        return self.start_ns.shape[1]

    @property
    def started(self) -> np.ndarray:
        """The ranks that began an operation."""
        return np.flatnonzero(np.isfinite(self.start_ns).any(axis=0))


@dataclass
class Simulated:
    ended: Ended
    out: Path

    @property
    def path(self) -> Path:
        assert self.ended.status == 0, self.ended.stdout + self.ended.stderr
        return self.out / "launch-001.h5"

    @cached_property
    def cases(self) -> list[Case]:
        """Without the ping_pong cases that the harness adds for itself."""
        with h5py.File(self.path) as file:
            return [case_of(file, i) for i, name in enumerate(file["/cases/name"].asstr()[...]) if "/drift=" not in name]

    def case(self, kernel: str) -> Case:
        [found] = [case for case in self.cases if case.kernel == kernel]
        return found

    def per_operation(self, column: str, kernel: str) -> float:
        """A number of the one case of a kernel."""
        with h5py.File(self.path) as file:
            [row] = np.flatnonzero(file["/cases/kernel"].asstr()[...] == kernel)
            return float(file["/cases"][column][row])

    def attribute(self, name: str, group: str = "/"):
        with h5py.File(self.path) as file:
            value = file[group].attrs[name]
            return value.decode() if isinstance(value, bytes) else value


def case_of(file: h5py.File, i: int) -> Case:
    cases = file["/cases"]
    word = lambda name: cases[name].asstr()[i]
    samples = file["/samples"][word("name")]
    stamps = [np.where(samples[name][...] < 0, np.nan, samples[name][...]) for name in ("start_ns", "end_ns")]
    counts = [int(cases[name][i]) for name in ("delays", "expected_delays", "expected_delays_most")]
    each = ("messages_per_operation", "expected_messages_per_operation", "expected_messages_most_per_operation", "coverage")
    return Case(word("kernel"), int(cases["ranks"][i]), int(cases["payload_bytes"][i]), word("count_rule"), word("verdict"),
                word("latency_definition"), *counts, *(float(cases[name][i]) for name in each), *stamps)
