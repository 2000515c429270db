"""What mutant_schema.py makes of a header: a program that is, with a mutant in force, what the header changed by hand would be;
and of a mutant that cannot be switched, a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "safety"))
from mutant_schema import Misfit, write  # noqa: E402

HEADER = """#pragma once
// A kernel with one of everything: "{", '{' and } in words.
namespace toy {
enum class Kind : unsigned char { one, two };
inline constexpr int kFour = 4;

/// Not this one: return 1;
template <class T>
T twice(T it) requires requires { it + it; } {
  if (char brace = '{'; brace != '}') return 2 * it;
  return it;
}
constexpr int three() { return 3; }
inline constexpr int kThree = three();

class Machine {
 public:
  explicit Machine(int start) noexcept : start_(start), pair_{start, 1}, more_(sum(start, 10)) {}
  bool operator==(const Machine& other) const { return start_ == other.start_; }
  [[nodiscard]] auto next(int by = 1) const -> int {
    const auto add = [&](int more) { return start_ + more; };
    return add(by);
  }
  [[nodiscard]] int end() const { return start_ > 0 ? limit_ : -limit_; }
  [[nodiscard]] int all() const { return start_ + pair_[0] + pair_[1] + more_; }

 private:
  static int sum(int a, int b) { return a + b; }
  int start_, pair_[2], more_;
  int limit_ = 100, unused_ = kFour;
};
}  // namespace toy
"""
MAIN = """#include <cstdio>
#include "kernels/toy.hpp"
int main() {
  const toy::Machine machine(5);
  std::printf("%d %d %d %d %d %d", toy::twice(7), toy::three() * 10 + toy::kThree, machine.next(), machine.end(), machine.all(),
              machine == toy::Machine(6));
}
"""
AS_IT_IS = "14 33 6 100 26 0"
MUTANTS = [  # a name, the text and what it becomes, what the program then prints
    ("a template's body", "return 2 * it;", "return 3 * it;", "21 33 6 100 26 0"),
    ("the same body again", "return it;\n", "return it + 1;\n", AS_IT_IS),
    ("two statements for one", "return 2 * it;", "it += 1;\n    return 2 * it;", "16 33 6 100 26 0"),
    ("only what is computed late", "return 3;", "return 5;", "14 53 6 100 26 0"),
    ("a lambda's body", "return start_ + more;", "return start_ - more;", "14 33 4 100 26 0"),
    ("an operator's body", "return start_ == other.start_", "return start_ != other.start_", "14 33 6 100 26 1"),
    ("a constructor's initialiser", "start_(start)", "start_(start + 1)", "14 33 7 100 27 0"),
    ("one in braces", "pair_{start, 1}", "pair_{start, 2}", "14 33 6 100 27 0"),
    ("an argument of one", "sum(start, 10)", "sum(start, 20)", "14 33 6 100 36 0"),
    ("the call around it", "more_(sum(start, 10))", "more_(-sum(start, 10))", "14 33 6 100 -4 0"),
    ("a default argument", "int by = 1)", "int by = 2)", "14 33 7 100 26 0"),
    ("a member's initialiser", "limit_ = 100", "limit_ = 50", "14 33 6 50 26 0"),
    ("nothing left of a statement", "if (char brace = '{'; brace != '}') return 2 * it;", "", "7 33 6 100 26 0"),
]


def toml(name: str, old: str, new: str, **more) -> dict:
    return {"name": name, "header": "kernels/toy.hpp", "from": old, "to": new, **more}


def program(folder: Path, mutants: list[dict]) -> Path:
    kernels, changed = folder / "tree" / "kernels", folder / "changed"
    kernels.mkdir(parents=True)
    (kernels / "toy.hpp").write_text(HEADER)
    (folder / "main.cpp").write_text(MAIN)
    write(mutants, folder / "tree", changed)
    places = [f"-I{place}" for place in (changed, ROOT, folder / "tree")]
    made = run("g++", "-std=c++20", *places, folder / "main.cpp", "-o", folder / "main")
    assert made.returncode == 0, made.stderr
    return folder / "main"


def run(*words, **options) -> subprocess.CompletedProcess:
    return subprocess.run(words, capture_output=True, text=True, check=False, **options)


def printed(main: Path, mutant: int) -> str:
    return run(main, env=os.environ | {"COORDBENCH_MUTANT": str(mutant)}).stdout


def test_one_program_is_the_header_and_each_of_its_mutants(tmp_path):
    main = program(tmp_path, [toml(name, old, new) for name, old, new, _ in MUTANTS])
    assert printed(main, 0) == AS_IT_IS
    for number, (name, _, _, expected) in enumerate(MUTANTS, 1):
        assert printed(main, number) == expected, name


def test_a_mutant_may_change_several_places(tmp_path):
    also = [toml("", "return it;\n", "return it * 9;\n"), toml("", "? limit_", "? start_")]
    both = toml("skips a line, and ends early", "brace != '}'", "brace == '}' + 0", also=also)
    main = program(tmp_path, [toml("another", "return 2 * it;", "return 1;"), both])
    assert [printed(main, mutant) for mutant in (0, 1, 2)] == [AS_IT_IS, "1 33 6 100 26 0", "63 33 6 5 26 0"]


def test_the_compiler_names_the_mutant_that_it_rejects(tmp_path):
    with pytest.raises(AssertionError, match=r'mutant: a "word":2:\d+: error'):
        program(tmp_path, [toml('a "word"', "return 2 * it;", "return it it;")])


@pytest.mark.parametrize("old, new, sentence", [
    ("return 4;", "return 5;", "`from` occurs 0 times"),
    ("return", "throw", r"`from` occurs \d+ times"),
    ("T twice(T it)", "T twice(int it)", "changes a declaration"),
    ("next(int by = 1) const ->", "next(int by = 1) ->", "changes a declaration"),
    ("kFour = 4", "kFour = 5", "changes a declaration"),
    ("one, two", "two, one", "changes a declaration"),
    ("int start_, pair_[2]", "int start_, pair_[3]", "changes a declaration"),
    ("limit_ = 100, unused_ = kFour", "limit_ = 50, unused_ = 0", "changes a declaration"),
    ("3; }\ninline constexpr int kThree = three()", "4; }\ninline constexpr int kThree = 3", "one function"),
])
def test_what_cannot_be_switched_is_told_in_a_sentence(old, new, sentence, tmp_path):
    with pytest.raises(Misfit, match=f'mutant "odd" of kernels/toy.hpp: .*{sentence}.*\\.$'):
        program(tmp_path, [toml("odd", old, new)])


def test_a_header_that_is_not_there_is_told_by_its_name(tmp_path):
    with pytest.raises(Misfit, match="kernels/gone.hpp"):
        program(tmp_path, [toml("lost", "x", "y") | {"header": "kernels/gone.hpp"}])
