"""What a figure or a table calls its cases: the series, and the panel it is drawn in."""

import json
import re

import pandas as pd

from analysis.groups import native, purpose

BARRIERS = "barriers, point to point"
# Groups of few kernels share a panel. A group that is not here has one of its own, behind these.
PANELS = {"broadcast": ["broadcast"], "aggregation": ["aggregation"],
          "all-to-all and dissemination": ["all-to-all"], "gossip": ["gossip"],
          "avoidance of coordination": ["avoidance"], "delivery and order": ["delivery", "order"],
          "registers and caches": ["register", "cache"], "election": ["election"], "anti-patterns": ["anti-pattern"],
          "agreement": ["replication", "commitment"], "Byzantine agreement": ["byzantine"],
          BARRIERS: ["barrier", "point-to-point"]}
PANEL_OF = {group: title for title, groups in PANELS.items() for group in groups}
UNGROUPED = "others"
SERIES_MAX = 8  # in a panel that shows several transports
CLIENTS, NETWORK, AUTHENTICATION, POPULATION = "clients", "network", "authentication", "population"
ALWAYS = (CLIENTS, NETWORK, AUTHENTICATION, POPULATION)  # said of every case that has some, not only where cases differ in it
AUTHENTICATED = {"none": "", "mac": "with MACs", "signature": "with signatures"}
TRUSTING = "trusting senders"  # said of kernels of this group without authentication, whose promise needs it
BYZANTINE = "byzantine"
MPI = "mpi"  # the transport that goes without saying


def arranged(rows: pd.DataFrame, apart: tuple[str, ...] = ()) -> pd.DataFrame:
    """Adds the columns `panel` and `series` (see `labelled`) and sorts by them, in_flight=8 before in_flight=64."""
    rows = labelled(rows.assign(panel=panels(rows)), apart)
    order = sorted(rows.index, key=lambda index: (place_of(rows.panel[index]), _natural(rows.series[index])))
    return rows.loc[order]


def place_of(panel: str) -> tuple[int, str]:
    """Sorts panels: those that are not known by name behind the others."""
    return (list(PANELS).index(panel), "") if panel in PANELS else (len(PANELS), panel)


def labelled(rows: pd.DataFrame, apart: tuple[str, ...] = ()) -> pd.DataFrame:
    """Adds the column `series`: the kernel and whatever varies among its rows but ranks, payload and what is named apart; among
    rows of several transports also the transport, unless it is MPI."""
    labels = pd.Series("", rows.index, dtype=object)
    for kernel, part in rows.groupby("kernel"):
        described = pd.DataFrame([_described(row) for row in part.itertuples()], part.index)
        described = described[[name for name in described if name not in apart]]
        telling = _telling(described)
        telling += [name for name in ALWAYS if name in described and name not in telling]
        labels[part.index] = [" ".join([kernel, *filter(None, (_said(name, row[name]) for name in telling))])
                              for _, row in described.iterrows()]
    return rows.assign(series=labels + transport_suffixes(rows))


def panels(rows: pd.DataFrame) -> pd.Series:
    """The panel that each row is drawn in, by the columns `group` and `baseline_of`."""
    groups = [purpose(row.group, row.baseline_of) for row in rows.itertuples()]
    return pd.Series([PANEL_OF.get(group, group or UNGROUPED) for group in groups], rows.index, dtype=object)


def kernel_places(cases: pd.DataFrame) -> dict[str, int]:
    """The place of each kernel among those of its panel, by name."""
    every = cases.drop_duplicates("kernel").sort_values("kernel")
    return dict(zip(every.kernel, every.groupby(panels(every)).cumcount()))


def parted(rows: pd.DataFrame) -> pd.DataFrame:
    """Arranged rows, a panel of more than eight series made one for each transport, whose series then need not name it. The MPI
    library's own stand in each of these as what they are held against; kernels of every transport have equal places."""
    parts = [rows.iloc[:0]]
    for title, part in rows.groupby("panel", sort=False):
        crowded = part.series.nunique() > SERIES_MAX and part.transport.nunique() > 1
        parts += [_of_transport(part, title, name) for name in sorted(part.transport.unique())] if crowded else [part]
    return pd.concat(parts, ignore_index=True)


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


def _said(name: str, value) -> str:
    """Of clients where they are, and nothing where there are none: servers ask themselves. Of the network and of authentication
    in their own words, and likewise of what was asked of these launches but not of others."""
    if name in (NETWORK, AUTHENTICATION, POPULATION):
        return value
    if name != CLIENTS:
        return f"{name}={value}"
    return {0: "", 1: "client on a rank of its own"}.get(value, f"{value} clients on ranks of their own")


def authentication(row) -> str:
    """How messages tell who sent them, in words; empty where nobody expects them to."""
    trusts = row.authentication == "none" and getattr(row, "group", "") == BYZANTINE
    return TRUSTING if trusts else AUTHENTICATED[row.authentication]


def _described(row) -> dict:
    named = {"in_flight": row.in_flight, "sync": row.sync, CLIENTS: row.clients, NETWORK: row.network,
             AUTHENTICATION: authentication(row), POPULATION: row.population}
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
