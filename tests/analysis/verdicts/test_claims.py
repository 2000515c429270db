"""`analysis/claims` as a user runs it: what it writes, what it cannot decide, and what it refuses."""

import json

import numpy as np
import pandas as pd
import pytest
from analysis.verdicts.declared import read_claims
from analysis.verdicts.report import CLAIMS
from conftest import ROOT, assert_refused, run
from synthetic import Case, write_launch

FILE = """
[A1]
section = "First"
claim = "Two-phase commit sends 3N messages"
kernels = ["two_phase_commit"]
quantity = "messages"
predicts = "3*N"

[A2]
section = "First"
claim = "It sends O(N) messages"
kernels = ["two_phase_commit"]
quantity = "messages"
predicts = "N"
compare = "grows"

[A3]
section = "Second"
claim = "A vote takes 5 round trips"
kernels = ["vote"]
quantity = "ping_pongs"
predicts = "5"

[A4]
section = "Second"
claim = "It costs hours of debugging"
undecidable = "no benchmark measures people"

[[contradiction]]
title = "Messages of two-phase commit"
claims = ["A1", "A2"]
"""


@pytest.fixture
def file(tmp_path):
    (tmp_path / "claims.toml").write_text(FILE)
    return tmp_path / "claims.toml"


@pytest.fixture
def folder(tmp_path):
    """One launch, which decides what is counted."""
    return campaign(tmp_path / "campaign", 1)


@pytest.fixture
def six(tmp_path):
    return campaign(tmp_path / "campaign", 6)


def campaign(folder, launches):
    """ping_pong takes 1000 ns, a vote of two ranks 2000 + launch; two-phase commit sends 4(N - 1)."""
    for launch in range(1, launches + 1):
        cases = [Case("ping_pong", np.full(8, 1000), 2), Case("vote", np.full(8, 2000 + launch), 2, family="protocol")]
        cases += [Case("two_phase_commit", np.full(8, 5000), ranks, family="protocol", messages=4 * (ranks - 1),
                       expected_messages=4 * (ranks - 1)) for ranks in (2, 4, 6, 8)]
        write_launch(folder / f"launch-{launch:03}.h5", cases, launch, cores=8)
    return folder


def judged(file, *arguments):
    done = run("claims", *arguments, "--claims", file)
    out = arguments[arguments.index("--out") + 1] if "--out" in arguments else arguments[0]
    return done, pd.read_csv(out / "claims.csv").set_index("id"), (out / "claims.md").read_text()


def test_a_row_has_claim_prediction_measurement_verdict_and_case(file, six):
    done, rows, text = judged(file, six, "--no-figures")
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.startswith("3 of 3 claims that can be decided are decided")
    a1, a2, a3 = (rows.loc[name] for name in ("A1", "A2", "A3"))
    assert a1.verdict == "off by ×0.667 to ×1.17"  # 4 of 6, and 28 of 24; 12 of 12 in between
    assert a1.told == "more or fewer than claimed at N = 2, 6, 8; holds at N = 4"
    assert (a1.k_least, a1.k_most, a1.campaign) == (pytest.approx(4 / 6), pytest.approx(28 / 24), "campaign")
    assert a1.case == "two_phase_commit/n8/b8/mpi/round-time"
    assert (a2.verdict, a2.told) == ("holds", "two_phase_commit grows as N, exactly, N = 2, 4, 6, 8")
    assert a3.verdict == "off by ×0.401" and a3.measured == pytest.approx(2.0035)
    assert a3.k_least == pytest.approx(2.0035 / 5) and a3.k_low < a3.k_least < a3.k_high
    points = "4 (N = 2), 12 (N = 4), 20 (N = 6), 28 (N = 8)"
    assert f"| A1 | Two-phase commit sends 3N messages | messages: 3*N | {points} |" in text
    assert "| A4 | Second | It costs hours of debugging | no benchmark measures people |" in text


def test_each_side_of_a_contradiction_has_the_verdict_that_its_own_row_has(file, folder):
    file.write_text(FILE.replace('predicts = "N"', 'predicts = "N"\nwhere = { clients = 1 }'))
    text = judged(file, folder, "--no-figures")[2].split("## Contradictions")[1]
    assert "| Messages of two-phase commit | A1 | messages: 3*N | 4 (N = 2)" in text
    assert "|  | A2 | messages: grows as N | – | **cannot be decided**: no campaign has a case of" in text


