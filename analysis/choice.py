"""Which terms a curve has, chosen by how well the model predicts rank counts that it has not seen.

The largest rank count is held out, because what is wanted of a model is larger ones still; of the rest each is left out in turn,
the largest staying out. The criterion is the root of the mean square of ln(predicted ÷ measured), in which the largest counts as
much as all the others together. Of the models that lie within one standard error of the best the one of fewest terms is chosen
(Breiman, Friedman, Olshen, Stone, Classification and Regression Trees, 1984, 3.4.3), for a term more always fits better and
predicts worse. The chosen model is then fitted to all points, the largest among them.
"""

from dataclasses import dataclass

import numpy as np

from analysis.terms import CANDIDATES, fit, predicted_ns

MIN_RANK_COUNTS = 4  # one held out, one left out, and two for a constant and a slope
INDIFFERENT = 0.01  # models whose predictions are off by a hundredth or less are told apart by nothing but their terms


@dataclass(frozen=True)
class Model:
    """`coefficients_ns` [term of TERMS], fitted to all points. `error`: the criterion, 0.05 being about 5 %. `held_out_error`:
    predicted ÷ measured − 1 at the largest rank count, by the fit that has not seen it."""

    terms: tuple[str, ...]
    coefficients_ns: np.ndarray
    error: float
    held_out_error: float
    uncertainty: float  # standard error of the criterion's square


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
    enough = max(best.error**2 + best.uncertainty, INDIFFERENT**2)
    alike = sorted((model for model in by_error if model.error**2 <= enough), key=lambda model: len(model.terms))
    others = [model for model in by_error if model is not alike[0]]
    return Choice(alike[0], others[0] if others else None, tuple(alike))


def _validated(terms: tuple[str, ...], ranks: np.ndarray, latency_ns: np.ndarray) -> Model:
    rest, measured = ranks[:-1], latency_ns[:-1]
    held_out = _log_ratio(terms, rest, measured, ranks[-1], latency_ns[-1])
    left_out = [_log_ratio(terms, np.delete(rest, i), np.delete(measured, i), rest[i], measured[i]) for i in range(len(rest))]
    squares = np.square([*left_out, held_out])
    weights = np.array([0.5 / len(rest)] * len(rest) + [0.5])
    mean = float(weights @ squares)
    uncertainty = float(np.sqrt(np.square(weights * (squares - mean)).sum()))
    return Model(terms, fit(terms, ranks, latency_ns), mean**0.5, float(np.expm1(held_out)), uncertainty)


def _log_ratio(terms, ranks, latency_ns, unseen: int, measured_ns: float) -> float:
    return float(np.log(predicted_ns(fit(terms, ranks, latency_ns), unseen) / measured_ns))
