"""claims.md: the claims with their verdicts, the cost sheet, growth, what one participant more costs, and contradictions."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.markdown import table
from analysis.verdicts.decide import Judged, Sides
from analysis.verdicts.declared import Claim
from analysis.verdicts.judge import Verdict
from analysis.verdicts.quantities import QUANTITIES
from analysis.verdicts.trials import tried, wilson

SHOWN = 4  # points of a claim in its row
HEADER = ["claim", "in our words", "claimed", "measured", "verdict", "decided by"]
SHEET = "Cost sheet"
REMARKS = (
    "off by ×K: measured ÷ claimed is K, or lies between the two K. Brackets: 95 % interval over launches; what is counted, "
    "and simulated time, has no noise and no brackets; of delays that timing decides they are the ends of the closed form.",
    "A count decides with more ranks than cores, too; a time does so only where the row says †.",
    "CPU is what ranks occupy, waiting included: results/README.md says what that means.",
    "elsewhere: what the other campaigns that were given say of the same claim.")
BY_TERM = ("a count that follows a formula exactly is judged by its fastest term, whatever its exponent at few ranks is: "
           "2N(N - 1) has one above 2")
OTHER_RULE = ("the text tells one rule's shares; a note on the other rule, and no claim: protocols that wait for a majority "
              "succeed so often")
CROWDED = "†"


def claims_text(judged: list[Judged], contradictions: list[Sides], soak: dict[str, dict] | None, names: list[str],
                remarks: list[str]) -> str:
    parts = [f"# Claims of \"Axiom 5: Cost of Coordination\"\n\nJudged from {', '.join(names) or 'no campaign'}. "
             f"{_tally(judged)}\n"]
    decidable = [each for each in judged if not each.claim.undecidable]
    for section in dict.fromkeys(each.claim.section for each in decidable):
        rows = [_row(each) for each in decidable if each.claim.section == section]
        parts.append(f"## {section}\n\n{table(HEADER, rows)}")
    parts += [_sheet(judged), _probabilities(judged), _liveness(soak or {}), _growths(judged), _contradictions(contradictions)]
    parts.append(_undecidable([each.claim for each in judged if each.claim.undecidable]))
    parts.append("".join(f"- {remark}\n" for remark in [*REMARKS, *remarks]))
    return "\n".join(filter(None, parts))


def _tally(judged: list[Judged]) -> str:
    decidable = [each for each in judged if not each.claim.undecidable]
    decided = [each for each in decidable if each.verdict.decided]
    words = [each.verdict.word for each in decided]
    told = ", ".join(f"{words.count(word)} {said}" for word, said in (("holds", "hold"), ("off", "are off"),
                                                                       ("contradicted", "are contradicted")))
    return (f"Of {len(judged)} claims {len(decidable)} can be decided by measuring, and {len(decided)} of these are decided "
            f"here: {told}.")


def _undecidable(claims: list[Claim]) -> str:
    rows = [[claim.id, claim.section, claim.claim, claim.undecidable] for claim in claims]
    return f"## What no benchmark decides\n\n{table(['claim', 'section', 'in our words', 'why'], rows)}"


def _row(each: Judged) -> list[str]:
    others = "; ".join(f"{name}: {verdict.words}" for name, verdict in each.elsewhere.items())
    decided_by = f"{each.campaign}, {each.case}" if each.campaign else "–"
    return [each.claim.id, each.claim.claim, _prediction(each.claim), _points(each.verdict.points) or "–", _said(each.verdict),
            decided_by + (f"; elsewhere {others}" if others else "")]


def _prediction(claim: Claim) -> str:
    if claim.undecidable:
        return "–"
    unit = QUANTITIES[claim.quantity].words if claim.quantity in QUANTITIES else "share"
    over = f" ÷ that of {claim.over['kernel']}" if claim.over else ""
    return f"{unit}{over}: {claim.prediction}".replace("|", "/")


def _said(verdict: Verdict) -> str:
    interval = ""
    if not any(map(math.isnan, verdict.k_interval)) and verdict.word == "off" \
            and not np.allclose(verdict.k, verdict.k_interval):
        interval = " [{:.3g}, {:.3g}]".format(*verdict.k_interval)
    return f"**{verdict.words}**{interval}: {verdict.told}" if verdict.told else f"**{verdict.words}**"


def _points(found: pd.DataFrame) -> str:
    """A few, the first and the last of them among them; of several kernels those of each."""
    if len(found) == 0:
        return ""
    said = []
    for kernel, part in found.groupby("kernel", sort=False):
        places = np.unique(np.linspace(0, len(part) - 1, SHOWN if found.kernel.nunique() == 1 else 2).round().astype(int))
        points = ", ".join(_point(row) for row in part.iloc[places].itertuples())
        said.append(f"{kernel}: {points}" if found.kernel.nunique() > 1 else points)
    return "; ".join(said)


def _point(row) -> str:
    where = ", ".join(filter(None, [f"N = {row.ranks}" if row.ranks else "", row.network, row.varied]))
    crowded = CROWDED if row.oversubscribed else ""
    return f"{number(row.value, row.low, row.high)} ({where}{crowded})"


def number(value: float, low: float = math.nan, high: float = math.nan) -> str:
    if math.isnan(value):
        return "–"
    if math.isnan(low) or low == high:
        return _digits(value)
    return f"{_digits(value)} [{_digits(low)}, {_digits(high)}]"


def _digits(value: float) -> str:
    if value == round(value) and abs(value) < 1e6:
        return f"{value:.0f}"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _sheet(judged: list[Judged]) -> str:
    """Claimed ratios beside what was measured, one row for each quantity, at every number of ranks that there is."""
    told = [each for each in judged if each.claim.section == SHEET and each.claim.compare != "increasing"
            and len(each.verdict.points) and "predicted" in each.verdict.points]
    if not told:
        return ""
    ranks = sorted({int(n) for each in told for n in each.everywhere.ranks})
    rows = []
    for each in told:
        for network, part in each.everywhere.groupby("network"):
            at = {int(row.ranks): number(row.value, row.low, row.high) for row in part.itertuples()}
            unit = QUANTITIES[each.claim.quantity].words + (f", {network}" if network else "")
            rows.append([", ".join(each.claim.kernels), each.claim.prediction, unit, *(at.get(n, "–") for n in ranks)])
    header = ["kernel", "claimed", "÷ fire_and_forget, by", *(f"N = {n}" for n in ranks)]
    return f"## The cost sheet at every N\n\n{table(header, rows)}"


def _probabilities(judged: list[Judged]) -> str:
    """All succeed, or a majority: simulated, beside the binomial distribution."""
    parts = []
    for each in judged:
        if not each.claim.trials:
            continue
        told = each.claim.trials["rule"]
        for rule in ("all", "majority"):
            claim = replace(each.claim, trials={**each.claim.trials, "rule": rule})
            parts += [[f"{row.ranks}", rule, f"{each.claim.cells[str(row.ranks)]:g}" if rule == told else "–",
                       f"{row.value:.5f} [{row.low:.5f}, {row.high:.5f}]", f"{row.exact:.5f}"]
                      for row in tried(claim).itertuples()]
        break
    header = ["nodes", "who must succeed", "the text", "simulated, 95 % interval (Wilson)", "binomial distribution"]
    return f"## The probability that an operation succeeds\n\n{table(header, parts)}\n- {OTHER_RULE}\n" if parts else ""


def _liveness(soak: dict[str, dict]) -> str:
    """Of protocols under random faults: what ended once everything had healed, and when; simulated time."""
    rows = []
    for name, told in soak.items():
        share = told["ended"] / told["healed"] if told["healed"] else math.nan
        low, high = wilson(share, told["healed"]) if told["healed"] else (math.nan, math.nan)
        rows.append([name, str(told["schedules"]), str(told["healed"]), f"{told['ended']} [{low:.4g}, {high:.4g}]",
                     *(f"{told[each]:g}" if each in told else "–" for each in ("to_end_mean_hops", "to_end_most_hops"))])
    header = ["protocol", "schedules", "with faults that healed", "of these all operations ended [share, 95 % interval]",
              "delays from healing to the end, mean", "most"]
    return f"## Liveness once the network has stabilised\n\n{table(header, rows)}" if rows else ""


def _growths(judged: list[Judged]) -> str:
    rows = []
    for each in judged:
        if each.claim.compare == "grows" and not math.isnan(each.verdict.exponent[3]):
            exponent, low, high, claimed = each.verdict.exponent
            measured = "–" if math.isnan(exponent) else f"{exponent:.2f} [{low:.2f}, {high:.2f}]"
            rows.append([each.claim.id, ", ".join(each.claim.kernels), _prediction(each.claim), f"{claimed:.2f}", measured,
                         each.verdict.words])
    header = ["claim", "kernel", "claimed", "its exponent at these N", "measured exponent", "verdict"]
    return f"## Growth\n\n{table(header, rows)}\n- {BY_TERM}\n" if rows else ""


def _contradictions(contradictions: list[Sides]) -> str:
    rows = []
    for sides in contradictions:
        for place, each in enumerate(sides.sides):
            measured = f"{_points(each.verdict.points)} ({each.campaign})" if len(each.verdict.points) else "–"
            rows.append([sides.title if place == 0 else "", each.claim.id, _prediction(each.claim), measured,
                         _said(each.verdict)])
    header = ["where the text contradicts itself", "claim", "claimed", "measured", "verdict"]
    return f"## Contradictions\n\n{table(header, rows)}" if rows else ""
