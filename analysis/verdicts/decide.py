"""Of each claim the verdict of the campaign that decides it best: decided before undecided, measured before simulated, then
the one with the most launches, then with the most numbers of ranks."""

from dataclasses import dataclass, replace

import pandas as pd

from analysis.load import Campaign
from analysis.refusal import Refusal
from analysis.verdicts.command import command
from analysis.verdicts.declared import Claim, Contradiction
from analysis.verdicts.judge import Verdict, judge, undecided
from analysis.verdicts.observed import chosen, over_where, points
from analysis.verdicts.quantities import QUANTITIES, table
from analysis.verdicts.soaked import soaked
from analysis.verdicts.trials import tried
from analysis.verdicts.triangle import triangle

SAME_EVERYWHERE = ("messages", "delays", "round_trips")


@dataclass(frozen=True, eq=False)
class Judged:
    """`campaign`: whose case decides, or what else does; `elsewhere`: by name, what other campaigns say."""

    claim: Claim
    verdict: Verdict
    campaign: str
    case: str
    elsewhere: dict[str, Verdict]

    @property
    def everywhere(self) -> pd.DataFrame:
        """The points with those that other campaigns counted at other numbers of ranks. Messages and delays are the same
        wherever they are counted; times and bytes of several campaigns are never put together."""
        found = {self.campaign: self.verdict, **(self.elsewhere if self.claim.quantity in SAME_EVERYWHERE else {})}
        parts = [verdict.points.assign(campaign=name) for name, verdict in found.items() if len(verdict.points)]
        if not parts:
            return self.verdict.points
        once = pd.concat(parts, ignore_index=True).drop_duplicates(["kernel", "ranks", "network", "varied"])
        return once.sort_values(["kernel", "ranks"], ignore_index=True)


def decide(claims: list[Claim], campaigns: list[Campaign], soak: dict[str, dict] | None) -> list[Judged]:
    """Campaign by campaign, since each keeps what it has read for the next claim only as long as no other is asked."""
    told: list[list[tuple[Campaign, Verdict]]] = [[] for _ in claims]
    for campaign in campaigns:
        for place, claim in enumerate(claims):
            if claim.kernels:
                told[place].append((campaign, _of_campaign(claim, campaign)))
    return [_judged(claim, each, soak) for claim, each in zip(claims, told)]


def _of_campaign(claim: Claim, campaign: Campaign) -> Verdict:
    try:
        found = triangle(campaign, claim) if claim.compare == "none_best" else points(campaign, claim)
        absent = [kernel for kernel in claim.kernels if kernel not in set(found.kernel)]
        if len(found) == 0 or (absent and claim.compare not in ("none_best", "increasing")):
            return undecided(f"{_lacking(claim, campaign)}; measure it with `{command(claim)}`", found)
        return _with_command(claim, judge(claim, found))
    except Refusal as refusal:
        return undecided(str(refusal))


def _with_command(claim: Claim, verdict: Verdict) -> Verdict:
    return verdict if verdict.decided else replace(verdict, told=f"{verdict.told}; measure more with `{command(claim)}`")


def _judged(claim: Claim, told: list[tuple[Campaign, Verdict]], soak: dict[str, dict] | None) -> Judged:
    if claim.undecidable:
        return Judged(claim, undecided(claim.undecidable), "", "", {})
    if claim.trials:
        verdict = judge(claim, tried(claim))
        return Judged(claim, verdict, "simulated trials", verdict.points.case.iloc[0], {})
    if claim.soak:
        return _of_soak(claim, soak)
    if not told:
        return Judged(claim, undecided(f"no campaign could be read; measure one with `{command(claim)}`"), "", "", {})
    best = max(range(len(told)), key=lambda place: _worth(*told[place]))
    campaign, verdict = told[best]
    others = {other.name: each for place, (other, each) in enumerate(told) if place != best and each.decided}
    case = "" if verdict.points.empty else str(verdict.points.case.iloc[-1])
    return Judged(claim, verdict, campaign.name if case else "", case, others)


