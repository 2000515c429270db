"""Fixtures: a made-up campaign on disk, and the programs of analysis/ run as a user runs them."""

import io
import itertools
import re
import runpy
import signal
import subprocess
import sys
import traceback
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

ROOT = Path(__file__).resolve().parents[2]
# Campaigns that belong to the project: results/ may also have those that a user has measured.
PUBLISHED = [ROOT / "results" / name
             for name in re.findall(r"^!/results/(.+)/$", (ROOT / ".gitignore").read_text(), re.MULTILINE)]
sys.path.insert(0, str(ROOT))

from analysis import figures, style  # noqa: E402
from analysis.load import load  # noqa: E402
from analysis.summary import summarise  # noqa: E402
from synthetic import Case, Mark, write_launch  # noqa: E402


def cases_of_launch(launch: int, scale: float = 1.0, ranks=(1, 2)) -> list[Case]:
    """Case k of launch l has the latencies (1000 + 100 k + l) * scale + (-200 … 200) ns, so that every median is known."""
    spread = np.linspace(-200, 200, 401).astype(int)
    shapes = [("binomial_broadcast", "makespan", 8), ("binomial_broadcast", "makespan", 1024),
              ("native_broadcast", "makespan", 8), ("two_phase_commit", "proposer", 8),
              ("dissemination_barrier", "barrier", 0), ("ping_pong", "makespan", 8)]
    cases = []
    for k, (kernel, definition, payload) in enumerate(shapes):
        for n in ranks if kernel != "ping_pong" else [2]:
            native = kernel.startswith("native")
            expected = np.nan if native else 2.0 if kernel == "ping_pong" else float(n - 1)
            cases.append(Case(kernel, ((1000 + 100 * k + launch) * scale + spread).astype(int), n, payload, definition,
                              family="protocol" if definition == "proposer" else "collective", messages=np.nan_to_num(expected),
                              expected_messages=expected, count_rule="none" if native else "exact"))
    stream = dict(ranks=2, sync="none", payload_bytes=1024, operations_per_second=1e6 * launch)
    cases += [Case("stream", 500 + spread, in_flight=in_flight, **stream) for in_flight in (1, 8)]
    around = ("before", "after")
    cases += replication_cases(launch, scale) + [gossip_case(n, scale) for n in ranks] + [reading_case(launch, scale)]
    watches = dict(drift_watch=1, block=1)  # a block without other cases, so that these are nowhere
    return cases + [Case("ping_pong", 90_000 + spread, suffix=f"/drift=1.{when}", **watches) for when in around]


def replication_cases(launch: int, scale: float) -> list[Case]:
    """A replicated log between two ranks: with w in flight in batches of b its launch medians are (1000 + 10 w + launch) *
    scale ns, its rate 10^5 w b (1 + launch / 100) per second, its messages 2 / b; without a start line
    all take 100 ns longer. The rate behind a start line is absurd."""
    spread = np.linspace(-200, 200, 401).astype(int)
    marks = (Mark("committed", 500 + launch), Mark("applied", 700 + launch, everywhere=True))
    cases = []
    for payload in (8, 1024):
        for window, batch, sync in [(1, 1, "round-time"), (1, 1, "none"), (16, 1, "none"), (16, 16, "none"), (64, 16, "none")]:
            rate = 1e12 if sync != "none" else 1e5 * window * batch * (1 + launch / 100)
            latencies = ((1000 + 10 * window + launch + 100 * (sync == "none")) * scale + spread).astype(int)
            cases.append(Case("replication", latencies, 2, payload, "proposer", "protocol", sync, {"batch": batch}, window,
                              2 / batch, 2 / batch, operations_per_second=rate, marks=marks,
                              group="replication"))
    return cases


