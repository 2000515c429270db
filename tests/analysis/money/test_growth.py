"""Counts where nobody counted: closed forms are found exactly, and what is not known is not said."""

import math
from fractions import Fraction

import pytest
from analysis.money import formula
from analysis.money.growth import Count, followed
from analysis.refusal import Refusal

POWERS = [2, 4, 8, 16, 32, 64]
MIXED = [2, 3, 5, 8, 12]


def counts(ranks, of) -> dict[int, Count]:
    return {n: Count(float(of(n)), float(of(n)), float(of(n)), "counted") for n in ranks}


@pytest.mark.parametrize("ranks", [POWERS, MIXED])
@pytest.mark.parametrize("of", [lambda n: 2 * (n - 1), lambda n: n * (n - 1), lambda n: 2 * n * (n - 1), lambda n: 2,
                                lambda n: 7 - 7 / n, lambda n: 8 * n * (n - 1) + 3 * (n - 1), lambda n: 0])
def test_a_closed_form_holds_at_any_number_of_ranks(ranks, of):
    for n in (7, 100, 1000, 10**6):
        found = followed(counts(ranks, of), n)
        assert (found.value, found.low, found.high) == (pytest.approx(of(n), rel=1e-9),) * 3 and found.how == "closed form"


@pytest.mark.parametrize("of", [lambda n: n * math.ceil(math.log2(n)), lambda n: math.floor(math.log2(n))])
def test_steps_are_seen_between_powers_of_two(of):
    assert followed(counts([2, 3, 5, 8, 12, 17], of), 100).value == of(100)


def test_counts_at_powers_of_two_say_nothing_of_the_steps_between_them():
    """Recursive doubling: p log2 p + 2 (N - p) with p = 64 at N = 100, which lies between the powers of two beside it."""
    found = followed(counts(POWERS, lambda n: n * math.log2(n)), 100)
    assert (found.low, found.high, found.how) == (64 * 6, 128 * 7, "between closed forms")
    assert found.low <= 64 * 6 + 2 * 36 <= found.high
    assert followed(counts(POWERS, lambda n: n * math.log2(n)), 1024).value == 10240


def test_between_closed_forms_the_middle_one_is_the_value():
    """Of N log2 N at powers of two: 384 with 64, 664.4 at 100 itself, 896 with 128."""
    found = followed(counts(POWERS, lambda n: n * math.log2(n)), 100)
    assert found.low < found.value < found.high and found.value == pytest.approx(100 * math.log2(100))


def test_where_forms_that_agree_on_everything_are_far_apart_the_count_is_not_known():
    assert "differ there" in followed(counts(POWERS, lambda n: n * n * math.log2(n)), 100)


def test_a_form_needs_a_count_more_than_it_has_constants():
    """And a form of three constants two more, because there are many such forms. The silence of one rank is a count, too."""
    assert followed(counts([2, 3, 8], lambda n: n * (n - 1)), 100).value == 9900
    assert followed(counts([2, 3, 5, 8], lambda n: 2 * n * n - n - 1), 100).value == 19899
    for ranks, none_alone in (([2, 3, 8], True), ([2, 3, 5, 8], False)):
        why = followed(counts(ranks, lambda n: 2 * n * n - n - 1), 100, none_alone)
        assert why == f"no closed form is found from the counts at N = {', '.join(map(str, ranks))}, and a model needs 5"


def test_counts_that_chance_decides_have_no_closed_form_however_well_one_fits():
    drawn = {n: Count(16.0 * n, 15.0 * n, 17.0 * n, "mean") for n in POWERS}
    assert followed(drawn, 100).how == "model"
    assert "a model needs 5" in followed({n: drawn[n] for n in POWERS[:4]}, 100)


@pytest.mark.parametrize("ranks", [[2], [2, 8]])
def test_one_or_two_counts_are_no_closed_form(ranks):
    assert "a model needs 5" in followed(counts(ranks, lambda n: 2 * (n - 1)), 5)


def test_one_rank_sends_nothing_and_what_was_counted_stays():
    assert followed(counts([2, 3, 8], lambda n: n - 1), 1).value == 0
    assert followed(counts([2, 3, 8], lambda n: 1.5 * n), 3).how == "counted"


def test_a_random_count_has_a_model_as_uncertain_as_its_error_and_as_far_as_four_times():
    noisy = {n: Count(*(n * math.log(n) * (1 + 0.05 * (-1) ** place),) * 3, "counted")
             for place, n in enumerate([4, 8, 16, 32, 64, 128])}
    found = followed(noisy, 100)
    assert found.how == "model" and found.low < 100 * math.log(100) < found.high
    assert found.high / found.low == pytest.approx((found.value / found.low) ** 2)
    assert followed(noisy, 512).how == "model" and "4 times the largest" in followed(noisy, 513)
    assert "4 times the largest" in followed(noisy, 3)


def test_what_no_model_predicts_has_none():
    wild = {n: Count(value, value, value, "counted") for n, value in zip(POWERS, [1, 900, 3, 70, 5, 10000])}
    assert "no model predicts them" in followed(wild, 100)


@pytest.mark.parametrize("text, value", [("N*(N - 1)", 90), ("3*N", 30), ("2*(N - 1) + 1", 19), ("floor(log2(N))", 3),
                                         ("N*ceil(log2(N))", 40), ("N**2/4", 25), ("1/3", Fraction(1, 3)),
                                         ("0.1", Fraction(1, 10))])
def test_formulas_are_exact(text, value):
    assert formula.value(text, 10, "here") == value


@pytest.mark.parametrize("text", ["", "M", "N!", "N**N", "__import__('os')", "N if N else 1", "N % 2", "log2(0)", "1/0", "'3'",
                                  "log2(N, 2)", "True", "N.real", "9**9**9", "(" * 300 + "N" + ")" * 300])
def test_what_is_no_formula_is_refused_in_one_sentence(text):
    with pytest.raises(Refusal, match="here is .* which is no formula; a formula has numbers, N"):
        formula.value(text, 10, "here")


def test_a_number_of_messages_is_not_below_nothing():
    with pytest.raises(Refusal, match="below 0 at N = 10"):
        formula.value("1 - N", 10, "here")
    with pytest.raises(Refusal, match="below 0 at N = 10"):
        formula.value("-N", 10, "here")