def _of_soak(claim: Claim, soak: dict[str, dict] | None) -> Judged:
    how = "; ".join(f"build/coordbench-soak {protocol} --json soak.json" for protocol in claim.soak)
    if soak is None:
        reason = f"only schedules with faults decide it; run `{how}` and name the file by --soak"
        return Judged(claim, undecided(reason), "", "", {})
    found = soaked(claim, soak)
    absent = [protocol for protocol in claim.soak if found.empty or protocol not in set(found.kernel)]
    if absent:
        return Judged(claim, undecided(f"the soak tells nothing of {', '.join(absent)}; run `{how}`"), "", "", {})
    verdict = judge(claim, found)
    return Judged(claim, verdict, "soak", verdict.points.case.iloc[-1], {})


def _worth(campaign: Campaign, verdict: Verdict) -> tuple:
    found = verdict.points
    if found.empty:
        return (False, False, 0, 0)
    return (verdict.decided, not campaign.simulated, float(found.launches.median()), len(found))


@dataclass(frozen=True, eq=False)
class Sides:
    """The sides of a contradiction, each with the verdict that it has everywhere else, on the cases that it asks for."""

    title: str
    sides: list[Judged]


def contradictions_of(told: list[Contradiction], judged: list[Judged]) -> list[Sides]:
    by_id = {each.claim.id: each for each in judged}
    return [Sides(each.title, [by_id[name] for name in each.claims]) for each in told]


def _lacking(claim: Claim, campaign: Campaign) -> str:
    """Which case there is not, what it is divided by among them, and why one that there is does not do."""
    every = table(campaign, QUANTITIES[claim.quantity])
    sides = [(kernel, claim.where) for kernel in claim.kernels]
    if claim.over:
        sides.append((claim.over["kernel"], over_where(claim)))
    absent = [(kernel, where) for kernel, where in sides if chosen(every, kernel, where, claim.quantity).empty]
    crowded = [kernel for kernel, where in absent if not where.get("crowded")
               and not chosen(every, kernel, {**where, "crowded": True}, claim.quantity).empty]
    if crowded and len(crowded) == len(absent):
        return f"{' and '.join(crowded)} was timed with more ranks than cores alone, which decides nothing"
    if absent:
        said = dict.fromkeys(f"{kernel}{_wanted(where)}" for kernel, where in absent)
        return f"no campaign has a case of {' or '.join(said)}"
    if claim.over:
        return f"{' and '.join(claim.kernels)} and {claim.over['kernel']} were measured at no number of ranks in common"
    return f"no launch tells the {QUANTITIES[claim.quantity].words} of {' or '.join(claim.kernels)}"


def _wanted(where: dict) -> str:
    """What a case has to be like, in words."""
    said = [f"{name} {value if not isinstance(value, dict) else _parameters(value)}" for name, value in where.items()
            if name != "crowded"]
    return f" with {', '.join(said)}" if said else ""


def _parameters(wanted: dict) -> str:
    return " ".join(f"{name} = {value}" for name, value in wanted.items())


def rows(judged: list[Judged]) -> pd.DataFrame:
    """The rows of claims.csv."""
    return pd.DataFrame([_row(each) for each in judged])


def _row(each: Judged) -> dict:
    verdict, found = each.verdict, each.verdict.points
    last = found.iloc[-1] if len(found) else None
    return {"id": each.claim.id, "section": each.claim.section, "claim": each.claim.claim, "quantity": each.claim.quantity,
            "prediction": each.claim.prediction, "verdict": verdict.words, "told": verdict.told,
            "k_least": verdict.k[0], "k_most": verdict.k[1], "k_low": verdict.k_interval[0], "k_high": verdict.k_interval[1],
            "exponent": verdict.exponent[0], "exponent_low": verdict.exponent[1], "exponent_high": verdict.exponent[2],
            "exponent_claimed": verdict.exponent[3],
            "ranks": " ".join(map(str, sorted(found.ranks.unique()))) if len(found) else "",
            "measured": last.value if last is not None else float("nan"),
            "measured_low": last.low if last is not None else float("nan"),
            "measured_high": last.high if last is not None else float("nan"),
            "campaign": each.campaign, "case": each.case,
            "elsewhere": "; ".join(f"{name}: {other.words}" for name, other in each.elsewhere.items())}
