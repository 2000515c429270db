"""Copies of the payload in an operation: what follows from other numbers of ranks contains what is there."""

import math

import pytest
from analysis.money.bill import on_the_wire
from analysis.money.copies import copies, on_line, with_copies
from analysis.money.growth import Count
from analysis.money.prices import load
from analysis.money.series import Series

SHAPES = {  # messages, and copies of the payload, by N
    "decentralised commit": (lambda n: n * (n - 1), lambda n: n - 1), "broadcast": (lambda n: n - 1, lambda n: n - 1),
    "Bruck's": (lambda n: n * math.log2(n), lambda n: n * n / 2 * math.log2(n)),
    "commit": (lambda n: 4 * (n - 1), lambda n: n - 1)}


def sure(value: float) -> Count:
    return Count(value, value, value, "counted")


def series(shape: str, ranks: dict[int, list[int]]) -> Series:
    """Messages of 10 B and their payloads; `ranks`, by payload."""
    messages, carried = SHAPES[shape]
    sizes = {payload: {n: sure(10 * messages(n) + payload * carried(n)) for n in there} for payload, there in ranks.items()}
    counts = {payload: {n: sure(messages(n)) for n in there} for payload, there in ranks.items()}
    return Series("k", "k", "k", "", 0, 0, counts, sizes, {}, frozenset())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("ranks", [{8: [2, 4, 8, 16, 32, 64], 1000: [2]}, {8: [2, 4, 8, 16, 32, 64]}])
@pytest.mark.parametrize("at", [4, 64, 256])
def test_the_truth_lies_between_the_ends_from_whatever_was_counted(shape, ranks, at):
    found, (messages, carried) = series(shape, ranks).bytes_at(at, 1000), SHAPES[shape]
    truth = 10 * messages(at) + 1000 * carried(at)
    assert found.low <= truth * (1 + 1e-9) and truth <= found.high * (1 + 1e-9)
    assert found.low < found.high, "a payload of which nobody counted the copies has an interval"


def test_a_closed_form_of_the_copies_is_followed():
    """Bytes of 1000 B were counted at few ranks; those of 8 B have a header of which no form tells."""
    messages = sure(50 * 49)
    found = copies({n: sure(n - 1) for n in (2, 3, 5, 8)}, messages, {2: 1.0, 8: 0.125}, sure(24892), 8, 50)
    assert (found.value, found.low, found.high) == (49, 49, 49)
    size = with_copies(sure(24892), 992, found)
    assert size.value == size.low == 24892 + 992 * 49 and size.how == "copies"


def test_copies_that_nothing_bounds_are_not_known():
    assert copies({2: sure(1)}, sure(56), {2: 0.5}, sure(560), 0, 8) == \
        "nobody counted how often it sends its payload, and its bytes were counted without any"
    known = copies({2: sure(1), 16: sure(9)}, sure(56), {2: 0.5, 16: 0.7}, sure(560), 0, 8)
    assert (known.low, known.high) == (1, pytest.approx(0.7 * 56))


def test_a_smaller_payload_takes_copies_off_and_never_leaves_less_than_nothing():
    size = with_copies(sure(100), -8, Count(5, 1, 12, "bounds"))
    assert (size.value, size.low, size.high) == (60, 4, 92)


def test_a_line_has_its_least_and_most_from_the_ends_that_make_it_so():
    known = {8: Count(100, 90, 130, "mean"), 108: Count(200, 180, 220, "mean")}
    between, beyond = on_line(known, 8, 108, 58), on_line(known, 8, 108, 208)
    assert (between.value, between.low, between.high) == (150, 135, 175)
    assert (beyond.value, beyond.low, beyond.high) == (300, 360 - 130, 440 - 90)


def test_a_count_lies_between_its_ends():
    assert math.isnan(Count(2, math.nan, math.nan, "measured").low)
    for low, high in ((3, 4), (0, 1)):
        with pytest.raises(ValueError, match="2 does not lie from"):
            Count(2, low, high, "mean")


def test_headers_of_fewer_messages_are_within_the_interval():
    """1,500 B in one message are two segments, in two messages two as well."""
    wire = on_the_wire(Count(2, 1, 2, "mean"), Count(2000, 2000, 4000, "mean"), load())
    assert wire.low <= wire.value <= wire.high
    few = on_the_wire(Count(1.5, 1, 2, "mean"), sure(2100), load())
    assert few.low <= few.value <= few.high
