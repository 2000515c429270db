"""Every verdict is computed: it is `holds` where what the claim says holds, and another one where the opposite does."""

from dataclasses import replace

import made_up
import pytest
from analysis.verdicts.decide import decide
from analysis.verdicts.declared import Claim, read_claims
from analysis.verdicts.judge import CONTRADICTED, HOLDS, OFF
from analysis.verdicts.report import CLAIMS

EVERY, CONTRADICTIONS = read_claims(CLAIMS)
DECIDABLE = {claim.id: claim for claim in EVERY if not claim.undecidable}
OF_CAMPAIGNS = [name for name, claim in DECIDABLE.items() if claim.kernels]
OF_TRIALS = [name for name, claim in DECIDABLE.items() if claim.trials]


def verdict(claim, opposite, folder):
    (judged,) = decide([claim], [made_up.campaign(claim, opposite, folder)], None)
    return judged.verdict


@pytest.mark.parametrize("name", OF_CAMPAIGNS)
def test_a_verdict_turns_with_the_campaign(name, tmp_path):
    claim = DECIDABLE[name]
    (tmp_path / "opposite").mkdir()
    agrees, differs = verdict(claim, False, tmp_path), verdict(claim, True, tmp_path / "opposite")
    assert agrees.word == HOLDS, agrees.told
    assert differs.word in (OFF, CONTRADICTED), differs.told


@pytest.mark.parametrize("name", OF_TRIALS)
def test_a_verdict_turns_with_the_trials(name):
    claim = replace(DECIDABLE[name], trials={**DECIDABLE[name].trials, "count": 20_000})
    opposite = replace(claim, trials={**claim.trials, "succeed": 0.9})
    (agrees,), (differs,) = (decide([each], [], None) for each in (claim, opposite))
    assert agrees.verdict.word == HOLDS and differs.verdict.word == OFF


def test_a_verdict_turns_with_the_soak():
    claim = Claim("T", soak=("raft_replication", "pbft"), quantity="ended", predicts="0")
    told = {each: {"protocol": each, "schedules": 100, "healed": 80, "ended": 80} for each in claim.soak}
    none = {each: {**counts, "ended": 0} for each, counts in told.items()}
    words = {decide([claim], [], soak)[0].verdict.word for soak in (told, none)}
    assert words == {HOLDS, OFF}


def test_every_decidable_claim_is_turned():
    assert len(OF_CAMPAIGNS) + len(OF_TRIALS) == len(DECIDABLE)
    assert all(name in {claim.id for claim in EVERY} for each in CONTRADICTIONS for name in each.claims)
