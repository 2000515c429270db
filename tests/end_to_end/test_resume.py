"""An interrupted launch goes on where it stopped: in the end no case of its plan is missing, and none is there twice."""

import json
import signal
import time

import h5py
import pytest

from . import stored
from .launching import Launch, assert_one_sentence, run, under_mpirun

SLOW = ("--kernels", "ping_pong,flat_broadcast,binomial_broadcast,two_phase_commit", "--bytes", "8:256", "--seed", 7)


def planned(path) -> list[str]:
    with h5py.File(path) as file:
        names, order = file["plan/name"][:], file["plan/order"][:]
    return [stored.text(name) for name, place in zip(names, order) if place >= 0]


def interrupt(command, path, cases: int) -> None:
    """Ends the launch once `cases` more cases than before are in its file, and soon after."""
    before = len(done(path)) if path.exists() else 0
    with Launch(command) as launch:
        run_until(launch, lambda: path.exists() and len(done(path)) >= before + cases, signal.SIGTERM)
        launch.wait(20)


def run_until(launch: Launch, reached, number: int) -> None:
    """Lets the launch run a twentieth of a second at a time, and gives it the signal once `reached` holds."""
    end = time.monotonic() + 60
    while time.monotonic() < end and launch.running:
        time.sleep(0.05)
        with launch.paused():
            if reached():
                return launch.signal(number)  # what is paused sees it first of all when it goes on


def done(path) -> list[str]:
    try:
        return stored.whole_cases(path)
    except OSError:  # being replaced just now
        return []


@pytest.fixture(scope="module")
def interrupted(coordbench, tmp_path_factory):
    """A launch that was interrupted twice, once when it had just been resumed."""
    path = tmp_path_factory.mktemp("interrupted") / "launch-001.h5"
    interrupt(under_mpirun(2, coordbench, "run", *SLOW, "--operations", 50000, "--out", path.parent), path, 3)
    interrupt(under_mpirun(2, coordbench, "run", "--resume", path), path, 2)
    return path


def test_what_was_missing_is_run_and_nothing_else(mpirun, coordbench, interrupted):
    plan, before = planned(interrupted), stored.whole_cases(interrupted)
    assert 5 <= len(before) < len(plan), "it was interrupted in the middle"
    ended = mpirun(2, coordbench, "run", "--resume", interrupted)
    assert ended.status == 0, ended.stderr
    assert f"{len(plan) - len(before)} cases: {len(plan) - len(before)} ok, {len(before)} were there before" in ended.stdout
    assert stored.whole_cases(interrupted) == plan, "no case is missing, none is there twice, and all are in their order"
    assert set(stored.column(interrupted, "verdict")) == {"ok"} and stored.attribute(interrupted, "complete") == 1
    resumptions = json.loads(stored.attribute(interrupted, "resumptions"))
    assert [each["first_case"] for each in resumptions][-1] == len(before) and len(resumptions) == 2
    assert not list(interrupted.parent.glob(".*")), "no hidden file is left"

    ended = mpirun(2, coordbench, "run", "--resume", interrupted)
    assert ended.status == 0 and "lacks no case" in ended.stdout
    assert stored.whole_cases(interrupted) == plan


def test_whoever_interrupts_a_launch_sees_what_there_is_and_the_command_that_goes_on(coordbench, tmp_path):
    """Without mpirun, which ends a rank that does not get to speak within 200 ms."""
    path = tmp_path / "launch-001.h5"
    command = [coordbench, "run", "--kernels", "two_phase_commit,@broadcast", "--bytes", "8:1MiB", "--operations", 3000]
    with Launch([*command, "--seed", 7, "--out", tmp_path]) as launch:
        run_until(launch, lambda: path.exists() and len(done(path)) >= 4, signal.SIGINT)
        ended = launch.wait(20)
    cases, plan = stored.whole_cases(path), planned(path)
    assert_one_sentence(ended, "interrupted", f"finished cases are in {path}", f"by: {coordbench} run --resume {path}")
    rows = [line.split()[0] for line in ended.stderr.splitlines() if " = " in line]
    assert sorted(rows) == sorted(case.split("/")[0] for case in cases if "drift=" not in case)
    assert f"{len(plan)} cases: {len(cases)} ok, {len(plan) - len(cases)} not run" in ended.stderr
    ended = run("bash", "-c", ended.sentences[0].split("are measured by: ")[1], limit_s=300)
    assert ended.status == 0 and stored.whole_cases(path) == plan, ended.stderr


