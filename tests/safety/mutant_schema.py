"""All mutants of a protocol in one program, the one in force chosen when it runs. Source: Untch, Offutt, Harrold, "Mutation
analysis using mutant schemata", ISSTA 1993.

A mutant changes text within the body of a function, or within one expression of an initialiser. The body becomes
`if (is_mutant(1)) { changed body } else { body }`, the expression `(is_mutant(1) ? (changed) : (as it was))`."""

import re
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

NEEDS = '#pragma once\n#include "tests/safety/mutant.hpp"'
CONSTANT = re.compile(r"\b(?:constexpr|constinit|enum|using|concept|static_assert)\b")
SCOPE = re.compile(r"\b(?:namespace|class|struct|union|extern)\b")
MEMBERS = re.compile(r"@\s*(?:noexcept\s*@?)?\s*(?<!:):(?!:)")  # a constructor's initialisers begin here
CLOSING = {"(": ")", "[": "]", "{": "}"}
OPENING = {close: opening for opening, close in CLOSING.items()}


class Misfit(Exception):
    """A mutant that cannot be switched on and off; its text is one sentence."""


class Change(NamedTuple):
    """`text` instead of [start, end) of a header, in one mutant."""

    mutant: int
    name: str
    start: int
    end: int
    text: str


class Piece(NamedTuple):
    """[start, end) of a header: the body of a function, or a declaration with what initialises it."""

    start: int
    end: int
    is_body: bool


def blanked(text: str) -> str:
    """The same length, without comments, literals and lines of the preprocessor."""
    silent = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])*\'|^[ \t]*#[^\n]*'
    return re.sub(silent, lambda found: " " * len(found.group()), text, flags=re.DOTALL | re.MULTILINE)


def partner(code: str, at: int) -> int:
    """The bracket that closes the one at `at`, or that opens it."""
    step = 1 if code[at] in CLOSING else -1
    depth = 0
    for i in range(at, len(code) if step > 0 else -1, step):
        depth += (code[i] in CLOSING) - (code[i] in OPENING)
        if depth == 0:
            return i
    raise Misfit("its brackets do not close")


def flat(head: str) -> str:
    """A declaration with @ for whatever is in brackets, and without comparisons and template arguments."""
    head = re.sub(r"\b(?:operator\s*[^\w\s(]+|alignas\s*\([^()]*\))|->|[=!<>]=", " ", head)
    for pattern, stands_for in ((r"\([^()]*\)|\{[^{}]*\}|\[[^\[\]]*\]", "@"), (r"<[^<>]*>", "")):
        while (shorter := re.sub(pattern, stands_for, head)) != head:
            head = shorter
    return head


def opens(head: str) -> str:
    """What a brace behind `head` opens: a scope, a function's body, or what initialises something."""
    head = flat(re.sub(r"\[[^\[\]]*\]", "", head)).rstrip()
    if "@" not in head and "enum" not in head and SCOPE.search(head):
        return "scope"
    is_member = MEMBERS.search(head) and not head.endswith("@")
    is_initialiser = "@" not in head or "=" in head or is_member or head.endswith("requires")
    return "initialiser" if is_initialiser else "body"


def pieces(text: str) -> list[Piece]:
    """What a header consists of, in order."""
    code, found, start, i = blanked(text), [], 0, 0
    while i < len(code):
        what = opens(code[start:i]) if code[i] == "{" else None
        if code[i] in "([" or what == "initialiser":
            i = partner(code, i)
        elif code[i] in "{};":
            found.append(Piece(start, i, False))
            if what == "body":
                found.append(Piece(i + 1, partner(code, i), True))
                i = found[-1].end
            start = i + 1
        i += 1
    return found


def expression(code: str, piece: Piece, change: Change) -> tuple[int, int]:
    """The smallest expression of an initialiser that holds the change."""
    start, end = change.start, change.end
    while start > piece.start and not (code[start - 1] in "([{,;" or re.fullmatch(r"[^=!<>]=[^=]", code[start - 2:start + 1])):
        start = partner(code, start - 1) if code[start - 1] in OPENING else start - 1
    while end < piece.end and code[end] not in ")]},;":
        end = partner(code, end) + 1 if code[end] in CLOSING else end + 1
    before = flat(code[piece.start:start])
    is_whole = not re.search("[,;]", flat(code[change.start:change.end]) + flat(blanked(change.text)))
    initialises = MEMBERS.search(before) or (("=" in before or code[start - 1] == "{") and not CONSTANT.search(before))
    if not (is_whole and initialises):
        raise Misfit("it changes a declaration; a mutant changes the body of one function or one expression of an initialiser "
                     "that is no constant, so change what uses the declaration, or split the mutant by `also`")
    return start, end


