"""Models of curves that are known: what grows how is found, and predicted, from launches that differ."""

import numpy as np
import pytest
from analysis.choice import choose
from analysis.resampling import DRAWS, drawn_medians, noise_of
from analysis.scaling import refitted
from analysis.terms import PLAIN, TERMS, Basis, fit, formula, growth, predicted_ns

RANKS = np.array([2, 3, 4, 6, 8, 12, 16, 24, 32])


def ns(**terms: float) -> np.ndarray:
    """Coefficients, [term of TERMS]."""
    names = {"one": "1", "log": "log2 N", "floor": "⌊log2 N⌋", "n": "N", "n_log": "N log2 N", "square": "N^2"}
    found = np.zeros(len(TERMS))
    for name, value in terms.items():
        found[TERMS.index(names[name])] = value
    return found


LAWS = {"1": ns(one=2000), "log2 N": ns(log=900), "1 + log2 N": ns(one=500, log=900), "1 + ⌊log2 N⌋": ns(one=300, floor=900),
        "N": ns(n=700), "1 + N": ns(one=1000, n=300), "1 + N log2 N": ns(one=500, n_log=120),
        "1 + N^2": ns(one=1000, square=40), "log2 N + N log2 N": ns(log=1500, n_log=100)}


def growing(law: str) -> str:
    """What grows of it: a constant may or may not be seen beside that, when launches differ."""
    return law.removeprefix("1 + ")


