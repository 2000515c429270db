"""From launches on disk to models and the figure of scaling: regimes apart, nothing followed too far, and said
so."""

import math

import numpy as np
import pandas as pd
import pytest
from analysis.load import load
from analysis.refusal import Refusal
from analysis.regimes import farthest_levels
from analysis.scaling import curves
from analysis.scaling_tables import models, no_models, scaling_tables
from conftest import assert_refused, caption, draw, panel, run, texts
from synthetic import DISTANCE_WORDS, Case, write_launch

RANKS = (2, 3, 4, 6, 8, 12, 16)
FLAT, TREE, GOSSIP = "flat_broadcast", "binomial_broadcast", "push_gossip"
LAWS = {FLAT: lambda n: 1000 + 300 * n, TREE: lambda n: 800 + 900 * math.log2(n)}  # cross between 7 and 8 ranks
SPREAD = np.arange(-4, 5)


def cases(laws, ranks=RANKS, slow=1.0, **options) -> list[Case]:
    by_timers = {"parameters": {"pace": "timer"}}
    return [Case(kernel, np.round(law(n) * slow).astype(int) + SPREAD, n, **options, **(by_timers if kernel == GOSSIP else {}))
            for kernel, law in laws.items() for n in ranks]


def distance(words: dict[int, str], world: int) -> np.ndarray:
    """[rank, peer]: ranks from 1 on are as far from the others as the last key that is not above them says."""
    level = [DISTANCE_WORDS.split().index(words[max(key for key in words if key <= rank)]) for rank in range(1, world)]
    far = np.maximum.outer([0, *level], [0, *level]).astype(np.int8)
    np.fill_diagonal(far, 0)
    return far


def campaign(folder, laws=LAWS, launches=8, far={1: "network"}, noise=0.03, ranks=RANKS, **options):
    """Launches whose speeds lie 5 % apart, and their cases 3 % more."""
    rng = np.random.default_rng(7)
    for launch in range(1, launches + 1):
        slow = np.exp(rng.normal(0, noise))
        each = [case for n in ranks for case in cases(laws, [n], slow * np.exp(rng.normal(0, noise / 2)))]
        write_launch(folder / f"launch-{launch:03}.h5", each + cases({"ping_pong": lambda n: 1000}, [2]), launch, max(ranks),
                     distance=distance(far, max(ranks)), **options)
    return folder


