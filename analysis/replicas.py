"""Whether replicas hold what they acknowledge. In shared memory a replica may refer to its sender's memory instead."""

import json

import pandas as pd

SAID = {"copy": "copies a payload before it acknowledges it", "reference": "only refers to a payload in its sender's memory"}


def remarks(rows: pd.DataFrame) -> list[str]:
    """For captions and tables: which kernels among `rows` whose ranks share memory do which."""
    if "parameters" not in rows or "transport" not in rows:
        return []
    shared = rows[rows.transport != "mpi"]
    chosen = {(json.loads(row.parameters).get("replicate"), row.kernel) for row in shared.itertuples()}
    return [f"Over shared memory, a replica of {' or '.join(kernels)} {said}."
            for choice, said in SAID.items() if (kernels := sorted(kernel for made, kernel in chosen if made == choice))]