def launches_of(law: str, seed: int, launches: int = 8) -> np.ndarray:
    """Medians [launch, rank count]: launches 5 % apart, their cases 3 % more."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 0.05, (launches, 1)) + rng.normal(0, 0.03, (launches, len(RANKS)))
    return predicted_ns(LAWS[law], RANKS) * np.exp(noise)


def chosen(values: np.ndarray):
    """The model of launch medians [launch, rank count]."""
    return choose(RANKS, np.median(values, axis=0), noise=noise_of(drawn_medians(values)[:, :-1])).chosen


@pytest.mark.parametrize("law", LAWS)
def test_what_grows_is_found_without_noise_to_the_last_digit(law):
    choice = choose(RANKS, predicted_ns(LAWS[law], RANKS))
    assert choice.chosen.coefficients_ns == pytest.approx(LAWS[law], abs=1e-6)
    assert abs(choice.chosen.held_out_error) < 1e-9 and choice.chosen.error < 1e-9


@pytest.mark.parametrize("law", LAWS)
def test_what_grows_is_found_in_nine_of_ten_campaigns_of_eight_launches(law):
    found = [growth(chosen(launches_of(law, seed)).coefficients_ns) for seed in range(30)]
    assert sum(growing(each) == growing(law) for each in found) >= 27, found


def test_the_published_tree_of_two_to_eight_ranks_is_a_tree_of_rounds_and_foretells_thirty_two():
    """300 + 900 ⌊log2 N⌋, without noise: 4800 ns at 32 ranks, where N log2 N would be 2.6 times as much."""
    ranks = np.arange(2, 9)
    model = choose(ranks, 300 + 900 * np.floor(np.log2(ranks))).chosen
    assert growth(model.coefficients_ns) == "1 + ⌊log2 N⌋"
    assert predicted_ns(model.coefficients_ns, [32]) == pytest.approx([4800], rel=1e-9)


def test_the_largest_rank_count_has_no_part_in_the_choice_and_judges_it():
    measured = predicted_ns(LAWS["1 + N"], RANKS)
    for factor in (0.4, 1, 1.4, 3):
        model = choose(RANKS, measured * np.where(RANKS == 32, factor, 1)).chosen
        assert model.terms == ("1", "N") and model.error == pytest.approx(0, abs=1e-6)
        assert model.held_out_error == pytest.approx(1 / factor - 1)
        assert model.holds == (1 / 1.5 < factor < 1.5)


def test_what_the_kernel_was_counted_to_do_comes_before_what_fits_as_well():
    """Between N and N log2 N a curve that lies halfway cannot tell; one that lies on N log2 N can."""
    ranks = np.arange(2, 9)
    line = predicted_ns(ns(one=1000, n=300), ranks)
    bent = predicted_ns(fit(("1", "N log2 N"), ranks, line), ranks)
    for share, likelier in ((0.4, "N"), (0.6, "N log2 N")):
        between = (1 - share) * line + share * bent
        assert choose(ranks, between, noise=0.03).chosen.terms == ("1", likelier)
        for counted in ("N", "N log2 N"):
            choice = choose(ranks, between, Basis({counted: "busiest messages"}), noise=0.03)
            assert choice.chosen.terms == ("1", counted) and choice.chosen.own
    assert choose(ranks, bent, Basis({"N": "delays"})).chosen.terms == ("1", "N log2 N")


def test_launches_tell_a_count_that_the_latency_does_not_follow():
    """N^2 lies 4 % off this line, which noise of 6 % bears, and noise of 4 % does not, as N fits so much better."""
    ranks = np.arange(2, 9)
    line, unlike = predicted_ns(ns(one=1000, n=300), ranks), Basis({"N^2": "busiest bytes"})
    assert choose(ranks, line, unlike, noise=0.06).chosen.terms == ("1", "N^2")
    choice = choose(ranks, line, unlike, noise=0.04)
    assert choice.chosen.terms == ("1", "N") and ("1", "N^2") in [model.terms for model in choice.alike]


def test_a_count_that_follows_no_term_is_one_and_ends_where_it_was_counted():
    ranks = np.arange(2, 9)
    rounds = np.array([1, 3, 2, 4, 4, 4, 3.0])  # recursive doubling folds the ranks above a power of two
    basis = Basis({"delays": "delays"}, {"delays": (ranks, rounds)})
    choice = choose(ranks, 400 + 700 * rounds, basis)
    assert growth(choice.chosen.coefficients_ns) == "1 + delays" and basis.known_to(choice.chosen.terms) == 8
    assert predicted_ns(choice.chosen.coefficients_ns, [3, 9], basis) == pytest.approx([2500, np.nan], nan_ok=True)
    assert formula(choice.chosen.coefficients_ns) == "0.400 + 0.700 delays µs"


def test_noise_decides_that_one_term_is_enough():
    """A bend of 3 % is a second term where launches are alike, and none where they differ by as much."""
    measured = predicted_ns(LAWS["1 + N"], RANKS) * (1 + 0.03 * (-1.0) ** np.arange(len(RANKS)) * (RANKS < 32) * (RANKS > 2))
    assert len(choose(RANKS, measured, noise=0.03).chosen.terms) == 2
    two = predicted_ns(LAWS["log2 N + N log2 N"], RANKS)
    assert len(choose(RANKS, two).chosen.terms) == 3
    assert len(choose(RANKS, two, noise=0.2).chosen.terms) < 3


def test_the_held_out_error_is_that_of_a_fit_that_has_not_seen_the_point():
    choice = choose(np.array([2, 4, 8, 16, 32]), np.array([2.0, 2, 2, 2, 6]))
    constant = next(model for model in (choice.chosen, choice.runner_up, *choice.alike) if model.terms == ("1",))
    assert constant.held_out_error == pytest.approx(2 / 6 - 1)


def test_of_models_that_are_alike_the_one_of_fewest_terms_is_chosen_and_the_best_other_named():
    choice = choose(RANKS, np.median(launches_of("1 + N", 3), axis=0), noise=0.02)
    assert choice.alike[0] is choice.chosen and len(choice.alike) > 1
    assert len(choice.chosen.terms) == min(len(model.terms) for model in choice.alike)
    assert choice.runner_up is not choice.chosen and choice.runner_up.error < 1


def test_five_rank_counts_bear_one_growing_term_and_six_two():
    terms = [max(len(model.terms) for model in choose(ranks, 500 + 1000 * np.log2(ranks) + 3.0 * ranks**2).alike)
             for ranks in (np.array([2, 4, 8, 16, 32]), np.array([2, 4, 8, 16, 32, 64]))]
    assert terms == [2, 3]


def test_terms_that_the_ranks_cannot_tell_apart_are_one():
    assert {terms[1] for terms in PLAIN.candidates([2, 4, 8, 16], 2)[1:]} == {"log2 N", "N", "N log2 N", "N^2"}
    assert ("1", "⌈log2 N⌉") in Basis({"⌈log2 N⌉": "delays"}).candidates([2, 4, 8, 16], 2)
    assert {"⌊log2 N⌋", "⌈log2 N⌉"} <= {terms[1] for terms in PLAIN.candidates([2, 3, 4, 5], 2)[1:]}


def test_the_steps_of_log2_are_where_they_belong():
    steps = [PLAIN.columns(np.array([2, 3, 4, 7, 8, 9, 2**29, 2**29 + 1]))[:, TERMS.index(each)] for each in
             ("⌊log2 N⌋", "⌈log2 N⌉")]
    assert np.array_equal(steps, [[1, 1, 2, 2, 3, 3, 29, 29], [1, 2, 2, 3, 3, 4, 29, 30]])


def test_nothing_takes_negative_time():
    falling = choose(np.array([2, 4, 8, 16, 32]), np.array([10.0, 9.5, 9, 8.5, 8]))
    assert growth(falling.chosen.coefficients_ns) == "1"
    assert all((fit(terms, RANKS, 100.0 / RANKS) >= 0).all() for terms in PLAIN.candidates(RANKS, 3))


def test_errors_are_relative_so_that_few_ranks_count():
    """1 + N through (2, 1 µs), whatever a thousand ranks take; an absolute fit would give that away."""
    coefficients = fit(("1", "N"), np.array([2, 4, 1024]), np.array([1000.0, 2000, 600_000]))
    assert predicted_ns(coefficients, [2, 1024]) == pytest.approx([1000, 600_000], rel=0.15)


def test_a_model_reads_as_one_writes_it():
    assert formula(ns(one=1100, n=300.4)) == "1.10 + 0.300 N µs"
    assert growth(ns(log=1, square=2)) == "log2 N + N^2"


def band(law: str, seed: int, at: list[int]) -> np.ndarray:
    """[end, rank count], as curves have it."""
    values = launches_of(law, seed)
    drawn = drawn_medians(values)
    choice = choose(RANKS, np.median(values, axis=0), noise=noise_of(drawn[:, :-1]))
    return np.quantile(predicted_ns(refitted(choice, RANKS, drawn[:120], PLAIN), at), [0.025, 0.975], axis=0)


@pytest.mark.parametrize("law", ["1 + log2 N", "1 + N", "1 + N log2 N"])
def test_the_band_holds_the_truth_in_about_95_of_100_campaigns(law):
    at = [2, 8, 32, 128]
    truth = predicted_ns(LAWS[law], at)
    held = np.mean([(low <= truth) & (truth <= high) for low, high in (band(law, seed, at) for seed in range(60))], axis=0)
    assert (held >= 0.87).all(), held
    assert held.mean() <= 0.995


def test_launches_are_drawn_whole_and_alike_and_vary_as_much_as_their_median_does():
    values = np.random.default_rng(1).lognormal(0, 0.1, (9, 1)) * np.array([1.0, 3.0])
    drawn = drawn_medians(values)
    assert drawn.shape == (DRAWS, 2) and np.array_equal(drawn, drawn_medians(values))
    assert drawn[:, 1] == pytest.approx(3 * drawn[:, 0])
    assert drawn_medians(np.full((6, 1), 7.0)) == pytest.approx(7)
    of_two = drawn_medians(np.array([[1.0], [4]])).round(6)
    assert np.unique(of_two) == pytest.approx([2.5 * 0.4**2**0.5, 2.5, 2.5 * 1.6**2**0.5])
    many = [np.median(np.random.default_rng(seed).lognormal(0, 0.1, 9)) for seed in range(2000)]
    spread = np.mean([drawn_medians(np.random.default_rng(seed).lognormal(0, 0.1, (9, 1))).std() for seed in range(100)])
    assert spread == pytest.approx(np.std(many), rel=0.2)


def test_noise_is_what_launches_do_not_share():
    values = np.random.default_rng(2).lognormal(0, 0.2, (8, 1)) * np.array([1.0, 3, 7])
    assert noise_of(drawn_medians(values)) == pytest.approx(0, abs=1e-9)
    assert noise_of(drawn_medians(values)[:0]) == 0
    many = [noise_of(drawn_medians(np.random.default_rng(seed).lognormal(0, 0.1, (9, 6)))) for seed in range(30)]
    spread = np.std([np.median(np.random.default_rng(seed).lognormal(0, 0.1, 9)) for seed in range(2000)])
    assert np.mean(many) == pytest.approx(spread, rel=0.3)  # a fifth too much, as bootstraps of medians have it


def test_launches_that_measured_other_rank_counts_leave_no_column_empty():
    values = np.array([[1.0, np.nan]] * 6 + [[np.nan, 2.0]] * 6)
    assert drawn_medians(values) == pytest.approx(np.tile([1.0, 2.0], (DRAWS, 1)))


def test_launches_that_each_lack_another_case_vary_like_complete_ones():
    complete = np.random.default_rng(3).lognormal(0, 0.2, (8, 1)) * np.linspace(1, 7, 7)
    lacking = complete.copy()
    lacking[range(7), range(7)] = np.nan
    spread = drawn_medians(complete).std(axis=0)
    assert (drawn_medians(lacking).std(axis=0) > 0.6 * spread).all()


def test_where_some_column_is_nearly_always_empty_nothing_is_drawn():
    assert drawn_medians(np.where(np.eye(40, dtype=bool), 1.0, np.nan)).shape == (0, 40)