def test_too_few_launches_leave_a_time_undecided_and_a_count_decided(file, folder):
    rows = judged(file, folder, "--no-figures")[1]
    assert rows.verdict["A1"].startswith("off by") and rows.verdict["A3"] == "cannot be decided"
    assert "too few launches for an interval" in rows.told["A3"]


def test_times_of_more_ranks_than_cores_decide_nothing(file, folder):
    for launch in range(1, 7):  # of which the first takes the place of another
        cases = [Case("vote", np.full(8, 5000), 2, family="protocol"), Case("ping_pong", np.full(8, 1000), 2)]
        write_launch(folder / f"launch-{launch:03}.h5", cases, launch, oversubscribed=True)
    five = '[A5]\nsection = "First"\nclaim = "Five"\nkernels = ["vote"]\nquantity = "latency"\npredicts = "5000"\n'
    file.write_text(FILE + five)
    assert judged(file, folder, "--no-figures")[1].verdict["A5"] == "cannot be decided"
    file.write_text(file.read_text().replace('predicts = "5000"', 'predicts = "5000"\nwhere = { crowded = true }'))
    assert judged(file, folder, "--no-figures")[1].verdict["A5"] == "holds"


def test_a_kernel_that_is_missing_costs_its_row_alone(file, folder):
    file.write_text(FILE.replace('"vote"', '"poll"'))
    done, rows, _ = judged(file, folder, "--no-figures")
    assert done.returncode == 0 and rows.verdict["A2"] == "holds" and rows.verdict["A3"] == "cannot be decided"
    assert rows.told["A3"] == ("no campaign has a case of poll; measure it with `mpirun -n 8 "
                               "build/coordbench run --ranks all --kernels poll --bytes 8`")


def test_only_parameters_that_a_claim_names_may_differ_from_the_defaults(file, folder):
    cases = [Case("poll", np.full(8, 1000), ranks, parameters={"thrifty": 1}, messages=3 * ranks) for ranks in (2, 4)]
    write_launch(folder / "launch-001.h5", cases)
    poll = FILE.replace('kernels = ["two_phase_commit"]', 'kernels = ["poll"]', 1)
    file.write_text(poll)
    assert judged(file, folder, "--no-figures")[1].verdict["A1"] == "cannot be decided"
    file.write_text(poll.replace('predicts = "3*N"', 'predicts = "3*N"\nwhere = { parameters = { thrifty = 1 } }'))
    assert judged(file, folder, "--no-figures")[1].verdict["A1"] == "holds"


def test_growth_needs_four_numbers_of_ranks(file, folder):
    file.write_text(FILE.replace('predicts = "N"', 'predicts = "N"\nwhere = { ranks = [2, 4, 6] }'))
    told = judged(file, folder, "--no-figures")[1].told["A2"]
    assert told.startswith("two_phase_commit was measured at 3 numbers of ranks, and growth needs 4; measure more with")


def test_an_empty_campaign_is_told_and_the_others_are_judged(file, folder, tmp_path):
    (tmp_path / "empty").mkdir()
    done, rows, _ = judged(file, folder, tmp_path / "empty", "--no-figures", "--out", tmp_path / "out")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1 and "empty" in done.stderr
    assert rows.verdict["A2"] == "holds"
    assert_refused(run("claims", tmp_path / "empty", "--claims", file))


def test_measured_is_preferred_to_simulated_and_the_other_is_named(file, folder, tmp_path):
    cases = [Case("two_phase_commit", np.full(8, 5000), ranks, messages=3 * ranks, expected_messages=3 * ranks)
             for ranks in (2, 4, 8, 16, 32)]
    write_launch(tmp_path / "simulated/launch-001.h5", cases, source="simulated")
    rows = judged(file, tmp_path / "simulated", folder, "--no-figures", "--out", tmp_path / "out")[1]
    assert rows.campaign["A1"] == "campaign" and rows.elsewhere["A1"] == "simulated: holds"


