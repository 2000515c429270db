"""The rules that a machine can keep. Each is a function from a tree to the places that break it, declared together with files
that do break it, so that every rule is seen to bite before it is believed of this tree."""

import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINES_MAX, COLUMNS_MAX, WORDS_MAX = 300, 128, 1500
CLOCK, SEAM, CALIBRATOR = "harness/machine/clock.hpp", "harness/protocol.hpp", "ping_pong"
CLOCKS = re.compile(r"\b(?:clock_gettime|\w+_clock::now|MPI_Wtime|gettimeofday|rdtscp?)\b|(?<![\w.>])time\(")
OUTSIDE = re.compile(r"<(?:random|thread|mutex|atomic|chrono|fstream|iostream|cstdio|unistd\.h)>"  # what no state machine needs
                     r"|\bs?rand\(|\bmt19937|\bprintf\(|\bfmt::print\(")
MACHINES = re.compile(rb"(?<![\w.*}])/(?:work|root|home/(?!ann/)\w+)(?![\w=])")  # ann: the user in the tests' examples
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
SWITCHED_OFF = re.compile(r"GTEST_" r"SKIP|\bDIS" r"ABLED_|mark\.(?:skip|xfail)\b")

RULES = {}


def rule(breaking: dict[str, str], beside: dict[str, str] | None = None):
    """Registers a rule with files, {path: text}, each of which breaks it, and others beside them, none of which does."""

    def register(function):
        RULES[function.__name__] = function, breaking, beside or {}
        return function

    return register


