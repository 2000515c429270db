"""The tree of decisions: every way through it ends at a rung whose two kernels exist."""

import pytest
from analysis.advice import asking, decisions
from analysis.refusal import Refusal
from conftest import ROOT

TREE = decisions.load()
PATHS = list(TREE.paths())
# A header's name is what `coordbench list` calls the kernel.
KERNELS = {path.stem for folder in ("kernels", "collectives") for path in (ROOT / folder).glob("*.hpp")}


def flags(path) -> dict[str, str]:
    return {question.flag: answer.name for question, answer in path}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ",".join(f"{q.flag}={a.name}" for q, a in path))
def test_every_way_ends_at_a_rung_with_two_kernels_that_exist(path):
    walk = asking.walk(TREE, flags(path))
    assert walk.rung is TREE.rungs[path[-1][1].rung] and walk.path == flags(path)
    assert len(set(walk.rung.kernels)) == 2 and set(walk.rung.kernels) <= KERNELS
    assert not walk.rung.election or walk.rung.election in KERNELS
    assert walk.notes == [answer.note for _, answer in path if answer.note]


def test_ways_are_many_and_reach_every_rung():
    """Three that need no agreement, and with and without parts: two that deliver, four scales for any node, and for one, a
    majority and all: three scales twice (a majority that does not lie has two objects) and one for very many."""
    each = 2 + 4 + (3 * 2 + 1) + (3 * 3 + 1) + (3 * 2 + 1)
    assert len(PATHS) == 2 + 2 * each
    assert {path[-1][1].rung for path in PATHS} == set(TREE.rungs)


def test_kernels_are_of_the_level_of_their_rung():
    """The first one stands for the rung; the tables that coordbench writes have the level of each."""
    tables = "".join((ROOT / folder / "README.md").read_text(encoding="utf-8") for folder in ("kernels", "collectives"))
    for rung in TREE.rungs.values():
        assert f"| L{rung.level} | `{rung.kernels[0]}` |" in tables, rung.name


@pytest.mark.parametrize("nodes, band", [(1, "few"), (9, "few"), (10, "tens"), (100, "tens"), (101, "hundreds"),
                                         (1000, "hundreds"),
                                         (1001, "thousands"), (2**31 - 1, "thousands")])
def test_a_number_of_nodes_is_an_answer_and_stays_one(nodes, band):
    answers = {"eliminate": "no", "failure": "agree", "who": "any", "scale": str(nodes)}
    assert TREE.questions["scale_any"].band(nodes).name == band
    assert asking.walk(TREE, answers).nodes == nodes
    walked = asking.walk(TREE, answers | {"scale": band})
    assert walked.nodes is None and nodes in walked.band
    assert walked.typical == TREE.questions["scale_any"].band(nodes).typical


def test_bands_part_the_numbers_of_nodes():
    for question in TREE.questions.values():
        if question.in_bands:
            bands = [question.within(answer) for answer in question.answers]
            assert bands[0].start == 1 and all(one.stop == next_one.start for one, next_one in zip(bands, bands[1:]))


def test_the_next_rung_is_of_the_next_level():
    above = {name: TREE.above(rung) for name, rung in TREE.rungs.items()}
    assert above["none"].name == above["reliable"].name == above["local"].name == "eventual"
    assert [above[name].name for name in ("eventual", "leader", "quorum", "consensus", "transactions")] == [
        "leader", "quorum", "consensus", "transactions", "byzantine"]
    assert above["byzantine"] is None


BROKEN = {
    "answer b of q leads to nothing": ("rung = 'r'", ""), "leads to nowhere": ("rung = 'r'", "to = 'nowhere'"),
    "leads to other": ("rung = 'r'", "rung = 'other'"), "q → q leads back": ("rung = 'r'", "to = 'q'"),
    "rung r has the kernels x": ("['x', 'y']", "['x', 'x']"), "has colour, which nobody reads": ("ask =", "colour = 1\nask ="),
    "answer b of q has why": ("says =", "why = 'x'\nsays ="), "rung r has cost": ("level =", "cost = 1\nlevel ="),
    "which is no formula": ("'N - 1'", "'N!'"), "is no tree of decisions": ("start = 'q'", ""), 
    "KeyError('rung')": ("[[rung]]", "[[rungs]]")}
SOUND = """start = 'q'
[question.q]
ask = 'a?'
[question.q.answer.b]
says = 'c'
rung = 'r'
[[rung]]
name = 'r'
level = 1
title = 't'
kernels = ['x', 'y']
receivers = 'N - 1'
"""


@pytest.mark.parametrize("words, change", BROKEN.items(), ids=str)
def test_a_tree_that_leads_nowhere_is_refused(tmp_path, words, change):
    path = tmp_path / "decisions.toml"
    path.write_text(SOUND)
    assert decisions.load(path).rungs["r"].kernels == ("x", "y")
    path.write_text(SOUND.replace(*change))
    with pytest.raises(Refusal) as refused:
        decisions.load(path)
    assert words in str(refused.value) and "\n" not in str(refused.value)
