"""The scenarios of jobs/scenarios: what they ask coordbench for exists, so that none of them rots. Those that are simulated are
in tests/smpi/test_scenario_plans.py."""

import re

import pytest

from end_to_end.launching import ROOT, run

from .scenario_plans import FILES, assert_planned, scenarios, title

# Words that a number could contradict: only choices in braces may hold them.
DIRECTIONS = re.compile(r"\b(more|fewer|less|longer|shorter|faster|slower|cheaper|better|worse|shrinks?|grows?|rises?|falls?)"
                        r"\b")
MEASURED = scenarios(simulated=False)


def test_there_are_the_twelve_cases():
    assert len(FILES) == 12 and 0 < len(MEASURED) < 12


@pytest.mark.parametrize("scenario", MEASURED, ids=title)
def test_what_a_scenario_shows_is_planned(scenario, coordbench):
    listed = ""
    for launch in scenario.launches:
        ended = run("mpirun", "--oversubscribe", "-n", launch.world, coordbench, "run", "--list", *launch.options)
        assert ended.status == 0, ended.stderr
        listed += ended.stdout
    assert_planned(scenario, listed)


@pytest.mark.parametrize("scenario", [*MEASURED, *scenarios(simulated=True)], ids=title)
def test_no_sentence_asserts_what_its_numbers_could_contradict(scenario):
    for sentence in scenario.sentences:
        assert not DIRECTIONS.search(re.sub(r"\{[^}]*\}", "", sentence)), sentence
        assert "{" in sentence


@pytest.mark.parametrize("choice", range(3), ids=["above", "alike", "below"])
@pytest.mark.parametrize("scenario", [*MEASURED, *scenarios(simulated=True)], ids=title)
def test_every_choice_of_words_reads_well(scenario, choice):
    """A "than" follows a comparative of its own clause, with no "as" or "same" between them."""
    for sentence in scenario.sentences:
        filled = re.sub(r"\{\w+:([^}]*)\}", lambda found: found[1].split("|")[choice], sentence)
        for before in re.split(r"\bthan\b", filled)[:-1]:
            clause = re.split(r"[,:;.]", before)[-1]
            assert re.search(r"\b(more|fewer|less|longer|larger|smaller)\b(?!.*\b(as|same)\b)", clause), filled


@pytest.mark.parametrize("scenario", [*MEASURED, *scenarios(simulated=True)], ids=title)
def test_what_was_found_is_published(scenario):
    folder = ROOT / "results" / "scenarios"
    page = (folder / f"{scenario.name}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {scenario.title}\n\n{scenario.question}\n") and page.count("\n* ") == 3
    assert f"`jobs/scenario {scenario.name}`" in page and "does not tell" not in page
    assert (folder / f"{scenario.name}.png").stat().st_size < 60_000


def test_the_job_lists_every_scenario_with_its_question():
    ended = run(ROOT / "jobs" / "scenario", "--list")
    assert ended.status == 0
    listed = dict(line.split(maxsplit=1) for line in ended.stdout.splitlines())
    assert listed == {each.name: each.question for each in [*MEASURED, *scenarios(simulated=True)]}
