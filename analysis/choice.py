"""Which terms a curve has, chosen without its largest rank count, which then judges the choice.

What is wanted of a model is larger rank counts still. So the largest is held out: the choice does not use it, and the fit
without it predicts it. Of the others each is left out in turn, and the error is the root mean square of ln(predicted ÷
measured). Errors of a handful of points are no better known than to a factor of two. So models cannot be told apart whose
error is at most twice the least (1.5 times, of a constant), or twice the noise between launches. Of these the ones of fewest
terms are kept: a term more always fits better, and a small one that grows fast leads far astray where nothing was measured.
(Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984, 3.4.3, do so within one standard error.) Of
what is left the one that fits best is chosen, which is the likeliest if noise is relative. But one that grows as the kernel
was counted to comes before it, unless the launches tell the two apart. The model is then fitted to all points.
"""

from dataclasses import dataclass

import numpy as np

from analysis.terms import PLAIN, TERMS, Basis, positions, solved

MIN_CHOOSING = 4  # rank counts that choose: one left out, and three for a constant, a slope and a doubt
MIN_RANK_COUNTS = MIN_CHOOSING + 1  # and the largest, held out
WORST_FACTOR = 1.5  # what errs by more than that, at those that choose or at the one held out, is no model
ALIKE = 2.0  # errors that differ by no more than this factor are the same
ALIKE_FLAT = 1.5  # and by no more than this where a constant is held against what grows
INDIFFERENT = 0.01  # and so are errors of a hundredth or less
DIGITS = 9  # of an error that are kept
TOLD_APART = 1.96  # standard errors of the noise: 95 % of a likelihood ratio, whose logarithm is chi-squared


@dataclass(frozen=True, eq=False)
class Model:
    """`coefficients_ns` [term of TERMS], fitted to all points. `error`: the criterion, 0.05 being about 5 %. `residual`: root
    mean square of predicted ÷ measured − 1 at the points that choose. `held_out_error`: predicted ÷ measured − 1 at the
    largest rank count, by the fit that has not seen it. `own`: what grows in it grows as the kernel was counted to. `whole`:
    none of its growing terms is 0 by the points that choose."""

    terms: tuple[str, ...]
    coefficients_ns: np.ndarray
    error: float
    residual: float
    held_out_error: float
    own: bool
    whole: bool

    @property
    def margin(self) -> float:
        """How far off it may be, as ln(predicted ÷ measured): at what chose it, or at what was held out."""
        return max(self.error, abs(float(np.log1p(self.held_out_error))))

    @property
    def holds(self) -> bool:
        return self.margin <= np.log(WORST_FACTOR)


@dataclass(frozen=True)
class Choice:
    """`alike`: the models, the chosen one first, that the points without the largest cannot tell apart."""

    chosen: Model
    runner_up: Model | None
    alike: tuple[Model, ...]


def choose(ranks: np.ndarray, latency_ns: np.ndarray, basis: Basis = PLAIN, noise: float = 0) -> Choice:
    """The choice among all candidates, from five or more distinct `ranks`, ascending, and the latencies there, above 0.
    `noise`: the relative standard error of each latency, apart from what all of a launch share; 0 if launches do not tell."""
    columns, measured = basis.columns(ranks), np.asarray(latency_ns, dtype=float)
    models = [_validated(terms, columns[:, positions(terms)], measured, all(term in basis.own for term in terms[1:]))
              for terms in basis.candidates(ranks[:-1], terms_most=len(ranks) - 3)]
    # A growing term that the fit makes 0 is a model of fewer terms, which is a candidate of its own.
    models = [model for model in models if model.whole]
    by_error = sorted(models, key=lambda model: model.error)
    alike = [model for model in by_error if model.error <= _enough(model, by_error[0].error, noise)]
    chosen = _likeliest(alike, noise * TOLD_APART / (len(ranks) - 1) ** 0.5)
    others = [model for model in by_error if model is not chosen and np.all(model.coefficients_ns[positions(model.terms[1:])])]
    # What only a count knows ends with the counting; a model that goes on is not doubted by one that does not.
    alike = [model for model in others if model in alike and basis.known_to(model.terms) >= basis.known_to(chosen.terms)]
    alike.sort(key=lambda model: (len(model.terms), model.residual))
    return Choice(chosen, others[0] if others else None, (chosen, *alike))


def _enough(model: Model, least: float, noise: float) -> float:
    return max((ALIKE if len(model.terms) > 1 else ALIKE_FLAT) * least, ALIKE * noise, INDIFFERENT)


def _likeliest(alike: list[Model], told_apart: float) -> Model:
    """Of fewest terms the one that fits best, or the best of the kernel's own, unless the launches tell the two apart."""
    fewest = min(len(model.terms) for model in alike)
    by_fit = sorted((model for model in alike if len(model.terms) == fewest), key=lambda model: model.residual)
    best = by_fit[0]
    as_likely = np.hypot(best.residual, told_apart) if told_apart else np.inf
    own = [model for model in by_fit if model.own and model.residual <= as_likely]
    return own[0] if own else best


def _validated(terms: tuple[str, ...], columns: np.ndarray, latency_ns: np.ndarray, own: bool) -> Model:
    """From columns [rank count, term of `terms`], the largest rank count last."""
    rest = np.arange(len(latency_ns) - 1)
    chooses = solved(columns[rest], latency_ns[rest])
    relative = columns @ chooses / latency_ns - 1
    left_out = [_log_ratio(columns, latency_ns, np.delete(rest, i), i) for i in rest]
    coefficients = np.zeros(len(TERMS))
    coefficients[positions(terms)] = solved(columns, latency_ns)
    return Model(terms, coefficients, _size(left_out), _size(relative[:-1]), float(relative[-1]), own, bool(chooses[1:].all()))


def _log_ratio(columns: np.ndarray, latency_ns: np.ndarray, seen: np.ndarray, unseen: int) -> float:
    return float(np.log(columns[unseen] @ solved(columns[seen], latency_ns[seen]) / latency_ns[unseen]))


def _size(errors) -> float:
    """Root mean square, without the last digits: of models that are exact the first is to be chosen, not the luckiest."""
    return round(float(np.sqrt(np.mean(np.square(errors)))), DIGITS)
