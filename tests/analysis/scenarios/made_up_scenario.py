"""A scenario and campaigns for it whose numbers are known."""

from pathlib import Path

import numpy as np
from synthetic import Case, write_launch

SCENARIO = '''
title = "Bread"
question = "Is rye faster?"
shows = "Rye and wheat."
sentences = [
  "Rye takes {time:longer than|about as long as|less time than} wheat: {time} times as long.",
  "Rye sends {messages:more|as many|fewer} messages: {sent} at 4 ranks.",
  "Messages grow with N to the power of {growth}.",
]
[[launches]]
ranks = 2
times = 6
options = "--kernels rye,wheat --bytes 8"
[[launches]]
ranks = 4
options = "--kernels 'r*' --ranks 2,4"
[quantities.time]
value = "latency"
of = "rye/n2/b8/mpi/round-time"
over = "wheat/n2/b8/mpi/round-time"
[quantities.messages]
value = "messages"
of = "rye/n4/b8/mpi/round-time"
minus = "wheat/n4/b8/mpi/round-time"
[quantities.sent]
value = "messages"
of = "rye/n4/b8/mpi/round-time"
[quantities.growth]
value = "messages"
of = "rye/n*/b8/mpi/round-time"
against = "ranks"
[[panels]]
title = "time"
value = "latency"
label = "latency, µs"
[[panels.series]]
label = "rye"
cases = "rye/n2/b8/mpi/round-time"
[[panels.series]]
label = "wheat"
cases = "wheat/n2/b8/mpi/round-time"
[[panels]]
title = "messages"
value = "messages"
label = "messages"
x = "ranks"
[[panels.series]]
label = "rye"
cases = "rye/n*"
'''


def case(kernel: str, ranks: int, latency_ns: int, messages: float) -> Case:
    return Case(kernel, latency_ns + np.linspace(-200, 200, 401).astype(int), ranks, messages=messages,
                expected_messages=messages)


def write(folder: Path, rye_ns=3000, wheat_ns=1000, rye_messages=12.0, wheat_messages=3.0, launches=6, kernels=("rye", "wheat"),
          text=SCENARIO) -> Path:
    """Launch l of `launches` on two ranks takes l ns more; a last one counts on 2 and 4 ranks, which share two cores. A kernel
    sends so many messages at 4 ranks, and a quarter of them at 2."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.toml").write_text(f"# scenario: bread\n{text}", encoding="utf-8")
    told = {"rye": (rye_ns, rye_messages), "wheat": (wheat_ns, wheat_messages)}
    for launch in range(1, launches + 1):
        cases = [case(name, 2, told[name][0] + launch, told[name][1] / 4) for name in kernels]
        write_launch(folder / f"launch-{launch:03}.h5", cases, launch)
    crowded = [case(name, ranks, 10**6, told[name][1] * (ranks / 4) ** 2) for name in kernels for ranks in (2, 4)]
    write_launch(folder / f"launch-{launches + 1:03}.h5", crowded, launches + 1, world=4, oversubscribed=True)
    return folder
