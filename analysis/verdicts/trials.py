"""How often all of N nodes succeed, and how often a majority: simulated node by node, beside the binomial distribution."""

import math

import numpy as np
import pandas as pd
from scipy.stats import binom

from analysis.verdicts.declared import Claim

COUNT, SEED = 100_000, 1
NORMAL = 1.959964  # half of a 95 % interval, in standard deviations
ROWS_MOST = 2_000_000  # draws in memory at a time


def tried(claim: Claim) -> pd.DataFrame:
    """A row for each number of nodes that the text names: `value`, the share of trials that succeed by the claim's rule, its
    Wilson interval, and the share that the binomial distribution gives, `exact`."""
    told = claim.trials
    rows = [_row(int(nodes), float(told["succeed"]), told["rule"], int(told.get("count", COUNT)), int(told.get("seed", SEED)))
            for nodes in claim.cells]
    return pd.DataFrame(rows)


def _row(nodes: int, succeed: float, rule: str, count: int, seed: int) -> dict:
    up = nodes_up(nodes, succeed, count, seed)
    needed = nodes if rule == "all" else nodes // 2 + 1
    share = float((up >= needed).mean())
    low, high = wilson(share, count)
    return {"kernel": "", "ranks": nodes, "network": "", "varied": "", "payload_bytes": 0, "case": f"{count:,} trials",
            "value": share, "low": low, "high": high, "launches": 1, "oversubscribed": False,
            "exact": float(binom.sf(needed - 1, nodes, succeed)), "names": {}}


def nodes_up(nodes: int, succeed: float, count: int, seed: int) -> np.ndarray:
    """[trial]: how many nodes succeed, each drawn by itself."""
    rng = np.random.default_rng((seed, nodes))
    step = max(1, ROWS_MOST // nodes)
    return np.concatenate([(rng.random((min(step, count - first), nodes)) < succeed).sum(axis=1)
                           for first in range(0, count, step)])


def wilson(share: float, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of so many trials."""
    z2 = NORMAL**2
    middle, below = share + z2 / (2 * count), 1 + z2 / count
    reach = NORMAL * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    return max(0.0, (middle - reach) / below), min(1.0, (middle + reach) / below)
