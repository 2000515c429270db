"""The text's table of dollars: every cell to the cent under its own model, and beside it what was measured."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from analysis.money import text_table
from analysis.money.bill import cents
from conftest import ROOT, assert_refused, run
from synthetic import Case, write_launch

# Of each row at 10, 100 and 1,000 nodes, by hand: a million operations, messages of 1,000 B, 0.09 a GB of 10^9 B.
CELLS = {"no coordination": ["0.00"] * 3, "one leader": ["0.90", "9.00", "90.00"],
         "quorum of three": ["2.70", "27.00", "270.00"], "full-mesh gossip": ["8.10", "891.00", "89910.00"],
         "two-phase commit": ["13.50", "135.00", "1350.00"]}
MESSAGES = {"no coordination": [0, 0, 0], "one leader": [10**7, 10**8, 10**9],
            "quorum of three": [3 * 10**7, 3 * 10**8, 3 * 10**9], "full-mesh gossip": [9 * 10**7, 99 * 10**8, 999 * 10**9],
            "two-phase commit": [3 * 10**7, 3 * 10**8, 3 * 10**9]}
SPREAD = np.arange(41) + 900


def test_every_cell_is_the_texts_to_the_cent():
    cells = text_table.text_model()
    assert len(cells) == 15 and all(cell.equal for cell in cells)
    for name, expected in CELLS.items():
        own = [cell for cell in cells if cell.row["name"] == name]
        assert [cents(cell.dollars) for cell in own] == [cents(cell.told) for cell in own] == list(map(Decimal, expected))
        assert [cell.messages for cell in own] == [cell.told_messages for cell in own] == MESSAGES[name]


def test_a_cell_that_is_a_cent_off_or_a_message_is_not_equal():
    told = text_table._told()
    told["row"][1]["told_dollars"][0] += Decimal("0.01")
    told["row"][2]["told_messages"][1] += 1
    told["row"][4]["premium"] = 4
    assert [(cell.row["name"], cell.nodes) for cell in text_table.text_cells(told) if not cell.equal] == [
        ("one leader", 10), ("quorum of three", 100), ("two-phase commit", 10), ("two-phase commit", 100),
        ("two-phase commit", 1000)]


def test_the_table_is_printed_without_a_campaign():
    done = run("cost", "--text-table")
    assert done.returncode == 0 and "- 15 of 15 cells are equal" in done.stdout
    assert "| full-mesh gossip | 1000 | 999,000,000,000 | 999,000,000,000 | $89,910.00 | $89,910.00 | yes |" in done.stdout


def case(kernel: str, ranks: int, messages: float, carried: float, payload: int) -> Case:
    """Messages of 10 B each, some of which carry the payload."""
    return Case(kernel, SPREAD, ranks, payload, messages=messages, expected_messages=messages,
                bytes_each=10 * messages + carried * payload)


@pytest.fixture(scope="module")
def campaigns(tmp_path_factory) -> list[Path]:
    """The first counted at 8 B only, the second at two ranks with two payloads."""
    many, two = (tmp_path_factory.mktemp(name) for name in ("many", "two"))
    write_launch(many / "launch-001.h5", [case("two_phase_commit", n, 4 * (n - 1), n - 1, 8) for n in (2, 3, 5, 8)]
                 + [case("quorum_register", n, 4 * (n - 1), n - 1, 8) for n in (2, 3)])
    write_launch(two / "launch-001.h5", [case("two_phase_commit", 2, 4, 1, payload) for payload in (8, 1000)]
                 + [case("quorum_register", 3, 8, 2, payload) for payload in (8, 1000)])
    return [many, two]


def test_the_measured_model_stands_beside_the_texts(campaigns):
    """Two-phase commit on 1,000 nodes: 3,996 messages of 10 B and 66 B of headers, 999 payloads: 1302.696 GB. Their mean is
    260 B, so each is one segment. Two payloads were counted at two ranks alone; 48 · 999 B hold 5,994 of them at most, one at
    least. A quorum of three is the same on any number of nodes: 8 messages, 2 payloads, 2.608 GB."""
    table = run("cost", "--text-table", *campaigns).stdout
    assert ("| two-phase commit | 1000 | two_phase_commit | 3,000 | 3996 | 1303 [313, 6521] | $1,350.00 | "
            "$117.24 [$28.14, $586.93] | $0.00 |") in table
    quorum = "| quorum_register, 3 ranks | {} | 8 | 2.61 | ${} | $0.23 | $0.00 | $0.05 | $0.05 | $0.00 |"
    for nodes, messages, dollars in ((10, "30", "2.70"), (100, "300", "27.00"), (1000, "3,000", "270.00")):
        assert f"| quorum of three | {nodes} " + quorum.format(messages, dollars) in table


def test_a_kernel_that_no_campaign_has_gets_a_sentence(campaigns):
    table = run("cost", "--text-table", *campaigns).stdout
    assert "- full-mesh gossip, 10 nodes: no campaign has push_gossip; measure it with `coordbench run --kernels" in table


def test_prices_of_the_users_own_pay_for_the_measured_model_but_not_for_the_texts(campaigns, tmp_path):
    (tmp_path / "own.toml").write_text("[traffic]\nbetween_regions = 1\n[wire]\nheader_bytes = 0\n")
    table = run("cost", "--text-table", *campaigns, "--prices", tmp_path / "own.toml").stdout
    assert ("| quorum of three | 10 | quorum_register, 3 ranks | 30 | 8 | 2.08 | $2.70 | $0.19 | $0.00 | $0.04 | $2.08 | "
            "$0.00 |") in table
    assert "- 15 of 15 cells are equal" in table


def test_a_folder_without_launches_is_refused(tmp_path):
    assert_refused(run("cost", "--text-table", tmp_path), str(tmp_path))


def test_every_kernel_of_the_table_exists():
    """A header of that name is what coordbench list lists."""
    for row in text_table._told()["row"]:
        for kernel in row["kernels"]:
            assert [folder for folder in ("kernels", "collectives") if (ROOT / folder / f"{kernel}.hpp").exists()], kernel
