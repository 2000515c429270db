"""Parameters and columns that were called otherwise once: files of every schema come to say the same of the same case.

Nothing else knows of older parameters. The name of a case, which is the path of its samples, stays as its file has it.
"""

# A column of /cases. The file's other `calibration` is LogGP's.
COLUMNS = {"drift_watch": "calibration"}  # until 1.2
# Who asked was a parameter up to schema 1.2; since 1.3 it is `--clients`, and the column `clients` had it all along.
GONE = {"raft_replication": ["client"]}
# What a file does not tell because there was no choice yet.
GOSSIP = {"pace": "lockstep", "period_us": 1000}
AS_IF = {"raft_replication": {"leader": "seated", "pre_vote": "on"}, "pull_gossip": {**GOSSIP, "ttl": 40},
         "push_gossip": {**GOSSIP, "ttl": 16, "k": 0}, "push_pull_gossip": {**GOSSIP, "ttl": 16, "k": 0}}
# Bytes of payload that a message in shared memory holds itself; longer ones a replica referred to, before it could copy them.
INSIDE_MAX = {"raft_replication": 24, "quorum_register": 40, "two_phase_commit": 48}


def name_in(columns, name: str) -> str:
    """What `columns`, all those of a file's /cases, call the column that is called `name` today."""
    return name if name in columns else COLUMNS.get(name, name)


def as_of_today(kernel: str, parameters: dict, transport: str = "mpi", payload_bytes: int = 0) -> dict:
    """A kernel's parameters as a file of today has them."""
    kept = {name: value for name, value in parameters.items() if name not in GONE.get(kernel, ())}
    return {**AS_IF.get(kernel, {}), **_replicas(kernel, parameters, transport, payload_bytes), **kept}


def _replicas(kernel: str, parameters: dict, transport: str, payload_bytes: int) -> dict:
    if kernel not in INSIDE_MAX:
        return {}
    is_held = transport == "mpi" or payload_bytes * parameters.get("batch", 1) <= INSIDE_MAX[kernel]
    return {"replicate": "copy" if is_held else "reference"}
