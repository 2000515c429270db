"""The command that a row offers plans the very case that the claim lacks, and the row names what is lacking."""

import functools
import json
import re
import shlex
import subprocess

import numpy as np
import pandas as pd
import pytest
from analysis.load import load
from analysis.verdicts.command import command
from analysis.verdicts.decide import decide
from analysis.verdicts.declared import Claim, read_claims
from analysis.verdicts.observed import chosen, over_where
from analysis.verdicts.quantities import QUANTITIES
from analysis.verdicts.report import CLAIMS
from conftest import ROOT
from synthetic import Case, write_launch

PROGRAM = ROOT / "build/coordbench"
OF_CAMPAIGNS = [claim for claim in read_claims(CLAIMS)[0] if claim.kernels]
FILTERED = [claim for claim in OF_CAMPAIGNS if claim.where or claim.over.get("where")]  # all else names kernels alone
COMMANDS = {command(claim): claim for claim in FILTERED}
RANKS_MOST = 16  # of a launch that only plans; 64 ranks take longer to start than all others together
PLANNED = [text for text in COMMANDS if text.startswith("mpirun") and int(text.split(" -n ")[1].split()[0]) <= RANKS_MOST]
LOST, DOUBLED = "10 % lost", "10 % duplicated"


def told(**more):
    return Claim("T", **{"kernels": ("vote",), "quantity": "messages", **more})


@pytest.mark.parametrize("claim, parts", [
    (told(), ["mpirun --oversubscribe -n 8 build/coordbench run --ranks all --kernels vote --bytes 8"]),
    (told(quantity="latency"), ["mpirun -n 8 build/coordbench run"]),
    (told(quantity="latency", where={"crowded": True}), ["mpirun --oversubscribe -n 8"]),
    (told(quantity="rate", where={"in_flight": 16, "ranks": [2, 4]}), ["-n 4", "--ranks 2,4", "--in-flight 16", "--sync none"]),
    (told(where={"network": DOUBLED}), ["--loss 0,duplicate=10%"]), (told(where={"network": LOST}), ["--loss 10%"]),
    (told(where={"payload_bytes": [8, 1024], "transport": "hybrid"}), ["--bytes 8,1024", "--transport hybrid"]),
    (told(where={"authentication": "mac", "clients": 2}), ["--authentication mac", "--clients 2", "-n 10", "--ranks 1,2,3"]),
    (told(over={"kernel": "poll", "where": {"parameters": {"a": 1}, "in_flight": 4}},
          where={"parameters": {"a": "*", "b": [2, 3]}}),
     ["--kernels vote,poll", "--in-flight 1,4", "--set vote.b=2,3", "--set poll.a=1"]),
    (told(where={"ranks": [128, 256]}), ["jobs/simulate --ranks 128,256 --platform"]), (told(measure="run it"), ["run it"])])
def test_a_command_has_every_filter_of_the_claim(claim, parts):
    assert [part for part in parts if part not in command(claim)] == []


@pytest.mark.parametrize("text", PLANNED)
def test_a_command_plans_the_case_that_decides(text):
    claim, cases = COMMANDS[text], planned(text)
    sides = [(kernel, claim.where) for kernel in claim.kernels]
    sides += [(claim.over["kernel"], over_where(claim))] if claim.over else []
    for kernel, where in sides:
        assert not chosen(cases, kernel, where, claim.quantity).empty, f"{text} plans no {kernel} with {where}"


def planned(text):
    """The cases that the command would measure, as the table that cases are chosen from; with as few ranks as will do."""
    words = [word for word in shlex.split(text) if word != "--oversubscribe"]
    assert PROGRAM.exists(), "build/coordbench is not built: build it first"
    words[1:1] = ["--oversubscribe"]  # nothing is measured
    done = subprocess.run([*words, "--list"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"{text}: {done.stderr}"
    return pd.DataFrame([of_name(name) for name in done.stdout.split() if "/drift=" not in name])


def of_name(name):
    kernel, ranks, payload, transport, sync, *own = name.split("/")
    given = dict(each.split("=", 1) for each in own)
    loss, doubled = given.get("loss"), given.get("duplicate")
    return {"name": name, "kernel": kernel, "ranks": int(ranks[1:]), "payload_bytes": int(payload[1:]), "transport": transport,
            "sync": sync, "clients": int(given.get("clients", 0)), "in_flight": int(given.get("in_flight", 1)),
            "authentication": given.get("authentication", "none"), "network": LOST if loss else DOUBLED if doubled else "",
            "oversubscribed": False, "told": {**defaults()[kernel], **given}, "launches": 1, "parameters": json.dumps(given),
            "population": ""}


@functools.cache
def defaults():
    listed = subprocess.run([PROGRAM, "list", "--json"], capture_output=True, text=True, check=True).stdout
    return {each["name"]: {own["name"]: own["default"] for own in each["parameters"]} for each in json.loads(listed)}


def reason(folder, claim):
    return decide([claim], [load(folder)], None)[0].verdict.told


def test_the_reason_names_what_is_lacking(tmp_path):
    cases = [Case(kernel, np.full(8, 1000), ranks, family="protocol") for kernel, ranks in (("vote", 2), ("poll", 4))]
    write_launch(tmp_path / "launch-001.h5", [Case("ping_pong", np.full(8, 1000)), *cases], cores=8)
    over = {"predicts": "1", "over": {"kernel": "ask"}}
    assert reason(tmp_path, told(**over)).startswith("no campaign has a case of ask; measure it with")
    assert reason(tmp_path, told(predicts="1", over={"kernel": "poll"})).startswith(
        "vote and poll were measured at no number of ranks in common; measure")
    asked = reason(tmp_path, told(predicts="1", where={"clients": 1}))
    assert asked.startswith("no campaign has a case of vote with clients 1;")
    write_launch(tmp_path / "launch-001.h5", cases, oversubscribed=True)
    crowded = reason(tmp_path, told(quantity="latency", predicts="1"))
    assert crowded.startswith("vote was timed with more ranks than cores alone") and not re.search("--oversubscribe", crowded)