def test_the_cost_sheet_has_every_number_of_ranks_that_was_counted(tmp_path):
    for name, ranks, source in (("measured", (2, 4), "measured"), ("simulated", (4, 64), "simulated")):
        cases = [Case("fire_and_forget", np.full(8, 1000), n) for n in ranks]
        cases += [Case("two_phase_commit", np.full(8, 5000), n, messages=4 * (n - 1)) for n in ranks]
        write_launch(tmp_path / name / "launch-001.h5", cases, source=source, cores=64)
    run("claims", tmp_path / "measured", tmp_path / "simulated", "--out", tmp_path / "out", "--no-figures")
    sheet = (tmp_path / "out/claims.md").read_text().split("## The cost sheet at every N")[1]
    assert "| two_phase_commit | 20 | messages | 4 | 12 | 252 |" in sheet
    assert "| two_phase_commit | 20 | latency in ns | – | 5 | 5 |" in sheet  # measured by too few launches


def test_figures_show_what_was_judged(folder, tmp_path):
    faf = [Case("fire_and_forget", np.full(8, 1000), ranks) for ranks in (2, 4, 6, 8)]
    tpc = [Case("two_phase_commit", np.full(8, 5000), ranks, messages=4 * (ranks - 1)) for ranks in (2, 4, 6, 8)]
    write_launch(tmp_path / "sheet/launch-001.h5", faf + tpc, cores=8)
    assert run("claims", tmp_path / "sheet").returncode == 0
    sheet = pd.read_csv(tmp_path / "sheet/figures/cost_sheet.csv")
    assert sheet[sheet.quantity == "messages"].set_index("ranks").value.to_dict() == {2: 4, 4: 12, 6: 20, 8: 28}
    more = pd.read_csv(tmp_path / "sheet/figures/marginal_cost.csv").set_index(["kernel", "ranks"]).messages_more
    assert more.to_dict() == {("two_phase_commit", 4): 4, ("two_phase_commit", 6): 4, ("two_phase_commit", 8): 4}
    growth = pd.read_csv(tmp_path / "sheet/figures/growth_exponents.csv").set_index("claim")
    assert growth.claimed["C56"] == 1 and growth.verdict["C56"] == "holds"
    assert not (tmp_path / "sheet/figures/triangle.png").exists()
    assert "no figure triangle" in (tmp_path / "sheet/claims.md").read_text()


@pytest.mark.parametrize("given, wanted, words", [
    ('quantity = "ping_pongs"', 'quantity = "furlongs"', "A3 has quantity = 'furlongs'; write one of messages"),
    ('kernels = ["vote"]', 'kernals = ["vote"]', "A3 has the unknown key 'kernals'; known are"),
    ('predicts = "5"', 'predicts = "5 +"', "'5 +' is no formula"),
    ('predicts = "5"', 'predicts = "5"\nwhere = { rank = 2 }', "A3.where has the unknown key 'rank'"),
    ('predicts = "5"', 'compare = "equals"\npredicts = "5"', "A3 has compare = 'equals'; write one of equal"),
    ('predicts = "N"', 'predicts = "N!"', "A2 grows as 'N!'; write one of 1, log N, N"),
    ('kernels = ["vote"]', "", "must name either kernels, trials, soak or why it is undecidable"),
    ('predicts = "5"', 'predicts = "5"\nfactor = 0.5', "A3 has factor = 0.5; write 1 or more"),
    ('claims = ["A1", "A2"]', 'claims = ["A1", "A9"]', "names the claim 'A9', which there is not"),
    ('claim = "A vote takes 5 round trips"', "", "A3 has no claim; every claim needs one"),
    ("[A4]", "[A4", "is no TOML"),
    ('predicts = "5"', "predicts = 5", "A3 has predicts = 5; write a text, for between a list of two"),
    ('predicts = "5"', 'predicts = "5"\nwhere = 5', "A3 has where = 5; write a table"),
    ('predicts = "5"', 'predicts = "5"\nwhere = { parameters = 5 }', "A3.where has parameters = 5; write a table"),
    ('predicts = "5"', 'predicts = "5"\nwhere = { parameters = { a = [] } }', "A3.where has parameters = {'a': []}; write"),
    ('predicts = "5"', 'predicts = "5"\nwhere = { ranks = "x" }', "A3.where has ranks = 'x'; write a whole number above 0"),
    ('predicts = "5"', 'predicts = "5"\nfactor = "2"', "A3 has factor = '2'; write a number"),
    ('predicts = "5"', 'predicts = "5"\nrounded = "2"', "A3 has rounded = '2'; write a number"),
    ('predicts = "5"', 'predicts = "5"\nover = 3', "A3 has over = 3; write a table"),
    ('predicts = "5"', 'predicts = "5"\nover = { where = { ranks = 2 } }', "A3.over has no kernel; write a text"),
    ('predicts = "5"', 'cells = { two = "a" }', "A3 has cells = {'two': 'a'}; write a table from numbers of ranks"),
    ('kernels = ["vote"]', 'kernels = "vote"', "A3 has kernels = 'vote'; write a list of texts"),
    ('kernels = ["vote"]', 'soak = "raft"', "A3 has soak = 'raft'; write a list of texts"),
    ('kernels = ["vote"]', 'trials = { rule = "all" }', "A3.trials has no succeed; write a share from 0 to 1"),
    ('kernels = ["vote"]', 'trials = { succeed = "x", rule = "all" }', "A3.trials has succeed = 'x'; write a share"),
    ('kernels = ["vote"]', 'trials = { succeed = 1, rule = "all", count = 0 }', "A3.trials has count = 0; write a whole"),
    ('kernels = ["vote"]', 'trials = { succeed = 1, rule = "all" }', "A3 has trials and no cells"),
    ('quantity = "ping_pongs"', 'quantity = [["messages"]]', "A3 has quantity = [['messages']]; write a text, or a list"),
    ('quantity = "ping_pongs"', "quantity = []", "A3 has quantity = []; write a text, or a list of them"),
    (FILE, "contradiction = 5", "contradiction = 5 is no list of tables"),
])
def test_a_file_of_claims_that_cannot_be_is_refused(file, folder, given, wanted, words):
    file.write_text(FILE.replace(given, wanted))
    assert_refused(run("claims", folder, "--claims", file), words)


