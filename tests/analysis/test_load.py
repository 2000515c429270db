"""From files to rows: latencies from raw stamps, what is merged, what is left out, what is refused."""

import h5py
import numpy as np
import pytest
import xarray
from analysis import stamps
from analysis.load import load
from analysis.refusal import Refusal
from analysis.stamps import case_latencies_ns, latencies_ns
from analysis.summary import summarise
from conftest import cases_of_launch, seven, write_campaign
from synthetic import Case, write_launch

SPREAD = np.arange(400)


def test_the_made_up_file_opens_like_a_real_one(campaign_folder):
    path = campaign_folder / "launch-001.h5"
    cases = xarray.open_dataset(path, group="cases", engine="h5netcdf")
    assert cases.latency_p50_ns.dims == ("case",)
    samples = xarray.open_dataset(path, group="samples/ping_pong/n2/b8/mpi/round-time", engine="h5netcdf")
    assert samples.start_ns.dims == ("operation", "rank")


def test_a_folder_may_be_named_in_text(campaign_folder):
    assert load(str(campaign_folder)).name == load(campaign_folder).name == campaign_folder.name


@pytest.mark.parametrize("definition, expected", [("proposer", [50]), ("makespan", [70]), ("barrier", [40])])
def test_latency_by_hand(definition, expected):
    start = np.array([[100, 130, -1]]) if definition != "proposer" else np.array([[100, -1, -1]])
    end = np.array([[150, 170, -1]])
    assert latencies_ns(start, end, definition).tolist() == expected


def test_the_proposer_may_be_any_rank():
    start = np.array([[10, -1], [-1, 30]])
    end = np.array([[15, 99], [98, 37]])
    assert latencies_ns(start, end, "proposer").tolist() == [5, 7]


def test_an_operation_that_never_ended_has_no_latency():
    assert np.isnan(latencies_ns(np.array([[10, -1]]), np.array([[-1, 99]]), "proposer")).all()


@pytest.mark.parametrize("definition", ["proposer", "makespan", "barrier"])
@pytest.mark.parametrize("piece", [1, 7, 2 * 401 - 2, 10_000])
def test_latencies_read_piece_by_piece_are_those_read_at_once(tmp_path, monkeypatch, definition, piece):
    monkeypatch.setattr(stamps, "PIECE", piece)
    case = Case("k", np.random.default_rng(1).permutation(401) + 1000, ranks=2, definition=definition)
    with h5py.File(write_launch(tmp_path / "launch-001.h5", [case])) as file:
        assert case_latencies_ns(file[f"samples/{case.name}"], definition).tolist() == case.latencies_ns.tolist()


def test_a_bad_stamp_in_a_late_piece_is_named_by_its_place_in_the_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(stamps, "PIECE", 10)
    case = Case("k", np.arange(401) + 1000, ranks=2)
    with h5py.File(write_launch(tmp_path / "launch-001.h5", [case]), "a") as file:
        file[f"samples/{case.name}/start_ns"][200, 1] = -7
    with pytest.raises(Refusal, match=r"found -7 \(number 402 of 802\)"):
        load(tmp_path)


@pytest.mark.parametrize("definition", ["proposer", "makespan", "barrier"])
def test_medians_come_from_the_stamps(tmp_path, definition):
    write_launch(tmp_path / "launch-001.h5", [Case("a", 1000 + SPREAD, 4, definition=definition)], world=4)
    case = load(tmp_path).cases.iloc[0]
    assert (case.p50_ns, case.p90_ns, case.p99_ns) == (1199.5, 1000 + 359, 1000 + 395)


def test_percentiles_only_where_samples_support_them(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("a", SPREAD[:35]), Case("b", SPREAD[:36]), Case("c", SPREAD[:368])])
    cases = load(tmp_path).cases.set_index("kernel")
    assert cases.p90_ns.notna().to_dict() == {"a": False, "b": True, "c": True}
    assert cases.p99_ns.notna().to_dict() == {"a": False, "b": False, "c": True}


def test_oversubscribed_launches_are_not_averaged_with_others(campaign_folder):
    rows = summarise(load(campaign_folder))
    rows = rows[(rows.kernel == "ping_pong")].set_index("oversubscribed")
    assert rows.latency_ns.to_dict() == {False: 1504, True: 15080}
    assert rows.launches.to_dict() == {False: 7, True: 1}
    assert [1504, rows.latency_low_ns[False], rows.latency_high_ns[False]] == pytest.approx(seven(range(1501, 1508)))
    assert np.isnan(rows.latency_low_ns[True])
    assert rows["flags"].to_dict() == {False: "", True: "oversubscribed"}


