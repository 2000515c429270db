"""How old reads are, what kernels measure themselves, and the ladder: tables and a figure of made-up launches."""

import numpy as np
import pytest

from analysis.figures import staleness as figure
from analysis.ladder_table import ladder_table
from analysis.load import load
from analysis.own_quantities import quantities_table
from analysis.schema import NO_OUTCOME
from analysis.staleness import reads, staleness_table
from analysis.style import why_empty
from analysis.summary import summarise
from analysis.table import markdown

from synthetic import Case, write_launch

LATENCIES = np.full(10, 2000)
FRESH = [(0, 0)]
BEHIND = np.array([(-1, -1), *2 * FRESH, (1, 3000), *FRESH, (2, 9000), *4 * FRESH])  # one write, nine reads


def read_case(share=2 / 9, **fields):
    return Case("lagging", LATENCIES, definition="proposer", family="protocol", group="register",
                kinds=("write", *["read"] * 9), behind=BEHIND,
                columns={"stale_share": share, "expected_stale_share": 0.25}, **fields)


def campaign_of(folder, *cases, launches=2, **fields):
    for launch in range(1, launches + 1):
        write_launch(folder / f"launch-{launch:03}.h5", list(cases), launch, schema_version="1.4", **fields)
    return load(folder)


def cells(lines, kernel):
    [row] = [line for line in "".join(lines).splitlines() if f"| {kernel}" in line]
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_stale_reads_are_counted_over_all_launches_beside_the_formula(tmp_path):
    campaign = campaign_of(tmp_path, read_case())
    assert cells(staleness_table(campaign), "lagging") == [
        "lagging", "2", "18", "22.2 %", "25 %", "0.333, 2, 2", "6.00 µs, 9.00 µs", "2"]


def test_a_campaign_without_reads_has_no_table_and_no_figure(tmp_path):
    campaign = campaign_of(tmp_path, Case("plain", LATENCIES))
    assert staleness_table(campaign) == [] and quantities_table(campaign) == [] and reads(campaign).empty
    drawn, numbers = figure.draw(campaign, summarise(campaign))
    assert why_empty(drawn) and numbers.empty


def test_the_figure_shows_the_share_of_reads_that_were_as_old(tmp_path):
    campaign = campaign_of(tmp_path, read_case())
    drawn, numbers = figure.draw(campaign, summarise(campaign))
    assert not why_empty(drawn)
    assert list(numbers.behind_us) == [9, 9, 3, 3]
    assert list(numbers.share_as_old) == pytest.approx([1 / 18, 2 / 18, 3 / 18, 4 / 18])


def test_reads_that_are_all_up_to_date_have_a_row_and_no_line(tmp_path):
    fresh = Case("fresh", LATENCIES, definition="proposer", family="protocol", kinds=("read",) * 10, behind=np.zeros((10, 2)),
                 columns={"stale_share": 0.0, "expected_stale_share": np.nan})
    campaign = campaign_of(tmp_path, fresh)
    assert cells(staleness_table(campaign), "fresh")[3:7] == ["0 %", "–", "0, 0, 0", "–"]
    assert why_empty(figure.draw(campaign, summarise(campaign))[0])


def test_what_kernels_measure_has_its_own_name_and_unit(tmp_path):
    offsets = np.full((10, 2), 30)
    offsets[:, 0] = 0
    offsets[0, 1], offsets[1, 1] = -500, NO_OUTCOME
    campaign = campaign_of(tmp_path, Case("synchronised", LATENCIES, family="protocol", measured=("offset", "ns", offsets)))
    assert cells(quantities_table(campaign), "synchronised") == [
        "synchronised", "2", "offset", "ns", "38", "0", "0", "500", "500"]


def test_the_ladder_goes_by_level_and_shows_bytes_between_regions(tmp_path):
    wide = {"family": "protocol", "definition": "proposer", "columns": {"bytes_between_regions_per_operation": 100.0}}
    cases = [Case("agreed", np.full(10, 2_000_000), 4, level=4, expected_delays=2, **wide),
             Case("agreed", np.full(10, 3_000_000), 8, level=4, expected_delays=2, **wide),
             Case("fired", np.full(10, 1_000_000), 8, level=0, expected_delays=1, **wide),
             Case("collective", np.full(10, 1_000_000), 8, columns={"bytes_between_regions_per_operation": 1.0})]
    campaign = campaign_of(tmp_path, *cases, world=8)
    lines = ladder_table(campaign, summarise(campaign))
    assert cells(lines, "L0") == ["L0", "0 ms", "fired", "1", "–", "1.00 ms", "1.00", "100"]
    assert cells(lines, "L4") == ["L4", "about 100 ms", "agreed", "2", "2.00 ms", "3.00 ms", "1.00", "100"]
    assert "".join(lines).index("L0") < "".join(lines).index("L4") and "collective" not in "".join(lines)
    assert "the ladder" in markdown(campaign, summarise(campaign))


def test_within_one_region_there_is_no_ladder(tmp_path):
    near = Case("agreed", LATENCIES, 4, family="protocol", columns={"bytes_between_regions_per_operation": 0.0})
    campaign = campaign_of(tmp_path, near)
    assert ladder_table(campaign, summarise(campaign)) == []
