"""The sbatch scripts under a real Slurm: their jobs run, report, end in good order and go on after having been cut short."""

import re
from collections import Counter

import h5py
import pytest

from end_to_end import stored
from end_to_end.launching import BUILD, ROOT, run, under_mpirun
from lab.labs import until

SMALL = ["--kernels", "ping_pong,two_phase_commit", "--bytes", "8", "--operations", 50]
LONG = ["--kernels", "@broadcast,two_phase_commit", "--bytes", "8,64KiB", "--operations", 4000, "--seed", 5]
SEVERAL = ["--kernels", "@broadcast", "--bytes", "8", "--operations", 1000, "--seed", 5]
TWO_NODES = "--nodes=2 --ntasks-per-node=1 --time=5"


@pytest.fixture
def submit(slurm, tmp_path):
    """submit(script, *arguments, **variables): the job's number and the folder of its results, below the submission's."""

    def submitted(script, *arguments, options="", folder=tmp_path, **variables):
        # Each host believes that all cores are its own: bound by Open MPI, the ranks of all hosts would share the first one.
        variables = {"COORDBENCH_BUILD": str(BUILD), "OMPI_MCA_hwloc_base_binding_policy": "none", **variables}
        number = slurm.submit(folder, script, *arguments, options=f"{TWO_NODES} {options}", **variables)
        return number, folder / "results" / f"{str(script).removesuffix('.sbatch')}-{number}"

    return submitted


def test_a_sweep_measures_on_both_nodes_next_to_its_submission(slurm, submit, tmp_path):
    loud = {"BASH_FUNC_module%%": "() { echo module $*; }", "COORDBENCH_MODULES": "gcc openmpi"}
    number, folder = submit("sweep.sbatch", *SMALL, **loud)
    slurm.wait(number, limit_s=60)
    log = (tmp_path / f"sweep-{number}.log").read_text()
    assert slurm.job(number)["JobState"] == "COMPLETED", log
    assert "module load gcc openmpi\n" in log
    path = folder / "launch-001.h5"
    assert set(stored.column(path, "verdict")) == {"ok"} and stored.attribute(path, "complete") == 1
    with h5py.File(path) as file:
        assert [stored.text(name) for name in file["ranks/host"][:]] == ["lab1", "lab2"]


def test_a_campaign_is_launches_and_then_a_report(slurm, submit, tmp_path):
    number, folder = submit("campaign.sbatch", *SMALL, options="--array=1-2%1")
    report = until(lambda: slurm.ask("squeue --noheader --name=campaign-report --format=%i").strip(), 20)
    assert slurm.job(report)["Dependency"].startswith(f"afterany:{number}_*")
    slurm.wait(number, report, limit_s=80)
    log = (tmp_path / f"campaign-report-{report}.log").read_text()
    assert slurm.job(report)["JobState"] == "COMPLETED", log
    assert re.search(r"cases of 2 launches: summary.csv, table.md and figures/", log)
    assert sorted(path.name for path in folder.glob("launch-*.h5")) == ["launch-001.h5", "launch-002.h5"]
    assert (folder / "summary.csv").exists() and list((folder / "figures").iterdir())


def refused_to_jobs(program: str) -> dict[str, str]:
    """In a job the program fails. A function, because it stands before the PATH, which a login shell makes anew."""
    refusal = f"echo '{program}: error: Access/permission denied' >&2; return 1"
    return {f"BASH_FUNC_{program}%%": f'() {{ if [[ -n ${{SLURM_JOB_ID:-}} ]]; then {refusal}; fi; command {program} "$@"; }}'}


MAY_NOT_SUBMIT, MAY_NOT_ASK = refused_to_jobs("sbatch"), refused_to_jobs("scontrol")


def test_where_a_node_may_not_submit_a_campaign_has_its_launches_and_says_how_to_write_the_report(slurm, submit, tmp_path):
    number, folder = submit("campaign.sbatch", *SMALL, options="--array=1-2%1", **MAY_NOT_SUBMIT)
    slurm.wait(number, limit_s=120)
    log = (tmp_path / f"campaign-{number}_1.log").read_text()
    assert slurm.job(number)["JobState"] == "COMPLETED", log
    assert f"write the report with: {ROOT}/analysis/report results/campaign-{number}\n" in log
    assert sorted(path.name for path in folder.glob("launch-*.h5")) == ["launch-001.h5", "launch-002.h5"]


