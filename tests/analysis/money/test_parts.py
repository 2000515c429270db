"""What a bill is made of: background messages, units of writes, totals with unknown parts, and prices beyond all bounds."""

from dataclasses import replace
from decimal import Decimal

import h5py
import numpy as np
import pandas as pd
import pytest
from analysis.advice import comparison
from analysis.money import prices, text_table
from analysis.money.bill import Asked, Bill, Sum, bill, cents
from analysis.money.growth import Count
from analysis.money.series import Series
from analysis.money.table import count
from analysis.refusal import Refusal
from conftest import assert_refused, run
from synthetic import Case, write_launch

SPREAD = np.arange(-20, 21)
MONTH = ("--operations-per-month", "1_000_000")


def sure(value: float) -> Count:
    return Count(value, value, value, "counted")


def series(kernel: str, messages: float = 4, size: float = 80, payload: int = 8, ranks: int = 4) -> Series:
    return Series(kernel, kernel, kernel, "", 0, 0, {payload: {ranks: sure(messages)}}, {payload: {ranks: sure(size)}}, {},
                  frozenset())


def paid(kernel: str, own: str = "", folder=None, **more) -> Bill:
    path = None
    if own:
        path = folder / "own.toml"
        path.write_text(own)
    return bill(series(kernel, **more), Asked(4, 10**6, prices.load(path)))


def write(folder, launches: int = 1, background=(0, 0), bytes_each=lambda launch: 400.0):
    for launch in range(1, launches + 1):
        cases = [Case("k", 900 + SPREAD, n, messages=4, expected_messages=4, bytes_each=bytes_each(launch), group="broadcast")
                 for n in (2, 3)]
        with h5py.File(write_launch(folder / f"launch-{launch:03}.h5", cases, launch, cores=8), "r+") as file:
            file["cases/background_messages"][...] = background
    return folder


def row(tmp_path, folder, nodes: int) -> pd.Series:
    done = run("cost", folder, "--nodes", nodes, *MONTH, "--csv", tmp_path / "cost.csv")
    assert done.returncode == 0, done.stderr
    return pd.read_csv(tmp_path / "cost.csv").iloc[0]


def test_messages_of_the_background_have_headers_and_are_shown(tmp_path):
    """82 and 41 of 41 operations; bytes hold what they carry."""
    folder = write(tmp_path / "campaign", background=(82, 41))
    found = row(tmp_path, folder, 2)
    assert (found.messages_per_operation, found.background_messages_per_operation) == (4, 2)
    assert found.wire_bytes_per_operation == 400 + 6 * 66
    assert "| k | 4 | 2 | 796 |" in run("cost", folder, "--nodes", 2, *MONTH).stdout


def test_the_background_of_another_number_of_ranks_lies_between_those_counted():
    of = replace(series("k"), messages={8: {2: sure(4), 4: sure(8)}}, background={8: {2: sure(2), 4: sure(16)}})
    of = replace(of, messages={8: {2: sure(4), 4: sure(8), 6: sure(10)}})
    found = of.background_at(6, 8)
    assert (found.low, found.high, found.how) == (5, 20, "bounds")
    assert replace(of, background={8: {2: sure(0)}}).background_at(6, 8).high == 0


def test_bytes_that_differ_between_launches_have_an_interval(tmp_path):
    found = row(tmp_path, write(tmp_path / "campaign", 3, bytes_each=lambda launch: 400.0 + launch), 2)
    assert [found[f"wire_bytes_per_operation{end}"] - 4 * 66 for end in ("_low", "", "_high")] == [401, 402, 403]


def test_bytes_of_random_counts_have_the_interval_of_their_messages(tmp_path):
    """16 N messages of 10 B, or two more or less."""
    for launch in (1, 2):
        each = 32 + np.resize([-2, 2], 41) * (-1) ** launch
        case = Case("gossip", 900 + SPREAD, 2, family="protocol", group="gossip", messages=32, messages_each=each,
                    expected_messages=32, count_rule="expected", bytes_each=320)
        write_launch(tmp_path / "campaign" / f"launch-{launch:03}.h5", [case], launch, cores=8)
    found = row(tmp_path, tmp_path / "campaign", 2)
    low = found.messages_per_operation_low
    assert low < 32 and found.wire_bytes_per_operation_low == pytest.approx(10 * low + 66 * low)
    assert found.wire_bytes_per_operation_high > found.wire_bytes_per_operation == 32 * 76


def test_an_interval_that_no_digit_shows_is_not_printed():
    assert count(Count(348, 347.9998, 348.0002, "mean")) == "348" and count(Count(348, 340, 350, "mean")) == "348 [340, 350]"


def test_a_sum_has_the_ends_of_the_part_that_has_them():
    traffic, time = Sum(Decimal(5), Decimal(2), Decimal(9)), Sum(Decimal(1), None, None)
    total = traffic + time
    assert (total.value, total.low, total.high) == (6, 3, 10) and (time + time).low is None


