"""What a scenario may say of a case: a value for each launch, from the columns of /cases or from the raw samples."""

import json
from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis import schema
from analysis.ends import end_medians
from analysis.launch_file import opened
from analysis.load import KEY, Campaign
from analysis.reading import read, text
from analysis.refusal import Refusal
from analysis.scenarios.own_writes import missed
from analysis.stamps import case_latencies_ns, stamped
from analysis.statistics import quantile

US = 1000.0


def _per_operation(column: str) -> Callable:
    return lambda campaign, cases, argument: cases[column] / cases.operations


def _column(column: str, factor: float = 1) -> Callable:
    return lambda campaign, cases, argument: cases[column] * factor


def _everything_sent(campaign: Campaign, cases: pd.DataFrame, argument: str) -> pd.Series:
    """The messages of an operation, and those of timers for as long as it lasts. The background itself would be too many: the
    timers go on between two operations."""
    def sent(samples, case) -> float:
        lasts_us = float(np.nanmean(case_latencies_ns(samples, case.latency_definition))) / US
        return case.messages_per_operation + _of_timers_per_us(case) * lasts_us
    return _of_samples(cases, sent)


def _of_timers_per_us(case) -> float:
    """By a closed form: every rank tells all others once in a period."""
    others, asked = case.ranks - 1, json.loads(case.parameters)
    if case.background_messages == 0:
        return 0.0
    if "period_us" not in asked or asked.get("repair", 0) not in (0, "none") or case.background_messages % others:
        raise Refusal(f"{case.name} has timers whose messages follow no closed form; choose messages or background")
    return case.ranks * others / float(asked["period_us"])


def _rate_of_ranks(campaign: Campaign, cases: pd.DataFrame, argument: str) -> pd.Series:
    """Of so many ranks, cut into groups like this one, which have no rank and no message in common."""
    return cases.operations_per_second * int(argument) / cases.ranks


def _end(name: str) -> Callable:
    def of(campaign: Campaign, cases: pd.DataFrame, argument: str) -> pd.Series:
        ends = end_medians(campaign).set_index([*KEY, "file"])[f"{name}_ns"] / US
        keys = pd.MultiIndex.from_frame(cases[[*KEY, "file"]])
        return pd.Series(ends.reindex(keys).to_numpy(), cases.index)
    return of


def _latency(campaign: Campaign, cases: pd.DataFrame, argument: str) -> pd.Series:
    """The median of all operations, or of those of one kind, such as reads."""
    if not argument:
        return cases.p50_ns / US
    return _of_samples(cases, lambda samples, case: _median(campaign, _of_kind(samples, case, argument)) / US)


def _of_kind(samples, case, kind: str) -> np.ndarray:
    if "kind" not in samples:
        raise Refusal(f"{case.name} has operations of one kind only; leave :{kind} out")
    words = text(samples["kind"].attrs["flag_meanings"]).split()
    if kind not in words:
        raise Refusal(f"{case.name} has no operations of the kind {kind}; it has {', '.join(words)}")
    kinds = read(samples["kind"], schema.OF_OPERATIONS["kind"])
    return case_latencies_ns(samples, case.latency_definition)[kinds == words.index(kind)]


def _age(campaign: Campaign, cases: pd.DataFrame, argument: str) -> pd.Series:
    """Of reads that were stale: how long what they returned had been out of date."""
    def median(samples, case) -> float:
        if "behind_ns" not in samples:
            return np.nan
        versions, behind = (read(samples[name], schema.OF_OPERATIONS[name]) for name in ("versions_behind", "behind_ns"))
        return float(np.median(behind[versions > 0])) / US if (versions > 0).any() else np.nan
    return _of_samples(cases, median)


def _own(campaign: Campaign, cases: pd.DataFrame, argument: str) -> pd.Series:
    """What the kernel measures itself, in its own unit: the median over operations and ranks, without signs."""
    def median(samples, case) -> float:
        if "measured" not in samples.attrs:
            raise Refusal(f"{case.name} measures nothing itself; choose another value than own")
        values = read(samples[text(samples.attrs["measured"])], schema.OUTCOME).ravel()
        known = values[values != schema.NO_OUTCOME]
        return float(np.median(np.abs(known))) if len(known) else np.nan
    return _of_samples(cases, median)


