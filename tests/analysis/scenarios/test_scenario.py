"""`analysis/scenario`: one figure and three sentences, whose numbers and words come from the campaign."""

import pytest
from conftest import assert_refused, run
from made_up_scenario import SCENARIO, case, write
from synthetic import write_launch

from analysis.load import load
from analysis.scenarios import page, picture
from analysis.scenarios.definition import read
from analysis.scenarios.page import scenario_of


def sentences(folder) -> list[str]:
    said, remarks = page.sentences(load(folder), scenario_of(folder))
    assert remarks == []
    return said


def test_numbers_come_with_intervals_from_six_launches(tmp_path):
    assert sentences(write(tmp_path)) == [
        "Rye takes longer than wheat: 2.99 [2.99, 3.00] times as long.",
        "Rye sends more messages: 12 at 4 ranks.",
        "Messages grow with N to the power of 2."]


def test_words_turn_with_the_numbers(tmp_path):
    turned = sentences(write(tmp_path, rye_ns=1000, wheat_ns=4000, rye_messages=2.0))
    assert turned[0].startswith("Rye takes less time than wheat: 0.25")
    assert turned[1] == "Rye sends fewer messages: 2 at 4 ranks."
    same = sentences(write(tmp_path / "same", rye_ns=1000, wheat_ns=1000, rye_messages=3.0))
    assert same[0] == "Rye takes about as long as wheat: 1 times as long."
    assert same[1] == "Rye sends as many messages: 3 at 4 ranks."


def test_what_launches_do_not_agree_on_is_undecided(tmp_path):
    """Rye is slower in three launches of six, and faster in three."""
    folder = write(tmp_path, wheat_ns=3000)
    for launch in range(1, 7):
        wheat_ns = 3300 if launch % 2 else 2700
        write_launch(folder / f"launch-{launch:03}.h5", [case("rye", 2, 3000, 3), case("wheat", 2, wheat_ns, 1)], launch)
    assert sentences(folder)[0].startswith("Rye takes about as long as wheat: 1.01 [0.909, 1.11]")


def test_one_launch_has_no_interval_and_says_so(tmp_path):
    told = sentences(write(tmp_path, launches=1))
    assert told[0] == "Rye takes about as long as wheat: 3.00 times as long (of one launch, which decides nothing)."
    assert told[1] == "Rye sends more messages: 12 at 4 ranks."
    assert sentences(write(tmp_path / "few", launches=3))[0].endswith("(of 3 launches, too few for an interval).")


def test_a_time_of_ranks_that_share_cores_is_no_number(tmp_path):
    """The launch on four ranks has rye at two ranks, too."""
    folder = write(tmp_path, launches=1)
    (folder / "launch-001.h5").unlink()
    done = run("scenario", folder)
    assert done.returncode == 1
    assert "only with more ranks than cores, where times say nothing" in done.stdout.splitlines()[-3]
    told = done.stdout.splitlines()[-2:]
    assert told == ["Rye sends more messages: 12 at 4 ranks.", "Messages grow with N to the power of 2."]


def test_a_missing_case_takes_its_sentence_along_and_nothing_else(tmp_path):
    done = run("scenario", write(tmp_path, kernels=("rye",)))
    told = done.stdout.splitlines()[-3:]
    assert done.returncode == 1
    assert "has no case wheat/n2/b8/mpi/round-time that ended ok; run the scenario again" in told[0]
    assert "wheat/n4" in told[1] and told[2] == "Messages grow with N to the power of 2."
    assert (tmp_path / "bread.png").exists() and "wheat" in done.stdout.split("remark: time: ")[1]


def test_the_figure_shows_what_the_campaign_has(tmp_path):
    folder = write(tmp_path)
    figure, numbers, absent = picture.draw(load(folder), scenario_of(folder))
    assert absent == [] and [axes.get_title() for axes in figure.axes] == ["time", "messages"]
    dots = numbers[numbers.panel == "time"].set_index("series")
    assert dots["value"].to_dict() == pytest.approx({"rye": 3.0035, "wheat": 1.0035})
    assert (dots.low < dots["value"]).all()
    counts = numbers[numbers.panel == "messages"].set_index("x")["value"]
    assert counts.to_dict() == {2: 3, 4: 12}
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["rye", "wheat"]


def test_page_and_figure_can_be_published(tmp_path):
    out = tmp_path / "published"
    done = run("scenario", write(tmp_path / "campaign"), "--publish", out)
    assert done.returncode == 0 and sorted(path.name for path in out.iterdir()) == ["bread.md", "bread.png"]
    page = (out / "bread.md").read_text()
    assert page.startswith("# Bread\n\nIs rye faster?\n\n![Bread](bread.png)\n")
    assert all(f"* {each}\n" in page for each in done.stdout.splitlines()[-3:])
    assert "7 launches, measured on Synthetic CPU; made by `jobs/scenario bread`." in page


