"""What kernels are for: their groups, as files of schema 1.3 and later tell them, and for older files by the kernels' names."""

import pandas as pd

NATIVE = "native"  # the MPI library's own; `baseline_of` names the group that they are held against
GOSSIP, POINT_TO_POINT, ANTI_PATTERN = "gossip", "point-to-point", "anti-pattern"
GROUPING = ["group", "baseline_of"]

# The kernels of schema 1.0 to 1.2, whose files have no group. No kernel is added here: newer files tell it.
BEFORE_1_3 = {
    ("broadcast", ""): """acknowledged_broadcast binomial_broadcast chain_broadcast flat_broadcast hierarchical_broadcast
        scatter_allgather_broadcast shared_broadcast""",
    ("aggregation", ""): """binomial_aggregation flat_aggregation hierarchical_aggregation recursive_doubling_aggregation
        reduce_scatter_allgather_aggregation shared_aggregation tree_aggregation""",
    ("all-to-all", ""): "bruck_all_to_all delta_dissemination linear_all_to_all pairwise_all_to_all",
    (ANTI_PATTERN, "all-to-all"): "accidental_n2",
    ("barrier", ""): "dissemination_barrier",
    (POINT_TO_POINT, ""): "empty ping_pong stream",
    (GOSSIP, ""): "pull_gossip push_gossip push_pull_gossip",
    ("replication", ""): "raft_replication",
    ("commitment", ""): "two_phase_commit",
    (NATIVE, "aggregation"): "native_allreduce native_reduce",
    (NATIVE, "all-to-all"): "native_all_to_all",
    (NATIVE, "barrier"): "native_barrier",
    (NATIVE, "broadcast"): "native_broadcast",
}
BY_NAME = {name: grouping for grouping, names in BEFORE_1_3.items() for name in names.split()}


def with_groups(cases: pd.DataFrame) -> pd.DataFrame:
    """Fills the columns `group` and `baseline_of` of cases whose file does not tell them; "" for kernels that nobody knows. In
    1.3 anti-patterns had no `baseline_of`."""
    told = zip(cases.kernel, cases.group, cases.baseline_of)
    grouping = [(group, baseline) if group and not (group == ANTI_PATTERN and kernel in BY_NAME)
                else BY_NAME.get(kernel, ("", "")) for kernel, group, baseline in told]
    return cases.assign(group=[group for group, _ in grouping], baseline_of=[baseline for _, baseline in grouping])


def native(rows: pd.DataFrame) -> pd.Series:
    """Which rows are the MPI library's own collectives."""
    return rows.group == NATIVE


def purpose(group: str, baseline_of: str) -> str:
    """The group that a kernel stands among: its own or, of a baseline, the one that is held against it."""
    return baseline_of or group
