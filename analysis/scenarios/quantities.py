"""The numbers of a scenario's sentences: of one case, a ratio or a difference of two within each launch, or a growth."""

import fnmatch
import json
import math

import numpy as np
import pandas as pd

from analysis.load import Campaign
from analysis.refusal import Refusal
from analysis.scenarios.definition import Quantity
from analysis.scenarios.number import Number
from analysis.scenarios.values import SENT, is_time, usable, values_of
from analysis.sittings import centre_and_interval

COUNTED = ("exact", "range")  # count rules with a closed form


def told(campaign: Campaign, quantity: Quantity) -> Number:
    """The quantity as the campaign tells it; a Refusal says in one sentence why it does not."""
    if quantity.against:
        return _growth(campaign, quantity)
    first, *second = ([_case(campaign, name, quantity.value) for name in quantity.cases])
    noisy = _is_noisy(campaign, quantity)
    values = first if not second else _together(quantity, first, *second, apart=not noisy)
    if values.empty:
        raise Refusal(f"{campaign.name} has no launch in which {quantity.of} and {quantity.over or quantity.minus} both tell "
                      f"their {quantity.value}")
    return _over_launches(campaign, quantity, values)


def _case(campaign: Campaign, name: str, value: str) -> pd.Series:
    """[file]: the value of a case."""
    rows = _rows(campaign, name, value)
    found = pd.Series(values_of(campaign, rows, value).to_numpy(), rows.file.to_numpy()).dropna()
    if found.empty:
        raise Refusal(f"{campaign.name} has the case {name}, but too few samples for its {value}; run it for longer")
    return found


def _rows(campaign: Campaign, pattern: str, value: str, twins: bool = False) -> pd.DataFrame:
    """Of all cases whose names match; a name without wild cards matches itself. `twins`: see `usable`."""
    rows = matching(usable(campaign, value, twins), pattern)
    if rows.empty:
        crowded, what = len(matching(campaign.counted, pattern)), "times say" if is_time(value) else "its messages say"
        raise Refusal(f"{campaign.name} has {pattern} only with more ranks than cores, where {what} nothing of it; "
                      "run it with a core for each rank" if crowded else
                      f"{campaign.name} has no case {pattern} that ended ok; run the scenario again")
    if rows.groupby(["name", "oversubscribed"]).population.nunique().max() > 1:
        raise Refusal(f"{campaign.name} has {pattern} in launches that were asked for different things; part them into folders")
    return rows


def matching(rows: pd.DataFrame, pattern: str) -> pd.DataFrame:
    return rows[pd.Series([fnmatch.fnmatchcase(name, pattern) for name in rows["name"]], rows.index, dtype=bool)]


def _together(quantity: Quantity, first: pd.Series, second: pd.Series, apart: bool) -> pd.Series:
    """Within each launch: a machine that is slow for a while is slow in both. What has no noise may be `apart`, in two."""
    both = pd.concat([first, second], axis=1, join="inner").set_axis(["of", "other"], axis=1)
    if both.empty and apart:
        both = pd.DataFrame({"of": [first.median()], "other": [second.median()]}, index=first.index[:1])
    if quantity.minus:
        return both.of - both.other
    if (both.other == 0).any():
        raise Refusal(f"the {quantity.value} of {quantity.over} is 0, and nothing can be divided by that")
    return both.of / both.other


def _growth(campaign: Campaign, quantity: Quantity) -> Number:
    """The slope of the logarithm of the value over that of x, by least squares within each launch."""
    rows = _rows(campaign, quantity.of, quantity.value, twins=True)
    values = values_of(campaign, rows, quantity.value)
    points = pd.DataFrame({"x": x_of(rows, quantity.against), "y": values, "file": rows.file})
    points = points[(points.x > 0) & (points.y > 0)]
    slopes = {file: np.polyfit(np.log(part.x), np.log(part.y), 1)[0] for file, part in points.groupby("file")
              if part.x.nunique() > 1}
    if not slopes:
        raise Refusal(f"{campaign.name} has {quantity.of} at fewer than two {quantity.against} in each launch, "
                      "which is no growth; run it at several in one launch")
    return _over_launches(campaign, quantity, pd.Series(slopes))


def x_of(rows: pd.DataFrame, name: str) -> pd.Series:
    """A column of cases, or a parameter of their kernel; NaN where a kernel has no such parameter."""
    if name in rows:
        return rows[name].astype(float)
    return pd.Series([float(json.loads(each).get(name, math.nan)) for each in rows.parameters], rows.index, dtype=float)


def _over_launches(campaign: Campaign, quantity: Quantity, values: pd.Series) -> Number:
    sitting = campaign.launches.sitting[values.index].to_numpy()
    centre, low, high = centre_and_interval(quantity.factor * values.to_numpy(), sitting)
    return Number(centre, low, high, len(values), _is_noisy(campaign, quantity), quantity.neutral)


def _is_noisy(campaign: Campaign, quantity: Quantity) -> bool:
    """Not simulated time, and not what is counted by a closed form; but what the seed draws, such as reads that are stale."""
    if is_time(quantity.value):
        return not campaign.simulated
    rows = pd.concat([matching(campaign.counted, name) for name in quantity.cases])
    sure = rows.count_rule.isin(COUNTED) & (rows.expected_messages_per_operation == rows.expected_messages_most_per_operation)
    return quantity.value not in SENT or not sure.all()
