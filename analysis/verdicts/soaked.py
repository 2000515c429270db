"""What coordbench-soak --json tells of protocols under faults, for the claims that faults decide."""

import json
from pathlib import Path

import pandas as pd

from analysis.refusal import Refusal
from analysis.verdicts.declared import Claim
from analysis.verdicts.trials import wilson

COUNTS = ("schedules", "healed", "ended")


def read_soak(path: Path) -> dict[str, dict]:
    """By protocol; the file has a JSON object a line."""
    try:
        told = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        found = {each["protocol"]: each for each in told}
        if all(isinstance(each[name], int) for each in told for name in COUNTS):
            return found
        raise ValueError("a count is no whole number")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refusal(f"--soak {path} is not what `coordbench-soak PROTOCOL --json FILE` writes ({error}); write it "
                      "anew") from None


def soaked(claim: Claim, soak: dict[str, dict]) -> pd.DataFrame:
    """A row a protocol: of the schedules in which something failed, the share that ended after the network had stabilised."""
    rows = []
    for protocol in claim.soak:
        told = soak.get(protocol)
        if not told or not told["healed"]:
            continue
        share = told["ended"] / told["healed"]
        low, high = (share, share) if share in (0, 1) else wilson(share, told["healed"])
        rows.append({"kernel": protocol, "ranks": 0, "network": "faults until they heal", "varied": "", "payload_bytes": 0,
                     "case": f"{told['healed']:,} schedules with faults", "value": share, "low": low, "high": high,
                     "launches": 1, "oversubscribed": False, "names": {}})
    return pd.DataFrame(rows)
