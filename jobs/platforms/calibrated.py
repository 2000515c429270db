"""A platform out of a launch's calibration (/loggp of its file): what SimGrid is told so that a message of s bytes takes
o_send(s) + L + G s + o_receive(s) between two ranks, as it did in the launch, and what copying, folding and the like take.

SimGrid 3.32 has one table of overheads for all pairs, and charges o_receive only for messages whose send waits for nobody. So
the tables hold the farthest level's, and what another level's messages take more or less, as well as the o_receive of those
whose send waits, goes into the links. Links have a latency and a bandwidth, whose factors by size give every regime of the
farthest level its own; at other levels one regime, their first, has its latency and one, their last, its bandwidth. SMPI puts
an envelope of 16 bytes before each message, and has a section of a table begin behind the size that it names."""

from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

import h5py
import numpy as np

ENVELOPE = 16
NO_LIMIT = 2147483647
UNIT_S, UNIT_BYTES_PER_S = 1e-9, 1e9  # of links at the farthest level: factors then are ns, and bytes per ns
# From near to far. A launch numbers its levels otherwise: unbound ranks of one host are `unknown` apart, not a network.
LEVELS = ("self", "pu", "core", "l2", "l3", "numa", "package", "machine", "unknown", "network")
LEAST_NS_PER_BYTE = 1e-6  # a bandwidth has to be a number


class Unusable(Exception):
    """A file that has no calibration to predict with; one sentence."""


@dataclass
class Line:
    fixed_ns: float
    per_byte_ns: float

    def __add__(self, other: "Line") -> "Line":
        return Line(self.fixed_ns + other.fixed_ns, self.per_byte_ns + other.per_byte_ns)

    def __sub__(self, other: "Line") -> "Line":
        return Line(self.fixed_ns - other.fixed_ns, self.per_byte_ns - other.per_byte_ns)


@dataclass
class Regime:
    first_bytes: int
    latency: Line
    o_send: Line
    o_receive: Line


@dataclass
class Level:
    name: str
    rendezvous_bytes: int  # -1: no send waited
    regimes: list[Regime]

    def waits(self, regime: Regime) -> bool:
        return 0 <= self.rendezvous_bytes <= regime.first_bytes

    def link(self, regime: Regime) -> Line:
        """What a link takes of a message, its envelope not counted twice."""
        line = regime.latency + regime.o_receive if self.waits(regime) else regime.latency
        return Line(max(line.fixed_ns - ENVELOPE * line.per_byte_ns, 0), max(line.per_byte_ns, 0))


@dataclass
class Calibration:
    launch: str  # which one: campaign, number, date
    timer_ns: float
    levels: list[Level]  # nearest first
    nodes: list[int]  # [rank]
    distance: list[list[str]]  # [rank][peer], names of levels
    works: dict[str, list[tuple[int, float]]]  # what kernels do between messages: (bytes, ns), ascending

    @property
    def farthest(self) -> Level:
        return self.levels[-1]


def text(value) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def read(path: Path) -> Calibration:
    """Raises Unusable."""
    try:
        with h5py.File(path) as file:
            if "loggp" not in file:
                raise Unusable(f"{path} has no calibration; run coordbench calibrate, or coordbench run --calibrate")
            return _read(path, file)
    except (OSError, KeyError) as error:
        raise Unusable(f"{path} is no launch of coordbench that can be read ({error}); name one that calibrated") from None


