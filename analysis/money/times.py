"""How long an operation of a kernel takes at a number of ranks and a payload: as measured with a core for each rank, or by its
model."""

from collections.abc import Callable
from dataclasses import dataclass, field

from analysis.choice import MIN_RANK_COUNTS
from analysis.curve import Curve
from analysis.money.growth import Count
from analysis.selection import SMALL_BYTES

Measured = dict[int, dict[int, Count]]


@dataclass(frozen=True, eq=False)
class Times:
    """`latencies`, until the user may go on, and `processor`, ns: of each payload, by ranks, of launches with a core for each
    rank. `crowded`: numbers of ranks of other launches alone. `modelled`: makes the curves of the latency at a payload, which
    takes time."""

    latencies: Measured = field(default_factory=dict)
    processor: Measured = field(default_factory=dict)
    crowded: tuple[int, ...] = ()
    modelled: Callable[[int], tuple[Curve, ...]] = lambda payload: ()

    @property
    def ranks(self) -> list[int]:
        return sorted(set().union(*self.latencies.values()))

    def payload(self, ranks: int, wanted: int) -> int:
        """The one that was timed at so many ranks, or else that nearest to 8 B of all."""
        if ranks in self.latencies.get(wanted, {}):
            return wanted
        return min(self.latencies, key=lambda each: abs(each - SMALL_BYTES), default=wanted)

    def latency_at(self, ranks: int, payload: int) -> Count | str:
        """Or one clause that says why it is not known."""
        chosen = self.payload(ranks, payload)
        there = self.latencies.get(chosen, {})
        if ranks in there:
            return there[ranks]
        if len(there) < MIN_RANK_COUNTS:
            return self._lacking(ranks, there)
        firm = [curve for curve in self.modelled(chosen) if not curve.oversubscribed]
        for curve in firm:
            if curve.choice and curve.smallest <= ranks <= curve.limit():
                (low,), (high,) = curve.band_ns([ranks])
                return Count(float(curve.predicted_ns([ranks])[0]), float(low), float(high), "model")
        farthest = max(firm, key=lambda curve: curve.limit())
        if farthest.choice:
            return f"the model of its time holds from {farthest.smallest} to {farthest.limit()} ranks"
        return f"its time has no model: {farthest.lacking}"

    def processor_at(self, ranks: int, payload: int) -> Count | None:
        return self.processor.get(self.payload(ranks, payload), {}).get(ranks)

    def _lacking(self, ranks: int, there: dict[int, Count]) -> str:
        if ranks in self.crowded:
            return "ranks shared cores there, and such times say what crowding costs"
        if not there:
            return "its time was not measured with a core for each rank"
        return (f"its time was measured at N = {', '.join(map(str, sorted(there)))} with a core for each rank, and a model "
                f"needs {MIN_RANK_COUNTS}")
