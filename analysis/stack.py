"""The stack of costs: a cache line there and back, the transport's ping_pong, and of a protocol the three ends that protocols
have in common (ends.py): until the user may go on, which is what is compared, until everyone knows, until all may be
forgotten; with authentication too where a launch has both.

Of protocols with their default parameters between two ranks with a core each, at 8 B, one operation at a time. Ratios are taken
within each launch, so that what slows a launch as a whole drops out of them.
"""

import pandas as pd

from analysis.ends import ENDS, LAST, end_medians
from analysis.limits import clock_read_ns, line_round_trip_ns, ping_pongs
from analysis.load import KEY, Campaign
from analysis.naming import AUTHENTICATED, MPI
from analysis.ratios import timed_with_ratios
from analysis.selection import SMALL_BYTES, one_at_a_time
from analysis.summary import medians

RANKS = 2
FLOOR, BASE = "line_round_trip", "ping_pong"
SAME = ["file", "sync", "transport"]
CASE = ["transport", "kernel", "authentication"]
ROW = [*CASE, "position", "mark"]
TRUSTING = "none"  # the authentication of protocols that trust the sender
VALUES = {"p50_ns": "latency{}_ns", "over_floor": "over_floor{}", "over_ping_pong": "over_ping_pong{}",
          "over_trusting": "over_trusting{}", "clock_share": "clock_share{}"}


def stack(campaign: Campaign) -> pd.DataFrame:
    """One row for the floor (kernel `line_round_trip`, of no transport), and for each transport one of `ping_pong`, without a
    mark, and one of each of a protocol's ends, `mark`, of which the first is `compared`; `called`: its own mark for that end.
    Medians over launches, with intervals (`_low`, `_high`), of `latency_ns`, of its ratios `over_floor` and `over_ping_pong`,
    of `clock_share`, one reading of the clock as a share of it, and with authentication of `over_trusting`, its ratio to that
    of the same kernel without; NaN where a launch has nothing to divide by. `launches`: how many have the latency."""
    costs = _costs(campaign)
    rows = costs.groupby(ROW, as_index=False).agg(launches=("p50_ns", "count"), compared=("compared", "first"),
                                                     called=("called", "first"))
    for column, names in VALUES.items():
        rows = rows.merge(medians(costs, column, names, ROW), on=ROW, how="left")
    order = rows.assign(floor=rows.kernel != FLOOR, mpi=rows.transport != MPI, base=rows.kernel != BASE,
                        way=rows.authentication.map(list(AUTHENTICATED).index))
    by = ["floor", "mpi", "transport", "base", "kernel", "way", "position"]
    return rows.loc[order.sort_values(by).index].reset_index(drop=True)


def _costs(campaign: Campaign) -> pd.DataFrame:
    """One row per launch and row of the stack."""
    protocols = _ends(campaign)
    trips = ping_pongs(campaign).merge(protocols[SAME].drop_duplicates())
    base = trips.assign(kernel=BASE, authentication=TRUSTING, position=-1, mark="", called="", p50_ns=trips.ping_pong_ns)
    beside = timed_with_ratios(campaign)[[*KEY, "file", "round_trip_ns"]].merge(trips[SAME])
    measured = pd.concat([base, protocols.merge(beside, on=[*KEY, "file"], how="left")], ignore_index=True)
    floor = line_round_trip_ns(campaign).rename("p50_ns").reset_index()
    floor = floor[floor.file.isin(measured.file)]
    floor = floor.assign(kernel=FLOOR, transport="", authentication=TRUSTING, position=-1, mark="", called="")
    costs = pd.concat([floor, measured.assign(clock_share=measured.file.map(clock_read_ns(campaign)) / measured.p50_ns)])
    costs = costs.assign(compared=costs.position <= 0)
    return costs.assign(sitting=costs.file.map(campaign.launches.sitting), over_trusting=_over_trusting(costs),
                        over_floor=costs.p50_ns / costs.file.map(line_round_trip_ns(campaign)),
                        over_ping_pong=(costs.p50_ns / costs.round_trip_ns).fillna(costs.over_ping_pong)).reset_index(drop=True)


def _ends(campaign: Campaign) -> pd.DataFrame:
    """One row per launch, protocol and end that it measures; `called`: its own mark for it."""
    found = end_medians(campaign).merge(reference_cases(campaign)[KEY], on=KEY)
    parts = [found.assign(position=position, mark=end, p50_ns=found[f"{end}_ns"], called=found.get(f"{end}_mark", LAST))
             for position, end in enumerate(ENDS)]
    rows = pd.concat(parts, ignore_index=True)
    measured = rows.groupby([*CASE, "mark"]).p50_ns.transform("count") > 0
    return rows[measured | (rows.position == 0)]


def _over_trusting(costs: pd.DataFrame) -> pd.Series:
    """Of ends with authentication, how many times as long they take as the same launch's without."""
    ends = costs.reset_index(drop=True)
    ends = ends[ends.compared]
    trusting = ends[ends.authentication == TRUSTING][[*SAME, "kernel", "p50_ns"]].rename(columns={"p50_ns": "trusting_ns"})
    sealed = ends[ends.authentication != TRUSTING].reset_index().merge(trusting, on=[*SAME, "kernel"]).set_index("index")
    return (sealed.p50_ns / sealed.trusting_ns).reindex(range(len(costs))).set_axis(costs.index)


def reference_cases(campaign: Campaign) -> pd.DataFrame:
    """The cases that the stack is of, each as one of its launches has it: a name of five parts, that of the authentication
    apart, has the default parameters."""
    cases = campaign.timed.drop_duplicates(KEY)
    names = cases["name"].str.replace("/authentication=[a-z]+$", "", regex=True)
    return _small(cases[(names.str.count("/") == 4) & (cases.family == "protocol")])


def base_cases(campaign: Campaign) -> pd.DataFrame:
    """The ping_pongs of the same kind."""
    cases = campaign.timed.drop_duplicates(KEY)
    return _small(cases[cases.kernel == BASE])


def _small(cases: pd.DataFrame) -> pd.DataFrame:
    return one_at_a_time(cases[(cases.ranks == RANKS) & (cases.payload_bytes == SMALL_BYTES) & ~cases.oversubscribed])
