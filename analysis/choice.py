"""Which terms a curve has, chosen by how well the model predicts rank counts that it has not seen.

The largest rank count is held out, because what is wanted of a model is larger ones still; of the rest each is left out in
turn, the largest staying out. The criterion is the root of the mean square of ln(predicted ÷ measured), in which the largest
counts as much as all the others together. Errors of a handful of points are no better known than to a factor of two, so that
models whose error is at most twice the best cannot be told apart, and of these the one of fewest terms is chosen: a term more
always fits better, and a small one that grows fast leads far astray where nothing was measured. (Breiman, Friedman, Olshen and
Stone, Classification and Regression Trees, 1984, 3.4.3, do so within one standard error, which steps such as ⌊log2 N⌋ make too
narrow.) The chosen model is then fitted to all points, the largest among them.
"""

from dataclasses import dataclass

import numpy as np

from analysis.terms import CANDIDATES, fit, predicted_ns

MIN_RANK_COUNTS = 4  # one held out, one left out, and two for a constant and a slope
WORST_FACTOR = 1.5  # what errs by more than that, as the criterion has it, is no model
ALIKE = 2.0  # errors that differ by no more than this factor are the same
INDIFFERENT = 0.01  # and so are errors of a hundredth or less


@dataclass(frozen=True)
class Model:
    """`coefficients_ns` [term of TERMS], fitted to all points. `error`: the criterion, 0.05 being about 5 %. `held_out_error`:
    predicted ÷ measured − 1 at the largest rank count, by the fit that has not seen it."""

    terms: tuple[str, ...]
    coefficients_ns: np.ndarray
    error: float
    held_out_error: float


@dataclass(frozen=True)
class Choice:
    """`alike`: the models, the chosen one first, that cross-validation cannot tell apart."""

    chosen: Model
    runner_up: Model | None
    alike: tuple[Model, ...]


def choose(ranks: np.ndarray, latency_ns: np.ndarray) -> Choice:
    """The choice among all candidates, from four or more distinct `ranks`, ascending, and the latencies there, above 0."""
    room = len(ranks) - 2  # points in the smallest of the fits
    models = [_validated(terms, ranks, latency_ns) for terms in CANDIDATES if len(terms) <= room]
    # A growing term that the fit makes 0 is a model of fewer terms, which is a candidate of its own.
    models = [model for model in models if np.count_nonzero(model.coefficients_ns[1:]) == len(model.terms) - 1]
    by_error = sorted(models, key=lambda model: model.error)
    best = by_error[0]
    enough = max(ALIKE * best.error, INDIFFERENT)
    alike = sorted((model for model in by_error if model.error <= enough), key=lambda model: len(model.terms))
    others = [model for model in by_error if model is not alike[0]]
    return Choice(alike[0], others[0] if others else None, tuple(alike))


def _validated(terms: tuple[str, ...], ranks: np.ndarray, latency_ns: np.ndarray) -> Model:
    rest, measured = ranks[:-1], latency_ns[:-1]
    held_out = _log_ratio(terms, rest, measured, ranks[-1], latency_ns[-1])
    left_out = [_log_ratio(terms, np.delete(rest, i), np.delete(measured, i), rest[i], measured[i]) for i in range(len(rest))]
    squares = np.square([*left_out, held_out])
    weights = np.array([0.5 / len(rest)] * len(rest) + [0.5])
    return Model(terms, fit(terms, ranks, latency_ns), float(np.sqrt(weights @ squares)), float(np.expm1(held_out)))


def _log_ratio(terms, ranks, latency_ns, unseen: int, measured_ns: float) -> float:
    return float(np.log(predicted_ns(fit(terms, ranks, latency_ns), unseen) / measured_ns))
