"""Sittings: launches one after the other, with less than ten minutes between any two of them.

Launches of one sitting resemble each other more than those of tomorrow: cores, neighbours and temperature stay as they are. So
from three sittings on an interval is made of sittings, and says where another one would lie. With fewer it is of these sittings
alone.
"""

import math
from datetime import datetime

import numpy as np
import pandas as pd
from scipy.stats import t

from analysis.statistics import CONFIDENCE, median_interval

APART_S = 600
FORM, EPOCH = "%Y-%m-%dT%H:%M:%SZ", datetime(1970, 1, 1)
MIN_SITTINGS = 3  # two leave one degree of freedom, whose interval is 6 times as wide as that of six
NORMAL = 1.96  # half of a 95 % interval, in standard errors
PARTS = ["spread_between_sittings", "spread_between_launches", "spread_within_launch"]  # in percent


def sittings(launches: pd.DataFrame) -> pd.Series:
    """[file]: the number of its sitting, from 1, in order of time. Simulated launches are of one, whenever they ran."""
    numbers = pd.Series(1, launches.index)
    if (launches.source == "simulated").all():
        return numbers
    began = began_s(launches).sort_values(kind="stable")
    ended = (began + launches.wall_s[began.index]).cummax()
    apart = began - ended.shift() >= APART_S
    return numbers.add(apart.cumsum(), fill_value=0).astype(int)[launches.index]


def began_s(launches: pd.DataFrame) -> pd.Series:
    """[file]: seconds of UTC, in numbers that hold every date which a file may have; pandas' own dates end in 2262."""
    return pd.Series([(datetime.strptime(each, FORM) - EPOCH).total_seconds() for each in launches.created_utc], launches.index)


def centre_and_interval(values: np.ndarray, sitting: np.ndarray) -> tuple[float, float, float]:
    """Of launches the median and its interval; of three sittings or more the mean of the logarithms of their medians, and
    Student's interval of it, with one degree of freedom less than there are sittings."""
    values, sitting = np.asarray(values, dtype=float), np.asarray(sitting)
    medians = np.array([np.median(values[sitting == number]) for number in np.unique(sitting)])
    if len(medians) < MIN_SITTINGS or (medians <= 0).any():
        return float(np.median(values)), *median_interval(values)
    logarithms = np.log(medians)
    reach = t.ppf((1 + CONFIDENCE) / 2, len(medians) - 1) * logarithms.std(ddof=1) / math.sqrt(len(medians))
    centre = logarithms.mean()
    return tuple(float(np.exp(each)) for each in (centre, centre - reach, centre + reach))


def words(launches: pd.DataFrame) -> tuple[str, str]:
    """What the points of a campaign are, and what their intervals are of."""
    count = launches.sitting.nunique()
    if count >= MIN_SITTINGS:
        return "geometric means of the medians of sittings", f"95 % t intervals over {count} sittings"
    of = "" if (launches.source == "simulated").all() else " of this sitting" if count == 1 else " of these two sittings"
    return "medians of launch medians", f"distribution-free 95 % intervals{of}"


def spreads(cases: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Of each case measured in two launches or more its PARTS: standard deviations of the logarithm of the median, in percent,
    as an analysis of variance tells them apart. `spread_within_launch` is how uncertain the launch's own operations leave its
    median, by the interval in its file. NaN where nothing tells: of sittings, if there is one."""
    cases = cases[cases.p50_ns > 0]
    cases = cases.assign(logarithm=np.log(cases.p50_ns), error=_errors(cases))
    columns = cases[["logarithm", "error", "sitting"]].to_numpy().T
    rows = [(*values, *_parts(*columns[:, places])) for values, places in sorted(cases.groupby(key).indices.items())
            if len(places) > 1]
    return pd.DataFrame(rows, columns=[*key, *PARTS]).astype(dict(cases.dtypes[key]))


def _errors(cases: pd.DataFrame) -> pd.Series:
    """Standard errors of the logarithms of launch medians."""
    low, high = (cases[f"latency_p50_{end}_ns"].where(lambda bound: bound > 0) for end in ("low", "high"))
    return (np.log(high) - np.log(low)) / (2 * NORMAL)


def _parts(logarithms: np.ndarray, errors: np.ndarray, sitting: np.ndarray) -> list[float]:
    """By the method of moments, for sittings of unequal numbers of launches."""
    groups = [logarithms[sitting == number] for number in np.unique(sitting)]
    sizes, means = np.array([len(group) for group in groups]), np.array([group.mean() for group in groups])
    total, count = len(logarithms), len(groups)
    launch = between = math.nan
    if total > count:
        launch = sum(((group - group.mean()) ** 2).sum() for group in groups) / (total - count)
    if count > 1:
        each = (total - (sizes**2).sum() / total) / (count - 1)  # launches of a sitting, where they are not equally many
        between = ((sizes * (means - logarithms.mean()) ** 2).sum() / (count - 1) - launch) / each
    known = errors[~np.isnan(errors)]
    within = float((known**2).mean()) if len(known) else math.nan
    own = launch - (0 if math.isnan(within) else within)
    return [100 * math.sqrt(max(part, 0)) if not math.isnan(part) else math.nan for part in (between, own, within)]