def change_of(mutant: int, name: str, text: str, old: str, new: str) -> Change:
    """The least that differs."""
    if text.count(old) != 1:
        raise Misfit(f"its `from` occurs {text.count(old)} times, but must occur once: {old.strip()}")
    same = next((i for i, (a, b) in enumerate(zip(old, new)) if a != b), min(len(old), len(new)))
    rest = min(len(old), len(new)) - same
    same_end = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    at = text.index(old)
    return Change(mutant, name, at + same, at + len(old) - same_end, new[same:len(new) - same_end])


def switched(text: str, change: Change) -> Piece:
    """The part of a header of which the program holds a second edition for this change."""
    for piece in pieces(text):
        if piece.start <= change.start and change.end <= piece.end:
            return piece if piece.is_body else Piece(*expression(blanked(text), piece, change), False)
    raise Misfit("it reaches beyond one function; split it by `also`")


def edition(text: str, piece: Piece, changes: list[Change]) -> str:
    """The piece as a mutant has it."""
    result = text[piece.start:piece.end]
    for change in sorted(changes, reverse=True, key=lambda it: it.start):
        result = result[:change.start - piece.start] + change.text + result[change.end - piece.start:]
    return result


def lines_of(name: str, number: int = 1) -> str:
    """Has the compiler call what follows by this name."""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'\n#line {number} "{quoted}"\n'


def schema(text: str, changes: list[Change], path: str) -> str:
    """A header that holds itself as it is and all its mutants."""
    spans = {change: switched(text, change) for change in changes}
    by_piece = defaultdict(lambda: defaultdict(list))
    for change, span in spans.items():
        around = [other for other in spans.values() if other.start <= span.start and span.end <= other.end]
        by_piece[min(around, key=lambda it: it.start - it.end)][change.mutant].append(change)
    for piece, mutants in sorted(by_piece.items(), reverse=True):
        switch = ("if ({}) {{{}}} else ", "{{{}}}") if piece.is_body else ("({}) ? ({}) : ", "({})")
        made = "".join(
            switch[0].format(f"::coordbench::testing::is_mutant({mutant})",
                             lines_of(f"mutant: {its[0].name}") + edition(text, piece, its) + "\n")
            for mutant, its in mutants.items())
        as_it_is = lines_of(path, text.count("\n", 0, piece.start) + 1) + text[piece.start:piece.end]
        made += switch[1].format(as_it_is)
        text = text[:piece.start] + (made if piece.is_body else f"({made})") + text[piece.end:]
    return text.replace("#pragma once", NEEDS + lines_of(path, 2).rstrip("\n"), 1)


def hunks(mutant: dict) -> list[dict]:
    """A mutant changes one place, and those of its `also`."""
    return [hunk for hunk in [mutant, *mutant.get("also", [])] if "from" in hunk]


def write(mutants: list[dict], root: Path, folder: Path) -> None:
    """Into `folder`, the headers of the tree `root` that some mutant changes; mutant i of the list is number i + 1."""
    changes = defaultdict(list)
    for number, mutant in enumerate(mutants, 1):
        for hunk in hunks(mutant):
            try:
                text = (root / hunk["header"]).read_text(encoding="utf-8")
                change = change_of(number, mutant["name"], text, hunk["from"], hunk["to"])
                switched(text, change)
            except (Misfit, OSError) as wrong:
                raise Misfit(f"mutant \"{mutant['name']}\" of {hunk['header']}: {wrong}.") from None
            changes[hunk["header"]].append(change)
    for header, its in changes.items():
        (folder / header).parent.mkdir(parents=True, exist_ok=True)
        text = (root / header).read_text(encoding="utf-8")
        (folder / header).write_text(schema(text, its, header), encoding="utf-8")