def gossip_case(n: int, scale: float) -> Case:
    """A rumour that takes 3 (N - 1) messages in expectation, each number of times from 2 (N - 1) to 4 (N - 1) equally often."""
    each = np.resize(np.arange(2 * (n - 1), 4 * (n - 1) + 1), 400 // (2 * n - 1) * (2 * n - 1))
    latencies = (900 * scale + np.arange(len(each)) - (len(each) - 1) / 2).astype(int)
    return Case("rumour_gossip", latencies, n, 8, family="protocol", group="gossip", messages=2.5 * (n - 1),
                expected_messages=3.0 * (n - 1), count_rule="expected", messages_each=each)


def reading_case(launch: int, scale: float) -> Case:
    """A register of which every tenth read is a version behind, for 1 to 40 us."""
    latencies = ((1500 + launch) * scale + np.linspace(-200, 200, 401)).astype(int)
    behind = np.array([(1, 100 * k) if k % 10 == 0 else (0, 0) for k in range(401)])
    return Case("copied_register", latencies, 2, 8, "proposer", "protocol", group="register", kinds=("read",) * 401,
                behind=behind, columns={"stale_share": 0.1, "expected_stale_share": 0.1})


def seven(values) -> list[float]:
    """The median of seven launches and the ends of its interval: these lie 11/15 of the way inwards from the outermost values
    to their neighbours."""
    ordered = sorted(values)
    return [ordered[3], ordered[0] + 11 / 15 * (ordered[1] - ordered[0]), ordered[6] - 11 / 15 * (ordered[6] - ordered[5])]


RISING = [1 + launch / 100 for launch in range(1, 8)]  # as the rate of replication_cases does
OVER_FLOOR = (1.2, 1.9, 1.3, 1.5, 1.4, 1.6, 1.1)  # shared-memory ping_pong ÷ floor of each launch: 1.4 in the middle


def floor_ns(launch: int) -> int:
    return 100 + 10 * launch


def limits_of_launch(launch: int) -> dict[str, tuple[float, float]]:
    """A cache line's round trip takes floor_ns(launch); ranks 0 and 1 share their l3; nothing else in here binds them."""
    copies = {f"copy/l3/{size}": (1.0, launch * 1e9 * size / 64) for size in (64, 1024, 1 << 20)}
    return {"line_round_trip/core": (10.0, np.nan), "line_round_trip/l3": (float(floor_ns(launch)), np.nan),
            "clock_read": (launch + 20.0, np.nan), "copy/private/1024": (1.0, 9e15), **copies}


def cases_of_both_transports(launch: int) -> list[Case]:
    """Shared memory: ping_pong takes OVER_FLOOR times the floor. MPI: it takes 600 ns. two_phase_commit takes twice as long as
    its transport's ping_pong, and until `decided` half of that; broadcasts take 700 ns + their index, an MPI twin
    1000 ns more."""
    spread = np.linspace(-20, 20, 401).astype(int)
    cases = []
    for transport, round_trip in (("mpi", 600), ("shared-memory", round(OVER_FLOOR[launch - 1] * floor_ns(launch)))):
        over = dict(transport=transport)
        ours = dict(group="broadcast", **over)
        cases += [Case("ping_pong", round_trip + spread, expected_delays=2, **over)]
        cases += [Case("two_phase_commit", 2 * round_trip + spread, definition="proposer", family="protocol", expected_delays=4,
                       marks=(Mark("decided", round_trip),), parameters={"batch": batch}, **over) for batch in (1, 2)]
        slow = 1000 * (transport == "mpi")
        for payload in (8, 1024):
            cases += [Case(f"{name}_broadcast", 700 + index + slow + spread, 2, payload, expected_delays=delays, **ours)
                      for index, (name, delays) in enumerate([("binomial", 1), ("chain", 8), ("eager", 2), ("flat", 1)])]
            name, delays = ("native", -1) if transport == "mpi" else ("shared", 2)
            cases.append(Case(f"{name}_broadcast", 900 + spread, 2, payload, expected_delays=delays, **over))
    return cases


def write_campaign(folder: Path, launches: int = 7, **options) -> Path:
    """Launches 1 … n on two ranks, and one more, oversubscribed, of eight ranks that runs at 2, 4 and 8."""
    for launch in range(1, launches + 1):
        write_launch(folder / f"launch-{launch:03}.h5", cases_of_launch(launch, **options), launch)
    crowded = cases_of_launch(launches + 1, scale=10, ranks=(2, 4, 8))
    write_launch(folder / f"launch-{launches + 1:03}.h5", crowded, launches + 1, world=8, oversubscribed=True)
    return folder


@pytest.fixture(scope="session")
def campaign_folder(tmp_path_factory) -> Path:
    return write_campaign(tmp_path_factory.mktemp("campaign"))


@pytest.fixture(scope="session")
def both_folder(tmp_path_factory) -> Path:
    """Seven launches of both transports, with limits."""
    folder = tmp_path_factory.mktemp("both")
    for launch in range(1, 8):
        write_launch(folder / f"launch-{launch:03}.h5", cases_of_both_transports(launch), launch, schema_version="1.1",
                     limits=limits_of_launch(launch))
    return folder


@pytest.fixture(scope="session")
def drawn(campaign_folder) -> dict:
    return draw_all(campaign_folder)


@pytest.fixture(scope="session")
def drawn_of_both(both_folder) -> dict:
    return draw_all(both_folder)


def draw_all(folder: Path) -> dict:
    """Of every figure, by name: the figure and the numbers plotted."""
    campaign = load(folder)
    summary = summarise(campaign)
    return {name: draw(campaign, summary) for name, draw in figures.all_figures()}


def panel(figure, title: str):
    return next(axes for axes in figure.axes if axes.get_title() == title)


def texts(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def caption(figure) -> str:
    return figure._supxlabel.get_text().replace("\n", " ")


def words(figure) -> list[Text]:
    """All that is drawn: a log axis also has labels beyond its ends, which are not."""
    FigureCanvasAgg(figure).draw()  # which puts labels where they are
    hidden = [label for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for tick in axis.get_major_ticks()
              for label in (tick.label1, tick.label2) if not within(tick.get_loc(), *axis.get_view_interval())]
    return [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible() and text not in hidden]


def within(place: float, one: float, other: float) -> bool:
    reach = 1e-6 * abs(other - one)
    return min(one, other) - reach <= place <= max(one, other) + reach


def overlaps(figure) -> list[tuple[str, str]]:
    """Words that are drawn over each other, but for those at points, which move with the data."""
    fixed = [text for text in words(figure) if text.get_gid() != style.AT_POINT]
    shown = [(text.get_text(), text.get_window_extent().padded(-1)) for text in fixed]
    return [(one, other) for (one, a), (other, b) in itertools.combinations(shown, 2)
            if a.width > 0 and b.width > 0 and a.overlaps(b)]


def draw(name: str, folder: Path):
    campaign = load(folder)
    return dict(figures.all_figures())[name](campaign, summarise(campaign))


def run(program: str, *arguments, interpreter: list[str] = []) -> subprocess.CompletedProcess:
    """A program of analysis/: in this process, which has imported what it imports, or in one of its own by an interpreter."""
    path = str(ROOT / "analysis" / program)
    command = [*interpreter, path, *map(str, arguments)]
    if interpreter:
        return subprocess.run(command, capture_output=True, text=True, timeout=300)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGPIPE)}
    with redirect_stdout(_stream()) as out, redirect_stderr(_stream()) as err, warnings.catch_warnings(), \
            patch.object(sys, "argv", command), patch.object(sys, "path", list(sys.path)):
        warnings.showwarning = lambda message, *_, **__: print(message, file=sys.stderr)
        status = _status(path)
    for number, handler in handlers.items():  # a program goes by what a shell expects of it, this process by pytest
        signal.signal(number, handler)
    return subprocess.CompletedProcess(command, status, _written(out), _written(err))


def _stream() -> io.TextIOWrapper:
    """As a program finds its own."""
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8")


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode("utf-8")


def _status(path: str) -> int:
    try:
        runpy.run_path(path, run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return 1 if isinstance(end.code, str) else end.code or 0
    except Exception:
        traceback.print_exc()
        return 1
    return 0


def assert_refused(done: subprocess.CompletedProcess, *words: str, status: int = 2) -> None:
    """One sentence on standard error that holds the words, the status, and no traceback."""
    assert done.returncode == status, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr
