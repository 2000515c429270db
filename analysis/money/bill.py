"""What so many operations of a kernel cost in a month: quantities times prices, in decimals that are rounded when printed."""

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from analysis.money import formula, placement
from analysis.money.growth import Count
from analysis.money.prices import DIGITS, DISTANCES, INTERNET, Prices
from analysis.money.series import Series
from analysis.refusal import Refusal

CENT = Decimal("0.01")
CENTS_DIGITS = 100  # more than any price times any month has
NS_PER_HOUR = 3600 * 10**9
BYTES_PER_GB = 10**9
MILLION = 10**6
ENDS = ("value", "low", "high")


@dataclass(frozen=True)
class Asked:
    """`payload`: bytes, None for what was measured. `places`: regions and zones in each; None as the campaign's ranks sat, if
    it knows zones. `over_internet`: messages between regions take the Internet."""

    nodes: int
    operations: int
    prices: Prices
    payload: int | None = None
    places: tuple[int, int] | None = None
    over_internet: bool = False


@dataclass(frozen=True)
class Sum:
    """Dollars, and the least and the most that they are known to be; None where an end is not known. A sum has the ends of the
    parts that have them."""

    value: Decimal
    low: Decimal | None
    high: Decimal | None

    def __add__(self, other: "Sum") -> "Sum":
        with localcontext(prec=DIGITS):
            ends = (None if a is None and b is None else (self.value if a is None else a) + (other.value if b is None else b)
                    for a, b in ((self.low, other.low), (self.high, other.high)))
            return Sum(self.value + other.value, *ends)


@dataclass(frozen=True, eq=False)
class Bill:
    """Quantities are of one operation but for `gb`, of a month and by distance. `writes`: forced ones, None if nobody counted
    them for this kernel. A sum is None where its quantity is not known; `unknown` says why, by what is missing."""

    series: Series
    payload: int
    messages: Count
    background: Count
    wire_bytes: Count
    gb: dict[str, Decimal]
    blocked_ns: Count | None
    processor_ns: Count | None
    writes: Fraction | None
    traffic: Sum
    waiting: Sum | None
    storage: Sum | None
    unknown: dict[str, str]
    remarks: list[str]

    @property
    def total(self) -> Sum:
        """Of what is known."""
        total = self.traffic
        for part in (self.waiting, self.storage):
            total = total if part is None else total + part
        return total

    @property
    def whole(self) -> bool:
        return not self.lacks

    @property
    def lacks(self) -> tuple[str, ...]:
        """The parts that the total is without."""
        return tuple(name for name in ("waiting", "storage") if getattr(self, name) is None)


def bill(series: Series, asked: Asked) -> Bill | str:
    """One clause that says why not, if messages or bytes are not known there."""
    payload = payload_of(series, asked)
    messages, size = series.messages_at(asked.nodes, payload), series.bytes_at(asked.nodes, payload)
    if isinstance(messages, str) or isinstance(size, str):
        return messages if isinstance(messages, str) else size
    background = series.background_at(asked.nodes, payload)
    wire = on_the_wire(messages + background, size, asked.prices)
    shares, remark = _shares(series, asked)
    unknown, remarks = {}, [remark] if remark else []
    remarks += _told(messages, size)
    if background.how == "bounds":
        remarks.append("messages of the background are as many for a message as at other numbers of ranks")
    blocked, latency = None, series.times.latency_at(asked.nodes, payload)
    if isinstance(latency, str):
        unknown["waiting"] = latency
    else:
        blocked = latency.times(asked.nodes + series.clients)
        timed = series.times.payload(asked.nodes, payload)
        remarks += [f"its time is that of {timed} B"] * (timed != payload)
    writes = _writes(series, asked)
    if isinstance(writes, str):
        unknown["storage"], writes = writes, None
    return Bill(series, payload, messages, background, wire, _gb(wire.value, shares, asked.operations), blocked,
                series.times.processor_at(asked.nodes, payload), writes, _traffic(wire, shares, asked),
                None if blocked is None else _waiting(blocked, asked),
                None if writes is None else _storage(writes, payload, asked), unknown, remarks)


def payload_of(series: Series, asked: Asked) -> int:
    """Bytes: what was asked for, of kernels that carry any."""
    return series.smallest if asked.payload is None or series.payloads == [0] else asked.payload


