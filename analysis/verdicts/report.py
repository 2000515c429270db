"""What analysis/claims writes: claims.md, claims.csv, claims_points.csv and figures."""

from pathlib import Path

import pandas as pd

from analysis.load import Campaign, load
from analysis.refusal import BAD_INPUT, Refusal
from analysis.streams import say
from analysis.verdicts.decide import Judged, contradictions_of, decide, rows
from analysis.verdicts.declared import read_claims
from analysis.verdicts.figures import draw_all
from analysis.verdicts.soaked import read_soak
from analysis.verdicts.tables import claims_text

CLAIMS = Path(__file__).resolve().parents[1] / "claims.toml"
POINTS = ["kernel", "ranks", "network", "varied", "payload_bytes", "case", "value", "low", "high", "launches",
          "oversubscribed", "predicted", "k", "k_low", "k_high", "word"]


def write(folders: list[Path], out: Path, file: Path, soak: Path | None, with_figures: bool) -> int:
    """The exit status: 2 if a campaign could not be read; the claims are judged by the others."""
    claims, contradictions = read_claims(file)
    told = read_soak(soak) if soak else None
    campaigns, refused = readable(folders)
    if not campaigns:
        raise Refusal(refused[0])
    judged = decide(claims, campaigns, told)
    out.mkdir(parents=True, exist_ok=True)
    rows(judged).to_csv(out / "claims.csv", index=False, float_format="%.9g")
    points_of(judged).to_csv(out / "claims_points.csv", index=False, float_format="%.9g")
    empty = draw_all(judged, campaigns, out / "figures") if with_figures else []
    names = [campaign.name for campaign in campaigns]
    sides = contradictions_of(contradictions, judged)
    (out / "claims.md").write_text(claims_text(judged, sides, told, names, empty), encoding="utf-8")
    decidable = [each for each in judged if not each.claim.undecidable]
    decided = sum(each.verdict.decided for each in decidable)
    print(f"{decided} of {len(decidable)} claims that can be decided are decided: claims.md, claims.csv and figures/ are in "
          f"{out}")
    for reason in refused:
        say(f"claims: {reason}")
    return BAD_INPUT if refused else 0


def readable(folders: list[Path]) -> tuple[list[Campaign], list[str]]:
    """The campaigns, and one sentence for each folder that is none."""
    campaigns, refused = [], []
    for folder in folders:
        try:
            campaigns.append(load(folder))
        except Refusal as refusal:
            refused.append(str(refusal))
    return campaigns, refused


def points_of(judged: list[Judged]) -> pd.DataFrame:
    """A row for each point of a claim."""
    parts = [each.verdict.points.reindex(columns=POINTS).assign(id=each.claim.id, campaign=each.campaign)
             for each in judged if len(each.verdict.points)]
    return pd.concat(parts)[["id", "campaign", *POINTS]] if parts else pd.DataFrame(columns=["id", "campaign", *POINTS])
