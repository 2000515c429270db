"""Bootstrap over launches: what a campaign's medians would have been, had other launches of the same kind come."""

import numpy as np

DRAWS = 500
SEED = 20240506  # fixed: the same campaign makes the same figure


def drawn_medians(values: np.ndarray) -> np.ndarray:
    """[draw, column] from launch medians [launch, column], NaN where a launch lacks one. A draw takes whole launches, with
    replacement, as what slows a launch slows all its cases; those that have the same columns are drawn among themselves, so
    that no column runs empty. Equal shapes are drawn alike, which pairs two kernels that the same launches measured. Draws of
    few launches vary too little, by √(1 − 1/launches), which is made good (Hesterberg, The American Statistician 69, 2015)."""
    rng = np.random.default_rng(SEED)
    drawn = np.empty((DRAWS, len(values)), dtype=int)
    _, kind = np.unique(np.isnan(values), axis=0, return_inverse=True)
    for each in np.unique(kind):
        members = np.flatnonzero(kind == each)
        drawn[:, members] = members[rng.integers(len(members), size=(DRAWS, len(members)))]
    medians = np.nanmedian(values, axis=0)
    launches = np.count_nonzero(~np.isnan(values), axis=0)
    return medians * (np.nanmedian(values[drawn], axis=1) / medians) ** (1 - 1 / launches) ** -0.5
