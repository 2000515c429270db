"""The command that measures what a claim lacks: every filter of the claim, and of what it divides by, is in it."""

import numpy as np

from analysis.selection import SMALL_BYTES
from analysis.verdicts.declared import Claim
from analysis.verdicts.quantities import QUANTITIES, RATES

RANKS = 8
LAUNCHED_MOST = 64  # ranks; more of them are simulated
NETWORKS = {"lost": "{share}%", "duplicated": "0,duplicate={share}%"}
USUAL = {"clients": 0, "in_flight": 1, "transport": "mpi", "authentication": "none"}  # options of one name with filters
SHARE = "10"  # percent, where the claim names none


def command(claim: Claim) -> str:
    """One launch, so that what is divided comes from the same launch as what it is divided by."""
    if claim.measure:
        return claim.measure
    sides = [(kernel, claim.where) for kernel in claim.kernels]
    if claim.over:
        sides.append((claim.over["kernel"], claim.over.get("where", {})))
    said = [f"--kernels {_list(kernel for kernel, _ in sides)}", f"--bytes {_values(sides, 'payload_bytes', SMALL_BYTES)}"]
    for name, usual in USUAL.items():
        values = _values(sides, name, usual)
        said += [f"--{name.replace('_', '-')} {values}"] if values != str(usual) else []
    said += [f"--sync {_sync(claim, sides)}"] if _sync(claim, sides) else []
    said += [f"--loss {loss}" for loss in dict.fromkeys(_loss(where) for _, where in sides if where.get("network"))]
    said += _sets(sides)
    return f"{_launch(claim, sides)} {' '.join(said)}"


def _launch(claim: Claim, sides: list) -> str:
    """Times of more ranks than cores decide nothing, so that they are never measured so, unless the claim asks for it."""
    ranks = sorted({int(each) for _, where in sides for each in np.atleast_1d(where.get("ranks", []))})
    if ranks and ranks[-1] > LAUNCHED_MOST:
        return f"jobs/simulate --ranks {_list(ranks)} --platform fat_tree"
    clients = max(int(where.get("clients", 0)) for _, where in sides)
    world = (ranks[-1] if ranks else RANKS) + clients
    timed = QUANTITIES[claim.quantity].timed and not claim.where.get("crowded", False)
    shared = "" if timed else "--oversubscribe "
    least = max(where.get("ranks_least", 1) for _, where in sides)
    every = range(least, world - clients + 1) if least > 1 or clients else []
    return f"mpirun {shared}-n {world} build/coordbench run --ranks {_list(ranks or every) or 'all'}"


def _sync(claim: Claim, sides: list) -> str:
    told = [where["sync"] for _, where in sides if "sync" in where]
    return _list(told) if told else "none" if claim.quantity in RATES else ""


def _loss(where: dict) -> str:
    words = where["network"].split()
    share = next((word for word in words if word.replace(".", "").isdigit()), SHARE)
    return next((form.format(share=share) for word, form in NETWORKS.items() if word in words), f"{share}%")


def _sets(sides: list) -> list[str]:
    """Of each parameter of each kernel every value that any side wants."""
    wanted: dict[str, list[str]] = {}
    for kernel, where in sides:
        for name, value in where.get("parameters", {}).items():
            if value != "*":
                wanted.setdefault(f"{kernel}.{name}", []).extend(str(each) for each in np.atleast_1d(value).tolist())
    return [f"--set {name}={_list(values)}" for name, values in wanted.items()]


def _values(sides: list, name: str, usual) -> str:
    return _list(each for _, where in sides for each in np.atleast_1d(where.get(name, usual)).tolist())


def _list(values) -> str:
    return ",".join(dict.fromkeys(str(value) for value in values))