def test_a_formula_of_unknown_names_costs_its_row_alone(file, folder):
    file.write_text(FILE.replace('predicts = "3*N"', 'predicts = "3*M"'))
    rows = judged(file, folder, "--no-figures")[1]
    assert rows.verdict["A1"] == "cannot be decided" and "it does not know M" in rows.told["A1"]
    assert rows.verdict["A2"] == "holds"


def test_the_soak_decides_what_only_faults_do(file, folder, tmp_path):
    text = FILE + '[A5]\nsection = "Faults"\nclaim = "Nothing ends"\nsoak = ["raft"]\nquantity = "ended"\npredicts = "0"\n'
    file.write_text(text)
    assert "run `build/coordbench-soak raft --json soak.json`" in judged(file, folder, "--no-figures")[1].told["A5"]
    told = {"protocol": "raft", "schedules": 100, "healed": 80, "ended": 80, "to_end_mean_hops": 12, "to_end_most_hops": 99}
    (tmp_path / "soak.json").write_text(json.dumps(told) + "\n")
    _, rows, told = judged(file, folder, "--no-figures", "--soak", tmp_path / "soak.json")
    assert "| raft | 100 | 80 | 80 [0.9542, 1] | 12 | 99 |" in told
    assert rows.verdict["A5"] == "off by ×∞" and rows.measured["A5"] == 1 and rows.case["A5"] == "80 schedules with faults"
    (tmp_path / "soak.json").write_text("{}")
    assert_refused(run("claims", folder, "--claims", file, "--soak", tmp_path / "soak.json"), "is not what `coordbench-soak")


def test_published_campaigns_decide_every_claim_that_can_be_decided():
    """results/claims is up to date with the claims; jobs/bounds verdicts-a judges them anew."""
    claims, _ = read_claims(CLAIMS)
    rows = pd.read_csv(ROOT / "results/claims/claims.csv").set_index("id")
    assert list(rows.index) == [claim.id for claim in claims]
    assert rows.claim.to_list() == [claim.claim for claim in claims]
    assert rows.prediction.fillna("").to_list() == [claim.prediction for claim in claims]
    decidable = [claim.id for claim in claims if not claim.undecidable]
    open_ = rows.index[rows.verdict == "cannot be decided"]
    assert set(rows.index) - set(decidable) <= set(open_)
    assert not set(open_) & set(decidable)