def on_the_wire(messages: Count, size: Count, prices: Prices) -> Count:
    """Bytes with headers: as many segments as messages of the mean size fill."""
    value, low, high = (_with_headers(getattr(messages, end), getattr(size, end), prices) for end in ENDS)
    # Fewer messages of the same bytes may be more segments each.
    return Count(value, min(value, low), max(value, high), size.how)


def _with_headers(messages: float, size: float, prices: Prices) -> float:
    segments = math.ceil(size / messages / prices.segment_bytes - 1e-12) if messages else 0
    return size + messages * max(segments, 1) * prices.header_bytes


def cents(dollars: Decimal) -> Decimal:
    with localcontext(prec=CENTS_DIGITS):
        return dollars.quantize(CENT, ROUND_HALF_UP)


def exact(number: float | Fraction) -> Decimal:
    """What a double or a fraction is, in as many digits as sums of money have."""
    fraction = Fraction(number)
    with localcontext(prec=DIGITS):
        return Decimal(fraction.numerator) / Decimal(fraction.denominator)


def _told(messages: Count, size: Count) -> list[str]:
    """How a quantity was found that was not counted there."""
    found = []
    if messages.how == "model":
        found.append("messages are those of a model")
    if messages.how == "between closed forms":
        found.append("messages lie between closed forms that give every count")
    if size.how == "sized":
        found.append("bytes are the messages times what one of them holds at other numbers of ranks")
    if size.how == "copies":
        found.append("how often the payload is sent follows a closed form of other numbers of ranks")
    if size.how == "bounds":
        found.append("nobody counted how often it sends its payload there: bytes lie between bounds, of which the higher one "
                     "has the payload as often as the bytes counted can hold it")
    return found


def _shares(series: Series, asked: Asked) -> tuple[placement.Shares, str]:
    if asked.places is not None:
        return placement.uniform(asked.nodes, *asked.places), ""
    there = series.share_at(asked.nodes)
    if there is None:
        return dict.fromkeys(DISTANCES, Fraction(0)) | {"same_zone": Fraction(1)}, ""
    shares, ranks = there
    return shares, "" if ranks == asked.nodes else f"distances are those of N = {ranks}"


def _gb(wire_bytes: float, shares: placement.Shares, operations: int) -> dict[str, Decimal]:
    return {distance: exact(Fraction(wire_bytes) * share * operations / BYTES_PER_GB) for distance, share in shares.items()}


def _traffic(wire: Count, shares: placement.Shares, asked: Asked) -> Sum:
    def dollars(size: float) -> Decimal:
        with localcontext(prec=DIGITS):
            return sum((asked.prices.carried(_priced(distance, asked), gb)
                        for distance, gb in _gb(size, shares, asked.operations).items()), Decimal(0))

    return Sum(*(dollars(getattr(wire, end)) for end in ENDS))


def _priced(distance: str, asked: Asked) -> str:
    return INTERNET if asked.over_internet and distance == "between_regions" else distance


def _waiting(blocked: Count, asked: Asked) -> Sum:
    """As if the nodes did nothing else until the user may go on."""
    def dollars(ns: float) -> Decimal | None:
        if math.isnan(ns):
            return None
        with localcontext(prec=DIGITS):
            return exact(Fraction(ns) * asked.operations / NS_PER_HOUR) * asked.prices.node_hour

    return Sum(*(dollars(getattr(blocked, end)) for end in ENDS))


def _writes(series: Series, asked: Asked) -> Fraction | str:
    """Or one clause that says why they are not known; a formula that has no value there takes nothing but its own row."""
    told = asked.prices.writes.get(series.setting)
    if told is None:
        return "[forced_writes] of the prices has no line for it"
    try:
        return formula.value(told, asked.nodes, f"at N = {asked.nodes} forced_writes.{series.setting}")
    except Refusal as refused:
        return str(refused)


def _storage(writes: Fraction, payload: int, asked: Asked) -> Sum:
    """A write of more than a unit is paid for as so many."""
    units = max(1, math.ceil(Fraction(payload) / asked.prices.write_bytes))
    with localcontext(prec=DIGITS):
        dollars = exact(writes * units * asked.operations / MILLION) * asked.prices.million_writes
    return Sum(dollars, dollars, dollars)