def test_what_cannot_be_gone_on_with_is_refused(mpirun, coordbench, interrupted, tmp_path):
    ended = mpirun(3, coordbench, "run", "--resume", interrupted)
    assert_one_sentence(ended, "--resume", "begun on 2 ranks", "mpirun -n 2")
    foreign = tmp_path / "foreign.h5"
    h5py.File(foreign, "w").close()
    for given in (foreign, tmp_path / "absent.h5"):  # neither is damaged
        ended = mpirun(2, coordbench, "run", "--resume", given)
        assert ended.status == 2 and str(given) in ended.sentences[0]
        assert_one_sentence(ended, "--resume", "a launch-*.h5 of this version")
    ended = mpirun(2, coordbench, "run", "--resume", interrupted, "--bytes", 8)
    assert_one_sentence(ended, "--resume and --bytes", "leave --bytes out")


def test_another_commit_does_not_go_on(mpirun, coordbench, interrupted):
    with h5py.File(interrupted, "r+") as file:
        ours = file.attrs["git_commit"]
        file.attrs["git_commit"] = "somebody else's"
    ended = mpirun(2, coordbench, "run", "--resume", interrupted)
    with h5py.File(interrupted, "r+") as file:
        file.attrs["git_commit"] = ours
    assert ended.status == 2
    assert_one_sentence(ended, "--resume", "somebody else's", "run the launch anew")


def test_drift_across_the_interruption_is_seen(mpirun, coordbench, tmp_path):
    """The ping_pong before is of the first life, the one after of the second; both blocks' cases are held against both."""
    path = tmp_path / "launch-001.h5"
    interrupt(under_mpirun(2, coordbench, "run", *SLOW, "--operations", 50000, "--out", tmp_path), path, 3)
    for _ in range(5):  # until it is in the middle of a block
        with h5py.File(path, "r+") as file:
            drift_watch, p50 = file["cases/drift_watch"][:], file["cases/latency_p50_ns"][:]
            before = drift_watch.nonzero()[0][-1]
            begun = list(range(before + 1, len(p50)))
            if begun:
                p50[before] *= 1000
                file["cases/latency_p50_ns"][:] = p50
                break
        interrupt(under_mpirun(2, coordbench, "run", "--resume", path), path, 1)
    assert mpirun(2, coordbench, "run", "--resume", path).status == 0
    with h5py.File(path) as file:
        flags = file["cases/flags"]
        masks = dict(zip(stored.text(flags.attrs["flag_meanings"]).split(), flags.attrs["flag_masks"]))
        assert begun and all(flags[row] & masks["drift"] for row in begun)


def test_only_one_launch_at_a_time_goes_on_in_a_file(coordbench, tmp_path):
    """The first has begun, and waits in the middle, while the second is started."""
    path = tmp_path / "launch-001.h5"
    interrupt(under_mpirun(2, coordbench, "run", *SLOW, "--operations", 50000, "--out", tmp_path), path, 3)
    resume = under_mpirun(2, coordbench, "run", "--resume", path)
    with Launch(resume) as first:
        while first.running and not (tmp_path / ".launch-001.h5.next").exists():
            time.sleep(0.01)
        with first.paused(), Launch(resume) as second:
            refused = second.wait(30)
        assert refused.status == 3
        assert_one_sentence(refused, str(path), "a launch is writing to")
        assert first.wait(60).status == 0
    assert done(path) == planned(path)
