"""How far messages travel: as the campaign's ranks sat, or as a stated model has it."""

from collections import Counter
from fractions import Fraction

import pandas as pd

from analysis.money.prices import DISTANCES

# Columns of bytes, by the distance that is paid for: what never leaves a zone is one thing.
BYTES = {
    "same_zone": ["bytes_within_cache_per_operation", "bytes_within_node_per_operation", "bytes_within_zone_per_operation"],
    "between_zones": ["bytes_within_region_per_operation"], "between_regions": ["bytes_between_regions_per_operation"]}
Shares = dict[str, Fraction]


def uniform(nodes: int, regions: int, zones: int) -> Shares:
    """If any node sends as much to one node as to any other, and nodes are dealt to the regions in turn and, within each, to
    its zones in turn, as the simulated wide area has them."""
    if nodes < 2:
        return dict.fromkeys(DISTANCES, Fraction(0)) | {"same_zone": Fraction(1)}
    everywhere, more = divmod(nodes, regions * zones)
    of_zone, of_region = [], Counter()
    for place in range(min(nodes, regions * zones)):
        of_zone.append(everywhere + (place < more))
        of_region[place % regions] += of_zone[-1]
    zone, region = (Fraction(sum(count * (count - 1) for count in counts), nodes * (nodes - 1))
                    for counts in (of_zone, of_region.values()))
    return {"same_zone": zone, "between_zones": region - zone, "between_regions": 1 - region}


def knows_zones(cases: pd.DataFrame) -> bool:
    """Whether any message of the campaign left its zone: on machines whose zones nobody knows none does."""
    return bool(cases[[*BYTES["between_zones"], *BYTES["between_regions"]]].fillna(0).gt(0).any(axis=None))


def by_distance(cases: pd.DataFrame) -> pd.DataFrame:
    """[case, distance]: bytes of an operation; NaN where a file does not tell them."""
    return pd.DataFrame({distance: cases[columns].sum(axis=1, min_count=len(columns)) for distance, columns in BYTES.items()})


def measured(row: dict) -> Shares | None:
    """The shares of one row of `by_distance`; None where nothing was sent or told."""
    total = sum(row[distance] for distance in DISTANCES)
    if not total > 0:
        return None
    return {distance: Fraction(float(row[distance])) / Fraction(float(total)) for distance in DISTANCES}
