"""Each invariant is worth its sentence: a copy of the protocol, broken in one way, is caught by exactly the invariant that
mutants.toml names for it, and nothing is reported of the protocol as it is."""

import re
import shutil
import subprocess
import tomllib
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "safety"
PROGRAM = [*sorted(HERE.glob("*.cpp")), ROOT / "harness/options/units.cpp"]  # less the tests: what every protocol shares
COMPILE = ["g++", "-std=c++20", "-O1"]
SCHEDULES = 10_000  # an entry may ask for more: schedules = …
SENTENCE = re.compile(r'std::string_view sentence\s*=\s*"([^":]+):')

PROTOCOLS = sorted(path.parent.name for path in HERE.glob("*/safety.hpp"))


def mutants_of(protocol: str) -> list[dict]:
    path = HERE / protocol / "mutants.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))["mutant"] if path.exists() else []


AS_IT_IS = [(protocol, {"name": "as it is", "breaks": None}) for protocol in PROTOCOLS]
MUTANTS = [(protocol, mutant) for protocol in PROTOCOLS for mutant in mutants_of(protocol)]


def called(case: tuple[str, dict]) -> str:
    return f"{case[0]}: {case[1]['name']}"


def run(*command, **options) -> subprocess.CompletedProcess:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)


def compiled(*command) -> None:
    made = run(*COMPILE, *command)
    assert made.returncode == 0, made.stderr[:3000]


def patched_copy(mutant: dict, folder: Path) -> None:
    """The headers of the tree in `folder`, one of them changed."""
    for part in ("harness", "kernels", "tests"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("*.cpp", "*.py", "*.pyc", "*.toml", "*.md"))
    if "header" not in mutant:
        return
    header = folder / mutant["header"]
    text = header.read_text(encoding="utf-8")
    assert text.count(mutant["from"]) == 1, f"{mutant['header']} holds {text.count(mutant['from'])} times: {mutant['from']}"
    header.write_text(text.replace(mutant["from"], mutant["to"]), encoding="utf-8")


def printed(protocol: str, mutant: dict, folder: Path, program: list[Path]) -> str:
    """What the soak of a mutant prints, or a story told by hand where chance would need too long to find it."""
    patched_copy(mutant, folder)
    if "story" in mutant:
        return tell(HERE / protocol / mutant["story"], folder)
    return soak(protocol, mutant, folder, program)


def tell(story: Path, folder: Path) -> str:
    compiled(f"-I{folder}", f'-DCOORDBENCH_SOURCE_DIR="{ROOT}"', story, "-lgtest_main", "-lgtest", "-lfmt", "-pthread",
             "-o", folder / "story")
    ran = run(folder / "story", timeout=300)
    assert ran.returncode in (0, 1), ran.stderr
    return "\n".join(f"violated: {sentence}" for sentence in re.findall(r'exception with description "([^"]*)"', ran.stdout))


def soak(protocol: str, mutant: dict, folder: Path, program: list[Path]) -> str:
    name = "".join(word.capitalize() for word in protocol.split("_"))
    source = folder / "subject.cpp"
    source.write_text(f"""#include "tests/safety/{protocol}/safety.hpp"
#include "tests/safety/subject_entry.hpp"
namespace coordbench::testing {{
std::span<const Subject> all_subjects() {{
  static constexpr Subject subjects[] = {{make_subject<{name}Safety>("{protocol}")}};
  return subjects;
}}
}}""")
    compiled(f"-I{folder}", source, *program, "-lfmt", "-pthread", "-o", folder / "soak")
    ran = run(folder / "soak", protocol, "--schedules", mutant.get("schedules", SCHEDULES), timeout=300)
    assert ran.returncode in (0, 1), ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def prints(tmp_path_factory, request) -> dict[str, Future]:
    """What each selected case prints, two being compiled and run at a time."""
    folder = tmp_path_factory.mktemp("mutants")
    program = []
    for source in PROGRAM:
        if source.name.endswith("_test.cpp") or source.name == "simulator_speed.cpp":
            continue
        program.append(folder / f"{source.stem}.o")
        compiled(f"-I{ROOT}", "-c", source, "-o", program[-1])
    ours = [item for item in request.session.items if item.path == request.path]
    parametrized = [item.callspec.params for item in ours if hasattr(item, "callspec")]
    selected = [params["case"] for params in parametrized if "case" in params]
    pool = ThreadPoolExecutor(max_workers=2)
    futures = {called(case): pool.submit(printed, *case, tmp_path_factory.mktemp("mutant"), program) for case in selected}
    yield futures
    pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("case", AS_IT_IS + MUTANTS, ids=called)
def test_exactly_the_named_invariant_is_reported(case, prints):
    output = prints[called(case)].result()
    found = re.search(r"^violated: ([^:\n]+):", output, re.MULTILINE)
    assert (found.group(1) if found else None) == case[1]["breaks"], output


def headers_of(header: Path, seen: set[Path]) -> set[Path]:
    """A header and all of tests/safety/*/ that it includes; protocols may share invariants."""
    if header not in seen:
        seen.add(header)
        for path in re.findall(r'#include "(tests/safety/\w+/\w+\.hpp)"', header.read_text(encoding="utf-8")):
            headers_of(ROOT / path, seen)
    return seen


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_invariant_is_broken_by_some_mutant(protocol):
    headers = headers_of(HERE / protocol / "safety.hpp", set())
    names = {name for header in headers for name in SENTENCE.findall(header.read_text(encoding="utf-8"))}
    assert names, f"no invariants in tests/safety/{protocol}/"
    assert names == {mutant["breaks"] for mutant in mutants_of(protocol)}
