"""The table of the stack of costs (stack.py): what each protocol takes, over the floor and over its transport's ping_pong."""

import math

import pandas as pd

from analysis.limits import clock_read_ns
from analysis.load import Campaign
from analysis.markdown import digits, table, with_interval
from analysis.naming import AUTHENTICATED, transport_name
from analysis.sittings import words
from analysis.stack import FLOOR, TRUSTING, stack

HEADER = ["8 B, N=2, one at a time", "transport", "until", "latency", "÷ floor", "÷ ping_pong", "one clock reading",
          "launches"]
SEALED_HEADER = [*HEADER[:-2], "÷ without authentication", *HEADER[-2:]]
SEALED = "÷ without authentication: how many times as long as the same kernel of the same launch that trusts the sender"
CLOCK = ("one clock reading: its share of the latency; Hoefler and Belli (SC15) allow 5 %. A reading takes {read} ns (median "
         "over launches), so no operation under {least} ns meets that if each is timed by itself")
ALLOWED = 0.05
UNTIL = {"go_on": "the user may go on", "everyone": "everyone knows", "forgotten": "all may be forgotten"}


def stack_table(campaign: Campaign) -> list[str]:
    """The table, of protocols with default parameters, and its remarks; nothing without such a protocol."""
    rows = stack(campaign)
    if rows.empty:
        return []
    remarks = _remarks(rows, clock_read_ns(campaign).median(), words(campaign.launches))
    sealed = bool((rows.authentication != TRUSTING).any())
    cells = [_cells(row, sealed) for row in rows.itertuples()]
    remarks += [SEALED] * sealed
    return [table(SEALED_HEADER if sealed else HEADER, cells), "".join(f"- {remark}\n" for remark in remarks)]


def _cells(row, sealed: bool) -> list[str]:
    name = "floor: cache line there and back" if row.kernel == FLOOR else row.kernel
    name = f"{name} {AUTHENTICATED[row.authentication]}".strip()
    latency = _ratio(row.latency_ns, row.latency_low_ns, row.latency_high_ns)
    latency += " ns" if latency != "–" else ""
    share = "–" if math.isnan(row.clock_share) else f"{100 * row.clock_share:.0f} %"
    until = f"{UNTIL[row.mark]} ({row.called})" if row.mark else "–"
    return [name, transport_name(row.transport) or "–", until, latency,
            _ratio(row.over_floor, row.over_floor_low, row.over_floor_high),
            _ratio(row.over_ping_pong, row.over_ping_pong_low, row.over_ping_pong_high),
            *[_ratio(row.over_trusting, row.over_trusting_low, row.over_trusting_high)] * sealed, share, str(row.launches)]


def _ratio(value: float, low: float, high: float) -> str:
    return "–" if math.isnan(value) else with_interval(value, low, high)


def _remarks(rows: pd.DataFrame, read_ns: float, words_of_launches: tuple[str, str]) -> list[str]:
    known = (rows.kernel == FLOOR).any()
    floor = ("a cache line's round trip between the cores of ranks 0 and 1, by coordbench-micro; ratios use only the launches "
             "that measured it" if known else "not shown, because no launch stored a cache line's round trip; "
             "`coordbench run --micro FILE.json` would")
    points, intervals = words_of_launches
    return [f"{points} with {intervals}, ratios within each launch, default parameters; the user may go on: "
            "with the mark in brackets the outcome is certain; everyone knows: the last rank that has to has reached the mark; "
            "all may be forgotten: no rank has to remember the operation. Compare equal ends", f"floor: {floor}",
            CLOCK.format(read=digits(read_ns), least=digits(read_ns / ALLOWED))]