@pytest.mark.parametrize("script", ["sweep", "campaign"])
def test_a_copy_of_a_script_submitted_in_the_checkout_finds_it(slurm, submit, tmp_path, script):
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for folder in ("jobs", "analysis"):
        (checkout / folder).symlink_to(ROOT / folder)
    copy = tmp_path / "mine.sh"
    copy.write_text((ROOT / "jobs" / f"{script}.sbatch").read_text())
    name = f"--job-name={script}-mine" + (" --array=1-1" if script == "campaign" else "")
    number, _ = submit(copy, *SMALL, options=name, folder=checkout, **MAY_NOT_SUBMIT, **MAY_NOT_ASK)
    slurm.wait(number, limit_s=120)
    log = next(checkout.glob(f"{script}-mine-{number}*.log")).read_text()
    assert slurm.job(number)["JobState"] == "COMPLETED", log
    assert (checkout / "results" / f"{script}-mine-{number}" / "launch-001.h5").exists()


@pytest.mark.parametrize("script", ["sweep", "campaign"])
def test_a_copy_that_finds_no_checkout_says_so_in_a_sentence(slurm, submit, tmp_path, script):
    copy = tmp_path / "mine.sh"
    copy.write_text((ROOT / "jobs" / f"{script}.sbatch").read_text())
    name = f"--job-name={script}-lost" + (" --array=1-1" if script == "campaign" else "")
    number, _ = submit(copy, *SMALL, options=name, COORDBENCH_BUILD="")
    slurm.wait(number, limit_s=40)
    assert slurm.job(number)["ExitCode"] == "2:0"
    log = next(tmp_path.glob(f"{script}-lost-{number}*.log")).read_text()
    assert len(log.splitlines()) == 1 and f"submit jobs/{script}.sbatch of the checkout" in log


def test_without_a_build_a_sweep_says_what_to_do(slurm, submit, tmp_path):
    number, _ = submit("sweep.sbatch", *SMALL, COORDBENCH_BUILD=str(tmp_path))
    slurm.wait(number, limit_s=40)
    assert slurm.job(number)["ExitCode"] == "2:0"
    log = (tmp_path / f"sweep-{number}.log").read_text()
    assert len(log.splitlines()) == 1 and "is not built" in log and "cmake --build build" in log


def its_time_runs_out(slurm, number):
    """Slurm says so with USR1, a minute before; the job has itself requeued."""
    slurm.ask(f"scancel --batch --signal=USR1 {number}")
    until(lambda: slurm.job(number)["Restarts"] == "1", 20)


def it_is_cancelled_and_requeued(slurm, number):
    slurm.ask(f"scancel {number}")
    until(lambda: slurm.job(number)["JobState"] == "CANCELLED", 20)
    slurm.ask(f"scontrol requeue {number}")


def test_of_what_was_cut_short_no_case_is_missing_and_none_doubled(slurm, submit, tmp_path, coordbench):
    plan = run(*under_mpirun(2, coordbench, "run", *LONG, "--list")).stdout.splitlines()
    jobs = {}
    for cut_short in (its_time_runs_out, it_is_cancelled_and_requeued):  # the second runs while the first waits
        number, folder = submit("sweep.sbatch", *LONG)
        path = folder / "launch-001.h5"
        until(lambda: path.exists() and stored.column(path, "name"), 30)
        cut_short(slurm, number)
        finished = stored.whole_cases(path)
        assert 0 < len(finished) < len(plan) and finished == plan[:len(finished)], cut_short.__name__
        jobs[number] = path
    slurm.wait(*jobs, limit_s=120)
    for number, path in jobs.items():
        log = (tmp_path / f"sweep-{number}.log").read_text()
        assert (slurm.job(number)["JobState"], slurm.job(number)["Restarts"]) == ("COMPLETED", "1"), log
        assert Counter(stored.whole_cases(path)) == Counter(plan), log
        assert stored.attribute(path, "complete") == 1 and len(list(path.parent.iterdir())) == 1


def test_a_campaign_whose_last_task_is_cancelled_and_requeued_is_reported_again(slurm, submit, coordbench):
    """The report that waited for the task comes while it is cancelled, and without its cases."""
    plan = run(*under_mpirun(2, coordbench, "run", *SEVERAL, "--list")).stdout.splitlines()
    of_others = reports(slurm)
    number, folder = submit("campaign.sbatch", *SEVERAL, options="--array=1-1%1")
    path = folder / "launch-001.h5"
    until(lambda: path.exists() and stored.column(path, "name"), 30)
    task = f"{number}_1"
    slurm.ask(f"scancel {task}")
    until(lambda: slurm.job(task)["JobState"] == "CANCELLED", 20)
    first = reports(slurm) - of_others
    slurm.wait(*first, limit_s=80)
    slurm.ask(f"scontrol requeue {task}")
    slurm.wait(number, limit_s=180)
    again = reports(slurm) - first - of_others
    assert len(first) == len(again) == 1
    slurm.wait(*again, limit_s=80)
    assert Counter(stored.whole_cases(path)) == Counter(plan)
    assert (folder / "summary.csv").stat().st_mtime > path.stat().st_mtime


def reports(slurm) -> set[str]:
    """The numbers of the jobs that write reports, ended ones among them."""
    return set(slurm.ask("squeue --noheader --states=all --name=campaign-report --format=%i").split())
