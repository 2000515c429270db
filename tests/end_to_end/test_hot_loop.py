"""From the measuring loop down everything is templates: our instructions in it hold no indirect call and no indirect jump.

Looks at the object files of the kernels, where calls are still named, at everything that the loops can reach. MPI's own
instructions, and libc's, lie behind the names that they are called by and are not ours.
"""

import re
import shutil
import subprocess

import pytest

from .launching import BUILD

SECTION = re.compile(r"^Disassembly of section (.*):$")
FUNCTION = re.compile(r"^[0-9a-f]+ <(.*)>:$")
RELOCATION = re.compile(r"^\s+[0-9a-f]+: R_\w+\s+(.*?)(?:[-+]0x[0-9a-f]+)?$")
NEAR = re.compile(r"\b(?:call|jmp|j[a-z]+|bl?|b\.[a-z]+)\s+[0-9a-f]+ <(.*?)(?:\+0x[0-9a-f]+)?>$")
INDIRECT = re.compile(r"\b(?:call|jmp)q?\s+\*|\bblr?a?\s+x\d+|\bbr\s+x\d+|\bblr\s")  # x86 and Arm
COLD = re.compile(r"\[clone \.cold\]$|^\.text\.unlikely")

COLLECTIVE = ["run_block(long, long)"]
PROTOCOL = ["propose_one_by_one(long, long)", "stream(long, long)", "serve()"]
BENCHES = {
    "binomial_broadcast": ("CollectiveBench<coordbench::BinomialBroadcast", COLLECTIVE),
    "two_phase_commit": ("ProtocolBench<coordbench::TwoPhaseCommit", PROTOCOL),
    "raft_replication": ("ProtocolBench<coordbench::RaftReplication", PROTOCOL),
}
DOORS = ["OverMpi", "InSharedMemory", "Hybrid"]
# Called while nothing is measured or never to return: they may allocate, throw, and be as indirect as they like.
OUTSIDE = re.compile(r"^(std::__throw|__cxa|operator |_Unwind)|::give_up|TimedOut")


class Code:
    """Functions of an object file, by demangled name: their instructions, and the names that they refer to."""

    def __init__(self, path):
        self.instructions, self.names = {}, {}  # a section's names are its functions: local calls name no more than the section
        command = ["objdump", "--disassemble", "--reloc", "--demangle", "--no-show-raw-insn", str(path)]
        section = name = None
        for line in subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines():
            if found := SECTION.match(line):
                section = found[1]
                self.instructions[section], self.names[section] = [], set()
            elif found := FUNCTION.match(line):
                name = found[1]
                self.names[section].add(name)
                self.instructions.setdefault(name, [])
                self.names.setdefault(name, set())
            elif found := RELOCATION.match(line):
                self.names[name].add(found[1])
            elif name and "\t" in line:
                self.instructions[name].append(line.strip())
                if found := NEAR.search(line):
                    self.names[name].add(found[1])

    def reached_from(self, roots) -> tuple[set[str], set[str]]:
        """Names of the functions here that `roots` may call, themselves included, and of those elsewhere."""
        here, elsewhere, ahead = set(), set(), list(roots)
        while ahead:
            name = ahead.pop()
            if name in here or OUTSIDE.search(name) or COLD.search(name):
                continue
            if name not in self.instructions:
                elsewhere.add(name)
                continue
            here.add(name)
            ahead += self.names[name]
        return here, elsewhere

    def indirect(self, names) -> list[str]:
        return [f"{name}: {line}" for name in sorted(names) for line in self.instructions[name] if INDIRECT.search(line)]


def object_file(kernel):
    found = list((BUILD / "CMakeFiles" / "kernels.dir").rglob(f"{kernel}.cpp.o"))
    assert len(found) == 1, f"the object file of {kernel} is not below {BUILD}"
    return found[0]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kernel", BENCHES)
def test_the_hot_loop_has_no_indirect_call(kernel, door):
    code = Code(object_file(kernel))
    bench, names = BENCHES[kernel]
    loops = [f"coordbench::{bench}, coordbench::{door}>::{name}" for name in names]
    for loop in loops:
        assert loop in code.instructions, f"{loop} was inlined or renamed: nothing to look at"
    here, elsewhere = code.reached_from(loops)
    if door != "InSharedMemory":
        assert {"MPI_Isend", "MPI_Irecv", "MPI_Test"} <= elsewhere, "this is where messages are sent and received"
    ours_elsewhere = [name for name in elsewhere if "coordbench::" in name and "(" in name]
    assert not ours_elsewhere, "they are not seen here"
    assert sum(len(code.instructions[name]) for name in here) > 300
    assert code.indirect(here) == []


INDIRECTIONS = {
    "std::function": ("std::function<void()> f;", "f();"),
    "virtual call": ("struct V { virtual void g() = 0; }; V* v;", "v->g();"),
    "function pointer": ("void (*p)();", "p();"),
    "jump table": ("int s; void a(); void b(); void c(); void d(); void e();",
                   "switch (s) { case 0: a(); break; case 1: b(); break; case 2: c(); break; case 3: d(); break;"
                   "case 4: e(); }"),
}


@pytest.mark.skipif(shutil.which("c++") is None, reason="there is no c++ to compile what the check should see")
@pytest.mark.parametrize("members, statement", INDIRECTIONS.values(), ids=INDIRECTIONS.keys())
def test_the_check_sees(tmp_path, members, statement):
    source = tmp_path / "seen.cpp"
    source.write_text(f"""
        #include <functional>
        namespace coordbench {{
        struct BinomialBroadcast {{ {members} [[gnu::noinline]] void run() {{ {statement} asm(""); }} }};
        template <class C> struct CollectiveBench {{
          C c;
          [[gnu::noinline]] void run_block(long first, long count) {{ for (long k = first; k < first + count; ++k) c.run(); }}
        }};
        template struct CollectiveBench<BinomialBroadcast>;
        }}""")
    subprocess.run(["c++", "-std=c++20", "-O2", "-c", str(source), "-o", str(tmp_path / "seen.o")], check=True, timeout=60)
    code = Code(tmp_path / "seen.o")
    loop = "coordbench::CollectiveBench<coordbench::BinomialBroadcast>::run_block(long, long)"
    assert loop in code.instructions
    assert code.indirect(code.reached_from([loop])[0]) != []
