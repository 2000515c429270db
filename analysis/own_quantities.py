"""What kernels measure themselves, such as how far ranks' clocks are apart: the outcomes of their answers, of every operation
and rank."""

import numpy as np
import pandas as pd

from analysis import schema
from analysis.launch_file import opened
from analysis.load import KEY, Campaign
from analysis.markdown import digits, table
from analysis.naming import arranged
from analysis.reading import read, text

HEADER = ["kernel", "ranks", "quantity", "unit", "values", "median", "median, sign dropped", "99 %, sign dropped", "largest"]


def own_quantities(campaign: Campaign) -> pd.DataFrame:
    """One row per case that measures something: the columns of KEY, `group` and `baseline_of`, `quantity`, `unit`, and
    `values`, an array of all launches, operations and ranks."""
    rows = []
    for path, cases in campaign.timed.groupby("file"):
        with opened(path) as file:
            for case in cases.to_dict("records"):
                samples = file[f"/samples/{case['name']}"]
                if "measured" not in samples.attrs:
                    continue
                name = text(samples.attrs["measured"])
                values = read(samples[name], schema.OUTCOME).ravel()
                rows.append({**{key: case[key] for key in (*KEY, "group", "baseline_of")}, "quantity": name,
                             "unit": text(samples[name].attrs["units"]), "values": values[values != schema.NO_OUTCOME]})
    found = pd.DataFrame(rows)
    if found.empty:
        return found
    together = found.groupby([name for name in found if name != "values"], as_index=False)
    return together["values"].agg(lambda parts: np.concatenate(list(parts)))


def quantities_table(campaign: Campaign) -> list[str]:
    """Nothing where no kernel measures anything itself."""
    rows = own_quantities(campaign)
    rows = rows[[len(values) > 0 for values in rows["values"]]] if len(rows) else rows
    if rows.empty:
        return []
    return [table(HEADER, [_cells(row) for row in arranged(rows).itertuples()]),
            "- what each rank has found out in each operation, over all launches\n"]


def _cells(row) -> list[str]:
    size = np.sort(np.abs(row.values))
    return [row.series, str(row.ranks), row.quantity.removesuffix(f"_{row.unit}"), row.unit, str(len(size)),
            *(digits(float(value)) if value else "0" for value in
              (np.median(row.values), np.median(size), size[int(np.ceil(0.99 * len(size))) - 1], size[-1]))]
