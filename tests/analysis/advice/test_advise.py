"""`analysis/advise`: questions, answers that are none, the price of the next rung, and the checklist."""

import io
import sys
from unittest.mock import patch

import numpy as np
import pytest
from conftest import assert_refused, run
from synthetic import Case, Mark, write_launch

SPREAD = np.arange(-200, 201)
CONSENSUS = ["eliminate=no", "failure=agree", "who=majority", "scale=4", "byzantine=no", "object=order"]


def protocol(kernel: str, ranks: int, messages: int, took: int, level: int, count: int = 401, **more) -> Case:
    return Case(kernel, took + np.resize(SPREAD, count), ranks, 8, "proposer", "protocol", messages=messages, level=level,
                expected_messages=messages, bytes_each=20 * messages, **more)


def write(folder, launches: int):
    """At four ranks Raft commits after 1000 ns + its launch's share, two-phase commit decides in three times as long; elections
    take 5 µs; Multi-Paxos was counted at 2, 3 and 5 ranks only."""
    for launch in range(1, launches + 1):
        slow = 100 * launch
        cases = [protocol("raft_replication", 4, 6, 4000, 4, marks=(Mark("committed", 1000 + slow),)),
                 protocol("two_phase_commit", 4, 12, 9000, 5, marks=(Mark("decided", 3000 + 3 * slow),)),
                 protocol("leader_election", 4, 12, 5000, 2),
                 *(protocol("multi_paxos", ranks, 2 * (ranks - 1), 4000, 4, count=41) for ranks in (2, 3, 5))]
        write_launch(folder / f"launch-{launch:03}.h5", cases, launch, cores=8)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write(tmp_path_factory.mktemp("lan"), 1)


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> str:
    """What is printed of six launches, for two regions."""
    done = advise(write(tmp_path_factory.mktemp("six"), 6), CONSENSUS, "--regions", 2)
    assert done.returncode == 0 and done.stderr == ""
    return done.stdout


def advise(folder, answers, *more, typed: str = ""):
    """With what is typed as the standard input."""
    given = [word for answer in answers for word in ("--answer", answer)]
    with patch.object(sys, "stdin", io.StringIO(typed)):
        return run("advise", folder, *given, *more)


@pytest.mark.parametrize("scale, nodes", [("few", 4), ("tens", 30)])
def test_of_a_band_the_numbers_that_were_measured_are_taken(folder, scale, nodes):
    """Raft was timed at 4; between 10 and 100 nothing was, and 30 are typical."""
    answers = [*(answer for answer in CONSENSUS if not answer.startswith("scale")), f"scale={scale}"]
    assert f"for {nodes} nodes and" in advise(folder, answers).stdout


def test_flags_lead_to_a_rung_and_what_the_next_one_costs(told):
    """Raft: 6 messages of 20 B and 66 B, so 516 B; two-phase commit twice that. Forced writes: 4 and 7, at 0.625 a million. Of
    the pairs of four nodes in two regions two thirds lie in both: 0.344 and 0.688 GB at 0.02."""
    assert "**Recommended: L4, consensus.** Compare `raft_replication` with `multi_paxos`." in told
    assert "for 4 nodes and 1,000,000 operations a month" in told
    assert "**One rung higher** is L5, transactions:" in told
    assert "| until the user may go on, 8 B | 1.35 [1.14, 1.56] µs | 4.05 [3.41, 4.69] µs | 3.00 [3.00, 3.00] |" in told
    assert "| messages an operation | 6 | 12 | 2.00 |\n| bytes on the wire an operation | 516 | 1032 | 2.00 |" in told
    assert "| traffic a month | $0.01 | $0.01 | 2.00 |" in told
    assert "| dollars a month | $2.51 | $4.39 | 1.75 [1.75, 1.75] |" in told


def test_the_checklist_is_filled_from_the_campaign(told):
    """p50 of 401 samples around 4,000 ns, p99 the 397th of them; amplification 6 messages ÷ 3 receivers."""
    assert "| p50 of the whole operation, 8 B | 4.00 [4.00, 4.00] µs | unknown |" in told
    assert "| p99 of the whole operation, 8 B | 4.20 [4.20, 4.20] µs | unknown |" in told
    assert "| message amplification | 2.00 | 2.00 |" in told  # of Multi-Paxos by its closed form
    assert "| traffic between regions a month | 0.344 GB, $0.01 | 0.344 GB, $0.01 |" in told
    assert "| recovery from a failure | a time-out and 5.00 [5.00, 5.00] µs (leader_election) |" in told


