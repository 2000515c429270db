"""The rules that a machine can keep. Each is a function from a tree to the places that break it, declared with files that do break it,
so that every rule is seen to bite before it is believed of this tree."""

import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINES_MAX, COLUMNS_MAX = 300, 128
CLOCK, SEAM, CALIBRATOR = "harness/machine/clock.hpp", "harness/protocol.hpp", "ping_pong"
CLOCKS = re.compile(r"\bclock_gettime\b|\b\w+_clock::now\b|\bMPI_Wtime\b|\bgettimeofday\b|\brdtscp?\b|(?<![\w.>])(?:std::)?time\(")
MACHINES = re.compile(rb"(?<![\w.*}])/(?:work|root|home/(?!ann/)\w+)(?![\w=])")  # ann: the user in the tests' examples
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
SWITCHED_OFF = re.compile(r"GTEST_" r"SKIP|\bDIS" r"ABLED_|mark\.(?:skip|xfail)|pytest\.(?:skip|xfail)\(|import" r"orskip")

RULES = {}


def rule(**example):
    """Registers a rule together with a tree, {path: text}, that breaks it; `__` stands for / and `_DOT_` for a full stop."""

    def register(function):
        RULES[function.__name__] = function, {path.replace("__", "/").replace("_DOT_", "."): text for path, text in example.items()}
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
            self.files += [(here / name).as_posix() for name in sorted(names)]

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
        """file:line of every match; without `prose`, comments of C++ are not looked at."""
        found = []
        for path in paths:
            for number, line in enumerate(self.text(path).splitlines(), 1):
                if pattern.search(line if prose else re.sub(r"//.*", "", line)):
                    found.append(f"{path}:{number}: {line.strip()}")
        return found


def names_of_kernels(tree: Tree) -> re.Pattern:
    """A kernel's name or class. A name that is also a word of English counts only as a text of its own."""
    names = [Path(path).stem for path in tree.kernels() if Path(path).stem != CALIBRATOR]
    classes = ["".join(word.capitalize() for word in name.split("_")) for name in names if "_" in name]
    words = [name for name in names if "_" in name] + classes
    return re.compile("|".join([rf"\b{word}\b" for word in words] + [f'"{name}"' for name in names]) or "(?!)")


@rule(harness__long_DOT_cpp="int x;\n" * (LINES_MAX + 1))
def no_file_of_code_is_long(tree):
    code = tree.cpp() + tree.python()
    return [f"{path}: {count} lines" for path in code if (count := len(tree.text(path).splitlines())) > LINES_MAX]


@rule(harness__wide_DOT_cpp="/" * (COLUMNS_MAX + 1), analysis__wide="#!/usr/bin/python3\n#" + "ü" * COLUMNS_MAX)
def no_line_of_code_is_wide(tree):
    return tree.lines_that(tree.cpp() + tree.python(), re.compile(".{%d}" % (COLUMNS_MAX + 1)))


@rule(harness__mute_DOT_hpp="#pragma once\n#include <set>\n", harness__twice_DOT_hpp="// Can be included twice.\n")
def every_header_opens_with_what_it_is(tree):
    return [path for path in tree.under("", ending=".hpp") if not tree.text(path).startswith("#pragma once\n// ")]


@rule(harness__a_DOT_cpp="auto t = std::chrono::steady_clock::now();", tests__b_DOT_cpp="x = MPI_Wtime();",
      kernels__c_DOT_hpp="srand(time(nullptr));", harness__d_DOT_cpp="return clock_gettime(CLOCK_REALTIME, &t);")
def clocks_are_read_in_one_file(tree):
    return tree.lines_that([path for path in tree.cpp() if path != CLOCK], CLOCKS, prose=False)


@rule(collectives__chain_broadcast_DOT_hpp="", collectives__empty_DOT_hpp="", harness__a_DOT_cpp='if (name == "chain_broadcast")',
      harness__b_DOT_cpp='if (name == "empty")', harness__c_DOT_cpp="run<ChainBroadcast>();")
def the_harness_names_no_kernel(tree):
    return tree.lines_that(tree.under("harness/"), names_of_kernels(tree), prose=False)


@rule(CMakeLists_DOT_txt="add_kernel(chain_broadcast)", collectives__chain_broadcast_DOT_hpp="",
      cmake__a_DOT_cmake="set(kernels collectives/empty.hpp)")
def the_build_lists_no_kernel(tree):
    build = tree.under("CMakeLists.txt") + tree.under("cmake/")
    header = re.compile(rf"\b(?:kernels|collectives)/(?!{CALIBRATOR}\.hpp)\w+\.hpp")
    return tree.lines_that(build, names_of_kernels(tree)) + tree.lines_that(build, header)


