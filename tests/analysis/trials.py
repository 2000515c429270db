"""Runs the programs of analysis/ on a damaged file, in this process, and says what they do that they must not.

What HDF5 itself does to bytes that it should have doubted (a crash, an endless loop, all memory) is told apart: such files are
tried in a child with limits, which leaves behind where it was when it ended.
"""

import contextlib
import faulthandler
import importlib.machinery
import importlib.util
import io
import os
import re
import resource
import shutil
import signal
import sys
import time
import traceback
import warnings
from pathlib import Path
from types import ModuleType

import h5py
from analysis import figures, load, style
from analysis.launch_file import launches_in
from mutations import Mutation, apply

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("report", "compare", "extrapolate", "ratio", "predicted", "against_library", "again")
CPU_SECONDS, WALL_SECONDS = 15, 900  # of a child
MEMORY = 4 << 30  # above what a child has when it begins
READING = re.compile(r"/h5py/|/analysis/(?:validate|reading|launch_file)\.py")
LATER_READ = re.compile(r"/ranks/(?:node|package|numa|core|pu|distance|ping_ns)|/plan/(?:name|reason)"
                        r"|/samples/.*/(?:start_ns|end_ns|mark_ns|messages)")
OURS = re.compile(r"/(?:analysis|tests)/")


def programs() -> dict[str, ModuleType]:
    """As modules; what they do to the interpreter when they are loaded is undone."""
    path = list(sys.path)
    with warnings.catch_warnings():
        found = {name: _loaded(name) for name in PROGRAMS}
    sys.path[:] = path
    return found


