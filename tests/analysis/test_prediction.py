"""Predicted against measured: made-up launches whose ratios are known, and the program as a user runs it."""

import numpy as np
import pandas as pd
import pytest

from analysis.load import load
from analysis.prediction import LIBRARY, OWN, errors, page, predictions
from analysis.refusal import Refusal
from conftest import assert_refused, run
from synthetic import Case, write_launch

SPREAD = np.linspace(-100, 100, 401).astype(int)
RATIOS = {"flat_broadcast": 0.9, "binomial_broadcast": 1.05, "ping_pong": 1.0, "bruck_all_to_all": 0.5, "native_broadcast": 2.0}
RANKS = (2, 4)


def measured_cases(launch: int) -> list[Case]:
    """Launch l takes 1000 (1 + l) ns on two ranks, twice that on four."""
    cases = [Case(kernel, 500 * ranks * (1 + launch) + SPREAD, ranks) for kernel in RATIOS for ranks in RANKS]
    around = Case("ping_pong", 9 + SPREAD, drift_watch=1, suffix="/drift=0.after")
    return cases + [Case("stream", 500 + SPREAD, sync="none"), around]


def predicted_cases(launch: int, extra: float = 1.0) -> list[Case]:
    return [Case(kernel, np.full(8, round(extra * ratio * 500 * ranks * (1 + launch))), ranks)
            for kernel, ratio in RATIOS.items() for ranks in RANKS]


def identity(launch: int) -> str:
    return f"synthetic {launch} 2024-05-06T07:08:{launch:02d}Z"


def write_pair(folder, launches=range(1, 8), oversubscribed=False, of=identity):
    """Launch 3 is predicted four times too long: no median shows it. The simulated launches have other numbers."""
    for launch in launches:
        write_launch(folder / "m" / f"launch-{launch:03}.h5", measured_cases(launch), launch, oversubscribed=oversubscribed)
        predicted = predicted_cases(launch, 4.0 if launch == 3 else 1.0)
        write_launch(folder / "s" / f"launch-{20 - launch:03}.h5", predicted, 20 - launch, source="simulated",
                     calibration=of(launch))
    return load(folder / "m"), load(folder / "s")


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    return predictions(*write_pair(tmp_path_factory.mktemp("pair")))


def test_each_launch_is_held_against_its_own_prediction(rows):
    assert len(rows) == len(RATIOS) * len(RANKS) and (rows.launches == 7).all()
    for row in rows.itertuples():
        assert row.ratio == pytest.approx(RATIOS[row.kernel], rel=1e-3)
        assert row.error == pytest.approx(abs(RATIOS[row.kernel] - 1), abs=1e-3)
        assert row.measured_ns == 500 * row.ranks * 5 and row.low <= row.ratio <= row.high


def test_fewer_than_six_launches_have_no_interval(tmp_path):
    few = predictions(*write_pair(tmp_path, range(4, 6)))
    assert few[["low", "high", "measured_low_ns", "measured_high_ns"]].isna().all(axis=None)
    assert few.ratio.notna().all()


def test_errors_are_medians_over_cases_with_the_librarys_own_apart(rows):
    table = errors(rows).set_index(["whose", "ranks"])
    assert table.loc[(OWN, 0), "error"] == pytest.approx(np.median([0.1, 0.05, 0, 0.5]), abs=1e-3)
    assert table.loc[(OWN, 0), "cases"] == 8 and table.loc[(OWN, 4), "cases"] == 4
    assert table.loc[(OWN, 2), "share"] == 0.75
    assert table.loc[(LIBRARY, 0), "error"] == pytest.approx(1, abs=1e-3) and not table.oversubscribed.any()


def test_what_overlaps_or_watches_for_drift_is_left_out(rows):
    assert set(rows.kernel) == set(RATIOS)


def test_a_prediction_of_another_launch_is_none(tmp_path):
    with pytest.raises(Refusal, match="jobs/simulate --calibration"):
        predictions(*write_pair(tmp_path, of=lambda launch: identity(launch + 10)))


def test_of_several_predictions_of_one_launch_the_newest_counts(tmp_path):
    write_launch(tmp_path / "m" / "launch-001.h5", measured_cases(1), 1)
    for again in range(1, 7):
        write_launch(tmp_path / "s" / f"launch-{again:03}.h5", predicted_cases(1, float(again)), again, source="simulated",
                     calibration=identity(1))
    rows = predictions(load(tmp_path / "m"), load(tmp_path / "s"))
    assert (rows.launches == 1).all() and rows.low.isna().all()
    assert rows.ratio.tolist() == pytest.approx([6 * RATIOS[kernel] for kernel in rows.kernel], rel=1e-2)


def test_simulated_and_measured_do_not_change_places(tmp_path):
    measured, simulated = write_pair(tmp_path, range(1, 3))
    with pytest.raises(Refusal, match="measured first"):
        predictions(simulated, measured)


def test_oversubscription_is_said(tmp_path):
    crowded = predictions(*write_pair(tmp_path, range(1, 3), oversubscribed=True))
    assert crowded.oversubscribed.all() and errors(crowded).oversubscribed.all()
    assert "our kernels (oversubscribed)" in page(crowded) and "ping_pong (oversubscribed)" in page(crowded)


def test_the_program_writes_tables_and_the_figure(tmp_path):
    write_pair(tmp_path)
    ended = run("predicted", tmp_path / "m", tmp_path / "s", "--out", tmp_path / "out")
    assert ended.returncode == 0, ended.stderr
    assert "| our kernels | all | 7.5% | 75% | 8 |" in ended.stdout
    assert (tmp_path / "out" / "prediction.md").read_text().count("| flat_broadcast |") == 2
    assert len(pd.read_csv(tmp_path / "out" / "prediction.csv")) == 10
    for kind in ("pdf", "png", "csv"):
        assert (tmp_path / "out" / "figures" / f"predicted_against_measured.{kind}").stat().st_size > 0


def test_the_program_refuses_in_a_sentence(tmp_path):
    write_pair(tmp_path, range(1, 3))
    assert_refused(run("predicted", tmp_path / "s", tmp_path / "m"), "measured first")
