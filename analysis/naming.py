"""What a figure or a table calls its cases: the series, and the panel it is drawn in."""

import json
import re

import pandas as pd

BROADCAST, AGGREGATION, ALL_TO_ALL, GOSSIP, AGREEMENT, OTHERS = (
    "broadcast", "aggregation", "all-to-all and dissemination", "gossip", "agreement", "barriers, point to point")
PANELS = (BROADCAST, AGGREGATION, ALL_TO_ALL, GOSSIP, AGREEMENT, OTHERS)
SERIES_MAX = 8  # in a panel that shows several transports
MPI = "mpi"  # the transport that goes without saying


def arranged(rows: pd.DataFrame, apart: tuple[str, ...] = ()) -> pd.DataFrame:
    """Adds the columns `panel` and `series` (see `labelled`) and sorts by them, in_flight=8 before in_flight=64."""
    names = [panel(row.kernel, row.family) for row in rows.itertuples()]
    rows = labelled(rows.assign(panel=pd.Series(names, rows.index, dtype=object)), apart)
    order = sorted(rows.index, key=lambda index: (PANELS.index(rows.panel[index]), _natural(rows.series[index])))
    return rows.loc[order]


def labelled(rows: pd.DataFrame, apart: tuple[str, ...] = ()) -> pd.DataFrame:
    """Adds the column `series`: the kernel and whatever varies among its rows but ranks, payload and what is named apart; among
    rows of several transports also the transport, unless it is MPI."""
    labels = pd.Series("", rows.index, dtype=object)
    for kernel, part in rows.groupby("kernel"):
        described = pd.DataFrame([_described(row) for row in part.itertuples()], part.index)
        described = described[[name for name in described if name not in apart]]
        telling = _telling(described)
        labels[part.index] = [" ".join([kernel, *(f"{name}={row[name]}" for name in telling)])
                              for _, row in described.iterrows()]
    return rows.assign(series=labels + transport_suffixes(rows))


def panel(kernel: str, family: str) -> str:
    """The panel a kernel is drawn in. Goes by the words of its name, so that a new kernel needs no entry in a list."""
    if "gossip" in kernel:
        return GOSSIP
    if family == "protocol":
        return AGREEMENT
    if "barrier" in kernel:
        return OTHERS
    if "broadcast" in kernel:
        return BROADCAST
    if "aggregation" in kernel or "reduce" in kernel:
        return AGGREGATION
    return ALL_TO_ALL if any(word in kernel for word in ("all_to_all", "dissemination", "_n2")) else OTHERS


def parted(rows: pd.DataFrame) -> pd.DataFrame:
    """Arranged rows, a panel of more than eight series made one for each transport, whose series then need not name it. The MPI
    library's own stand in each of these as what they are held against; kernels of every transport have equal places."""
    parts = [rows.iloc[:0]]
    for title, part in rows.groupby("panel", sort=False):
        crowded = part.series.nunique() > SERIES_MAX and part.transport.nunique() > 1
        parts += [_of_transport(part, title, name) for name in sorted(part.transport.unique())] if crowded else [part]
    return pd.concat(parts, ignore_index=True)


def native(rows: pd.DataFrame) -> pd.Series:
    """Which rows are the MPI library's own collectives."""
    return rows.kernel.str.startswith("native_")


def by_panel(rows: pd.DataFrame) -> dict[str, list[pd.DataFrame]]:
    """The series of each panel, in the order of arranged rows; panels without rows left out."""
    parts = rows.groupby("panel", sort=False)
    return {name: [series for _, series in part.groupby("series", sort=False)] for name, part in parts}


def _telling(described: pd.DataFrame) -> list[str]:
    """The columns that tell the rows apart, each of them some rows that those before it do not."""
    telling, groups = [], 1
    for name in described:
        parts = len(described[[*telling, name]].drop_duplicates())
        if parts > groups:
            telling, groups = [*telling, name], parts
    return telling


def _described(row) -> dict:
    named = {"in_flight": row.in_flight, "sync": row.sync, "clients": row.clients}
    return {**json.loads(row.parameters), **named}


def _of_transport(part: pd.DataFrame, title: str, transport: str) -> pd.DataFrame:
    """The rows of one transport, kernels that run over all of them first, then those of the library that are not among them."""
    own = part[part.transport == transport]
    everywhere = own.kernel.isin(set.intersection(*(set(kernels) for _, kernels in part.groupby("transport").kernel)))
    suffix = _suffix(transport)
    own = own.assign(series=[series.removesuffix(suffix) for series in own.series])
    library = part[(part.transport != transport) & native(part) & ~part.kernel.isin(own.kernel)]
    library = library.assign(series=[f"{row.series} ({transport_name(row.transport)})" for row in library.itertuples()])
    return pd.concat([own[everywhere], own[~everywhere], library]).assign(panel=f"{title} ({transport_name(transport)})")


def transport_suffixes(rows: pd.DataFrame) -> pd.Series:
    """" (shared memory)" or the like behind the rows of every transport but MPI, nothing where all rows have the same."""
    told = rows.transport.nunique() > 1
    return pd.Series([_suffix(transport) if told else "" for transport in rows.transport], rows.index, dtype=object)


def transport_name(transport: str) -> str:
    return "MPI" if transport == MPI else transport.replace("-", " ")


def _suffix(transport: str) -> str:
    return "" if transport == MPI else f" ({transport_name(transport)})"


def _natural(label: str) -> list:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", label)]