@rule(kernels__a_DOT_hpp='#include "harness/case.hpp"', collectives__parts__b_DOT_hpp='#include "harness/measure/recorder.hpp"')
def kernels_see_one_header_of_the_harness(tree):
    allowed = {"kernels/": f"{SEAM}|kernels/.*", "collectives/": f"{SEAM}|collectives/.*"}
    # Rotating buffers are measured memory: parts/ may ask for huge pages, kernels may not.
    allowed_in_parts = rf"{allowed['collectives/']}|harness/memory\.hpp"
    found = []
    for folder, paths in allowed.items():
        kernels = [path for path in tree.cpp(folder) if not path.startswith("collectives/parts/")]
        found += tree.lines_that(kernels, re.compile(rf'#include "(?!(?:{paths})")'))
    return found + tree.lines_that(tree.cpp("collectives/parts/"), re.compile(rf'#include "(?!(?:{allowed_in_parts})")'))


@rule(kernels__a_DOT_hpp="#include <mpi.h>", collectives__b_DOT_hpp="MPI_Barrier(world);")
def only_native_collectives_call_mpi(tree):
    own = [path for path in tree.cpp("kernels/", "collectives/") if not Path(path).name.startswith("native_")]
    return tree.lines_that(own, re.compile(r"\bMPI_|mpi\.h\b"), prose=False)


@rule(kernels__a_DOT_hpp="std::mt19937 generator;", kernels__b_DOT_hpp='#include <thread>', kernels__c_DOT_hpp="static int calls = 0;")
def protocols_are_functions_of_their_inputs(tree):
    own = r"<(?:random|thread|mutex|atomic|chrono|fstream|iostream|cstdio|unistd\.h|filesystem)>|\brand\(|\bmt19937|\bprintf\("
    state = r"^\s*(?:static|thread_local|inline) (?!constexpr|const |std::\S+ \w+\(|[^=;]*\()[^=;(]*(?:=[^;]*)?;"
    return tree.lines_that(tree.cpp("kernels/"), re.compile(rf"{own}|{state}"), prose=False)


@rule(kernels__a_DOT_hpp="", collectives__b_DOT_hpp="")
def every_kernel_has_its_test(tree):
    """native_* need the library: tests/harness/every_kernel_mpi_test.cpp runs every kernel there is."""
    own = [path for path in tree.kernels() if not Path(path).name.startswith("native_")]
    return [path for path in own if f"tests/{path.removesuffix('.hpp')}_test.cpp" not in tree.files]


@rule(README_DOT_md="`harness/`", harness__case_DOT_hpp="", harness__plan__plan_DOT_hpp="", tests__README_DOT_md="", tests__a__b_DOT_cpp="")
def every_folder_is_introduced(tree):
    """By a README of its own, or by name in the one above."""
    folders = {parent.as_posix() for path in tree.files for parent in Path(path).parents} - {"."}
    own = [folder for folder in folders if not folder.startswith("results/") and f"{folder}/README.md" not in tree.files]
    above = {folder: (Path(folder).parent / "README.md").as_posix() for folder in own}
    return sorted(f for f in own if above[f] not in tree.files or f"`{Path(f).name}/" not in tree.text(above[f]))


@rule(README_DOT_md="[a file](harness/gone.cpp) and ![a figure](results/none.png)")
def every_link_leads_somewhere(tree):
    found = []
    for page in tree.under("", ending=".md"):
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", tree.text(page)):
            if not (tree.root / Path(page).parent / target).exists():
                found.append(f"{page}: {target}")
    return found


@rule(jobs__a="cd /" "work/main", results__b_DOT_md="ran in /" "home/you/coordbench", harness__c_DOT_cpp='read("/' 'root/x")')
def no_path_of_one_machine_is_told(tree):
    return [f"{path}: {found.group().decode()}" for path in tree.files
            if (found := MACHINES.search((tree.root / path).read_bytes()))]


@rule(harness__a_DOT_cpp="// TO" "DO: later", README_DOT_md="FIX" "ME")
def nothing_is_left_for_later(tree):
    return tree.lines_that(tree.cpp() + tree.python() + tree.under("jobs/", "cmake/") + tree.under("", ending=".md"), UNFINISHED)


@rule(tests__a_DOT_cpp="GTEST_" 'SKIP() << "slow";', tests__b_DOT_cpp="TEST(Plan, DIS" "ABLED_Big)", tests__c_DOT_py="@pytest.mark." "skip")
def no_test_is_switched_off(tree):
    return tree.lines_that([path for path in tree.under("tests/", ending=("py", "cpp", "hpp"))], SWITCHED_OFF)


@pytest.mark.parametrize("name", RULES)
def test_this_tree_keeps_the_rule(name):
    broken = RULES[name][0](Tree(ROOT))
    assert not broken, "\n".join([name.replace("_", " ") + ", but:", *broken])


@pytest.mark.parametrize("name", RULES)
def test_the_rule_sees_each_file_that_breaks_it(name, tmp_path):
    keeps, example = RULES[name]
    for path, text in example.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    broken = "\n".join(keeps(Tree(tmp_path)))
    assert [path for path, text in example.items() if text and path not in broken and Path(path).parent.as_posix() not in broken] == []