class Tree:
    """The files that belong to the project: no build, no cache, and of the campaigns only what .gitignore says is published."""

    def __init__(self, root: Path):
        self.root = root
        ignored = root / ".gitignore"
        self.published = re.findall(r"^!/results/(.+)/$", ignored.read_text(), re.MULTILINE) if ignored.exists() else []
        self.files = []
        for folder, folders, names in os.walk(root):
            here = Path(folder).relative_to(root)
            folders[:] = sorted(name for name in folders if self._belongs(here, name))
            self.files += [(here / name).as_posix() for name in sorted(names) if name != ".git"]

    def _belongs(self, here: Path, name: str) -> bool:
        if here.as_posix() == "results":
            return name in self.published
        return name == ".ci" or not name.startswith((".", "__pycache__", "build"))

    def text(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def under(self, *folders: str, ending: str = "") -> list[str]:
        return [path for path in self.files if path.startswith(folders) and path.endswith(ending)]

    def cpp(self, *folders: str) -> list[str]:
        return [path for path in self.files if path.startswith(folders or "") and path.endswith((".hpp", ".cpp"))]

    def python(self) -> list[str]:
        scripts = [path for path in self.under("analysis/", "jobs/", "tests/") if "." not in Path(path).name]
        return self.under("analysis/", "tests/", "jobs/", ending=".py") + [p for p in scripts if "python" in self.text(p)[:40]]

    def kernels(self) -> list[str]:
        return [path for path in self.cpp("kernels/", "collectives/") if path.count("/") == 1]

    def lines_that(self, paths, pattern: re.Pattern, prose: bool = True) -> list[str]:
        """file:line of every match; without `prose`, comments (of C++ and CMake) are not looked at."""
        found = []
        for path in paths:
            for number, line in enumerate(self.text(path).splitlines(), 1):
                if pattern.search(line if prose else re.sub(r"//.*|^ *# .*", "", line)):
                    found.append(f"{path}:{number}: {line.strip()}")
        return found


def names_of_kernels(tree: Tree) -> re.Pattern:
    """A kernel's name or class. A name that is also a word of English counts only as a text of its own."""
    names = [Path(path).stem for path in tree.kernels() if Path(path).stem != CALIBRATOR]
    classes = ["".join(word.capitalize() for word in name.split("_")) for name in names if "_" in name]
    words = [name for name in names if "_" in name] + classes
    return re.compile("|".join([rf"\b{word}\b" for word in words] + [f'"{name}"' for name in names]) or "(?!)")


@rule({"harness/long.cpp": "int x;\n" * (LINES_MAX + 1)}, beside={"harness/just.cpp": "int x;\n" * LINES_MAX})
def no_file_of_code_is_long(tree):
    code = tree.cpp() + tree.python()
    return [f"{path}: {count} lines" for path in code if (count := len(tree.text(path).splitlines())) > LINES_MAX]


@rule({"harness/wide.cpp": "/" * (COLUMNS_MAX + 1), "analysis/wide": "#!/usr/bin/python3\n#" + "x" * COLUMNS_MAX},
      beside={"harness/just.cpp": "→" * COLUMNS_MAX})
def no_line_of_code_is_wide(tree):
    return tree.lines_that(tree.cpp() + tree.python(), re.compile(".{%d}" % (COLUMNS_MAX + 1)))


@rule({"harness/mute.hpp": "#pragma once\n#include <set>\n", "harness/twice.hpp": "// May be included twice.\n"})
def every_header_opens_with_what_it_is(tree):
    return [path for path in tree.under("", ending=".hpp") if not tree.text(path).startswith("#pragma once\n// ")]


@rule({"harness/a.cpp": "auto t = std::chrono::steady_clock::now();", "tests/b.cpp": "x = MPI_Wtime();",
       "kernels/c.hpp": "srand(time(nullptr));", "harness/d.cpp": "clock_gettime(CLOCK_REALTIME, &t);"},
      beside={CLOCK: "clock_gettime(CLOCK_MONOTONIC, &t);", "harness/e.cpp": "cpu_time(1); run.time();  // not MPI_Wtime"})
def clocks_are_read_in_one_file(tree):
    return tree.lines_that([path for path in tree.cpp() if path != CLOCK], CLOCKS, prose=False)


@rule({"harness/a.cpp": "fmt::print(stderr, x);", "micro/b.cpp": "std::cout << 1;", "tests/safety/soak.cpp": "fmt::print()"},
      beside={"harness/d.cpp": 'remark("yes");  // fmt::print( throws', "tests/kernels/e.cpp": "fmt::print(x)"})
def what_a_program_prints_cannot_end_it(tree):
    """fmt::print throws where a stream is closed or full: harness/machine/remark.hpp does not."""
    throwing = re.compile(r"\bfmt::print\(|\bstd::c(?:out|err)\b")
    return tree.lines_that(tree.cpp("harness/", "micro/", "tests/safety/soak"), throwing, prose=False)


@rule({"harness/a.cpp": '"chain_broadcast"', "harness/b.cpp": 'name == "empty"', "harness/c.cpp": "run<ChainBroadcast>()"},
      beside={"collectives/chain_broadcast.hpp": "", "collectives/empty.hpp": "", "harness/d.cpp": 'texts.empty(), "empty!"'})
def the_harness_names_no_kernel(tree):
    return tree.lines_that(tree.under("harness/"), names_of_kernels(tree), prose=False)


@rule({"CMakeLists.txt": "add_kernel(chain_broadcast)", "cmake/a.cmake": "set(kernels collectives/empty.hpp)"},
      beside={"collectives/chain_broadcast.hpp": "", "cmake/b.cmake": "file(GLOB kernels collectives/*.hpp)"})
def the_build_lists_no_kernel(tree):
    header = re.compile(rf"\b(?:kernels|collectives)/(?!{CALIBRATOR}\.hpp)\w+\.hpp")
    build = tree.under("CMakeLists.txt", "cmake/")
    return [place for name in (names_of_kernels(tree), header) for place in tree.lines_that(build, name, prose=False)]


@rule({"kernels/a.hpp": '#include "harness/case.hpp"', "collectives/b.hpp": '#include "harness/memory.hpp"',
       "collectives/parts/c.hpp": '#include "harness/measure/recorder.hpp"'},
      beside={"kernels/d.hpp": f'#include "{SEAM}"', "collectives/parts/e.hpp": '#include "harness/memory.hpp"'})
def a_kernel_includes_one_header_of_the_harness(tree):
    """parts/ may use the harness's vocabulary (the headers directly in harness/), but none of its stages."""
    parts = tree.cpp("collectives/parts/")
    kernels = [path for path in tree.cpp("kernels/", "collectives/") if path not in parts]
    return (tree.lines_that(kernels, re.compile(rf'#include "harness/(?!{SEAM.removeprefix("harness/")}")'))
            + tree.lines_that(parts, re.compile(r'#include "harness/\w+/')))


@rule({"kernels/a.hpp": "#include <mpi.h>", "kernels/native_b.hpp": "MPI_Test()", "collectives/c.hpp": "MPI_Wait()"},
      beside={"collectives/native_barrier.hpp": "MPI_Barrier(all);", "collectives/parts/native_sum.hpp": "#include <mpi.h>"})
def only_native_collectives_call_mpi(tree):
    own = [path for path in tree.cpp("kernels/", "collectives/")
           if path.startswith("kernels/") or not Path(path).name.startswith("native_")]
    return tree.lines_that(own, re.compile(r"\bMPI_|\bmpi\.h\b"), prose=False)


@rule({"kernels/a.hpp": "std::mt19937 draw;", "kernels/b.hpp": "#include <thread>", "kernels/c.hpp": "std::printf(text)"},
      beside={"collectives/d.hpp": "#include <random>"})
def protocols_are_functions_of_their_inputs(tree):
    return tree.lines_that(tree.cpp("kernels/"), OUTSIDE, prose=False)


@rule({"kernels/a.hpp": "", "collectives/b.hpp": ""},
      beside={"collectives/c.hpp": "", "tests/collectives/c_test.cpp": "", "collectives/native_d.hpp": ""})
def every_kernel_has_its_test(tree):
    """native_* need the library: tests/harness/every_kernel_mpi_test.cpp runs every kernel there is."""
    own = [path for path in tree.kernels() if not Path(path).name.startswith("native_")]
    return [path for path in own if f"tests/{path.removesuffix('.hpp')}_test.cpp" not in tree.files]


@rule({"tests/collectives/a_test.cpp": "TEST(A, IsFast)"},
      beside={"tests/collectives/b_test.cpp": "expect_closed_form_up_to<B>(9)", "tests/collectives/parts/c_test.cpp": ""})
def every_collective_is_held_against_its_closed_forms(tree):
    """Those of its messages and of its delays: tests/support/collective_checks.hpp counts both."""
    tests = [path for path in tree.under("tests/collectives/", ending="_test.cpp") if path.count("/") == 2]
    return [path for path in tests if "expect_closed_form" not in tree.text(path)]


@rule({"kernels/a.hpp": "", "kernels/b.hpp": ""},
      beside={"kernels/c.hpp": "", "kernels/parts/d.hpp": "", "tests/safety/b/safety.hpp": "",
              "tests/safety/c/safety.hpp": "", "tests/safety/c/mutants.toml": ""})
def every_protocol_has_its_invariants_and_their_mutants(tree):
    protocols = [path for path in tree.kernels() if path.startswith("kernels/")]
    needs = [(path, f"tests/safety/{Path(path).stem}/{name}") for path in protocols for name in ("safety.hpp", "mutants.toml")]
    return [f"{path}: {needed}" for path, needed in needs if needed not in tree.files]


@rule({"tests/safety/a/x.hpp": "namespace coordbench::testing {", "tests/safety/a/y.hpp": ""},
      beside={"tests/safety/a/b.hpp": "namespace coordbench::testing::a {", "tests/safety/c.hpp": "namespace coordbench {",
              "tests/safety/a/z_test.cpp": "namespace coordbench::testing::b {"})
def every_folder_of_invariants_is_a_namespace(tree):
    """All protocols are linked into one program, where two types of one name and namespace would silently be one."""
    inside = [path for path in tree.cpp("tests/safety/") if path.count("/") > 2 and not path.endswith("_test.cpp")]
    opened = {path: re.findall(r"^namespace (\w[\w:]*) {", tree.text(path), re.MULTILINE) for path in inside}
    return [path for path in inside if opened[path] != [f"coordbench::testing::{path.split('/')[2]}"]]


@rule({"tests/a/b_test.cpp": "namespace coordbench::testing {\nnamespace {", "tests/c_test.cpp": "namespace {",
       "tests/d_test.cpp": "namespace coordbench::e_test {\nnamespace {"},
      beside={"tests/a/f_test.cpp": "namespace coordbench {\n}\nnamespace coordbench::testing::f_test {\nnamespace {",
              "tests/g/h_test.cpp": "namespace coordbench::g_h_test {\nnamespace {", "tests/i.cpp": "namespace {"})
def what_a_test_names_for_itself_is_in_a_namespace_called_like_its_file(tree):
    """Several tests are compiled at a time, and two may have helpers of one name."""
    tests = [path for path in tree.cpp("tests/") if path.endswith("_test.cpp")]
    opening = re.compile(r"^namespace (?:\w+::)*(\w+) \{\n(?:\n|(?:namespace fs|using) [^\n]*\n)*namespace \{", re.MULTILINE)
    around = {path: opening.findall(tree.text(path)) for path in tests}
    called = {path: (Path(path).stem, f"{Path(path).parent.name}_{Path(path).stem}") for path in tests}
    return [path for path in tests if not around[path] or not set(around[path]) <= set(called[path])]


@rule({"tests/a/b.cpp": "", "harness/plan/c.cpp": ""},
      beside={"README.md": "`cmake/`", "cmake/d": "", "tests/README.md": "", "harness/README.md": "plan", "harness/e": "",
              "tests/harness/plan/f.cpp": ""})
def every_folder_is_introduced(tree):
    """By a README of its own, by name in the one above, or as the mirror, in tests/, of a folder that is."""
    folders = {parent.as_posix() for path in tree.files for parent in Path(path).parents} - {"."}
    mirrors = {f"tests/{folder}" for folder in folders}
    silent = [f for f in sorted(folders - mirrors) if not f.startswith("results/") and f"{f}/README.md" not in tree.files]
    above = {f: (Path(f).parent / "README.md").as_posix() for f in silent}
    return [f"{f}/" for f in silent if above[f] not in tree.files or f"`{Path(f).name}/" not in tree.text(above[f])]


@rule({"README.md": "[a file](harness/gone.cpp)", "results/README.md": "![a figure](none.png)"},
      beside={"tests/README.md": "[up](../README.md#bounds) and [away](https://example.org/x)"})
def every_link_leads_somewhere(tree):
    links = [(page, target) for page in tree.under("", ending=".md")
             for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", tree.text(page))]
    return [f"{page}: {target}" for page, target in links if not (tree.root / Path(page).parent / target).exists()]


@rule({"README.md": "word " * (WORDS_MAX + 1)}, beside={"tests/README.md": "word " * (WORDS_MAX + 1)})
def the_first_page_is_short(tree):
    count = len(tree.text("README.md").split()) if "README.md" in tree.files else 0
    return [f"README.md: {count} words"] if count > WORDS_MAX else []


@rule({"jobs/a": "cd /" "work/main", "results/b.md": "ran in /" "home/you/coordbench", "harness/c.cpp": 'read("/' 'root/x")'},
      beside={"tests/d.cpp": '"flat_broadcast/root=1", "/usr/bin/python3", path + "a/work/b"'})
def no_path_of_one_machine_is_told(tree):
    return [f"{path}: {found.group().decode()}" for path in tree.files
            if (found := MACHINES.search((tree.root / path).read_bytes()))]


@rule({"harness/a.cpp": "// TO" "DO: later", "README.md": "FIX" "ME"})
def nothing_is_left_for_later(tree):
    texts = tree.under("jobs/", "cmake/") + tree.under("", ending=".md")
    return tree.lines_that(tree.cpp() + tree.python() + texts, UNFINISHED)


@rule({"tests/a.cpp": "GTEST_" "SKIP();", "tests/b.cpp": "TEST(Plan, DIS" "ABLED_Big)", "tests/c.py": "@pytest.mark." "skip"},
      beside={"tests/d.py": "@pytest.mark.skipif(not there, reason='')"})
def no_test_is_switched_off(tree):
    return tree.lines_that(tree.cpp("tests/") + tree.under("tests/", ending=".py"), SWITCHED_OFF)


@pytest.mark.parametrize("name", RULES)
def test_this_tree_keeps_the_rule(name):
    broken = RULES[name][0](Tree(ROOT))
    assert not broken, "\n".join([name.replace("_", " ") + ", but:", *broken])


@pytest.mark.parametrize("name", RULES)
def test_the_rule_sees_who_breaks_it_and_nobody_else(name, tmp_path):
    keeps, breaking, beside = RULES[name]
    for path, text in {**breaking, **beside}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    seen = keeps(Tree(tmp_path))
    for path in breaking:
        assert any(path.startswith(place.split(":")[0]) for place in seen), path
    for path in beside:
        assert not any(path.startswith(place.split(":")[0]) for place in seen), path
