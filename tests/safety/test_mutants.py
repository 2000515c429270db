"""Each invariant is worth its sentence: each mutant of a protocol is caught by exactly the invariant that mutants.toml names,
and nothing is reported of the protocol as it is. One program holds a protocol and all its mutants (mutant_schema.py)."""

import os
import re
import subprocess
import sys
import tomllib
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "safety"
sys.path.insert(0, str(HERE))
from mutant_schema import write  # noqa: E402

# An entry may ask for more: schedules = …. It may also begin with the one that chance met with it at, which saves the thousands
# before: first = …. Where draws have changed since, those behind it are as good.
SCHEDULES = 10_000
TIMEOUT_S = 300
COMPILE = ["g++", "-std=c++20", f'-DCOORDBENCH_SOURCE_DIR="{ROOT}"']
SOAK = ["-O1", "-lfmt", "-pthread"]
STORY = ["-O0", "-lgtest_main", "-lgtest", "-lfmt", "-pthread"]  # told once
AUTHENTICATION = ROOT / "harness" / "authentication"
MAIN = """#include "tests/safety/{protocol}/safety.hpp"
#include "tests/safety/mutant_soak.hpp"
int main(int count, char** words) {{
  using namespace coordbench::testing;
  return run_mutant(make_subject<{protocol}::Safety>("{protocol}"), count, words);
}}
"""

PROTOCOLS = sorted(path.parent.name for path in HERE.glob("*/safety.hpp"))


def mutants_of(protocol: str) -> list[dict]:
    path = HERE / protocol / "mutants.toml"
    mutants = tomllib.loads(path.read_text(encoding="utf-8"))["mutant"] if path.exists() else []
    return [{**mutant, "number": number} for number, mutant in enumerate(mutants, 1)]


def unchanged(protocol: str) -> list[dict]:
    """The protocol as it is, soaked and in each story. jobs/soak runs more schedules of it; here they show that no mutant is in
    force."""
    stories = sorted({mutant["story"] for mutant in mutants_of(protocol) if "story" in mutant})
    soaked = {"name": "as it is", "breaks": None, "number": 0, "schedules": 1_000}
    return [soaked, *({**soaked, "name": f"as it is, in {story}", "story": story} for story in stories)]


CASES = [(protocol, mutant) for protocol in PROTOCOLS for mutant in unchanged(protocol) + mutants_of(protocol)]


def called(case: tuple[str, dict]) -> str:
    return f"{case[0]}: {case[1]['name']}"


def run(*command, **options) -> subprocess.CompletedProcess:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)


def compiled(protocol: str, story: str | None, folder: Path) -> Path:
    """The program that soaks a protocol and all its mutants, or the one that tells a story of them by hand, where chance would
    need too long to meet with it."""
    write(mutants_of(protocol), ROOT, folder)
    source, options = folder / "soak.cpp", SOAK
    if story:
        source, options = HERE / protocol / story, STORY
    else:
        source.write_text(MAIN.format(protocol=protocol))
    if "authentications" in (ROOT / "kernels" / f"{protocol}.hpp").read_text(encoding="utf-8"):
        options = [*sorted(AUTHENTICATION.glob("*.cpp")), *options, "-lsodium"]
    made = run(*COMPILE, f"-I{folder}", f"-I{ROOT}", source, *options, "-o", folder / "program")
    assert made.returncode == 0, made.stderr[:3000]
    return folder / "program"


def told(program: Path, mutant: dict) -> str:
    """What the program prints with this mutant in force."""
    words = [] if "story" in mutant else [mutant.get("schedules", SCHEDULES), mutant.get("first", 1)]
    ran = run(program, *words, timeout=TIMEOUT_S, env=os.environ | {"COORDBENCH_MUTANT": str(mutant["number"])})
    statuses = (0, 1) if mutant["breaks"] else (0,)
    assert ran.returncode in statuses, f"ended with {ran.returncode}: {ran.stdout}{ran.stderr}"
    return re.sub(r'^.*exception with description "([^"]*)".*$', r"violated: \1", ran.stdout, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def programs(tmp_path_factory, request) -> dict[tuple[str, str | None], Future]:
    """Those of the selected cases, two being compiled at a time."""
    pool = ThreadPoolExecutor(max_workers=2)
    futures = {}
    for item in request.session.items:
        params = item.callspec.params if item.path == request.path and hasattr(item, "callspec") else {}
        protocol, mutant = params.get("case", (params.get("protocol"), {}))
        key = protocol, mutant.get("story")
        if protocol and key not in futures:
            futures[key] = pool.submit(compiled, *key, tmp_path_factory.mktemp(protocol))
    yield futures
    pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("case", CASES, ids=called)
def test_exactly_the_named_invariant_is_reported(case, programs):
    protocol, mutant = case
    output = told(programs[protocol, mutant.get("story")].result(), mutant)
    found = re.search(r"^violated: ([^:\n]+):", output, re.MULTILINE)
    assert (found.group(1) if found else None) == mutant["breaks"], output


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_invariant_is_broken_by_some_mutant(protocol, programs):
    sentences = run(programs[protocol, None].result()).stdout.splitlines()
    assert sentences, f"no invariants in tests/safety/{protocol}/"
    broken = {mutant["breaks"] for mutant in mutants_of(protocol)} - {"Bounds"}  # which every machine keeps
    assert {sentence.split(":")[0] for sentence in sentences} == broken