@pytest.mark.parametrize("payload, units", [(0, 1), (8, 1), (1024, 1), (1025, 2), (1_000_000, 977)])
def test_a_write_of_more_than_a_unit_is_paid_for_as_so_many(payload, units):
    """Raft on four nodes: four million writes at 0.625 a million."""
    assert paid("raft_replication", payload=payload, size=4 * payload).storage.value == Decimal("2.5") * units


def test_a_total_without_forced_writes_is_at_least_so_much_and_has_no_ratio(tmp_path):
    known, unknown = (replace(paid(kernel), waiting=Sum(Decimal(1), None, None), unknown={}) for kernel in
                      ("raft_replication", "quorum_register"))
    assert known.whole and not unknown.whole and unknown.lacks == ("storage",)
    asked = Asked(4, 10**6, prices.load())
    sides = [comparison.Side(each.series.kernel, None, each) for each in (unknown, known)]
    *_, paid_for = comparison.rows(*sides, None, asked)
    assert paid_for[1].startswith("at least $") and not paid_for[2].startswith("at least") and paid_for[3] == "–"
    *_, same = comparison.rows(sides[1], sides[1], None, asked)
    assert same[3] == "1.00"
    done = run("cost", write(tmp_path), "--nodes", 2, *MONTH)
    assert "- k: no price of forced writes: [forced_writes] of the prices has no line for it" in done.stdout


@pytest.mark.parametrize("text", ["[traffic]\nbetween_zones = 1e30\n", "[wire]\nheader_bytes = 1e99\n",
                                  "[nodes]\ndollars_per_hour = 1e999990\n",
                                  "[nodes]\ndollars_per_hour = 1e99999999999999999999\n",
                                  f"[nodes]\ndollars_per_hour = {10**4000}\n", f"[nodes]\ndollars_per_hour = {'9' * 5000}\n"])
def test_prices_beyond_all_bounds_are_refused_in_one_short_sentence(tmp_path, text):
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(Refusal) as refused:
        prices.load(tmp_path / "own.toml")
    assert len(str(refused.value)) < 300 and "\n" not in str(refused.value)


def test_the_largest_prices_of_the_largest_month_are_rounded(tmp_path):
    (tmp_path / "own.toml").write_text("[traffic]\nbetween_zones = 1_000_000_000_000\n[wire]\n"
                                       "header_bytes = 1_000_000_000_000\n"
                                       "[nodes]\ndollars_per_hour = 1e-999990\n")
    done = run("cost", write(tmp_path / "campaign"), "--nodes", 3, "--operations-per-month", 10**15, "--prices",
               tmp_path / "own.toml")
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    assert cents(Decimal(10) ** 60) == Decimal(10) ** 60


def test_a_line_of_forced_writes_for_no_kernel_is_refused(tmp_path):
    (tmp_path / "own.toml").write_text("[forced_writes]\nraft_replicaton = 'N'\n")
    with pytest.raises(Refusal, match="the key raft_replicaton, which is no kernel"):
        prices.load(tmp_path / "own.toml")
    assert prices.load(tmp_path / "own.toml", {"raft_replicaton"}).writes["raft_replicaton"] == "N"
    assert all(key.partition("/")[0] in prices._kernels() for key in prices.load().writes)


def test_a_formula_without_a_value_at_this_number_of_ranks_takes_its_own_row_only(tmp_path):
    found = paid("raft_replication", "[forced_writes]\nraft_replication = '1/(N - 4)'\n", tmp_path)
    assert found.writes is None and "at N = 4 forced_writes.raft_replication" in found.unknown["storage"]
    assert paid("two_phase_commit").storage.value > 0


def test_a_source_is_named_for_the_keys_that_it_prices(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text("[about]\nsource = 'mine'\n[nodes]\ndollars_per_hour = 1\n")
    of, defaults = prices.load(own), prices.load()
    assert of.named == f"mine for nodes.dollars_per_hour; {defaults.named} for all others"
    own.write_text("[about]\nsource = 'mine'\n")
    assert prices.load(own).named == defaults.named


def test_the_texts_table_takes_what_was_counted_before_what_is_modelled():
    counted = replace(series("k", payload=1000, ranks=10), messages={1000: {10: sure(7)}})
    model = {n: Count(n, n - 1, n + 1, "mean") for n in (2, 4, 8, 16, 32)}
    modelled = replace(counted, messages={1000: model}, sizes={1000: model})
    for campaigns in ([[counted], [modelled]], [[modelled], [counted]]):
        assert text_table._counted("k", 10, 1000, campaigns)[0].value == 7


def test_the_texts_table_refuses_what_would_change_nothing(tmp_path):
    assert_refused(run("cost", "--text-table", "--csv", tmp_path / "x.csv"), "--csv would change nothing")
    assert_refused(run("cost", "--text-table", "--nodes", 3, "--regions", 2), "--nodes and --regions would change nothing")
    assert not (tmp_path / "x.csv").exists()
