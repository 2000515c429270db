"""One kernel of a campaign with its parameters: what was counted of its operations, and what follows for other numbers of
ranks and other payloads."""

import functools
import math
import statistics
from dataclasses import dataclass

from analysis.curve import REACH
from analysis.money.growth import Count, followed
from analysis.money.placement import Shares
from analysis.money.times import Times
from analysis.selection import SMALL_BYTES

LIKE_SIZE = 1.5  # messages whose sizes are within this factor of each other at all N are taken to stay so


@dataclass(frozen=True, eq=False)
class Series:
    """One kernel with its parameters. `setting`: the kernel and what its cases' names say of its parameters. `messages` and
    `sizes`: of each payload what was counted, by ranks. `shares`: of distances, by ranks. `cases`: their names. `borrowed`:
    the share of messages that carry the payload, from another campaign."""

    kernel: str
    name: str
    setting: str
    group: str
    level: int
    clients: int
    messages: dict[int, dict[int, Count]]
    sizes: dict[int, dict[int, Count]]
    shares: dict[int, Shares]
    cases: frozenset[str]
    times: Times = Times()
    borrowed: float | None = None

    @property
    def payloads(self) -> list[int]:
        return sorted(self.sizes)

    @property
    def smallest(self) -> int:
        """The payload nearest to 8 B, as everywhere."""
        return min(self.payloads, key=lambda payload: abs(payload - SMALL_BYTES))

    @property
    def ranks(self) -> list[int]:
        return sorted(set().union(*self.messages.values()))

    def messages_at(self, ranks: int, payload: int) -> Count | str:
        """Of the nearest payload for which the count is known there."""
        tried = [self._followed(self.messages[each], ranks)
                 for each in sorted(self.payloads, key=lambda each: (abs(each - payload), each))]
        return next((count for count in tried if not isinstance(count, str)), tried[0])

    def bytes_at(self, ranks: int, payload: int) -> Count | str:
        known = {each: count for each in self.payloads if not isinstance(count := self._sized(each, ranks), str)}
        if payload in known or not known:
            return known[payload] if known else self._sized(self.smallest, ranks)
        if self.payloads == [0]:  # it carries none, whatever is asked for
            return known[0]
        if len(known) > 1:
            return _on_line(known, payload)
        return self._carrying(known, payload, ranks)

    def _sized(self, payload: int, ranks: int) -> Count | str:
        """By a closed form or a model of its own, or the messages times what one of them was counted to hold."""
        found, messages = self._followed(self.sizes[payload], ranks), self._followed(self.messages[payload], ranks)
        if not isinstance(found, str) or isinstance(messages, str):
            return found
        counted = self.messages[payload]
        each = sorted(size.value / counted[n].value for n, size in self.sizes[payload].items() if counted[n].value)
        if len(each) < 2 or each[-1] > LIKE_SIZE * each[0] or ranks > REACH * max(counted):
            return found
        return Count(messages.value * statistics.median(each), messages.low * each[0], messages.high * each[-1], "bounds")

    def _carrying(self, known: dict[int, Count], payload: int, ranks: int) -> Count | str:
        """From one payload, and from what share of the messages carry it, if another number of ranks tells."""
        (measured, size), = known.items()
        messages = self.messages_at(ranks, measured)
        if isinstance(messages, str):
            return messages
        more, share = payload - measured, self.borrowed if self.carrying is None else self.carrying
        if share is not None:
            return Count(size.value + more * share * messages.value, *(end + more * share * messages.value
                                                                       for end in (size.low, size.high)), "share")
        least, most = sorted((size.low + more * min(1, messages.low), size.high + more * messages.high))
        return Count(most, max(least, 0), most, "bounds")

    @functools.cached_property
    def carrying(self) -> float | None:
        """The share of the messages that carry the payload, where some number of ranks was counted at two payloads."""
        for ranks in self.ranks:
            there = sorted((payload, counts[ranks].value) for payload, counts in self.sizes.items() if ranks in counts)
            messages = self.messages_at(ranks, self.smallest)
            if len(there) > 1 and not isinstance(messages, str) and messages.value:
                (first, less), (last, more) = there[0], there[-1]
                return (more - less) / (last - first) / messages.value
        return None

    def share_at(self, ranks: int) -> tuple[Shares, int] | None:
        """Of the number of ranks nearest to it, and which that is."""
        if not self.shares:
            return None
        nearest = min(self.shares, key=lambda n: (abs(math.log(n / ranks)), n))
        return self.shares[nearest], nearest

    def _followed(self, counted: dict[int, Count], ranks: int) -> Count | str:
        return followed(counted, ranks, none_alone=self.clients == 0)


def _on_line(known: dict[int, Count], payload: int) -> Count:
    """An operation's bytes are its headers and so many times its payload: on the line through the two payloads beside it."""
    first, last = sorted(sorted(known, key=lambda each: abs(math.log((each + 1) / (payload + 1))))[:2])

    def on(end: str) -> float:
        less, more = getattr(known[first], end), getattr(known[last], end)
        return less + (more - less) * (payload - first) / (last - first)

    low, value, high = sorted(map(on, ("low", "value", "high")))
    return Count(value, low, high, "line")


def plain(series: Series) -> bool:
    """Whether all parameters are the kernel's defaults."""
    return series.setting == series.kernel
