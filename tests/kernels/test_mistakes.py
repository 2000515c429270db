"""A protocol's mistakes are told in sentences: the first error that a compiler prints of each is ours, and says what to write.

One good text is made wrong in one way after another, and all of them are compiled at once. What only shows when a protocol runs
(a mark that is not declared, a closed form that does not hold) is told by the harness: tests/end_to_end/test_verdicts.py.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from end_to_end.launching import compiler  # noqa: E402

GOOD = (ROOT / "tests" / "broken_kernels" / "unpaid_messages.hpp").read_text(encoding="utf-8")
CLASS = "UnpaidMessages"
# g++ says `static assertion failed: SENTENCE`, clang++ `static_assert failed due to requirement '…' "SENTENCE"`, and without
# the quotes from version 16 on.
ASSERTION = r"static[_ ]assert(?:ion)? failed(?: due to requirement '[^\n]*')?:? \"?"
ERROR = re.compile(rf"^(\w+)\.hpp:\d+:\d+: (?:fatal )?error: (?:{ASSERTION})?(.*?)\"?$", re.MULTILINE)

STEP = "void step(Rank /*from*/, const Message& message, const Payload& /*payload*/, Out& out)"
PROPOSE = "void propose(Operation operation, Payload payload, Out& out)"
COST = "static Cost cost(const Shape& shape, Operation /*operation*/)"
PROPOSERS = "static int proposers(const Shape& shape)"
ANSWER = "Answer answer(Operation /*operation*/) const"
MARKS = re.search(r"  static constexpr std::array marks.*?;\n", GOOD, re.DOTALL)[0]

# Of each mistake: what of the good text is replaced by what, and what the compiler must say first, {0} the class.
MISTAKES = {
    "StepWithoutPayload": (STEP, "void step(Rank /*from*/, const Message& message, Out& out)",
                           "`step` must be callable as step(Rank, const Message&, const Payload&, Out&)"),
    "NoCount": ("    std::uint32_t count = 1;\n", "",
                "{0}::Message needs `count`, how many operations it carries; 0: background"),
    "LargeMessage": ("    std::uint32_t first;\n", "    std::uint32_t first, more[10];\n",
                     "{0}::Message must fit a slot: at most 40 bytes, aligned to at most 8"),
    "NoMarks": (MARKS, "", "{0} needs `static constexpr std::array marks{{Mark{{...}}, ...}}`, 1 to 4 of them"),
    "CostWithoutOperation": (COST, "static Cost cost(const Shape& shape)",
                             "`cost` must be callable as `static Cost cost(const Shape&, Operation)`, or of Operations"),
    "AnswerNotConst": (ANSWER, ANSWER.removesuffix(" const"), "`answer` must be callable as `Answer answer(Operation) const`"),
    "NoConstructor": (f"{CLASS}(const Shape& shape, Rank self) : serves_(self < shape.ranks)",
                      f"explicit {CLASS}(const Shape& shape) : serves_(shape.ranks > 0)",
                      "{0} must be constructible as {0}(const Shape&, Rank)"),
    "ProposeWithTime": (PROPOSE, PROPOSE.replace("Out&", "Time /*now*/, Out&"),
                        "{0} needs propose(Operation, Payload, Out&), or begin(Operation, Out&) where all ranks begin"),
    "BoundsWithoutRank": (PROPOSERS, "static Bounds bounds(const Shape& /*shape*/) { return {}; }\n  " + PROPOSERS,
                          "`bounds` must be callable as `static Bounds bounds(const Shape&, Rank)`"),
    "TickWithoutDeadline": (PROPOSERS, "void tick(Out& /*out*/) {}\n  " + PROPOSERS,
                            "time-outs need all of tick(Out&), `Time deadline() const` and "
                            "`static bool times_out(const Shape&)`"),
    "MessageWithText": ("    std::uint32_t count = 1;\n", "    std::uint32_t count = 1;\n    std::string text{};\n",
                        "{0}::Message must be trivially copyable: it travels as its bytes"),
    "UnknownGroup": ('.group = "all-to-all"', '.group = "all-too-all"',
                     "{0}::about.group is missing or unknown: write one of kGroups"),
}


def with_mistake(name: str) -> str:
    """A class of that name, in a file of that name, as a kernel's generated source has it."""
    old, new, _ = MISTAKES.get(name, ("", "", ""))
    assert GOOD.count(old) == 1 or not old, f"{old!r} is not what it was in the good text"
    text = re.sub(rf"\b{CLASS}\b", name, GOOD.replace(old, new) if old else GOOD).replace("#pragma once\n", "")
    return f'#line 1 "{name}.hpp"\n{text}\nnamespace coordbench {{ COORDBENCH_DEMAND({name}); }}\n'


@pytest.fixture(scope="module")
def said(tmp_path_factory) -> str:
    """What the compiler says of a right text and of all mistakes, in one compilation."""
    source = tmp_path_factory.mktemp("mistakes") / "mistakes.cpp"
    source.write_text('#include <string>\n#include "harness/protocol_demands.hpp"\n'
                      + "".join(map(with_mistake, ["RightAsItIs", *MISTAKES])), encoding="utf-8")
    plain = {"LC_ALL": "C", "PATH": "/usr/bin"}
    version = subprocess.run([compiler(), "--version"], capture_output=True, text=True, check=True, env=plain).stdout
    is_clang = "clang" in version
    of_its_own = ["-ferror-limit=0"] if is_clang else ["-ftrack-macro-expansion=0", "-fdiagnostics-color=never"]
    command = [compiler(), "-std=c++20", "-fsyntax-only", "-I.", *of_its_own]
    ended = subprocess.run([*command, source], capture_output=True, text=True, timeout=300, cwd=ROOT, env=plain)
    assert ended.returncode == 1, ended.stderr
    return ended.stderr


def first_errors(said: str) -> dict[str, str]:
    """The first error of each file."""
    return dict(reversed(ERROR.findall(said)))


@pytest.mark.parametrize("name", MISTAKES)
def test_the_first_thing_said_of_a_mistake_is_our_sentence(said, name):
    assert first_errors(said).get(name) == MISTAKES[name][2].format(name), said


def test_nothing_is_said_of_what_is_right(said):
    assert "RightAsItIs" not in said


def test_a_message_with_gaps_between_its_fields_is_compiled_without_a_warning(tmp_path):
    """The gaps hold nothing, and are copied all the same."""
    source = tmp_path / "gaps.cpp"
    text = with_mistake("RightAsItIs")
    for narrow, wide in (("std::uint32_t count = 1", "std::uint16_t count = 1"), ("std::uint32_t first", "std::uint64_t first"),
                         ("static_cast<std::uint32_t>", "static_cast<std::uint64_t>"),
                         ("complete(message.first", "complete(static_cast<Operation>(message.first)")):
        assert narrow in text
        text = text.replace(narrow, wide)
    source.write_text('#include "harness/protocol_demands.hpp"\n' + text + """
        namespace coordbench {
        void propose(RightAsItIs&, Outbox<RightAsItIs::Message>&);
        void propose(RightAsItIs& machine, Outbox<RightAsItIs::Message>& out) { machine.propose(1, {}, out); }
        }""", encoding="utf-8")
    warnings = ["-O3", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wpedantic", "-Werror"]
    ended = subprocess.run([compiler(), "-std=c++20", "-I.", *warnings, "-c", source, "-o", tmp_path / "gaps.o"],
                           capture_output=True, text=True, timeout=300, cwd=ROOT, check=False)
    assert ended.returncode == 0, ended.stderr