def _own_missed(campaign: Campaign, cases: pd.DataFrame, argument: str) -> pd.Series:
    """Percent of the reads behind an own write that did not show it."""
    def share(samples, case) -> float:
        if "answer_of" not in samples or "proposer" not in samples:
            raise Refusal(f"{case.name} does not tell who read what; choose another value than own_missed_percent")
        stamps = [stamped(read(samples[name], schema.STAMPS[name])) for name in ("start_ns", "end_ns")]
        rank, kind, answer = (read(samples[name], schema.OF_OPERATIONS[name]) for name in ("proposer", "kind", "answer_of"))
        operation = np.arange(len(rank))
        words = text(samples["kind"].attrs["flag_meanings"]).split()
        lost = missed(rank, kind == words.index("read"), *(each[operation, rank] for each in stamps), answer)
        return 100 * float(lost.mean()) if len(lost) else np.nan
    return _of_samples(cases, share)


def _of_samples(cases: pd.DataFrame, compute: Callable) -> pd.Series:
    found = []
    for case in cases.itertuples():
        with opened(case.file) as file:
            found.append(compute(file[f"/samples/{case.name}"], case))
    return pd.Series(found, cases.index, dtype=float)


def _median(campaign: Campaign, samples: np.ndarray) -> float:
    """Simulated time has no noise, so there a few samples are enough."""
    known = samples[~np.isnan(samples)]
    if campaign.simulated:
        return float(np.median(known)) if len(known) else np.nan
    return quantile(known, 0.5)


# A time says nothing where ranks share cores; nor does the background, which timers send as time goes by.
TIMES = {"latency": _latency, "p99": _column("p99_ns", 1 / US), "go_on": _end("go_on"), "everyone": _end("everyone"),
         "rate": _column("operations_per_second"), "rate_of_ranks": _rate_of_ranks, "age": _age, "own": _own,
         "background": _per_operation("background_messages"), "everything_sent": _everything_sent}
COUNTS = {"messages": _column("messages_per_operation"), "bytes": _column("bytes_per_operation"),
          "busiest": _column("busiest_rank_messages_per_operation"), "delays": _column("delays"),
          "applied": _column("applied_per_operation"), "expected_applied": _column("expected_applied_per_operation"),
          "stale_percent": _column("stale_share", 100), "own_missed_percent": _own_missed}
SENT = ("messages", "bytes", "busiest")
WITH_NUMBER, WITH_WORD = ("rate_of_ranks",), ("latency",)


def check_name(value: str) -> str:
    """What is wrong with the name of a value, or nothing."""
    name, colon, argument = value.partition(":")
    if name not in (*TIMES, *COUNTS):
        return f"choose from {', '.join((*TIMES, *COUNTS))}"
    if name in WITH_NUMBER and not (argument.isdigit() and int(argument) > 0):
        return f"write {name}: and a number of ranks behind it"
    if colon and (not argument or name not in (*WITH_NUMBER, *WITH_WORD)):
        return f"leave out what follows {name}"
    return ""


def _is_open(cases: pd.DataFrame) -> pd.Series:
    """Whether timing decides how many messages there are, as it does where compare-and-swap fails."""
    return cases.expected_messages_per_operation != cases.expected_messages_most_per_operation


def is_time(value: str) -> bool:
    return value.partition(":")[0] in TIMES


def values_of(campaign: Campaign, cases: pd.DataFrame, value: str) -> pd.Series:
    """[case], of rows of `Campaign.cases`."""
    name, _, argument = value.partition(":")
    return (TIMES | COUNTS)[name](campaign, cases, argument).astype(float)


def usable(campaign: Campaign, value: str, twins: bool = False) -> pd.DataFrame:
    """The cases that a value may be taken of. Where ranks share cores, a time says nothing, nor does a count of messages that
    timing decides; another count gives way to that of the same case with a core for each rank; but for `twins`, where cases of
    one launch are compared."""
    if is_time(value):
        return campaign.timed[~campaign.timed.oversubscribed]
    cases = campaign.counted
    if value in SENT:
        cases = cases[~(cases.oversubscribed & _is_open(cases))]
    if twins:
        return cases
    firm = set(cases["name"][~cases.oversubscribed])
    return cases[~(cases.oversubscribed & cases["name"].isin(firm))]
