"""A Slurm of two nodes, each a host of a lab: munged, slurmctld and a slurmd a node, their state in one folder.

With the lab goes everything: the daemons are processes of its PID namespace."""

import os
import re
import shlex
import shutil
import time
from pathlib import Path

from end_to_end.launching import ROOT
from lab.labs import Lab, until

PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel"]
NODES = ("lab1", "lab2")
UNFINISHED = re.compile("PENDING|RUNNING|COMPLETING|CONFIGURING|REQUEUE")
MUNGE_FILES = ("key-file", "pid-file", "log-file", "seed-file", "socket")
LIFETIME_S = 240  # of the hosts, should nobody take them down

# A requeued job waits for as long as a credential lasts, and a cancelled one has `KillWait` to end.
CONFIGURATION = """
ClusterName=lab
SlurmctldHost=lab1
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
KillWait=2
ReturnToService=2
MpiDefault=none
NodeName=lab[1-2] CPUs=2 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> list[str]:
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    return [program for program in PROGRAMS if shutil.which(program, path=path) is None]


class Cluster:
    """In a with statement: its nodes are idle when it is entered, and gone when it is left. `folder`: for state and logs."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._lab = Lab("--hosts", len(NODES), "--exec", "sleep", LIFETIME_S)

    def __enter__(self):
        try:
            self._inside = self._lab.find("sleep", str(LIFETIME_S))
            self._start()
        except BaseException:
            self._lab.kill()
            raise
        return self

    def __exit__(self, *_):
        self._lab.kill()
        until(self._lab.is_gone, 10)

    def _start(self):
        folder = self._folder
        (folder / "state").mkdir()
        (folder / "slurm.conf").write_text(CONFIGURATION.format(folder=folder))
        (folder / "munge.key").write_bytes(os.urandom(128))
        (folder / "munge.key").chmod(0o400)
        files = {what: folder / f"munge.{what.removesuffix('-file')}" for what in MUNGE_FILES}
        self.ask("munged --force " + " ".join(f"--{what}={file}" for what, file in files.items()))
        self.ask("slurmctld")
        for node in NODES:
            self.ask("slurmd", node)
        until(lambda: self.ask("sinfo --noheader --format=%D,%T").strip() == f"{len(NODES)},idle", 20)

    def ask(self, command: str, node: str = NODES[0], folder: Path = ROOT, **variables: str) -> str:
        """What the command answers on a node, in a folder."""
        words = {"SLURM_CONF": str(self._folder / "slurm.conf"), "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", **variables}
        ended = self._lab.run(node, f"cd {shlex.quote(str(folder))} && {command}", self._inside, env=words)
        assert ended.status == 0, f"{command}: {ended.stdout}{ended.stderr}\n{self.told()}"
        return ended.stdout

    def submit(self, folder: Path, script: str | Path, *arguments, options: str = "", **variables: str) -> str:
        """The job's number. `script`: of jobs/, unless it is a path of its own."""
        words = " ".join(shlex.quote(str(word)) for word in [ROOT / "jobs" / script, *arguments])
        return self.ask(f"sbatch --parsable {options} {words}", folder=folder, **variables).strip()

    def job(self, number: str) -> dict[str, str]:
        """What scontrol tells of a job, the first one of an array."""
        text = self.ask(f"scontrol --oneliner show job {number}").splitlines()[0]
        return dict(word.split("=", 1) for word in text.split() if "=" in word)

    def wait(self, *jobs: str, limit_s: float) -> None:
        """Until none of these jobs, nor any task of theirs, waits or runs."""
        asked = f"squeue --noheader --states=all --format=%i,%T --job={','.join(jobs)}"
        end = time.monotonic() + limit_s
        while UNFINISHED.search(answer := self.ask(asked)):
            assert time.monotonic() < end, f"after {limit_s} s: {answer}\n{self.told()}"
            time.sleep(0.2)

    def told(self) -> str:
        """The ends of the daemons' logs."""
        return "\n".join(f"{log.name}:\n{log.read_text()[-1500:]}" for log in sorted(self._folder.glob("*.log")))
