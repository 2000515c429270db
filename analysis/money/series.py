"""One kernel of a campaign with its parameters: what was counted of its operations, and what follows for other numbers of
ranks and other payloads."""

import functools
import math
import statistics
from dataclasses import dataclass, field, replace

from analysis.curve import REACH
from analysis.money.copies import copies, counted, on_line, with_copies
from analysis.money.growth import COUNTED, Count, followed
from analysis.money.placement import Shares
from analysis.money.times import Times
from analysis.selection import SMALL_BYTES

LIKE_SIZE = 1.5  # messages whose sizes are within this factor of each other at all N are taken to stay so


@dataclass(frozen=True, eq=False)
class Series:
    """One kernel with its parameters. `setting`: the kernel and what its cases' names say of its parameters. `messages` and
    `sizes`: of each payload what was counted, by ranks. `shares`: of distances, by ranks. `cases`: their names. `background`:
    as `messages`, those that carry no operation, as resends and heartbeats; bytes hold them, messages do not. `borrowed` and
    `borrowed_held`: `carried` and `held` of another campaign."""

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
    background: dict[int, dict[int, Count]] = field(default_factory=dict)
    borrowed: dict[int, Count] = field(default_factory=dict)
    borrowed_held: dict[int, float] = field(default_factory=dict)

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

    def background_at(self, ranks: int, payload: int) -> Count | str:
        """Of the nearest payload that was counted there; else as many for a message as at other numbers of ranks."""
        near = sorted(self.background, key=lambda each: (abs(each - payload), each))
        there = next((self.background[each][ranks] for each in near if ranks in self.background[each]), None)
        messages = self.messages_at(ranks, payload)
        if there is not None or isinstance(messages, str):
            return messages if there is None else there
        each = [(count, self.messages[size][n].value) for size in near for n, count in self.background[size].items()]
        rates = [(count.value / sent, count.low / sent, count.high / sent) for count, sent in each if sent]
        if not any(high for *_, high in rates):
            return Count(0, 0, 0, COUNTED)
        values, lows, highs = zip(*rates)
        return Count(messages.value * statistics.median(values), messages.low * min(lows), messages.high * max(highs), "bounds")

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
        there = self.messages[payload]
        each = sorted(size.value / there[n].value for n, size in self.sizes[payload].items() if there[n].value)
        if len(each) < 2 or each[-1] > LIKE_SIZE * each[0] or ranks > REACH * max(there):
            return found
        return Count(messages.value * statistics.median(each), messages.low * each[0], messages.high * each[-1], "sized")

    def _carrying(self, known: dict[int, Count], payload: int, ranks: int) -> Count | str:
        """From one payload, and from how often an operation sends it."""
        (measured, size), = known.items()
        messages = self.messages_at(ranks, measured)
        if isinstance(messages, str):
            return messages
        sent = copies(self.borrowed | self.carried, messages, self.borrowed_held | self.held, size, measured, ranks)
        return sent if isinstance(sent, str) else with_copies(size, payload - measured, sent)

    @functools.cached_property
    def carried(self) -> dict[int, Count]:
        """How often an operation sends its payload, by ranks, where two payloads were counted."""
        return counted(self.sizes)

    @functools.cached_property
    def held(self) -> dict[int, float]:
        """Of the same the most payloads in a message, on average."""
        found = {ranks: (sent, self.messages_at(ranks, self.smallest)) for ranks, sent in self.carried.items()}
        return {ranks: sent.high / messages.low for ranks, (sent, messages) in found.items()
                if not isinstance(messages, str) and messages.low > 0}

    def lent(self, other: "Series | None") -> "Series":
        """With how often another campaign's operations send their payload, where its own do not tell."""
        return self if other is None else replace(self, borrowed=other.carried, borrowed_held=other.held)

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
    return on_line(known, *sorted(sorted(known, key=lambda each: abs(math.log((each + 1) / (payload + 1))))[:2]), payload)


def plain(series: Series) -> bool:
    """Whether all parameters are the kernel's defaults."""
    return series.setting == series.kernel
