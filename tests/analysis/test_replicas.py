"""Captions and tables say whether replicas that share memory copy what they acknowledge."""

import numpy as np

from analysis import style
from analysis.load import load
from analysis.summary import summarise
from analysis.table import markdown

from synthetic import Case, write_launch

SPREAD = np.arange(900, 1101)


def written(folder, transport: str, replicate: str):
    write_launch(folder / "launch-001.h5", [
        Case("raft_replication", SPREAD, 2, 64, family="protocol", definition="proposer", transport=transport,
             parameters={"replicate": replicate}),
        Case("ping_pong", SPREAD, 2, 64, family="collective", transport=transport)])
    return load(folder)


def said(campaign) -> tuple[str, str]:
    return style.caption(campaign, campaign.timed, "What."), markdown(campaign, summarise(campaign))


def test_what_replicas_do_is_said_where_they_share_memory(tmp_path):
    for replicate, words in (("copy", "raft_replication copies a payload"),
                             ("reference", "raft_replication only refers to a payload")):
        for text in said(written(tmp_path / replicate, "shared-memory", replicate)):
            assert words in text


def test_over_mpi_it_goes_without_saying(tmp_path):
    for text in said(written(tmp_path, "mpi", "copy")):
        assert "a replica of" not in text


def test_captions_and_tables_of_protocols_say_that_they_run_in_memory(tmp_path):
    caption, table = said(written(tmp_path, "mpi", "copy"))
    assert "In memory: no protocol writes to a disk." in caption
    assert "in memory: no protocol writes to a disk" in table
    campaign = load(tmp_path)
    assert "In memory" not in style.caption(campaign, campaign.timed[campaign.timed.family == "collective"], "What.")