def test_parameters_part_cases_whatever_their_order_in_json(tmp_path):
    swept = [Case("k", SPREAD, parameters={"x": x, "y": 2}) for x in (1, 2)]
    write_launch(tmp_path / "launch-001.h5", swept)
    write_launch(tmp_path / "launch-002.h5", [Case("k", SPREAD, parameters={"y": 2, "x": 1})], launch=2)
    assert summarise(load(tmp_path)).launches.tolist() == [2, 1]


def test_wrong_answers_count_but_are_not_timed(tmp_path):
    for launch in range(1, 8):
        verdict = "wrong_answer" if launch == 7 else "ok"
        write_launch(tmp_path / f"launch-{launch:03}.h5", [Case("k", SPREAD + 1000 * launch, verdict=verdict)], launch)
    campaign = load(tmp_path)
    row = summarise(campaign).iloc[0]
    assert (row.launches, row.ok, row.wrong_answer) == (7, 6, 1)
    assert row.latency_high_ns == pytest.approx(6199.5 - 5 / 14 * 1000)
    assert "1 cases ended as wrong_answer: their latencies are left out" in campaign.remarks


def test_one_miscounting_launch_shows_in_the_summary(tmp_path):
    for launch, messages in enumerate([3, 3, 4, 3], start=1):
        write_launch(tmp_path / f"launch-{launch:03}.h5", [Case("k", SPREAD, messages=messages, expected_messages=3)], launch)
    assert summarise(load(tmp_path)).messages_per_operation.tolist() == [4]


def test_clocks_that_were_found_wrong_are_told(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD)], 1)
    assert not [remark for remark in load(tmp_path).remarks if "clock of" in remark]
    with h5py.File(tmp_path / "launch-001.h5", "r+") as file:
        file["ranks"].attrs["clock_check"] = "the clock of rank 1 was 900 ns off"
    assert "launch-001.h5: the clock of rank 1 was 900 ns off; its stamps are not to be trusted" in load(tmp_path).remarks


def test_an_incomplete_launch_is_included_with_a_remark(tmp_path):
    for launch in range(1, 7):
        write_launch(tmp_path / f"launch-{launch:03}.h5", cases_of_launch(launch), launch, complete=int(launch != 6))
    campaign = load(tmp_path)
    assert [remark for remark in campaign.remarks if "launch-006.h5 is incomplete" in remark]
    assert summarise(campaign).launches.eq(6).all()


def test_a_launch_without_a_finished_case_is_merged(tmp_path):
    write_campaign(tmp_path, launches=1)
    write_launch(tmp_path / "launch-009.h5", [], 9, complete=0)
    assert len(load(tmp_path).launches) == 3


@pytest.mark.parametrize("group, name", [("cases", "count_rule"), ("ranks", "ping_ns"),
                                         ("samples/k/n2/b8/mpi/round-time", "end_ns")])
def test_a_lacking_variable_is_named(tmp_path, group, name):
    with h5py.File(write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD)]), "a") as file:
        del file[group][name]
    with pytest.raises(Refusal, match=f"is damaged at /{group}/{name}: expected .*, found nothing"):
        load(tmp_path)


def test_times_in_other_units_are_refused(tmp_path):
    with h5py.File(write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD)]), "a") as file:
        file["cases/latency_p50_ns"].attrs["units"] = "us"
    with pytest.raises(Refusal, match="expected the units ns, found the units 'us'"):
        load(tmp_path)


def test_measured_and_simulated_launches_do_not_mix(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD)])
    write_launch(tmp_path / "launch-002.h5", [Case("k", SPREAD)], source="simulated")
    with pytest.raises(Refusal, match="mixes measured with simulated"):
        load(tmp_path)


def test_one_case_has_one_latency_definition(tmp_path):
    write_launch(tmp_path / "launch-001.h5", [Case("k", SPREAD)])
    write_launch(tmp_path / "launch-002.h5", [Case("k", SPREAD, definition="barrier")])
    with pytest.raises(Refusal, match="under several latency definitions"):
        load(tmp_path)
