"""Where MPI changes its way of sending: above some size a send waits for its receiver (rendezvous). Between two payloads on
different sides of that size a line would tell of times that nobody measured."""

import functools

import numpy as np
import pandas as pd

from analysis import schema
from analysis.launch_file import opened
from analysis.load import Campaign
from analysis.naming import MPI
from analysis.reading import read

NEIGHBOURS = 2  # payloads that are no farther apart than this factor have nothing between them
USUAL_BYTES = (2048, 262144)  # libraries' own limits lie between, from Open MPI's 4 KiB within a host to MPICH's 128 KiB
SENTENCE = (" No line between payloads more than a factor of two apart if MPI's way of sending changes between them"
            " ({how}) and nothing was measured there.")
MEASURED, UNKNOWN = "at {}, as calibrated", "libraries change it somewhere from 2 to 256 KiB"


@functools.lru_cache(maxsize=2)
def rendezvous_bytes(campaign: Campaign) -> tuple[int, ...]:
    """The sizes from which on a send was seen to wait, at any distance, in any launch that measured LogGP parameters."""
    found: set[int] = set()
    for path in campaign.launches.index:
        with opened(path) as file:
            if "/loggp" in file:
                values = read(file["/loggp/rendezvous_bytes"], schema.LOGGP["level"]["rendezvous_bytes"])
                found.update(int(value) for value in values if value > 0)
    return tuple(sorted(found))


def with_stretches(campaign: Campaign, rows: pd.DataFrame) -> pd.DataFrame:
    """Adds the column `stretch`: a line joins only points of one series that have it in common."""
    rows = rows.sort_values(["series", "payload_bytes"], kind="stable").assign(stretch=0)
    for _, series in rows.groupby(["panel", "series", "oversubscribed"]):
        payloads = series.payload_bytes.to_numpy()
        apart = [changes(campaign, transport, *pair) for transport, *pair in zip(series.transport, payloads, payloads[1:])]
        rows.loc[series.index, "stretch"] = np.cumsum([0, *apart])
    return rows.sort_index()


def changes(campaign: Campaign, transport: str, small: int, large: int) -> bool:
    """Whether MPI's way of sending changes, or may change for all that is known, between two payloads far apart."""
    if transport != MPI or large <= NEIGHBOURS * small:
        return False
    known = rendezvous_bytes(campaign)
    if known:
        return any(small < limit <= large for limit in known)
    return small < USUAL_BYTES[1] and large > USUAL_BYTES[0]


def sentence(campaign: Campaign, rows: pd.DataFrame) -> str:
    """For the caption; empty where every line goes through."""
    if not len(rows) or not rows.stretch.max():
        return ""
    known = rendezvous_bytes(campaign)
    return SENTENCE.format(how=MEASURED.format(" or ".join(f"{limit:,} B" for limit in known)) if known else UNKNOWN)
