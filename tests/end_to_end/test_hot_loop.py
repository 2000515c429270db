"""From the measuring loop down everything is templates: our instructions in it hold no indirect call and no indirect jump.

Looks at the object files of the kernels, where calls are still named, at everything that the loops can reach. MPI's own
instructions, and libc's, lie behind the names that they are called by and are not ours.
"""

import functools
import re
import subprocess

import pytest

from .launching import BUILD, compiler

SECTION = re.compile(r"^Disassembly of section (.*):$")
FUNCTION = re.compile(r"^[0-9a-f]+ <(.*)>:$")
RELOCATION = re.compile(r"^\s+[0-9a-f]+: R_\w+\s+(.*?)(?:[-+]0x[0-9a-f]+)?$")
NEAR = re.compile(r"\b(?:call|jmp|j[a-z]+|bl?|b\.[a-z]+)\s+[0-9a-f]+ <(.*?)(?:\+0x[0-9a-f]+)?>$")
INDIRECT = re.compile(r"\b(?:call|jmp)q?\s+\*|\bblr?a?\s+x\d+|\bbr\s+x\d+|\bblr\s")  # x86 and Arm
COLD = re.compile(r"\[clone \.cold\]$|^\.text\.unlikely")

COLLECTIVE = ["CollectiveBench<coordbench::{kernel}, coordbench::{transport}>::run_block(long, long)"]
PROTOCOL = ["ProtocolRank<coordbench::{kernel}, coordbench::{transport}>::propose_alone(long, coordbench::Payload)",
            "ProtocolRank<coordbench::{kernel}, coordbench::{transport}>::stream(coordbench::Operations)",
            "ProtocolBench<coordbench::{kernel}, coordbench::{transport}>::serve(coordbench::Operations)"]
LOOPS = {"binomial_broadcast": COLLECTIVE, "two_phase_commit": PROTOCOL, "raft_replication": PROTOCOL,
         "quorum_register": PROTOCOL, "sequencer": PROTOCOL, "g_counter": PROTOCOL}
TRANSPORTS = ["OverMpi", "InSharedMemory", "Hybrid"]
PIECES = ("propose_as_one_piece(", "receive_as_one_piece(")  # of a protocol's node: from a proposal or arrival to what it sends
# Called while nothing is measured, never to return, once in a thousand fruitless turns of a wait, or in simulated worlds alone,
# whose arenas grow: they may allocate, throw, and be as indirect as they like.
OUTSIDE = re.compile(r"^(std::__throw|__cxa|operator |_Unwind)|::give_up|TimedOut|Deadline::is_over\(|PayloadArena::grow\(")


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
    """Its own or, of a collective, that of the several it is compiled with."""
    folder = BUILD / "CMakeFiles" / "kernels.dir"
    several = [path for path in folder.glob("Unity/*.cxx") if f"/{kernel}.cpp" in path.read_text()]
    found = [path.with_name(path.name + ".o") for path in several] or list(folder.rglob(f"{kernel}.cpp.o"))
    assert len(found) == 1 and found[0].exists(), f"the object file of {kernel} is not below {BUILD}"
    return found[0]


@pytest.fixture(scope="module")
def code():
    return functools.cache(lambda kernel: Code(object_file(kernel)))


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kernel", LOOPS)
def test_the_hot_loop_has_no_indirect_call(code, kernel, transport):
    code, name = code(kernel), "".join(word.capitalize() for word in kernel.split("_"))
    loops = [f"coordbench::{loop.format(kernel=name, transport=transport)}" for loop in LOOPS[kernel]]
    for loop in loops:
        assert loop in code.instructions, f"{loop} was inlined or renamed: nothing to look at"
    here, elsewhere = code.reached_from(loops)
    for piece in PIECES if LOOPS[kernel] is PROTOCOL and transport != "Hybrid" else ():
        assert [name for name in here if "coordbench::Node<" in name and piece in name], f"{piece}) is not reached"
    if transport != "InSharedMemory":
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
    subprocess.run([compiler(), "-std=c++20", "-O2", "-c", str(source), "-o", str(tmp_path / "seen.o")], check=True, timeout=60)
    code = Code(tmp_path / "seen.o")
    loop = "coordbench::CollectiveBench<coordbench::BinomialBroadcast>::run_block(long, long)"
    assert loop in code.instructions
    assert code.indirect(code.reached_from([loop])[0]) != []
