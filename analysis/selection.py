"""Which cases a figure or a table shows."""

import json

import pandas as pd

from analysis.load import IDENTITY, KEY

STREAM = "stream"  # a kernel whose operations overlap: it has a rate, not a latency
TUNING = ("in_flight", "batch")  # parameters that trade latency for throughput
SMALL_BYTES = 8


def preferred(rows: pd.DataFrame) -> pd.DataFrame:
    """Leaves out the oversubscribed twin of every case that was also measured with a core for each rank."""
    firm = set(rows[~rows.oversubscribed][IDENTITY].itertuples(index=False, name=None))
    twin = [row in firm for row in rows[IDENTITY].itertuples(index=False, name=None)]
    return rows[~(rows.oversubscribed & pd.Series(twin, rows.index, dtype=bool))]


def one_at_a_time(rows: pd.DataFrame) -> pd.DataFrame:
    """Cases whose operations do not overlap; of those that ran behind a start line and without one, the former."""
    return _first_of_each(rows[rows.in_flight == 1], ["sync"], rows.sync == "none")


def fewest_in_flight(rows: pd.DataFrame) -> pd.DataFrame:
    """Of each case that ran with several windows the smallest: more in flight are no more messages."""
    return _first_of_each(rows, ["in_flight", "sync"], 2 * rows.in_flight + (rows.sync == "none"))


def throughput(rows: pd.DataFrame) -> pd.DataFrame:
    """Cases as they count for a rate: a window of 1 without a start line, where there is such a case, as larger windows are."""
    return _first_of_each(rows, ["sync"], rows.sync != "none")


def tuned(rows: pd.DataFrame) -> pd.DataFrame:
    """Cases that ran with several windows or batches behind the same start line."""
    return rows[_by_tuning(rows).kernel.transform("size") > 1]


def best_tuning(rows: pd.DataFrame, value: str) -> pd.DataFrame:
    """Of cases that differ in nothing but window and batch, the one with the most of `value`; where some had no start line, of
    those: a rate that leaves start lines out also leaves out what an operation's preparation takes. Of two kinds of start lines
    each has its own best."""
    free = (rows.sync == "none").astype(int)
    alike = rows[free == _by_tuning(rows.assign(free=free), ("sync",)).free.transform("max")]
    return rows.loc[_by_tuning(alike)[value].idxmax()]


def _by_tuning(rows: pd.DataFrame, also: tuple[str, ...] = ()):
    """Groups of cases that differ in nothing but window and batch, and what is named besides."""
    others = [json.dumps({**json.loads(parameters), "batch": None}) for parameters in rows.parameters]
    alike = [name for name in KEY if name not in (*TUNING, *also, "parameters")]
    return rows.assign(others=others).groupby([*alike, "others"])


def _first_of_each(rows: pd.DataFrame, apart: list[str], order: pd.Series) -> pd.DataFrame:
    """Of rows that differ in nothing but the columns `apart`, the one that comes first in this order."""
    alike = [name for name in KEY if name not in apart]
    chosen = order[rows.index].sort_values(kind="stable").index
    return rows.loc[rows.loc[chosen].drop_duplicates(alike).index.sort_values()]


def small_payload(rows: pd.DataFrame) -> pd.DataFrame:
    """Each kernel at 8 B, or at the payload nearest to it that it was run with (barriers: 0 B)."""
    distance = (rows.payload_bytes - SMALL_BYTES).abs()
    return rows[distance == distance.groupby(rows.kernel).transform("min")]


def along_payloads(rows: pd.DataFrame) -> pd.DataFrame:
    """Without the panels in which all cases have one payload, unless there are no others."""
    several = rows.groupby("panel").payload_bytes.transform("nunique") > 1
    return rows[several] if several.any() else rows


def at_reference_ranks(rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Each kernel at the campaign's largest rank count that is not oversubscribed (ping_pong: at its own), and that count."""
    firm = rows[~rows.oversubscribed]
    reference = int((rows if firm.empty else firm).ranks.max()) if len(rows) else 0
    reachable = rows[rows.ranks <= reference]
    return reachable[reachable.ranks == reachable.groupby("kernel").ranks.transform("max")], reference
