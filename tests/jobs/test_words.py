"""Every job tells what it is when it is asked, refuses what it does not know before it does anything, and needs no particular
python3 first on PATH."""

import os
from pathlib import Path

import pytest

from end_to_end.launching import ROOT, run

PROGRAMS = sorted(path for path in (ROOT / "jobs").rglob("*")
                  if path.is_file() and (os.access(path, os.X_OK) or path.suffix == ".sbatch"))
# What a job installs, builds, measures, simulates or makes hosts with; and an interpreter that does not start.
TOOLS = ("apt-get", "sudo", "cmake", "mpirun", "smpirun", "sbatch", "scontrol", "unshare", "nsenter", "python3")


@pytest.fixture
def tools(tmp_path):
    """A PATH that begins with tools which do nothing but fail, and note it in `calls`."""
    folder, calls = tmp_path / "tools", tmp_path / "calls"
    folder.mkdir()
    for name in TOOLS:
        (folder / name).write_text(f"#!/bin/sh\necho {name} >>{calls}\necho {name} does not start >&2\nexit 99\n")
        (folder / name).chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}, calls


def started(program: Path, *arguments, tools, cwd) -> tuple:
    """How it ended, and the tools that it called. Slurm starts its scripts with bash, too."""
    variables, calls = tools
    shell = () if os.access(program, os.X_OK) else ("bash",)
    ended = run(*shell, program, *arguments, env=variables, cwd=cwd, limit_s=20)
    return ended, calls.read_text().split() if calls.exists() else []


def test_there_are_jobs():
    assert {"laptop", "test", "lab-enter", "campaign.sbatch", "generate"} <= {path.name for path in PROGRAMS}


@pytest.mark.parametrize("word", ["--help", "-h"])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_a_job_that_is_asked_for_help_gives_it_and_does_nothing_else(program, word, tools, tmp_path):
    ended, calls = started(program, word, tools=tools, cwd=tmp_path)
    assert (ended.status, ended.stderr, calls) == (0, "", [])
    assert program.name in ended.stdout and len(ended.stdout.splitlines()) >= 3
    assert "set -euo" not in ended.stdout and not ended.stdout.startswith("#")


def test_help_is_the_other_program_s_behind_two_dashes(tools, tmp_path):
    ended, _ = started(ROOT / "jobs" / "lab", "--hosts", "no number", "--", "run", "--help", tools=tools, cwd=tmp_path)
    assert (ended.status, ended.stdout) == (2, "") and ended.stderr.startswith("jobs/lab: ")


CAMPAIGNS = [["laptop"], ["laptop", "--quick"], ["compare"], ["predict"], ["scale", "--platform", "one_switch"]]
REFUSED = [*((words + ["--halp"], "--halp") for words in CAMPAIGNS),
           *((words + ["one", "two"], "one two") for words in CAMPAIGNS),
           (["test", "--quik"], "--quik"), (["test", "--quick", "more"], "more"), (["bounds", "zz"], "'zz'"),
           (["soak", "--all"], "--all"), (["tables", "--all"], "--all"), (["simulate", "--ranks", "none"], "'none'"),
           (["man", "--all"], "--all"), (["again"], "''"), (["again", "--all"], "--all"), (["again", "nowhere"], "'nowhere'"),
           (["again", "one", "two"], "'one two'"), (["laptop", "--sittings", "none"], "'none'"),
           (["laptop", "--sittings"], "''"), (["laptop", "--rounds", "0"], "'0'"),
           (["scenario"], "is missing"), (["scenario", "--all"], "--all"), (["scenario", "nothing"], "'nothing'"),
           (["scenario", "--list", "payments"], "--list"), (["scenario", "payments", "one", "two"], "one two"),
           (["scenario", "../../etc/x"], "../../etc/x"),
           (["laptop", "--sittings", "3", "--pause", "soon"], "'soon'"), (["laptop", "--quick", "--pause", "9min"], "'9min'")]


@pytest.mark.parametrize("words, told", REFUSED, ids=lambda value: " ".join(value) if isinstance(value, list) else None)
def test_a_job_refuses_what_it_does_not_know_before_it_does_anything(words, told, tools, tmp_path):
    results = set((ROOT / "results").iterdir())
    ended, calls = started(ROOT / "jobs" / words[0], *words[1:], tools=tools, cwd=tmp_path)
    assert (ended.status, calls) == (2, [])
    assert told in ended.stderr.splitlines()[-1] and words[0] in ended.stderr.splitlines()[-1]
    assert set((ROOT / "results").iterdir()) == results


@pytest.mark.parametrize("script", ["sweep", "campaign"])
def test_without_slurm_its_scripts_say_how_to_submit_them(script, tools, tmp_path):
    ended, calls = started(ROOT / "jobs" / f"{script}.sbatch", "--bytes", "8", tools=tools, cwd=tmp_path)
    assert (ended.status, ended.stdout, calls) == (2, "", [])
    assert len(ended.stderr.splitlines()) == 1
    assert "submit it with: sbatch" in ended.stderr and f"jobs/{script}.sbatch" in ended.stderr


def test_analysis_is_run_by_an_interpreter_that_starts(tools, tmp_path):
    ended = run("bash", "-c", f"source '{ROOT}/jobs/setup.sh' && analyse report '{tmp_path}'", env=tools[0])
    assert ended.status == 2 and "holds no launch-*.h5" in ended.stderr and "does not start" not in ended.stderr
    direct = [f"{path.name}: {line}" for path in (ROOT / "jobs").iterdir() if path.is_file() and path.suffix in ("", ".sh")
              for line in path.read_text().splitlines() if line.strip().startswith("analysis/") or "$(analysis/" in line]
    assert not direct, "jobs call analysis/ through analyse"
