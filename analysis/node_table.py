"""The table of the messages that cross from one node to another, of campaigns that span several."""

import pandas as pd

from analysis.groups import GROUPING
from analysis.load import KEY, Campaign
from analysis.markdown import table
from analysis.naming import arranged

HEADER = ["kernel", "ranks", "nodes", "payload", "messages", "between nodes", "formula"]
COUNTED = ["nodes", "messages_per_operation", "messages_between_nodes_per_operation",
           "expected_messages_between_nodes_per_operation"]


def node_table(campaign: Campaign) -> list[str]:
    """Per kernel and rank count, at its smallest payload, over all launches; nothing where every case sat on one node."""
    cases = campaign.cases[(campaign.cases.drift_watch == 0) & campaign.cases.nodes.ge(2)
                           & (campaign.cases.operations > 0) & (campaign.cases.count_rule != "none")]
    if cases.empty:
        return []
    means = cases.groupby([*KEY, *GROUPING], as_index=False)[COUNTED].mean()
    smallest = means[means.payload_bytes == means.groupby(["kernel", "ranks"]).payload_bytes.transform("min")]
    shown = arranged(smallest.sort_values("ranks"))
    return [table(HEADER, [_cells(row) for row in shown.itertuples()]),
            "- messages of an operation to another node, mean over launches; each launch must agree with the formula; "
            "–: there is none\n"]


def _cells(row) -> list[str]:
    expected = row.expected_messages_between_nodes_per_operation
    return [row.series, str(row.ranks), f"{row.nodes:g}", f"{row.payload_bytes} B", f"{row.messages_per_operation:g}",
            f"{row.messages_between_nodes_per_operation:g}", "–" if pd.isna(expected) else f"{expected:g}"]