def test_commands_are_those_of_the_launches_round_by_round(tmp_path):
    path = tmp_path / "bread.toml"
    path.write_text(SCENARIO)
    done = run("scenario", "--commands", path, "somewhere")
    two = "mpirun -n 2 build/coordbench run --out somewhere --kernels rye,wheat --bytes 8"
    four = "mpirun --oversubscribe -n 4 build/coordbench run --out somewhere --kernels 'r*' --ranks 2,4"
    assert done.stdout.splitlines() == [two, four, *[two] * 5]
    assert run("scenario", "--commands", path, "--quick", "somewhere").stdout.splitlines() == [two, four]
    assert "--oversubscribe" not in run("scenario", "--commands", path, "--cores", 4, "somewhere").stdout
    simulated = SCENARIO.replace("ranks = 4\n", 'ranks = "2,4"\nplatform = "one_switch"\n')
    path.write_text(simulated.replace("ranks = 2\n", 'ranks = 2\nplatform = "one_switch"\n'))
    simulated = run("scenario", "--commands", path, "--quick", "somewhere").stdout.splitlines()[1]
    assert simulated == "jobs/simulate --ranks 2,4 --platform one_switch --out somewhere --kernels 'r*' --ranks 2,4"


def test_words_may_be_decided_against_another_number(tmp_path):
    """Rye takes three times as long, and sends four or two times as many messages."""
    text = SCENARIO.replace("[quantities.messages]", 'neutral = "more"\n[quantities.more]\nvalue = "messages"\n'
                            'of = "rye/n4/b8/mpi/round-time"\nover = "wheat/n4/b8/mpi/round-time"\n[quantities.messages]')
    assert sentences(write(tmp_path / "four", text=text))[0].startswith("Rye takes less time than wheat: 2.99")
    assert sentences(write(tmp_path / "two", rye_messages=6.0, text=text))[0].startswith("Rye takes longer than wheat: 2.99")


def test_a_scenario_without_quick_launches_says_so(tmp_path):
    path = tmp_path / "bread.toml"
    path.write_text(SCENARIO.replace("ranks = 2\n", "ranks = 2\nquick = 0\n").replace("ranks = 4\n", "ranks = 4\nquick = 0\n"))
    assert_refused(run("scenario", "--commands", path, "--quick", "x"), "has no launch for --quick, as quick = 0 in all")


WRONG = [("title = \"Bread\"", "titel = \"Bread\"", "the top lacks title"),
         ("shows =", "colour = 1\nshows =", "the top has the unknown key colour; choose from sentences, title"),
         ("ranks = 2\ntimes", "rank = 2\nranks = 2\ntimes", "launches 1 has the unknown key rank"),
         ("ranks = 2\ntimes", "ranks = \"2,4\"\ntimes", "launches 1 has ranks = '2,4'"),
         ("times = 6", "times = -6", "times = -6"), ("times = 6", "times = \"six\"", "which is not a whole number"),
         ("times = 6", "times = true", "which is not a whole number"),
         ("value = \"latency\"\nof", "value = \"speed\"\nof", "quantities.time has value = 'speed'; choose from latency"),
         ("value = \"latency\"\nof", "value = \"rate:2\"\nof", "leave out what follows rate"),
         ("value = \"latency\"\nof", "value = \"rate_of_ranks\"\nof", "a number of ranks"),
         ("over = ", "minus = \"x\"\nover = ", "several of over, minus and against"),
         ("of = \"rye/n2/b8/mpi/round-time\"", "of = \"\"", "quantities.time has of = '', which names no case"),
         ("over = ", "neutral = \"wheat\"\nover = ", "has neutral = 'wheat', which is no quantity; choose from time"),
         ("{growth}", "{growing}", "{growing}, which is no quantity; choose from time, messages, sent, growth"),
         ("{growth}", "{growth:fast|even|slow}", "words for growth, which lacks neutral"),
         ("{growth}", "{growth:fast|slow}", "write 3 choices"), ("{growth}", "{growth", "is no template"),
         ("  \"Messages grow with N to the power of {growth}.\",\n", "", "sentences that are not 3 texts"),
         ("title = \"Bread\"", "title = ", "is no TOML"), ("[[panels.series]]", "[panels.series]", "is no TOML"),
         ("'r*'", "'r*", "a shell could not part"),
         ("ranks = 4\n", "ranks = 4\nplatform = \"one_switch\"\n", "has measured and simulated launches")]


@pytest.mark.parametrize("right, wrong, told", WRONG, ids=[told for *_, told in WRONG])
def test_a_mistake_in_a_scenario_is_told_in_one_sentence(right, wrong, told, tmp_path):
    assert right in SCENARIO
    folder = write(tmp_path, text=SCENARIO.replace(right, wrong, 1), launches=1)
    assert_refused(run("scenario", folder), told)


def test_folders_that_are_no_scenario_are_refused(tmp_path):
    assert_refused(run("scenario", tmp_path), "holds no scenario.toml, which jobs/scenario writes")
    (tmp_path / "scenario.toml").write_text(SCENARIO)
    assert_refused(run("scenario", tmp_path), "holds no launch-*.h5")
    assert_refused(run("scenario", "--commands", tmp_path / "none.toml", "x"), "none.toml cannot be read (No such file")
    assert_refused(run("scenario", "--commands", tmp_path / "scenario.toml", "--cores", "0", "x"), "'0' is no number of cores")


def test_a_scenario_is_called_like_its_file(tmp_path):
    path = tmp_path / "bread.toml"
    path.write_text(SCENARIO)
    assert read(path).name == "bread"
