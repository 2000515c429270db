"""Walks the tree: by flags, and where these say nothing by questions on a terminal."""

import sys
from dataclasses import dataclass, field

from analysis.advice.decisions import NODES_MOST, Answer, Question, Rung, Tree
from analysis.refusal import Refusal
from analysis.streams import say

TRIES = 3


@dataclass
class Walk:
    """`path`: what was answered, by flag. `nodes`: a number that was given. `band`: otherwise the numbers from which one is to
    be taken, and what is `typical` of them."""

    rung: Rung
    path: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    nodes: int | None = None
    band: range = range(1, NODES_MOST + 1)
    typical: int | None = None


def flags_of(given: list[str], tree: Tree) -> dict[str, str]:
    """`--answer FLAG=ANSWER` …, checked against all questions of the flag."""
    known, found = tree.flags(), {}
    for each in given:
        flag, _, answer = each.partition("=")
        if flag not in known:
            raise Refusal(f"--answer {each}: there is no question '{flag}'; name one of {', '.join(known)}")
        if flag in found and found[flag] != answer:
            raise Refusal(f"--answer {each}: '{flag}' was answered with '{found[flag]}' before; answer each question once")
        bands = any(question.in_bands for question in tree.questions.values() if question.flag == flag)
        if answer not in known[flag] and not (bands and _number(answer)):
            raise Refusal(f"--answer {each}: {_accepted(known[flag], bands)}")
        found[flag] = answer
    return found


def walk(tree: Tree, given: dict[str, str], nodes: int | None = None) -> Walk:
    """To a rung; asks what was not given. A number of `nodes` that was given answers how many there are."""
    name, path, notes, asked = tree.start, {}, [], {}
    while True:
        question = tree.questions[name]
        words = _words(question, given, nodes)
        answer, number = _understood(question, words)
        if answer is None:
            raise Refusal(f"--answer {question.flag}={words}: {_accepted([each.name for each in question.answers], False)}")
        path[question.flag] = words
        notes += [answer.note] * bool(answer.note)
        if question.in_bands:
            asked = {"nodes": number, "band": question.within(answer), "typical": answer.typical}
        if answer.rung:
            return Walk(tree.rungs[answer.rung], path, notes, **asked)
        name = answer.to


def _words(question: Question, given: dict[str, str], nodes: int | None) -> str:
    if question.in_bands and nodes:
        words = given.get(question.flag, str(nodes))
        answer, number = _understood(question, words)
        if answer is not None and (answer != question.band(nodes) or number not in (None, nodes)):
            raise Refusal(f"--nodes {nodes} and --answer {question.flag}={words} contradict each other; leave one of them out")
        return words if answer is None else str(nodes)
    return given[question.flag] if question.flag in given else _asked(question)


def _asked(question: Question) -> str:
    """The words of an answer that is one."""
    say(question.ask)
    for number, answer in enumerate(question.answers, 1):
        say(f"  {'' if question.in_bands else f'{number}  '}{answer.name}: {answer.says}")
    names = [answer.name for answer in question.answers]
    for _ in range(TRIES):
        line = _line()
        if not line:
            raise Refusal(f"the input ended before '{question.flag}' was answered; answer with one of {', '.join(names)}, or "
                          f"with --answer {question.flag}=…")
        words = _named(question, line.strip())
        if _understood(question, words)[0] is not None:
            return words
        say(f"'{line.strip()}' is no answer; {_accepted(names, question.in_bands)}"
            f"{', or its number in the list' * (not question.in_bands)}")
    raise Refusal(f"'{question.flag}' was not answered in {TRIES} tries; answer with one of {', '.join(names)}, or with "
                  f"--answer {question.flag}=…")


def _line() -> str:
    """Empty at the end of the input, or if there is none; what is no text is no answer."""
    try:
        return sys.stdin.readline() if sys.stdin else ""
    except UnicodeDecodeError:
        return "?\n"


def _named(question: Question, words: str) -> str:
    """The name of the answer with that number in the list; a number of nodes stays one."""
    if question.in_bands or not _number(words) or int(words) > len(question.answers):
        return words
    return question.answers[int(words) - 1].name


def _understood(question: Question, words: str) -> tuple[Answer | None, int | None]:
    """The answer, and the number of nodes if it was one."""
    number = _number(words) if question.in_bands else None
    if number:
        return question.band(number), number
    return next((answer for answer in question.answers if answer.name == words), None), None


def _number(words: str) -> int | None:
    """From 1 on, in as many digits as a number of ranks has; None for anything else."""
    if not (words.isascii() and words.isdigit() and len(words) <= 10 and 1 <= int(words) <= NODES_MOST):
        return None
    return int(words)


def _accepted(names: list[str], bands: bool) -> str:
    return f"accepted are {', '.join(names)}{', and a number of nodes' * bands}; write one of these"
