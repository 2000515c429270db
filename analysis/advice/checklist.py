"""The text's checklist, filled from a campaign: what is measured of two kernels, and what would measure the rest."""

import math
import shlex
from pathlib import Path

import pandas as pd

from analysis.advice.comparison import Side, of_payload
from analysis.advice.decisions import Rung
from analysis.load import Campaign
from analysis.markdown import digits, with_interval
from analysis.money import formula
from analysis.money.bill import Asked, payload_of
from analysis.money.quantities import timed_cases
from analysis.money.series import Series
from analysis.money.table import dollars
from analysis.selection import SMALL_BYTES
from analysis.statistics import smallest_sample
from analysis.summary import over_launches

UNKNOWN = "unknown"
PERCENTILES = {"p50": "p50_ns", "p99": "p99_ns"}


def rows(rung: Rung, sides: list[Side], every: list[Series], campaign: Campaign,
         asked: Asked) -> tuple[list[list[str]], list[str]]:
    """One row per measurement with a cell for each kernel, and for what is unknown the command that measures it."""
    told: list[str] = []
    of = of_payload(sides, asked)
    found = [[f"{name} of the whole operation{of}", *(_percentile(each, column, campaign, asked) for each in sides)]
             for name, column in PERCENTILES.items()]
    told += [sentence for each in sides if (sentence := _unmeasured(each, campaign, asked))]
    found.append(["message amplification", *(_amplification(each, rung, asked) for each in sides)])
    found.append(["traffic between regions a month", *(_between_regions(each, asked) for each in sides)])
    recovery, sentence = _recovery(rung, every, asked)
    found.append(["recovery from a failure", *(recovery for _ in sides)])
    told += [sentence] * bool(sentence)
    for each in sides:
        if each.bill is None:
            told.append(f"{each.kernel}: {each.why}; measure it with `{count_command(each.kernel, campaign, asked)}`")
    told.append("developers' hours of debugging: no benchmark measures them")
    return found, told


def count_command(kernel: str, campaign: Campaign, asked: Asked) -> str:
    """Counts do not need a core for each rank."""
    if campaign.simulated:
        return time_command(kernel, campaign, asked)
    return (f"mpirun --oversubscribe -n {asked.nodes} build/coordbench run --kernels {kernel} --ranks {asked.nodes} "
            f"--bytes {_bytes(asked)} --operations 40 --out {_folder(campaign)}")


def time_command(kernel: str, campaign: Campaign, asked: Asked) -> str:
    """Enough operations for a p99, on the same platform if it is simulated; into the campaign, so that it is read. More ranks
    than the campaign's machine has cores are simulated, into a campaign of their own."""
    simulated = (f"jobs/simulate --ranks {asked.nodes} --platform {{}} --kernels {kernel} --bytes {_bytes(asked)} "
                 "--operations 400")
    if campaign.simulated:
        return f"{simulated.format(campaign.launches.platform.iloc[0] or 'one_switch')} --out {_folder(campaign)}"
    if asked.nodes > _cores(campaign):
        return simulated.format("one_switch")
    return (f"mpirun -n {asked.nodes} build/coordbench run --kernels ping_pong,{kernel} --ranks {asked.nodes} "
            f"--bytes {_bytes(asked)} --out {_folder(campaign)}")


def _bytes(asked: Asked) -> int:
    return SMALL_BYTES if asked.payload is None else asked.payload


def _folder(campaign: Campaign) -> str:
    return shlex.quote(str(Path(campaign.launches.index[0]).parent))


def _cores(campaign: Campaign) -> int:
    """Of the machine, or of several: as many ranks as had a core each."""
    roomy = campaign.launches.world[~campaign.launches.oversubscribed]
    return int(max(campaign.launches.cores.max(), roomy.max() if len(roomy) else 0))


def _percentile(each: Side, column: str, campaign: Campaign, asked: Asked) -> str:
    cases = _timed(each, campaign, asked)
    found = over_launches(cases, column) if len(cases) else pd.DataFrame()
    if found.empty:
        return UNKNOWN
    row = found.iloc[0]
    return f"{with_interval(row.value / 1000, row.low / 1000, row.high / 1000)} µs"


def _unmeasured(each: Side, campaign: Campaign, asked: Asked) -> str:
    """Which percentiles nobody knows, and what measures them; empty if all are known."""
    if each.series is None:  # what counts it is told anyway
        return ""
    cases = _timed(each, campaign, asked)
    lacking = [name for name, column in PERCENTILES.items() if cases.empty or cases[column].isna().all()]
    if not lacking:
        return ""
    why = "not measured there with a core for each rank" if cases.empty else \
        f"no launch has the {smallest_sample(float(lacking[-1][1:]) / 100)} samples that it takes"
    return (f"{' and '.join(lacking)} of {each.kernel} at N = {asked.nodes}: {why}; measure with "
            f"`{time_command(each.kernel, campaign, asked)}`")


def _timed(each: Side, campaign: Campaign, asked: Asked) -> pd.DataFrame:
    if each.series is None:
        return pd.DataFrame()
    return timed_cases(campaign, each.series, asked.nodes, payload_of(each.series, asked))


def _amplification(each: Side, rung: Rung, asked: Asked) -> str:
    """Messages of an operation ÷ the receivers that need it."""
    receivers = formula.value(rung.receivers, asked.nodes, f"receivers of {rung.name}")
    if each.bill is None:
        return UNKNOWN
    if receivers == 0:
        return f"none: {digits(each.bill.messages.value)} messages, and nobody needs one" if each.bill.messages.value else \
            "none: nothing is sent"
    ends = [getattr(each.bill.messages, end) / float(receivers) for end in ("value", "low", "high")]
    return with_interval(ends[0], *(ends[1:] if ends[1] < ends[2] else (math.nan, math.nan)))


def _between_regions(each: Side, asked: Asked) -> str:
    if each.bill is None:
        return UNKNOWN
    gb = each.bill.gb["between_regions"]
    distance = "internet" if asked.over_internet else "between_regions"
    return f"{digits(float(gb)) if gb else '0'} GB, {dollars(asked.prices.carried(distance, gb))}"


def _recovery(rung: Rung, every: list[Series], asked: Asked) -> tuple[str, str]:
    """Of an outage a campaign without faults measures the election at most."""
    if not rung.recovery:
        return "nothing to recover", ""
    series = next((each for each in every if rung.election and each.kernel == rung.election and not each.clients), None)
    found = UNKNOWN
    if series is not None and not isinstance(elected := series.times.latency_at(asked.nodes, payload_of(series, asked)), str):
        interval = with_interval(elected.value / 1000, elected.low / 1000, elected.high / 1000)
        found = f"a time-out and {interval} µs ({rung.election})"
    return found, f"recovery: campaigns inject no crash; `{rung.recovery}` tells {rung.recovery_tells}"