def _loaded(name: str) -> ModuleType:
    loader = importlib.machinery.SourceFileLoader(f"program_{name}", str(ROOT / "analysis" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


class Trials:
    """`clean`: a campaign whose first launch is the one to damage; `work`: where damaged copies and results go. `pictures`: of
    every how manieth file, if it is not refused, the figures are drawn, which takes longest. Without `all_programs` only two
    of them, in turn, get such a campaign."""

    def __init__(self, clean: Path, work: Path, all_programs: bool, pictures: int):
        self.source, *self.others = launches_in(clean)
        self.clean, self.folder, self.out = clean, work / "damaged", work / "out"
        self.programs, self.all_programs, self.pictures = programs(), all_programs, pictures
        self.folder.mkdir(parents=True)
        for path in [*self.others, *clean.glob("*.json")]:
            (self.folder / path.name).symlink_to(path)
        self.target = self.folder / self.source.name
        self.read = {}  # launches, by path
        self.tried = self.accepted = 0
        shutil.copyfile(self.source, self.target)
        self.undamaged, self.later = load._read_launch(self.target), _read_later(self.target)
        with self._quick():  # a child has then read what is not damaged
            load.load(clean)
            load.load(self.folder)

    def fault(self, mutation: Mutation | None) -> str:
        """What was wrong with how the programs took it; empty if nothing was."""
        self.tried += 1
        return self._fault(mutation)

    def _fault(self, mutation: Mutation | None) -> str:
        shutil.copyfile(self.source, self.target)
        if mutation:
            apply(mutation, self.target)
        self.read.pop(self.target, None)
        turn = self.tried % len(PROGRAMS)
        with self._quick():
            with contextlib.suppress(Exception):
                load.load(self.folder)
            loaded = self.read.get(self.target)
            if loaded is None:  # refused by what all programs begin with
                return self._run(PROGRAMS[turn]).fault
            self.accepted += 1
            if mutation and self._as_before(loaded):
                return ""
            chosen = PROGRAMS if self.all_programs else (PROGRAMS[turn], PROGRAMS[turn - 1])
            return next((outcome.fault for name in chosen if (outcome := self._run(name)).fault), "")

    def _as_before(self, loaded: tuple) -> bool:
        """Whether the programs would read what they read of the undamaged file, so that they need not do it again."""
        launch, cases, limits = self.undamaged
        same = repr(loaded[0]) == repr(launch) and loaded[1].equals(cases) and loaded[2].equals(limits)
        return same and _read_later(self.target) == self.later

    def fault_in_child(self, mutation: Mutation) -> tuple[str, str]:
        """The fault, or what HDF5 did; at most one of both is not empty."""
        self.tried += 1
        log, child = self.out.with_suffix(".log"), os.fork()
        if child == 0:
            self._be_child(mutation, log)
        status = _awaited(child)
        said = log.read_text(errors="replace")
        if status is None or os.WIFSIGNALED(status):
            what = "a hang" if status is None else signal.Signals(os.WTERMSIG(status)).name
            frame = next((line for line in said.splitlines() if line.strip().startswith("File ")), "nowhere")
            told = f"{mutation}: {what} at {frame.strip()}"
            return ("", told) if READING.search(frame) else (told, "")
        return said, ""

    def _be_child(self, mutation: Mutation, log: Path) -> None:
        with open(log, "w") as file:
            faulthandler.enable(file)
            faulthandler.register(signal.SIGXCPU, file, chain=True)
            spent = sum(os.times()[:2])
            resource.setrlimit(resource.RLIMIT_CPU, (int(spent) + CPU_SECONDS, int(spent) + 2 * CPU_SECONDS))
            resource.setrlimit(resource.RLIMIT_AS, (_address_space() + MEMORY,) * 2)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            try:
                file.write(self._fault(mutation))
            except BaseException:  # nothing of the parent's is to be done twice
                file.write(traceback.format_exc())
            finally:
                file.flush()
                os._exit(0)

    def _arguments(self, name: str) -> list:
        case = "ping_pong/n2/b8/mpi/round-time"
        return {"report": [self.folder, "--out", self.out], "compare": [self.clean, self.folder],
                "extrapolate": [self.folder, "--ranks", "30"],
                "ratio": [self.folder, case.replace("ping_pong", "two_phase_commit") + "@decided", case],
                "predicted": [self.folder, self.folder, "--out", self.out], "against_library": [self.folder],
                "again": [self.folder]}[name]

    def _run(self, name: str) -> "Outcome":
        said, told = io.StringIO(), io.StringIO()
        argv, sys.argv = sys.argv, [name, *map(str, self._arguments(name))]
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(told), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                status = self.programs[name].main()
        except BaseException as error:  # whatever it is, a user would see it
            return Outcome(name, None, "", _where(error))
        finally:
            sys.argv = argv
        return Outcome(name, status, told.getvalue(), "")

    @contextlib.contextmanager
    def _quick(self):
        """Undamaged files are read once, and pictures drawn but not stored."""
        read, save, every = load._read_launch, style.save, figures.all_figures

        def read_once(path: Path):
            if path not in self.read:
                self.read[path] = read(path)
            return self.read[path]

        load._read_launch = read_once
        style.save = lambda *_: None
        if self.tried % self.pictures:
            figures.all_figures = lambda: ()
        pipes = signal.getsignal(signal.SIGPIPE)
        try:
            yield
        finally:
            load._read_launch, style.save, figures.all_figures = read, save, every
            signal.signal(signal.SIGPIPE, pipes)


class Outcome:
    """`fault`: what a user must not see."""

    def __init__(self, program: str, status: int | None, told: str, raised: str):
        self.refused = status == 2
        lines = told.splitlines()
        fine = (status == 0 and not lines
                or self.refused and len(lines) == 1 and told.startswith(f"{program}: ") and len(lines[0]) < 1000)
        self.fault = "" if fine else f"{program}: status {status}: {raised or told}"


def _read_later(path: Path) -> dict[str, bytes] | None:
    """What programs read of a file that they have loaded; None where that is not to be had."""
    with contextlib.suppress(Exception), h5py.File(path) as file:
        found: list[str] = []
        file.visit(found.append)
        values = {name: file[name][...] for name in found if LATER_READ.fullmatch("/" + name)}
        later = {name: b"\n".join(data) if data.dtype == object else data.tobytes() for name, data in values.items()}
        attributes = {name: repr([file[name].attrs.get(each) for each in ("marks", "flag_values", "flag_meanings")])
                      for name in found}
        return later | {f"{name}@": text.encode(errors="replace") for name, text in attributes.items()}


def _where(error: BaseException) -> str:
    """The error and the last lines of ours that led to it."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if OURS.search(frame.filename)]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-3:]))
    return f"{type(error).__name__}: {str(error)[:200]} at {places}"


def _address_space() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _awaited(child: int) -> int | None:
    """The status that it ended with; None if it had to be ended."""
    for _ in range(100 * WALL_SECONDS):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None
