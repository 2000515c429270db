"""Launches with a calibration that is made up: as much of their files as a platform is made of."""

from pathlib import Path

import h5py
import numpy as np

WORDS = "self pu core l2 l3 numa package machine network unknown"
TEXT = h5py.string_dtype("utf-8")
COSTS = ("L_ns", "G_ns_per_byte", "o_send_ns", "o_send_ns_per_byte", "o_receive_ns", "o_receive_ns_per_byte")


class Regime:
    """Messages of first_bytes and more: L, G, o_send and o_receive, each of these fixed and for a byte, ns."""

    def __init__(self, first_bytes: int, latency=(0.0, 0.0), o_send=(0.0, 0.0), o_receive=(0.0, 0.0)):
        self.first_bytes = first_bytes
        self.costs = (*latency, *o_send, *o_receive)

    def one_way_ns(self, bytes: int) -> float:
        return sum(self.costs[::2]) + bytes * sum(self.costs[1::2])


def write(path: Path, levels: dict[str, list[Regime]], rendezvous_bytes: int = -1, timer_ns: float = 0.0, nodes=(0, 0),
          refused: str = "", works: dict[str, list[tuple[int, int]]] | None = None) -> Path:
    """Two ranks of a node are as far from each other as the first level says, two of different nodes as the last. As in a
    launch, the file has them in the order of their numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    near, far = (WORDS.split().index(list(levels)[at]) for at in (0, -1))
    names = sorted(levels, key=WORDS.split().index)
    regimes = [(index, regime) for index, name in enumerate(names) for regime in levels[name]]
    with h5py.File(path, "w") as file:
        file.attrs.update(campaign="made up", launch=7, created_utc="2024-05-06T07:08:09Z")
        file.create_group("environment").attrs["timer_overhead_ns"] = timer_ns
        apart = np.not_equal.outer(nodes, nodes)
        distance = np.where(apart, far, near).astype(np.int8)
        file["ranks/node"] = np.array(nodes)
        file["ranks/distance"] = np.where(np.eye(len(nodes), dtype=bool), 0, distance).astype(np.int8)
        file["ranks/distance"].attrs.update(flag_values=np.arange(10, dtype=np.int8), flag_meanings=WORDS)
        group = file.create_group("loggp")
        group.create_dataset("name", data=names, dtype=TEXT)
        group.create_dataset("refused", data=[refused] * len(names), dtype=TEXT)
        group["rendezvous_bytes"] = np.full(len(names), rendezvous_bytes)
        group["regime_level"] = np.array([index for index, _ in regimes])
        group["first_bytes"] = np.array([regime.first_bytes for _, regime in regimes])
        for column, name in enumerate(COSTS):
            group[name] = np.array([regime.costs[column] for _, regime in regimes])
        samples = [(index, bytes, ns) for index, table in enumerate((works or {}).values()) for bytes, ns in table]
        for column, name in enumerate(("work", "work_bytes", "work_time_ns")):
            group[name] = np.array([sample[column] for sample in samples], dtype=np.int64)
        group["work"].attrs["flag_meanings"] = " ".join(works or {})
    return path
