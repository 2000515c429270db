"""How often an operation sends its payload, at a number of ranks where one payload alone was counted.

The copies follow N in their own way: of N (N - 1) messages of a commitment N - 1 carry the payload, and a message of an
all-to-all holds many of them. So they are followed as messages are, by a closed form, or lie between bounds.
"""

from analysis.money.growth import COUNTED, Count, followed

FORMS = (COUNTED, "closed form", "between closed forms")


def counted(sizes: dict[int, dict[int, Count]]) -> dict[int, Count]:
    """By ranks, where two payloads or more were counted: the bytes more of the largest for each byte more of payload."""
    found = {}
    for ranks in sorted(set().union(*sizes.values())):
        there = sorted((payload, of[ranks]) for payload, of in sizes.items() if ranks in of)
        if len(there) > 1:
            (first, less), (last, more) = there[0], there[-1]
            ends = [max(0.0, (one - other) / (last - first))
                    for one, other in ((more.value, less.value), (more.low, less.high), (more.high, less.low))]
            found[ranks] = Count(*ends, COUNTED if less.how == more.how == COUNTED else "mean")
    return found


def copies(known: dict[int, Count], messages: Count, held: dict[int, float], size: Count, measured: int,
           ranks: int) -> Count | str:
    """From those `known` by ranks, or between bounds. `held`: payloads in a message, by ranks. An operation of so many bytes
    with a payload of `measured` has no more copies than fit into them."""
    form = followed(known, ranks) if known else ""
    if isinstance(form, Count) and form.how in FORMS:
        return form
    mosts = [size.high / measured] if measured else []
    if held and ranks <= max(held):  # how many a message holds may grow with N
        mosts.append(messages.high * max(held.values()))
    if not mosts:
        return "nobody counted how often it sends its payload, and its bytes were counted without any"
    most = min(mosts)
    least = min([most, 1.0, messages.low, *(count.low for count in known.values())]) if known else 0.0
    nearest = held[min(held, key=lambda n: abs(n - ranks))] if held else 1.0
    return Count(min(max(messages.value * nearest, least), most), least, most, "bounds")


def with_copies(size: Count, more: int, sent: Count) -> Count:
    """Bytes with a payload that is so much larger; smaller ones take the copies off."""
    low, high = (sent.low, sent.high) if more >= 0 else (sent.high, sent.low)
    ends = [max(0.0, own + more * count) for own, count in ((size.value, sent.value), (size.low, low), (size.high, high))]
    return Count(*ends, "bounds" if sent.how == "bounds" else "copies")


def on_line(known: dict[int, Count], first: int, last: int, payload: int) -> Count:
    """On the line through two payloads, whichever ends of theirs make it least and most."""
    share = (payload - first) / (last - first)
    less, more = known[first], known[last]

    def ends(count: Count, factor: float) -> tuple[float, float]:
        return (factor * count.low, factor * count.high) if factor >= 0 else (factor * count.high, factor * count.low)

    (low, high), (low_more, high_more) = ends(less, 1 - share), ends(more, share)
    value = less.value + (more.value - less.value) * share
    # Rounding may put an end that is the value a last digit beside it.
    return Count(max(0.0, value), max(0.0, min(value, low + low_more)), max(0.0, value, high + high_more),
                 "line" if less.how in (COUNTED, "mean", "closed form") else less.how)
