"""From a campaign and a claim to points: of each kernel at each number of ranks one value over launches, with its interval."""

import functools
import math

import numpy as np
import pandas as pd

from analysis.counts import mean_messages
from analysis.load import KEY, Campaign
from analysis.selection import SMALL_BYTES
from analysis.sittings import NORMAL, centre_and_interval
from analysis.verdicts import formula
from analysis.verdicts.declared import Claim
from analysis.verdicts.quantities import DELAYS, QUANTITIES, RATES, delays_between, table

POINT = ["kernel", "ranks", "network", "payload_bytes", "varied"]
COLUMNS = [*POINT, "case", "value", "low", "high", "launches", "oversubscribed", "names", "ranged"]
ANY = "*"
NO_PARAMETERS = ("in_flight", "clients", "loss", "duplicate", "delay", "authentication")  # and yet in names of cases
HAPPENED = ("applied", "stale", "delays", "round_trips")


def points(campaign: Campaign, claim: Claim) -> pd.DataFrame:
    """A row a point, in the order of the claim's kernels and by ranks: COLUMNS. `low`, `high`: NaN where launches are too few
    for an interval; of what has no noise what the launches lie between; where timing decides (`ranged`), the ends of the
    closed form. `names`: what a formula may name there."""
    quantity = QUANTITIES[claim.quantity]
    every = table(campaign, quantity)
    cases = pd.concat([chosen(every, kernel, claim.where, claim.quantity) for kernel in claim.kernels])
    if cases.empty:
        return pd.DataFrame(columns=COLUMNS)
    cases = cases.assign(value=quantity.of(campaign, cases), **_ends(claim, cases))
    if claim.over:
        cases = _divided(campaign, claim, every, cases)
    cases = cases.dropna(subset=["value"])
    rows = [_point(campaign, claim, part) for _, part in cases.groupby(POINT, sort=False)]
    rows = pd.DataFrame(rows, columns=COLUMNS)
    if claim.quantity == "messages" and not claim.over and (cases.count_rule == "expected").any():
        rows = _with_means(campaign, cases, rows)
    order = {kernel: place for place, kernel in enumerate(claim.kernels)}
    return rows.sort_values(["kernel", "ranks"], key=lambda column: column.map(order) if column.name == "kernel" else column,
                            kind="stable", ignore_index=True)


def chosen(cases: pd.DataFrame, kernel: str, where: dict, quantity: str) -> pd.DataFrame:
    """All launches of one case, the plainest, for each number of ranks and whatever `where` lets vary."""
    cases = cases[cases.kernel == kernel]
    rows = cases[_admitted(cases, where, quantity)]
    rows = rows.assign(varied=[_varied(told, where) for told in rows.told])
    if "payload_bytes" not in where and len(rows):
        distance = (rows.payload_bytes - SMALL_BYTES).abs()
        rows = rows[distance == distance.min()]
    if rows.empty:
        return rows
    plain = pd.DataFrame({"crowded": rows.oversubscribed, "free": (rows.sync == "none") != (quantity in RATES),
                          "asked": rows["name"].str.count("/"), "transport": rows.transport != "mpi",
                          "window": rows.in_flight, "launches": -rows.launches})
    first = rows.loc[plain.sort_values(list(plain), kind="stable").index].drop_duplicates(POINT)
    return rows.merge(first[[*KEY, "varied"]], on=[*KEY, "varied"]).sort_values("ranks", kind="stable")


def _admitted(cases: pd.DataFrame, where: dict, quantity: str) -> pd.Series:
    """Whether a case is what a claim asks for."""
    ranks = where.get("ranks")
    fits = cases.ranks.isin(np.atleast_1d(ranks)) if ranks is not None else cases.ranks > 1
    fits &= cases.ranks >= where.get("ranks_least", 0)
    fits &= cases.clients == where.get("clients", 0)
    fits &= cases.authentication == where.get("authentication", "none")
    lossy = where.get("network", "")
    fits &= cases.network.str.contains(lossy, regex=False) if lossy else cases.network == ""
    if quantity not in RATES or "in_flight" in where:
        fits &= cases.in_flight == where.get("in_flight", 1)
    if QUANTITIES[quantity].timed and not where.get("crowded", False):
        fits &= ~cases.oversubscribed
    for name in ("transport", "sync"):
        if name in where:
            fits &= cases[name] == where[name]
    if "payload_bytes" in where:
        fits &= cases.payload_bytes.isin(np.atleast_1d(where["payload_bytes"]))
    wanted = where.get("parameters", {})
    named = {*wanted, *NO_PARAMETERS}
    own = [_has(told, wanted) and _set_in(name) <= named for told, name in zip(cases.told, cases["name"])]
    return fits & pd.Series(own, cases.index, dtype=bool)


def _set_in(name: str) -> set[str]:
    """What a case's name tells besides its five parts: all that is not the kernel's default."""
    return {each.partition("=")[0] for each in name.split("/")[5:]}


