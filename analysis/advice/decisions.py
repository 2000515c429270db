"""The decision tree of decisions.toml: questions, answers and rungs, checked when they are read."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis.money import formula
from analysis.refusal import Refusal

DATA = Path(__file__).resolve().parent.parent / "decisions.toml"
NODES_MOST = 2**31 - 1
OF_QUESTION, OF_ANSWER = {"ask", "answer", "flag"}, {"says", "to", "rung", "note", "most", "typical"}
OF_RUNG = {"name", "level", "title", "kernels", "receivers", "election", "recovery", "recovery_tells",
           "least", "least_why"}


@dataclass(frozen=True)
class Answer:
    """Leads `to` a question or to a `rung`. Of a band of numbers of nodes `most` is its end, None for the last one."""

    name: str
    says: str
    to: str = ""
    rung: str = ""
    note: str = ""
    most: int | None = None
    typical: int | None = None


@dataclass(frozen=True)
class Question:
    name: str
    flag: str
    ask: str
    answers: tuple[Answer, ...]

    @property
    def in_bands(self) -> bool:
        return self.answers[0].typical is not None

    def band(self, nodes: int) -> Answer:
        return next(answer for answer in self.answers if answer.most is None or nodes <= answer.most)

    def within(self, answer: Answer) -> range:
        """The numbers of nodes of a band."""
        below = [other.most for other in self.answers[:self.answers.index(answer)]]
        return range(max(below, default=0) + 1, (NODES_MOST if answer.most is None else answer.most) + 1)


@dataclass(frozen=True)
class Rung:
    name: str
    level: int
    title: str
    kernels: tuple[str, str]
    receivers: str
    election: str = ""
    recovery: str = ""
    recovery_tells: str = ""
    least: int = 2
    least_why: str = "one node has nobody to coordinate with"


@dataclass(frozen=True)
class Tree:
    """`rungs`: from the lowest to the highest."""

    start: str
    questions: dict[str, Question]
    rungs: dict[str, Rung]

    def above(self, rung: Rung) -> Rung | None:
        """The first of the next higher level."""
        return next((each for each in self.rungs.values() if each.level > rung.level), None)

    def flags(self) -> dict[str, list[str]]:
        """Of each flag the answers that some of its questions accept."""
        found: dict[str, list[str]] = {}
        for question in self.questions.values():
            known = found.setdefault(question.flag, [])
            known += [answer.name for answer in question.answers if answer.name not in known]
        return found

    def paths(self) -> Iterator[list[tuple[Question, Answer]]]:
        """Every way through the tree."""
        yield from self._paths(self.start)

    def _paths(self, name: str) -> Iterator[list[tuple[Question, Answer]]]:
        question = self.questions[name]
        for answer in question.answers:
            for rest in self._paths(answer.to) if answer.to else [[]]:
                yield [(question, answer), *rest]


def load(path: Path = DATA) -> Tree:
    try:
        with path.open("rb") as file:
            told = tomllib.load(file)
        tree = Tree(told["start"], _questions(told["question"]), _rungs(told["rung"]))
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise Refusal(f"{path} is no tree of decisions ({error!r}); copy analysis/decisions.toml anew") from None
    _check(tree, path)
    return tree


def _questions(told: dict) -> dict[str, Question]:
    found = {}
    for name, question in told.items():
        _refuse_unknown(question, OF_QUESTION, f"question {name}")
        for answer, content in question["answer"].items():
            _refuse_unknown(content, OF_ANSWER, f"answer {answer} of {name}")
        answers = tuple(Answer(answer, **content) for answer, content in question["answer"].items())
        found[name] = Question(name, question.get("flag", name), question["ask"], answers)
    return found


def _rungs(told: list) -> dict[str, Rung]:
    for rung in told:
        _refuse_unknown(rung, OF_RUNG, f"rung {rung.get('name')}")
    return {rung["name"]: Rung(**{**rung, "kernels": tuple(rung["kernels"])}) for rung in told}


def _refuse_unknown(content: dict, accepted: set[str], where: str) -> None:
    for key in content:
        if key not in accepted:
            raise Refusal(f"decisions.toml: {where} has {key}, which nobody reads; accepted are {', '.join(sorted(accepted))}")


def _check(tree: Tree, path: Path) -> None:
    """Every answer leads somewhere, no way leads back, and every rung can be compared."""
    for question in tree.questions.values():
        for answer in question.answers:
            if bool(answer.to) == bool(answer.rung) or answer.to not in {*tree.questions, ""} or \
                    answer.rung not in {*tree.rungs, ""}:
                raise Refusal(f"{path}: answer {answer.name} of {question.name} leads to "
                              f"{answer.to or answer.rung or 'nothing'}; "
                              "write `to` and a question, or `rung` and a rung, that are there")
    _refuse_circles(tree, tree.start, (), path)
    for rung in tree.rungs.values():
        formula.value(rung.receivers, 3, f"{path}: receivers of {rung.name}")
        if len(set(rung.kernels)) != 2:
            raise Refusal(f"{path}: rung {rung.name} has the kernels {', '.join(rung.kernels)}; write two to compare")


def _refuse_circles(tree: Tree, name: str, before: tuple[str, ...], path: Path) -> None:
    if name in before:
        raise Refusal(f"{path}: the way {' → '.join([*before, name])} leads back; let it end at a rung")
    for answer in tree.questions[name].answers:
        if answer.to:
            _refuse_circles(tree, answer.to, (*before, name), path)
