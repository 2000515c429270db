"""Whether replicas hold what they acknowledge. In shared memory a replica may refer to its sender's memory instead."""

import json

import pandas as pd

SAID = {"copy": "copy a payload before they acknowledge it", "reference": "refer to a payload in its sender's memory"}


def remarks(rows: pd.DataFrame) -> list[str]:
    """For captions and tables: which kernels among `rows` whose ranks share memory do which."""
    if "parameters" not in rows or "transport" not in rows:
        return []
    shared = rows[rows.transport != "mpi"]
    chosen = {(json.loads(row.parameters).get("replicate"), row.kernel) for row in shared.itertuples()}
    return [f"In shared memory replicas of {', '.join(kernels)} {said}."
            for choice, said in SAID.items() if (kernels := sorted(kernel for made, kernel in chosen if made == choice))]
