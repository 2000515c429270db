"""Bootstrap over launches: what a campaign's medians would have been, had other launches of the same kind come."""

import numpy as np

DRAWS = 500
SEED = 20240506  # fixed: the same campaign makes the same figure
TRIES = 100  # of a column that six launches have, however many there are, one draw in 400 has none


def drawn_medians(values: np.ndarray) -> np.ndarray:
    """[draw, column] from launch medians [launch, column], NaN where a launch lacks one. A draw takes whole launches of all,
    with replacement, as what slows a launch slows all its cases; one that leaves a column empty is drawn again, and where that
    does not help there is no draw at all. Equal shapes are drawn alike, which pairs two kernels that the same launches
    measured. Draws of few launches vary too little, by √(1 − 1/launches), which is made good (Hesterberg, The American
    Statistician 69, 2015)."""
    present = ~np.isnan(values)
    drawn = _drawn_launches(present)
    if not len(drawn):
        return np.empty((0, values.shape[1]))
    medians = np.nanmedian(values, axis=0)
    launches = np.count_nonzero(present, axis=0)
    return medians * (np.nanmedian(values[drawn], axis=1) / medians) ** (1 - 1 / launches) ** -0.5


def noise_of(drawn: np.ndarray) -> float:
    """The relative standard error of a median, from medians [draw, column]; 0 without a draw. What slows all columns of a draw
    alike is not among it, as it does not change the shape of a curve."""
    if not len(drawn) or drawn.shape[1] < 2:
        return 0.0
    apart = np.log(drawn)
    apart -= apart.mean(axis=1, keepdims=True)
    return float(np.sqrt(apart.var(axis=0).sum() / (drawn.shape[1] - 1)))


def _drawn_launches(present: np.ndarray) -> np.ndarray:
    """[draw, launch], each with something `present` [launch, column] in every column; no draw if some have not after TRIES."""
    rng, count = np.random.default_rng(SEED), len(present)
    drawn = rng.integers(count, size=(DRAWS, count))
    for _ in range(TRIES):
        lacking = ~present[drawn].any(axis=1).all(axis=1)
        if not lacking.any():
            return drawn
        drawn[lacking] = rng.integers(count, size=(lacking.sum(), count))
    return drawn[:0]
