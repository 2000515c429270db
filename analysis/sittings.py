"""Sittings: launches one after the other, with less than ten minutes between any two of them.

Launches of one sitting resemble each other more than those of tomorrow: cores, neighbours and temperature stay as they are. So
from three sittings on an interval is made of sittings, and says where another one would lie. With fewer it is of these sittings
alone.
"""

import math

import numpy as np
import pandas as pd
from scipy.stats import t

from analysis.statistics import CONFIDENCE, median_interval

APART_S = 600
MIN_SITTINGS = 3  # two leave one degree of freedom, whose interval is 6 times as wide as that of six
NORMAL = 1.96  # half of a 95 % interval, in standard errors
PARTS = ["spread_between_sittings", "spread_between_launches", "spread_within_launch"]  # in percent


def sittings(launches: pd.DataFrame) -> pd.Series:
    """[file]: the number of its sitting, from 1, in order of time. Simulated launches are of one, whenever they ran."""
    numbers = pd.Series(1, launches.index)
    if (launches.source == "simulated").all():
        return numbers
    began = pd.to_datetime(launches.created_utc).sort_values(kind="stable")
    ended = (began + pd.to_timedelta(launches.wall_s[began.index], unit="s")).cummax()
    apart = (began - ended.shift()).dt.total_seconds() >= APART_S
    return numbers.add(apart.cumsum(), fill_value=0).astype(int)[launches.index]


def centre_and_interval(values: pd.Series, sitting: pd.Series) -> tuple[float, float, float]:
    """Of launches the median and its interval; of three sittings or more the mean of the logarithms of their medians, and
    Student's interval of it, with one degree of freedom less than there are sittings."""
    medians = values.groupby(sitting).median()
    if len(medians) < MIN_SITTINGS or (medians <= 0).any():
        return float(np.median(values)), *median_interval(values)
    logarithms = np.log(medians)
    reach = t.ppf((1 + CONFIDENCE) / 2, len(medians) - 1) * logarithms.std() / math.sqrt(len(medians))
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
    rows = [(*values, *_parts(case)) for values, case in cases.groupby(key) if len(case) > 1]
    return pd.DataFrame(rows, columns=[*key, *PARTS]).astype(dict(cases.dtypes[key]))


def _errors(cases: pd.DataFrame) -> pd.Series:
    """Standard errors of the logarithms of launch medians."""
    low, high = (cases[f"latency_p50_{end}_ns"].where(lambda bound: bound > 0) for end in ("low", "high"))
    return (np.log(high) - np.log(low)) / (2 * NORMAL)


def _parts(case: pd.DataFrame) -> list[float]:
    """By the method of moments, for sittings of unequal numbers of launches."""
    groups = case.groupby("sitting").logarithm
    sizes, means, count = groups.size(), groups.mean(), groups.ngroups
    free = len(case) - count
    launch = groups.apply(lambda each: ((each - each.mean()) ** 2).sum()).sum() / free if free else math.nan
    sitting = math.nan
    if count > 1 and free:
        between = (sizes * (means - case.logarithm.mean()) ** 2).sum() / (count - 1)
        sitting = (between - launch) / ((len(case) - (sizes**2).sum() / len(case)) / (count - 1))
    within = float((case.error**2).mean())
    own = launch - (0 if math.isnan(within) else within)
    return [100 * math.sqrt(max(part, 0)) if not math.isnan(part) else math.nan for part in (sitting, own, within)]