def _read(path: Path, file: h5py.File) -> Calibration:
    group, between, root = file["loggp"], file["ranks/distance"], file.attrs
    refused = [f"{name}: {why}" for name, why in zip(group["name"].asstr()[...], group["refused"].asstr()[...]) if why]
    if refused or not len(group["name"]):
        raise Unusable(f"the calibration of {path} came to nothing ({'; '.join(refused) or 'a single rank'}); "
                       "calibrate again, on a quiet machine and two ranks at least")
    words = dict(zip(np.asarray(between.attrs["flag_values"]).tolist(), text(between.attrs["flag_meanings"]).split()))
    return Calibration(launch=f"{text(root['campaign'])} {int(root['launch'])} {text(root['created_utc'])}",
                       timer_ns=float(file["environment"].attrs["timer_overhead_ns"]),
                       levels=sorted((_level(group, index) for index in range(len(group["name"]))),
                                     key=lambda level: LEVELS.index(level.name)),
                       nodes=file["ranks/node"][...].tolist(),
                       distance=[[words[value] for value in row] for row in between[...].tolist()],
                       works=_works(group, float(file["environment"].attrs["timer_overhead_ns"])))


def _works(group: h5py.Group, timer_ns: float) -> dict[str, list[tuple[int, float]]]:
    """The medians of each size, without the reading of the clock in them."""
    if "work" not in group:
        return {}
    names = text(group["work"].attrs["flag_meanings"]).split()
    work, sizes, times = (group[name][...] for name in ("work", "work_bytes", "work_time_ns"))
    median = lambda index, size: float(np.median(times[(work == index) & (sizes == size)]))
    return {name: [(int(size), max(median(index, size) - timer_ns, 0)) for size in np.unique(sizes[work == index])]
            for index, name in enumerate(names)}


def _level(group: h5py.Group, index: int) -> Level:
    line = lambda at, name: Line(float(group[f"{name}_ns"][at]), float(group[f"{name}_ns_per_byte"][at]))
    rows = np.flatnonzero(group["regime_level"][...] == index)
    regimes = [Regime(int(group["first_bytes"][at]), Line(float(group["L_ns"][at]), float(group["G_ns_per_byte"][at])),
                      line(at, "o_send"), line(at, "o_receive")) for at in rows]
    return Level(group["name"].asstr()[index], int(group["rendezvous_bytes"][index]), regimes)


def settings(calibration: Calibration) -> dict[str, str]:
    """SimGrid's configuration: overheads and factors by size, where sends begin to wait, what reading the clock takes."""
    far = calibration.farthest
    begins = [0] + [regime.first_bytes - 1 for regime in far.regimes[1:]]
    links = list(zip([begin and begin + ENVELOPE for begin in begins], map(far.link, far.regimes)))
    sends = overheads(begins, [regime.o_send for regime in far.regimes])
    held = str(NO_LIMIT if far.rendezvous_bytes < 0 else far.rendezvous_bytes)
    return {"smpi/os": sends, "smpi/ois": sends, "smpi/or": overheads(begins, [regime.o_receive for regime in far.regimes]),
            "smpi/lat-factor": ";".join(f"{begin}:{link.fixed_ns:.9g}" for begin, link in links),
            "smpi/bw-factor": ";".join(f"{begin}:{1 / max(link.per_byte_ns, LEAST_NS_PER_BYTE):.9g}" for begin, link in links),
            "smpi/async-small-thresh": held, "smpi/send-is-detached-thresh": held,
            "smpi/wtime": f"{calibration.timer_ns * 1e-9:.9g}", "network/TCP-gamma": "0", "network/crosstraffic": "no"}


def overheads(begins: list[int], lines: list[Line]) -> str:
    """In SMPI's notation: where a section begins, what it adds, and what each byte adds, in s."""
    return ";".join(f"{begin}:{line.fixed_ns * 1e-9:.9g}:{line.per_byte_ns * 1e-9:.9g}" for begin, line in zip(begins, lines))


def body(calibration: Calibration, hosts: int) -> tuple[str, list[str], str]:
    """The zones, the hosts of the ranks in order, and what the platform stands for."""
    names = [f"rank-{rank}" for rank in range(hosts)]
    of = f"As measured in {calibration.launch}; distances: {', '.join(level.name for level in calibration.levels)}."
    if len(calibration.levels) == 1:
        more = f" Only {len(calibration.nodes)} ranks were measured: the others are as far away." \
            if hosts > len(calibration.nodes) else ""
        return _cluster(calibration, hosts), names, of + more
    per_node = _repeated(calibration)
    more = f" Nodes beyond those measured are like the first, {per_node} ranks each." if hosts > len(calibration.nodes) else ""
    return _nodes(calibration, hosts, per_node), names, of + more


