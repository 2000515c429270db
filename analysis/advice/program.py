"""What `analysis/advise` does with its command line."""

import argparse
from dataclasses import replace
from pathlib import Path

from analysis.advice import asking as questions
from analysis.advice import checklist, comparison, decisions
from analysis.advice.asking import Walk
from analysis.advice.comparison import Side
from analysis.advice.decisions import Rung, Tree
from analysis.launch_file import launches_in
from analysis.load import Campaign, load
from analysis.markdown import table
from analysis.money import asking
from analysis.money.bill import Asked
from analysis.money.series import Series
from analysis.refusal import Parser, run

OPERATIONS = 1_000_000


def advise(options: argparse.Namespace) -> None:
    tree = decisions.load()
    given = questions.flags_of(options.answer, tree)
    launches_in(options.folder)  # nobody answers questions for a folder that is none
    walk = questions.walk(tree, given, options.nodes)
    campaign = load(options.folder)
    every = asking.series_for(options, campaign)
    wanted = options.nodes or walk.nodes or _measured(every, walk)
    nodes = max(wanted, walk.rung.least)
    if nodes > wanted:
        walk.notes.append(_too_few(walk.rung, wanted))
    asked = asking.asked(options, nodes, options.operations, campaign)
    print("\n".join([*_recommended(walk, given, campaign, asked), *_higher(tree, walk.rung, every, campaign, asked),
                     *_checked(walk.rung, every, campaign, asked)]))


def _too_few(rung: Rung, nodes: int) -> str:
    return f"{nodes} node{'s' * (nodes != 1)}: {rung.least_why}. Numbers are of {rung.least} nodes."


def _measured(every: list[Series], walk: Walk) -> int:
    """Where no number was given: of those answered the most ranks that the rung's first kernel was timed with, or counted; else
    what is typical of them."""
    own = [series for series in every if series.kernel == walk.rung.kernels[0]]
    timed = {ranks for series in own for ranks in series.times.ranks if ranks in walk.band}
    counted = {ranks for series in own for ranks in series.ranks if ranks in walk.band}
    return max(timed or counted or {walk.typical or 2})


def _recommended(walk: Walk, given: dict[str, str], campaign: Campaign, asked: Asked) -> list[str]:
    path = ", ".join(f"{flag}={answer}" for flag, answer in walk.path.items())
    unused = [f"- --answer {flag}={answer}: nobody asked on this way"
              for flag, answer in given.items() if flag not in walk.path]
    one, other = walk.rung.kernels
    return [f"Answers: {path}.", "",
            f"**Recommended: L{walk.rung.level}, {walk.rung.title}.** Compare `{one}` with `{other}`. "
            f"Numbers are of {campaign.name}, for {asked.nodes} nodes and {asked.operations:,} operations a month.", "",
            *(f"- {note}" for note in walk.notes), *unused, *[""] * bool(walk.notes or unused)]


def _higher(tree: Tree, rung: Rung, every: list[Series], campaign: Campaign, asked: Asked) -> list[str]:
    """The kernel that stands for this rung beside that of the next one."""
    above = tree.above(rung)
    if above is None:
        return [f"**One rung higher:** there is none above L{rung.level}.", ""]
    told = []
    if above.least > asked.nodes:
        told.append(f"- {_too_few(above, asked.nodes)}")
        asked = replace(asked, nodes=above.least)
    lower, higher = (comparison.side(kernel, every, asked, campaign.name) for kernel in (rung.kernels[0], above.kernels[0]))
    header = ["quantity", lower.label, higher.label, f"{higher.kernel} ÷ {lower.kernel}"]
    told += [f"- {sentence}" for each in (lower, higher) for sentence in _unknown(each, campaign, asked)]
    told += [f"- {sentence}" for sentence in comparison.ends(lower, higher, campaign)]
    return [f"**One rung higher** is L{above.level}, {above.title}:", "",
            table(header, comparison.rows(lower, higher, campaign, asked)), *told, *[""] * bool(told)]


def _unknown(each: Side, campaign: Campaign, asked: Asked) -> list[str]:
    """Why a cell is empty, and what fills it."""
    if each.bill is None:
        return [f"{each.kernel}: {each.why}; count it with `{checklist.count_command(each.kernel, campaign, asked)}`"]
    slow = comparison.latency(each, asked)
    told = [f"{each.kernel}: {remark}" for remark in each.bill.remarks]
    if "storage" in each.bill.unknown:
        told.append(f"{each.kernel}: its dollars are without forced writes: {each.bill.unknown['storage']}")
    if isinstance(slow, str):
        told.append(f"{each.kernel} at N = {asked.nodes}: {slow}; time it with "
                    f"`{checklist.time_command(each.kernel, campaign, asked)}`")
    return told


def _checked(rung: Rung, every: list[Series], campaign: Campaign, asked: Asked) -> list[str]:
    sides = [comparison.side(kernel, every, asked, campaign.name) for kernel in rung.kernels]
    rows, told = checklist.rows(rung, sides, every, campaign, asked)
    return ["**Checklist:**", "", table(["measured", *(each.label for each in sides)], rows).rstrip("\n"), "",
            *(f"- {sentence}" for sentence in told)]


def main() -> int:
    tree = decisions.load()
    parser = Parser(prog="advise", formatter_class=argparse.RawDescriptionHelpFormatter, description=_described(tree))
    parser.add_argument("folder", metavar="DIR", type=Path, help="a campaign: the folder of its launch-*.h5")
    parser.add_argument("--answer", metavar="QUESTION=ANSWER", action="append", default=[],
                        help="answers a question, which is then not asked; may be given several times")
    parser.add_argument("--nodes", metavar="N", type=asking.whole("N", 1, asking.MOST),
                        help="for how many nodes (default: the answer to scale, which it is, too; of a band the most that were "
                             "measured)")
    parser.add_argument("--operations-per-month", metavar="K", dest="operations", default=OPERATIONS,
                        type=asking.whole("K", 0, asking.OPERATIONS_MOST), help=f"(default: {OPERATIONS:,})")
    asking.add_options(parser)
    options = parser.parse_args()
    return run("advise", lambda: advise(options))


def _described(tree: Tree) -> str:
    flags = "\n".join(f"  {flag}: {', '.join(names)}" for flag, names in tree.flags().items())
    return ("Which rung of the ladder to take, and what the next one would cost: asks questions, or takes answers as flags."
            f"\n\nquestions and answers:\n{flags}")


