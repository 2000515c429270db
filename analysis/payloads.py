"""Of which cases a bandwidth can be told: payload that moved, over time.

Nothing moves at one rank. A protocol over shared memory leaves a large payload where its proposer wrote it, and the others read
it there. And a kernel may send less than the payload, as those do that send only what changed.
"""

import json

import numpy as np
import pandas as pd

NOT_COPIED, NOTHING_MOVED = "not copied", "nothing moved"
SHARING = ("shared-memory", "hybrid")
# Files up to schema 1.5 do not tell which payloads were copied. A payload was, if it fitted into a slot beside its message.
SLOT_BYTES = 56


def moved_bytes(cases: pd.DataFrame) -> pd.Series:
    """[case]: how many bytes of one payload an operation moved between ranks; NaN where none did. Of the MPI library's own
    collectives nobody counts the bytes: their payload counts."""
    counted = (cases.count_rule != "none") & cases.bytes_per_operation.notna()
    moved = cases.payload_bytes.where(~counted, np.minimum(cases.payload_bytes, cases.bytes_per_operation))
    return moved.where(why_none(cases) == "").astype(float)


def why_none(cases: pd.DataFrame) -> pd.Series:
    """[case]: in words; empty where a bandwidth can be told."""
    counted = (cases.count_rule != "none") & cases.bytes_per_operation.notna()
    still = (cases.ranks + cases.clients < 2) | (cases.payload_bytes == 0) | (counted & (cases.bytes_per_operation == 0))
    words = np.select([still, ~_copied(cases)], [NOTHING_MOVED, NOT_COPIED], "")
    return pd.Series(words, cases.index, dtype=object)


def _copied(cases: pd.DataFrame) -> pd.Series:
    told = cases.payload_copied.where(cases.ranks + cases.clients > 1)
    return told.where(told.notna(), ~_stayed(cases)).astype(bool)


def _stayed(cases: pd.DataFrame) -> pd.Series:
    """By what files without `payload_copied` tell."""
    shared = cases.transport.isin(SHARING) & ((cases.transport != "hybrid") | (cases.nodes == 1))
    parameters = [json.loads(each) for each in cases.parameters]
    kept = pd.Series([each.get("replicate") == "copy" or each.get("batch", 1) != 1 for each in parameters], cases.index)
    large = cases.payload_bytes > SLOT_BYTES
    return shared & (cases.family == "protocol") & large & ~kept.astype(bool) & (cases.authentication == "none")