def _cluster(calibration: Calibration, hosts: int) -> str:
    """All ranks equally far from each other: half of the way on each of two links."""
    return (f'  <cluster id="calibrated" prefix="rank-" suffix="" radical="0-{hosts - 1}" speed="1Gf" '
            f'bw="{UNIT_BYTES_PER_S:.9g}Bps" lat="{UNIT_S / 2:.9g}s" sharing_policy="SPLITDUPLEX">'
            f'{_origin(calibration)}</cluster>')


def _origin(calibration: Calibration) -> str:
    tables = {f"{name}_ns": ";".join(f"{size}:{ns:.6g}" for size, ns in table) for name, table in calibration.works.items()}
    return "".join(f"<prop id={quoteattr(name)} value={quoteattr(value)}/>"
                   for name, value in {"calibration": calibration.launch, **tables}.items())


def _repeated(calibration: Calibration) -> int:
    """Ranks of the first node, which those that were not measured are like."""
    return calibration.nodes.count(calibration.nodes[0])


def _nodes(calibration: Calibration, hosts: int, per_node: int) -> str:
    """Each rank has a link for each level, with that level's bandwidth; each pair a latency of its own."""
    links, routes = [], []
    for level in calibration.levels:
        latency, per_byte = _seen_from(calibration.farthest, level)
        links.append(f'    <link id="{level.name}" bandwidth="1e18Bps" latency="{latency * UNIT_S:.9g}s" '
                     'sharing_policy="FATPIPE"/>')
        links += [f'    <link id="{rank}-{level.name}" bandwidth="{UNIT_BYTES_PER_S / per_byte:.9g}Bps" latency="0s" '
                  'sharing_policy="SPLITDUPLEX"/>' for rank in range(hosts)]
    for a in range(hosts):
        for b in range(a + 1, hosts):
            level = _level_between(calibration, a, b, per_node)
            routes.append(f'    <route src="rank-{a}" dst="rank-{b}"><link_ctn id="{a}-{level}" direction="UP"/>'
                          f'<link_ctn id="{level}"/><link_ctn id="{b}-{level}" direction="DOWN"/></route>')
    ranks = [f'    <host id="rank-{rank}" speed="1Gf">{_origin(calibration)}</host>' for rank in range(hosts)]
    return "\n".join(['  <zone id="calibrated" routing="Full">', *ranks, *links, *routes, "  </zone>"])


def _level_between(calibration: Calibration, a: int, b: int, per_node: int) -> str:
    if max(a, b) < len(calibration.nodes):
        return calibration.distance[a][b]
    return calibration.distance[a % per_node][b % per_node] if a // per_node == b // per_node else calibration.farthest.name


def _seen_from(far: Level, level: Level) -> tuple[float, float]:
    """What a link of `level` has for a latency and for a byte, in units of the farthest level's, so that with the farthest
    level's overheads and factors the first regime has its latency and the last its bandwidth."""
    def link(regime: Regime, at: Regime) -> Line:
        own = regime.o_send + regime.latency + regime.o_receive
        line = own - at.o_send - (Line(0, 0) if far.waits(at) else at.o_receive)
        return Line(max(line.fixed_ns - ENVELOPE * line.per_byte_ns, 0), max(line.per_byte_ns, LEAST_NS_PER_BYTE))

    first, last = far.regimes[0], far.regimes[-1]
    latency = link(level.regimes[0], first).fixed_ns / max(far.link(first).fixed_ns, 1e-3)
    return latency, link(level.regimes[-1], last).per_byte_ns / max(far.link(last).per_byte_ns, LEAST_NS_PER_BYTE)