def row_of(rows: pd.DataFrame, kernel: str) -> pd.Series:
    return rows[rows.kernel == kernel].iloc[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return campaign(tmp_path_factory.mktemp("scaling"))


@pytest.fixture(scope="module")
def rows(folder):
    return models(load(folder))


def test_models_of_a_campaign_are_the_laws_it_is_made_of(rows):
    assert row_of(rows, FLAT)[["1_ns", "N_ns"]].tolist() == pytest.approx([1000, 300], rel=0.2)
    assert row_of(rows, TREE)["log2_N_ns"] == pytest.approx(900, rel=0.2)
    for kernel, law in LAWS.items():
        row = row_of(rows, kernel)
        assert (row.limit_ranks, row.limit_times_measured, row.band_source) == (64, 4, "launches")
        assert row.limit_low_ns <= law(64) <= row.limit_high_ns
        assert row.limit_ns == pytest.approx(law(64), rel=0.15)
        assert row.error < 0.1 and row.runner_up and row.runner_up_error >= 0


def test_the_growth_exponent_is_the_slope_of_logarithms_with_its_interval(rows):
    for kernel, law in LAWS.items():
        slope = np.polyfit(np.log(RANKS), [math.log(law(n)) for n in RANKS], 1)[0]
        row = row_of(rows, kernel)
        assert row.exponent_low <= slope <= row.exponent_high
        assert row.exponent_low < row.exponent < row.exponent_high < row.exponent_low + 0.2


def test_fewer_than_six_launches_have_a_model_without_band(tmp_path):
    rows = models(load(campaign(tmp_path, launches=5)))
    assert rows.model.notna()[rows.kernel != "ping_pong"].all()
    assert rows[["limit_low_ns", "exponent_low"]].isna().all(axis=None) and set(rows.band_source.dropna()) == {""}
    assert "Curves without a band: fewer than six launches." in caption(draw("scaling", tmp_path)[0])


def test_fewer_than_five_rank_counts_have_no_model_and_one_line_says_why(tmp_path):
    campaign(tmp_path, {FLAT: LAWS[FLAT]}, ranks=(2, 4, 8, 16))
    done = run("report", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    line, = [line for line in done.stdout.splitlines() if "model" in line]
    needed = "in regime network, and a model needs 5, as the largest is held out and 4 must remain (1 curve)"
    reason = f"no scaling model: 1 rank count {needed}; 4 rank counts {needed}"
    assert line == f"remark: no figure scaling: {reason}"
    assert not (tmp_path / "figures" / "scaling.pdf").exists()
    assert f"remark: {reason}" in run("report", tmp_path, "--no-figures").stdout


def test_what_misses_the_rank_count_held_out_has_no_model(tmp_path):
    reason = "the model chosen without the largest rank count misses it by more than a factor of 1.5 in regime network"
    assert reason in no_models(load(campaign(tmp_path, {FLAT: lambda n: LAWS[FLAT](n) * (1 + (n == 16))})))


def test_counts_of_the_kernel_are_terms_and_the_table_says_which(tmp_path):
    """A tree whose launches cannot tell ⌊log2 N⌋ + 1 rounds, as they were counted, from other steps."""
    each = [case for n in RANKS for case in cases({TREE: lambda n: 300 + 900 * math.floor(math.log2(n))}, [n],
                                                 expected_delays=1 + math.floor(math.log2(n)))]
    write_launch(tmp_path / "launch-001.h5", each, 1, 16, distance=distance({1: "network"}, 16))
    row, = models(load(tmp_path)).itertuples()
    assert (row.as_counted, row.floor_log2_N_ns) == ("⌊log2 N⌋ as its delays", pytest.approx(900))
    assert "| 0.300 + 0.900 ⌊log2 N⌋ µs (⌊log2 N⌋ as its delays) |" in "".join(scaling_tables(load(tmp_path)))


def test_a_model_of_a_count_that_follows_no_term_is_not_followed_beyond_it(tmp_path):
    rounds = dict(zip(RANKS, (1, 3, 2, 4, 3, 5, 4)))
    each = [case for n in RANKS for case in cases({TREE: lambda n: 400 + 700 * rounds[n]}, [n], expected_delays=rounds[n])]
    write_launch(tmp_path / "launch-001.h5", each, 1, 16, distance=distance({1: "network"}, 16))
    curve, = curves(load(tmp_path))
    assert curve.choice.chosen.terms == ("1", "delays") and curve.limit() == curve.limit(reach=9) == 16
    assert "from those that were counted" in run("extrapolate", tmp_path, "--ranks", 32).stderr


def test_what_no_terms_predict_has_no_model(tmp_path):
    strange = {FLAT: lambda n: 1000 if n % 3 else 9000}
    reason = "no terms predict unseen rank counts within a factor of 1.5 in regime network"
    assert reason in no_models(load(campaign(tmp_path / "alone", strange)))
    table = "".join(scaling_tables(load(campaign(tmp_path / "beside", strange | {TREE: LAWS[TREE]}))))
    assert f"- 1 curve has no model: {reason}\n" in table and "| – | – | – | – |" in table and "| N=64 (4 ×): " in table
    assert "A curve has no line if it has too few rank counts" in caption(draw("scaling", tmp_path / "beside")[0])


def test_regimes_are_not_mixed_and_a_curve_ends_where_the_next_begins(tmp_path):
    laws = {FLAT: lambda n: 1000 + 10 * n if n <= 8 else 50_000 * n}
    ranks = (2, 3, 4, 6, 8, 12, 16, 20, 24, 32)
    folder = campaign(tmp_path, laws, far={1: "l3", 8: "network"}, ranks=ranks, noise=0.001, cores=64)
    near, far = [curve for curve in curves(load(folder)) if curve.series["kernel"] == FLAT]
    assert (near.level, far.level, near.largest, far.smallest) == ("l3", "network", 8, 12)
    assert near.predicted_ns([2, 8]) == pytest.approx([1020, 1080], rel=0.02) and near.limit() == 8
    assert far.predicted_ns([12, 128]) == pytest.approx([600_000, 6_400_000], rel=0.02) and far.limit() == 128
    figure, numbers = draw("scaling", folder)
    axes = panel(figure, "broadcast")
    assert "network" in texts(axes) and "l3" not in texts(axes)
    upright = [line.get_xdata()[0] for line in axes.lines if len(set(line.get_xdata())) == 1 and line.get_marker() == "None"]
    assert 8 < upright[0] < 12
    assert numbers[(numbers.regime == "l3") & (numbers.times_measured > 1)].empty
    assert "Dotted, upright: where another regime begins." in caption(figure)


def test_a_model_is_not_followed_past_the_cores_of_a_host(tmp_path):
    folder = campaign(tmp_path, far={1: "package"}, cores=24)
    assert {curve.limit() for curve in curves(load(folder)) if curve.choice} == {24}


def test_unbound_ranks_of_several_hosts_are_a_network_apart(tmp_path):
    levels = {curve.level for curve in curves(load(campaign(tmp_path, far={1: "unknown", 2: "network"}, launches=1)))}
    assert levels == {"unknown", "network"}


def test_a_farther_level_once_reached_stays():
    between = np.array([[0, 2, 1], [2, 0, 1], [1, 1, 0]])
    assert farthest_levels(between, {0: "self", 1: "unknown", 2: "network"}) == ("self", "network", "network")


def test_oversubscribed_points_are_never_mixed_with_others_nor_followed(tmp_path):
    campaign(tmp_path, far={1: "l3"}, ranks=(2, 3, 4, 6, 8), cores=64)
    slow = cases({FLAT: lambda n: 90_000 * n}, (2, 3, 4, 6, 8))
    write_launch(tmp_path / "launch-009.h5", slow, 9, 8, oversubscribed=True, cores=64, distance=distance({1: "network"}, 8))
    firm, crowded = [curve for curve in curves(load(tmp_path)) if curve.series["kernel"] == FLAT]
    assert firm.regime == "l3" and firm.predicted_ns([8]) == pytest.approx([LAWS[FLAT](8)], rel=0.1)
    assert crowded.regime == "network, oversubscribed" and crowded.predicted_ns([8]) == pytest.approx([720_000], rel=0.01)
    assert (firm.limit(), crowded.limit(), crowded.limit(reach=100)) == (32, 8, 8)


def test_simulated_time_has_the_spread_of_models_for_a_band_and_hollow_points(tmp_path):
    laws = {FLAT: LAWS[FLAT], TREE: lambda n: 1000 * math.floor(math.log2(n)) + 100}
    folder = campaign(tmp_path, laws, launches=1, source="simulated")
    tree = row_of(models(load(folder)), TREE)
    assert tree.band_source == "models" and tree.limit_low_ns <= tree.limit_ns <= tree.limit_high_ns
    assert tree.exponent_low < tree.exponent < tree.exponent_high
    figure, _ = draw("scaling", folder)
    marked = [line for line in panel(figure, "broadcast").lines if line.get_marker() != "None"]
    assert marked and all(line.get_markerfacecolor() == "white" for line in marked)
    assert "Hollow: simulated." in caption(figure) and "Bands: the models that" in caption(figure)


@pytest.mark.parametrize("source, words", [("simulated", "regimes of a simulated platform are not seen"),
                                           ("measured", "the models assume more of the same")])
def test_who_follows_a_model_beyond_the_data_is_told_what_that_assumes(tmp_path, source, words):
    campaign(tmp_path, launches=1, source=source)
    assert words in run("extrapolate", tmp_path, "--ranks", 64).stdout
    assert words not in run("extrapolate", tmp_path, "--ranks", 16).stdout
    assert words in "".join(scaling_tables(load(tmp_path)))
    assert words in caption(draw("scaling", tmp_path)[0])


def test_what_is_not_followed_beyond_the_data_assumes_nothing(tmp_path):
    campaign(tmp_path, launches=1, far={1: "l3"}, cores=16)
    assert "beyond the ranks measured" not in "".join(scaling_tables(load(tmp_path))) + caption(draw("scaling", tmp_path)[0])


def test_simulated_time_of_three_operations_has_a_median(tmp_path):
    for source, medians in (("simulated", [5.0]), ("measured", [math.nan])):
        write_launch(tmp_path / source / "launch-001.h5", [Case(FLAT, np.array([4, 5, 9]))], source=source)
        assert load(tmp_path / source).timed.p50_ns.tolist() == pytest.approx(medians, nan_ok=True)


def test_simulated_and_measured_launches_are_never_mixed(tmp_path):
    campaign(tmp_path, launches=1)
    campaign(tmp_path / "other", launches=2, source="simulated")
    (tmp_path / "other" / "launch-002.h5").rename(tmp_path / "launch-002.h5")
    with pytest.raises(Refusal, match="mixes measured with simulated"):
        load(tmp_path)


def test_the_figure_has_lines_through_the_data_dashed_beyond_and_bands(folder, rows):
    figure, numbers = draw("scaling", folder)
    axes = panel(figure, "broadcast")
    lines = [line for line in axes.lines if line.get_marker() == "None" and line.get_color() != "0.6"]
    spans = {(line.get_linestyle(), round(min(line.get_xdata())), round(max(line.get_xdata()))) for line in lines}
    assert spans == {("-", 2, 16), ("--", 16, 64)}
    assert len(axes.collections) >= 2 * 2  # a band for each of both lines' two parts
    beyond = numbers[numbers.times_measured > 1]
    assert beyond.latency_us.isna().all() and set(beyond.times_measured) == {2, 4}
    flat = beyond[(beyond.series == FLAT) & (beyond.ranks == 64)].iloc[0]
    told = row_of(rows, FLAT)[["limit_ns", "limit_low_ns", "limit_high_ns"]] / 1000
    assert flat[["model_us", "band_low_us", "band_high_us"]].tolist() == pytest.approx(told.tolist())
    assert "Bands: 95 %, launches drawn anew." in caption(figure)


def test_the_lower_bound_is_the_delays_times_half_of_ping_pong(tmp_path):
    broadcasts = cases({FLAT: LAWS[FLAT]}, expected_delays=1) + cases({TREE: LAWS[TREE]}, expected_delays=3)
    write_launch(tmp_path / "launch-001.h5", [*broadcasts, *cases({"ping_pong": lambda n: 840}, [2])], 1, 16)
    figure, numbers = draw("scaling", tmp_path)
    measured = numbers[numbers.latency_us.notna() & (numbers.series != "ping_pong")]
    assert measured.groupby("series").floor_us.unique().map(list).to_dict() == {FLAT: [0.42], TREE: [pytest.approx(1.26)]}
    assert "delays × 420 ns, half of ping_pong over MPI (median of one launch)" in caption(figure)


def test_extrapolation_says_how_far_it_goes_and_is_refused_beyond(folder):
    done = run("extrapolate", folder, "--ranks", 64)
    assert done.returncode == 0 and done.stdout.count("| 4 (extrapolated) |") == 2
    assert "| 0.75 |" in run("extrapolate", folder, "--ranks", 12).stdout
    assert_refused(run("extrapolate", folder, "--ranks", 100), "--ranks 100 is 6.25 times the 16 ranks measured", "--reach 7")
    assert "6.2 (extrapolated)" in run("extrapolate", folder, "--ranks", 100, "--reach", 7).stdout
    assert_refused(run("extrapolate", folder, "--ranks", 1), "name 2 or more")


@pytest.mark.parametrize("option, given", [("--reach", "inf"), ("--reach", "nan"), ("--reach", "-3"), ("--reach", "1e300"),
                                           ("--ranks", "0"), ("--ranks", "-4"), ("--ranks", "9" * 400), ("--ranks", "many")])
def test_no_number_of_ranks_and_no_reach_are_refused(folder, option, given):
    assert_refused(run("extrapolate", folder, "--ranks", 64, f"{option}={given}"), option, f"'{given}'", "from 1 to")


def test_extrapolation_without_a_model_or_into_another_regime_is_refused(tmp_path):
    near = campaign(tmp_path / "near", far={1: "package"}, cores=16, launches=1)
    assert_refused(run("extrapolate", near, "--ranks", 17, "--reach", 9), "lies in another regime than package", "16 ranks")
    few = campaign(tmp_path / "few", ranks=(2, 4), launches=1)
    assert_refused(run("extrapolate", few, "--ranks", 8),
                   "no scaling model: 1 rank count in regime network, and a model needs 5")
