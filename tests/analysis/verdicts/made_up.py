"""Campaigns made up for one claim each: what the claim says holds there, or the opposite does."""

import functools
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from analysis.load import Campaign, load
from analysis.verdicts import formula
from analysis.verdicts.declared import GROWTHS, Claim
from analysis.verdicts.quantities import QUANTITIES
from synthetic import Case, write_launch

RANKS = (2, 4, 8, 16)
RANKS_MOST = 128  # in files the matrix of distances is as large as that squared
ROUND_TRIP_NS, UNIT = 1000, 1000.0  # of ping_pong; of what another kernel costs
OPERATIONS = 400
EXTRA = {"items": 10, "shards": 2, "probes": 8}  # parameters that formulas name, or that a claim lets vary
COLUMN = {"messages": ["messages_per_operation"], "bytes": ["bytes_per_operation"], "busiest": ["busiest_messages"],
          "applied": ["applied_per_operation"], "stale": ["stale_share"], "latency": ["p50_ns"], "milliseconds": ["p50_ns"],
          "ping_pongs": ["p50_ns"], "cpu": ["cpu_ns_per_operation"], "rate": ["operations_per_second"], "delays": ["delays"],
          "round_trips": ["delays"]}
SCALE = {"milliseconds": 1e6, "ping_pongs": ROUND_TRIP_NS, "round_trips": 2}


def ranks_of(claim: Claim) -> list[int]:
    told = claim.where.get("ranks", RANKS)
    return [ranks for ranks in np.atleast_1d(told).tolist() if ranks <= RANKS_MOST]


def campaign(claim: Claim, opposite: bool, folder: Path) -> Campaign:
    """One simulated launch, whose times have no noise."""
    if claim.quantity in ("go_on", "load"):
        return _on_disk(claim, opposite, folder)
    rows = [_row(claim.quantity, kernel, ranks, value, claim.where) for kernel, ranks, value in values(claim, opposite)]
    if claim.compare == "none_best":
        rows = [_ranked(row, place, opposite) for place, row in enumerate(rows)]
    if claim.over:
        kernel, where = claim.over["kernel"], claim.over.get("where", {})
        rows += [_row(claim.quantity, kernel, ranks, UNIT, where) for ranks in ranks_of(claim)]
    trips = [_row("latency", "ping_pong", 2, ROUND_TRIP_NS, {})]
    return replace(template(), cases=pd.DataFrame(rows + trips).reset_index(drop=True))


def values(claim: Claim, opposite: bool) -> list[tuple[str, int, float]]:
    """Of each kernel at each number of ranks, in multiples of UNIT where the claim divides."""
    found = []
    for place, kernel in enumerate(claim.kernels):
        for ranks in ranks_of(claim):
            value = _value(claim, opposite, place, ranks)
            found.append((kernel, ranks, value * UNIT if claim.over else value))
    return found


def _value(claim: Claim, opposite: bool, place: int, ranks: int) -> float:
    if claim.compare in ("increasing", "none_best"):
        return float(len(claim.kernels) - place if opposite else place + 1)
    if claim.compare == "grows":
        other = "N^2" if claim.predicts in ("1", "N", "log N", "N log N") else "1"
        return 100 * formula.value_of(GROWTHS[other if opposite else claim.predicts], {"N": ranks})
    return predicted(claim, opposite, ranks)


def predicted(claim: Claim, opposite: bool, ranks: int) -> float:
    """What is well within, or well beyond, the claim's prediction."""
    names = {**EXTRA, **formula.of_ranks(ranks), "B": 8.0, "L": ROUND_TRIP_NS / 2, "p": 0.1}
    low = formula.value_of(claim.predicts[0] if isinstance(claim.predicts, tuple) else claim.predicts, names)
    more, less = 3 * low * claim.factor + (0.5 if low == 0 else 0) + 3 * claim.rounded, low / (3 * claim.factor)
    within = {"at_least": more, "above": more, "at_most": less, "below": less}.get(claim.compare, low)
    beyond = {"at_least": less, "above": less}.get(claim.compare, more)
    return beyond if opposite else within


def _row(quantity: str, kernel: str, ranks: int, value: float, where: dict) -> dict:
    """A row of Campaign.cases that is as the claim wants it."""
    told = parameters(where)
    window = where.get("in_flight", 1)
    payload = int(np.atleast_1d(where.get("payload_bytes", 8))[0])
    sync = "none" if quantity == "rate" or window > 1 else "round-time"
    name = f"{kernel}/n{ranks}/b{payload}/mpi/{sync}" + "".join(f"/{key}={each}" for key, each in told.items())
    row = {**template().cases.iloc[0].to_dict(), "name": name, "kernel": kernel, "ranks": ranks, "payload_bytes": payload,
           "sync": sync, "in_flight": window, "parameters": json.dumps({**EXTRA, **told}), "network": where.get("network", ""),
           "clients": where.get("clients", 0), "loss": 0.1 if where.get("network") else 0.0, "p50_ns": UNIT}
    return {**row, **dict.fromkeys(COLUMN[quantity], value * SCALE.get(quantity, 1))}


def _ranked(row: dict, place: int, opposite: bool) -> dict:
    """Kernels of rising level, latency and messages; or the highest level is the cheapest and fastest."""
    return {**row, "level": place, "messages_per_operation": row["p50_ns"]}


def parameters(where: dict) -> dict:
    given = where.get("parameters", {})
    return {name: EXTRA.get(name, 1) if value == "*" else value[0] if isinstance(value, list) else value
            for name, value in given.items()}


@functools.cache
def template() -> Campaign:
    with tempfile.TemporaryDirectory() as folder:
        case = Case("made_up", np.full(OPERATIONS, int(UNIT)), 2, family="collective", group="broadcast", expected_most=1.0,
                    columns={"applied_per_operation": 1.0, "stale_share": 0.0})
        write_launch(Path(folder, "launch-001.h5"), [case], source="simulated", schema_version="1.6")
        return load(folder)


def _on_disk(claim: Claim, opposite: bool, folder: Path) -> Campaign:
    """For what is read from samples: when the user may go on, and what each rank handles."""
    told = [(kernel, ranks, value) for kernel, ranks, value in values(claim, opposite)]
    told += [(claim.over["kernel"], ranks, UNIT) for ranks in ranks_of(claim)] if claim.over else []
    if claim.quantity == "load":
        cases = [Case(kernel, np.full(8, 1000), ranks, family="protocol", definition="proposer", of_ranks=_loads(ranks, value))
                 for kernel, ranks, value in told]
    else:
        cases = [Case(kernel, np.full(8, int(value)), ranks, family="protocol", definition="proposer")
                 for kernel, ranks, value in told]
    write_launch(folder / "launch-001.h5", cases, source="simulated")
    return load(folder)


def _loads(ranks: int, value: float) -> np.ndarray:
    """Rank 0 sends `value` times as much as any other."""
    sent = np.full(ranks, 100.0)
    sent[0] = 100 * value
    return np.stack([sent, np.zeros(ranks), sent])


assert set(COLUMN) | {"go_on", "load"} == set(QUANTITIES)
