"""Regimes: rank counts of different regimes do not lie on one curve, because their messages do not go the same ways.

A regime is the farthest level of the machine between any two of the first N ranks, and whether the launch had more ranks than
cores. Of simulated ranks no more is known than that a network lies between them, whatever the platform.
"""

import numpy as np
import pandas as pd

# From near to far. Where a pair's level is unknown (unbound ranks of one host) it is not the network's.
LEVELS = ("self", "pu", "core", "l2", "l3", "numa", "package", "machine", "unknown", "network")
NETWORK = LEVELS[-1]
REGIME = ["level", "oversubscribed"]
UNSEEN = ("beyond the ranks measured, regimes of a simulated platform are not seen: the models do not know of distances "
          "(leaf and spine, group, zone and region) that come in with more ranks")
MORE_OF_THE_SAME = ("beyond the ranks measured, the models assume more of the same: cores and hosts no farther apart than "
                    "those measured")


def farthest_levels(distance: np.ndarray, meanings: dict[int, str]) -> tuple[str, ...]:
    """Of the first 1, 2, … ranks the farthest level among them, from the matrix [rank, peer] and the meanings of its values."""
    before = np.tril(_ordered(distance, meanings))
    return tuple(LEVELS[level] for level in np.maximum.accumulate(before.max(axis=1)))


def nothing_nearer(distance: np.ndarray, meanings: dict[int, str]) -> int:
    """The largest number of ranks among which no two are nearer to each other than ranks 0 and 1."""
    if len(distance) < 2:
        return len(distance)
    ordered = _ordered(distance, meanings)
    nearest = np.where(np.tri(len(ordered), k=-1, dtype=bool), ordered, len(LEVELS)).min(axis=1)
    nearer = np.flatnonzero(nearest < ordered[1, 0])
    return int(nearer[0]) if len(nearer) else len(ordered)


def _ordered(distance: np.ndarray, meanings: dict[int, str]) -> np.ndarray:
    """The matrix with positions in LEVELS."""
    order = np.full(256, LEVELS.index("unknown"), dtype=np.int8)
    for value, word in meanings.items():
        if word in LEVELS:
            order[value] = LEVELS.index(word)
    return order[distance.astype(np.uint8)]


def with_levels(cases: pd.DataFrame, launches: pd.DataFrame) -> pd.DataFrame:
    """Adds the column `level`: the farthest among a case's ranks, which are the first of its launch, its clients included."""
    members = cases.ranks + cases.clients
    levels = [launches.farthest[file][count - 1] for file, count in zip(cases.file, members)]
    return cases.assign(level=pd.Series(levels, cases.index, dtype=object))


def regime_name(level: str, oversubscribed: bool) -> str:
    return f"{level}, oversubscribed" if oversubscribed else level


def assumption(simulated: bool) -> str:
    """What a model that is followed beyond its largest rank count takes for granted."""
    return UNSEEN if simulated else MORE_OF_THE_SAME
