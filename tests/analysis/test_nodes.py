"""The table of messages between nodes."""

import h5py
import numpy as np
from analysis.load import load
from analysis.node_table import node_table
from synthetic import Case, write_launch

COUNTS = {"nodes": [1, 3, 3, 3], "messages_between_nodes_per_operation": [0.0, 4.0, 2.0, 0.0],
          "expected_messages_between_nodes_per_operation": [np.nan, np.nan, 2.0, np.nan]}


def table_of(folder, counts):
    kernels = [("flat_broadcast", 2, "exact"), ("flat_broadcast", 6, "exact"), ("hierarchical_broadcast", 6, "exact"),
               ("native_broadcast", 6, "none")]
    cases = [Case(kernel, np.arange(10) + 900, ranks=ranks, messages=ranks - 1.0, count_rule=rule)
             for kernel, ranks, rule in kernels]
    write_launch(folder / "launch-001.h5", cases, world=6, schema_version="1.2")
    with h5py.File(folder / "launch-001.h5", "a") as file:
        for name, values in counts.items():
            file["cases"].create_dataset(name, data=np.array(values))
    return node_table(load(folder))


def test_it_shows_what_crosses_and_the_formula_where_there_is_one(tmp_path):
    lines, remark = table_of(tmp_path, COUNTS)
    assert lines.splitlines()[2:] == ["| flat_broadcast | 6 | 3 | 8 B | 5 | 4 | – |",
                                      "| hierarchical_broadcast | 6 | 3 | 8 B | 5 | 2 | 2 |"]
    assert "another node" in remark


def test_one_node_has_no_such_table_nor_has_a_file_of_before(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "old").mkdir()
    assert table_of(tmp_path / "one", {**COUNTS, "nodes": [1, 1, 1, 1]}) == []
    assert table_of(tmp_path / "old", {}) == []