def test_what_is_unknown_is_named_with_the_command_that_measures_it(folder, told):
    assert ("- p50 and p99 of multi_paxos at N = 4: not measured there with a core for each rank; measure with `mpirun -n 4 "
            "build/coordbench run --kernels ping_pong,multi_paxos --ranks 4 --bytes 8 --out /") in told
    assert "- recovery: campaigns inject no crash; `jobs/bounds seam-e` tells the time from a start" in told
    absent = advise(folder, ["eliminate=no", "failure=agree", "who=all", "scale=4", "byzantine=yes"])
    assert absent.stdout.count("| unknown | unknown |") == 5 and "there is none above L6" in absent.stdout
    assert ("- pbft: lan0 has no pbft; measure it with `mpirun --oversubscribe -n 4 build/coordbench run --kernels pbft "
            f"--ranks 4 --bytes 8 --operations 40 --out {folder}`") in absent.stdout


def test_too_few_samples_for_a_percentile_are_said_and_simulated_launches_are_simulated_again(tmp_path):
    cases = [protocol("raft_replication", 4, 6, 4000, 4, count=100)]
    write_launch(tmp_path / "launch-001.h5", cases, source="simulated")
    done = advise(tmp_path, CONSENSUS)
    assert ("| p50 of the whole operation, 8 B | 3.85 µs | unknown |\n"
            "| p99 of the whole operation, 8 B | unknown | unknown |") in done.stdout
    assert ("- p99 of raft_replication at N = 4: no launch has the 368 samples that it takes; measure with `jobs/simulate "
            f"--ranks 4 --platform one_switch --kernels raft_replication --bytes 8 --operations 400 --out {tmp_path}`"
            ) in done.stdout
    assert "| until the user may go on, 8 B | 3.85 µs | – | – |" in done.stdout


def test_questions_are_asked_and_an_answer_that_is_none_is_asked_again(folder):
    done = advise(folder, ["eliminate=no"], typed="maybe\n9\n3\nmajority\n4\nno\norder\n")
    assert done.returncode == 0 and "**Recommended: L4, consensus.**" in done.stdout
    assert "What may a failure do?\n  1  lose: " in done.stderr
    assert "How many nodes take part?\n  few: fewer than 10" in done.stderr
    again = "'maybe' is no answer; accepted are lose, preserve, agree; write one of these, or its number in the list\n"
    assert again in done.stderr
    assert "Can the need" not in done.stderr and "for 4 nodes" in done.stdout


def test_four_answers_that_are_none_are_too_many(folder):
    done = advise(folder, [], typed="x\ny\nz\nno\n")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith("advise: 'eliminate' was not answered in 3 tries; answer with one of no, ")


@pytest.mark.parametrize("typed", ["", "nonsense\n"])
def test_the_end_of_the_input_is_refused(folder, typed):
    done = advise(folder, ["eliminate=no"], typed=typed)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.splitlines()[-1] == ("advise: the input ended before 'failure' was answered; answer with one of lose, "
                                            "preserve, agree, or with --answer failure=…")


@pytest.mark.parametrize("stream", [None, io.TextIOWrapper(io.BytesIO(b"\xff\n"), encoding="utf-8")], ids=["closed", "bytes"])
def test_an_input_that_is_closed_or_no_text_is_refused(folder, stream):
    with patch.object(sys, "stdin", stream):
        done = run("advise", folder)
    assert done.returncode == 2 and "Traceback" not in done.stderr and "the input ended before 'eliminate'" in done.stderr


@pytest.mark.parametrize("answers, words", [
    (["colour=red"], ["there is no question 'colour'", "name one of eliminate, failure, who, scale, byzantine, object"]),
    (["failure=perhaps"], ["--answer failure=perhaps: accepted are lose, preserve, agree; write one of these"]),
    (["scale=0"], ["accepted are few, tens, hundreds, thousands, and a number of nodes"]),
    (["scale=99999999999"], ["accepted are"]), (["eliminate"], ["--answer eliminate: accepted are no, "]),
    (["eliminate=no", "eliminate=stateless"], ["answered with 'no' before"])])
def test_answers_that_are_none_are_refused_in_one_sentence(folder, answers, words):
    assert_refused(advise(folder, answers), *words)


def test_an_answer_to_a_question_that_nobody_asked_is_said(folder):
    done = advise(folder, ["eliminate=stateless", "who=all"])
    assert "- --answer who=all: nobody asked on this way" in done.stdout
    assert "**Recommended: L0, no coordination.** Compare `empty` with `fire_and_forget`." in done.stdout


def test_notes_of_the_way_are_told(folder):
    done = advise(folder, ["eliminate=partition", *CONSENSUS[1:3], "scale=tens", *CONSENSUS[4:]], "--nodes", 30)
    assert "- Coordinate within each part only" in done.stdout and "- Let a few nodes vote for all" in done.stdout
    assert "for 30 nodes" in done.stdout


def test_an_empty_folder_is_refused_before_anything_is_asked(tmp_path):
    assert_refused(advise(tmp_path, []), str(tmp_path))


def test_the_help_lists_every_question(folder):
    done = run("advise", "--help")
    assert "scale: few, tens, hundreds, thousands" in done.stdout and "object: value, order" in done.stdout
