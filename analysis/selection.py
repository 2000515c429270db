"""Which cases a figure shows, and what it calls them."""

import json
import re

import pandas as pd

from analysis.load import IDENTITY

BROADCAST, AGGREGATION, ALL_TO_ALL, OTHERS = (
    "broadcast", "aggregation", "all-to-all and dissemination", "protocols, barriers, point to point")
STREAM = "stream"  # a kernel whose operations overlap: it has a rate, not a latency
PANELS = (BROADCAST, AGGREGATION, ALL_TO_ALL, OTHERS)
SMALL_BYTES = 8


def panel(kernel: str, family: str) -> str:
    """The panel a kernel is drawn in. Goes by the words of its name, so that a new kernel needs no entry in a list."""
    if family == "protocol" or "barrier" in kernel:
        return OTHERS
    if "broadcast" in kernel:
        return BROADCAST
    if "aggregation" in kernel or "reduce" in kernel:
        return AGGREGATION
    return ALL_TO_ALL if any(word in kernel for word in ("all_to_all", "dissemination", "_n2")) else OTHERS


def arranged(rows: pd.DataFrame) -> pd.DataFrame:
    """Adds the columns `panel` and `series` and sorts by them, in_flight=8 before in_flight=64."""
    names = [panel(row.kernel, row.family) for row in rows.itertuples()]
    rows = labelled(rows.assign(panel=pd.Series(names, rows.index, dtype=object)))
    order = sorted(rows.index, key=lambda index: (PANELS.index(rows.panel[index]), _natural(rows.series[index])))
    return rows.loc[order]


def by_panel(rows: pd.DataFrame) -> dict[str, list[pd.DataFrame]]:
    """The series of each panel, in the order of arranged rows; panels without rows left out."""
    parts = rows.groupby("panel", sort=False)
    return {name: [series for _, series in part.groupby("series", sort=False)] for name, part in parts}


def preferred(rows: pd.DataFrame) -> pd.DataFrame:
    """Leaves out the oversubscribed twin of every case that was also measured with a core for each rank."""
    firm = set(rows[~rows.oversubscribed][IDENTITY].itertuples(index=False, name=None))
    twin = [row in firm for row in rows[IDENTITY].itertuples(index=False, name=None)]
    return rows[~(rows.oversubscribed & pd.Series(twin, rows.index, dtype=bool))]


def small_payload(rows: pd.DataFrame) -> pd.DataFrame:
    """Each kernel at 8 B, or at the payload nearest to it that it was run with (barriers: 0 B)."""
    distance = (rows.payload_bytes - SMALL_BYTES).abs()
    return rows[distance == distance.groupby(rows.kernel).transform("min")]


def at_reference_ranks(rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Each kernel at the campaign's largest rank count that is not oversubscribed (ping_pong: at its own), and that count."""
    firm = rows[~rows.oversubscribed]
    reference = int((rows if firm.empty else firm).ranks.max()) if len(rows) else 0
    reachable = rows[rows.ranks <= reference]
    return reachable[reachable.ranks == reachable.groupby("kernel").ranks.transform("max")], reference


def labelled(rows: pd.DataFrame) -> pd.DataFrame:
    """Adds the column `series`: the kernel and whatever else, ranks and payload apart, varies among its rows."""
    labels = pd.Series("", rows.index, dtype=object)
    for kernel, part in rows.groupby("kernel"):
        described = pd.DataFrame([_described(row) for row in part.itertuples()], part.index)
        varying = [name for name in described if described[name].nunique(dropna=False) > 1]
        labels[part.index] = [" ".join([kernel, *(f"{name}={row[name]}" for name in varying)])
                              for _, row in described.iterrows()]
    return rows.assign(series=labels)


def _described(row) -> dict:
    named = {"transport": row.transport, "sync": row.sync, "in_flight": row.in_flight, "clients": row.clients}
    return {**json.loads(row.parameters), **named}


def _natural(label: str) -> list:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", label)]
