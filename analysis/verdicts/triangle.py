"""Consistency, speed and cost of every rung, for the "triangle" and its Pareto front."""

import numpy as np
import pandas as pd

from analysis.load import Campaign
from analysis.verdicts.declared import Claim
from analysis.verdicts.observed import COLUMNS, chosen
from analysis.verdicts.quantities import QUANTITIES, table
from analysis.summary import over_launches

POINT = ["kernel", "ranks", "network", "payload_bytes", "varied"]


def triangle(campaign: Campaign, claim: Claim) -> pd.DataFrame:
    """Of each kernel that was timed at the largest number of ranks at which most were: `level`, the latency as `value` with
    interval, and `messages`; `front`: whether no other promises as much, is as fast and sends as little."""
    quantity = QUANTITIES[claim.quantity]
    every = table(campaign, quantity)
    cases = pd.concat([chosen(every, kernel, claim.where, claim.quantity) for kernel in claim.kernels])
    if cases.empty:
        return pd.DataFrame(columns=[*COLUMNS, "level", "messages", "front"])
    kernels = cases.groupby("ranks").kernel.nunique()
    cases = cases[cases.ranks == kernels[kernels == kernels.max()].index.max()]
    cases = cases.assign(value=quantity.of(campaign, cases)).dropna(subset=["value"])
    told = over_launches(cases, "value", POINT)
    first = cases.drop_duplicates("kernel").set_index("kernel")
    if campaign.simulated:
        told = told.assign(low=told.value, high=told.value)
    found = told.assign(case=first["name"].reindex(told.kernel).to_numpy(), level=first.level.reindex(told.kernel).to_numpy(),
                        messages=first.messages_per_operation.reindex(told.kernel).to_numpy(),
                        oversubscribed=first.oversubscribed.reindex(told.kernel).to_numpy(), names=[{}] * len(told))
    return found.assign(front=_front(found))


def _front(found: pd.DataFrame) -> np.ndarray:
    """What no other row is at least as good as in everything, and better in something."""
    costs = np.stack([-found.level.astype(float), found.value, found.messages], axis=1)
    not_worse = (costs[:, None, :] <= costs[None, :, :]).all(axis=2)
    better = (costs[:, None, :] < costs[None, :, :]).any(axis=2)
    return ~(not_worse & better).any(axis=0)