def _has(parameters: dict, wanted: dict) -> bool:
    return all(name in parameters and (value == ANY or str(parameters[name]) in _texts(value))
               for name, value in wanted.items())


def _texts(value) -> list[str]:
    return [str(each) for each in (value if isinstance(value, list) else [value])]


def _varied(told: dict, where: dict) -> str:
    """The parameters that `where` lets have several values, and which they have."""
    free = [name for name, value in where.get("parameters", {}).items() if value == ANY or isinstance(value, list)]
    return ", ".join(f"{name} = {told[name]}" for name in free if name in told)


def over_where(claim: Claim) -> dict:
    """What the case is like that all is divided by: crowded if the claim's own is."""
    return {**{name: value for name, value in claim.where.items() if name == "crowded"}, **claim.over.get("where", {})}


def _divided(campaign: Campaign, claim: Claim, every: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    """By the other case at as many ranks: within the same launch or, where no launch has both, by its median."""
    other = chosen(every, claim.over["kernel"], over_where(claim), claim.quantity)
    if other.empty:
        return cases.iloc[:0]
    value = QUANTITIES[claim.quantity].of(campaign, other)
    within = value.groupby([other.file, other.ranks]).median()
    anywhere = value.groupby(other.ranks).median()
    if cases.file.isin(other.file).any():
        below = within.reindex(pd.MultiIndex.from_frame(cases[["file", "ranks"]])).to_numpy()
    else:
        below = anywhere.reindex(cases.ranks).to_numpy()
    parts = {name: np.divide(cases[name], below, out=np.full(len(cases), np.nan), where=below > 0)
             for name in ("value", "least", "most")}
    return cases.assign(**parts)


def _ends(claim: Claim, cases: pd.DataFrame) -> dict[str, pd.Series]:
    """The closed form's ends of a count that timing decides: what one campaign happened to count is no exact count."""
    if claim.quantity not in DELAYS:
        return {name: pd.Series(np.nan, cases.index) for name in ("least", "most")}
    return {name: DELAYS[claim.quantity] * end for name, end in zip(("least", "most"), delays_between(cases))}


def _point(campaign: Campaign, claim: Claim, launches: pd.DataFrame) -> dict:
    first = launches.iloc[0]
    value, low, high = centre_and_interval(launches.value.to_numpy(), launches.sitting.to_numpy())
    if _has_no_noise(campaign, claim, first.count_rule):
        value, low, high = launches.value.median(), launches.value.min(), launches.value.max()
    elif math.isnan(low) and not QUANTITIES[claim.quantity].timed:
        low, high = _of_operations(value, int(launches.operations.sum()))
    ranged = bool(launches.least.notna().any())
    if ranged:
        low, high = min(low, launches.least.min()), max(high, launches.most.max())
    return {**{name: first[name] for name in POINT}, "case": first["name"], "value": value, "low": low, "high": high,
            "launches": len(launches), "oversubscribed": bool(first.oversubscribed), "names": _names(launches),
            "ranged": ranged}


def _of_operations(mean: float, operations: int) -> tuple[float, float]:
    """Interval of a random count of too few launches: operations are independent, and a count of messages until one arrives
    spreads by no more than its mean."""
    reach = NORMAL * mean / math.sqrt(operations) if operations else math.nan
    return mean - reach, mean + reach


def _has_no_noise(campaign: Campaign, claim: Claim, count_rule: str) -> bool:
    """What is applied too often, or read too late, is no estimate: once is enough."""
    if QUANTITIES[claim.quantity].timed:
        return campaign.simulated
    return count_rule != "expected" or claim.quantity in HAPPENED


def _names(launches: pd.DataFrame) -> dict[str, float]:
    """Of a formula at this point: ranks, p the share of messages lost, B the payload, L one way in ns, numeric parameters."""
    first = launches.iloc[0]
    own = {name: float(value) for name, value in first.told.items()
           if isinstance(value, (int, float)) and name.isidentifier()}
    trip = launches.round_trip_ns.dropna().median() if "round_trip_ns" in launches else math.nan
    return {**own, **formula.of_ranks(float(first.ranks)), "p": float(first.loss), "B": float(first.payload_bytes),
            "L": trip / 2}


@functools.lru_cache(maxsize=1)
def _means(campaign: Campaign) -> pd.DataFrame:
    return mean_messages(campaign)


def _with_means(campaign: Campaign, cases: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Of randomised kernels whose files tell the messages of each operation: the mean over operations and its interval."""
    means = _means(campaign).merge(cases[[*KEY, "varied"]].drop_duplicates(), on=KEY)
    for row in means.itertuples():
        same = np.logical_and.reduce([rows[name] == getattr(row, name) for name in POINT])
        rows.loc[same, ["value", "low", "high"]] = row.messages_per_operation, row.messages_low, row.messages_high
    return rows
