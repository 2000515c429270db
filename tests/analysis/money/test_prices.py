"""Prices: what is charged for traffic, what a user replaces, and what no price can be."""

from decimal import Decimal

import pytest
from analysis.money import prices
from analysis.refusal import Refusal

GB_OF_THE_MESH = Decimal(999_000)  # a million operations of 999,000 messages of 1,000 bytes


def own(tmp_path, text: str):
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("gb, dollars", [("0", "0"), ("99.5", "0"), ("100", "0"), ("101", "0.09"), ("10240", "912.6"),
                                         ("10241", "912.685"), ("51200", "4394.2"), ("153600", "11562.2"),
                                         (GB_OF_THE_MESH, "53832.2")])
def test_traffic_to_the_internet_is_charged_tier_by_tier(gb, dollars):
    """100 GB are free, the next 10,140 cost 0.09, then 40,960 at 0.085, 102,400 at 0.07, and what is left 0.05."""
    assert prices.load().egress(Decimal(gb)) == Decimal(dollars)


def test_each_distance_has_its_own_price():
    of = prices.load()
    assert [of.carried(distance, Decimal(1000)) for distance in (*prices.DISTANCES, "internet")] == [0, 20, 20, 81]


def test_a_user_replaces_what_the_file_names_and_nothing_else(tmp_path):
    of = prices.load(own(tmp_path, "[traffic]\nbetween_zones = 0.5\n[[internet]]\ndollars_per_gb = 1\n"))
    assert of.carried("between_zones", Decimal(2)) == 1 and of.carried("between_regions", Decimal(2)) == Decimal("0.04")
    assert of.egress(Decimal(7)) == 7
    assert of.node_hour == prices.load().node_hour and of.header_bytes == 66
    assert "own.toml for traffic.between_zones, internet; Amazon" in of.named


@pytest.mark.parametrize("text, words", [
    ("[traffic]\nbetween_zones = -0.02\n", ["between_zones is -0.02", "from 0 on"]),
    ("[nodes]\ndollars_per_hour = nan\n", ["nodes.dollars_per_hour"]),
    ("[nodes]\ndollars_per_hour = '1'\n", ["without quotes"]),
    ("[nodes]\ndollars_per_hour = true\n", ["without quotes"]),
    ("[traffic]\nbetween_planets = 1\n", ["between_planets, which nobody reads", "same_zone, between_zones, between_regions"]),
    ("[colour]\nred = 1\n", ["section colour, which nobody reads"]), ("traffic = 3\n", ["traffic = 3"]),
    ("[[internet]]\nup_to_gb = 10\ndollars_per_gb = 1\n", ["tier 1", "ends"]),
    ("[[internet]]\ndollars_per_gb = 1\n[[internet]]\ndollars_per_gb = 2\n", ["tier 1", "has no end"]),
    ("[[internet]]\nup_to_gb = 9\ndollars_per_gb = 1\n[[internet]]\nup_to_gb = 8\ndollars_per_gb = 1\n"
     "[[internet]]\ndollars_per_gb = 1\n", ["tier 2", "ends at 8 GB", "sort"]),
    ("[[internet]]\nup_to_gb = 9\n[[internet]]\ndollars_per_gb = 1\n", ["tier 1", "has no price"]),
    ("[[internet]]\nper_gb = 1\n", ["per_gb, which nobody reads"]), ("internet = [3]\n", ["tier 1", "is 3"]),
    ("internet = []\n", ["no tier"]), ("[wire]\nsegment_bytes = 0\n", ["segment_bytes is 0"]),
    ("[wire]\nheader_bytes = 1.5\n", ["header_bytes is 1.5"]), ("[about]\ndate = 2026-01-01\n", ["about.date"]),
    ("[forced_writes]\nraft = 'N!'\n", ["forced_writes.raft", "no formula"]), ("[traffic\n", ["not TOML"])])
def test_what_no_price_can_be_is_refused_in_one_sentence(tmp_path, text, words):
    with pytest.raises(Refusal) as refused:
        prices.load(own(tmp_path, text))
    assert "\n" not in str(refused.value) and "own.toml" in str(refused.value)
    for word in words:
        assert word in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refusal, match="cannot be read"):
        prices.load(tmp_path / "none.toml")
