# Rows of results/BOUNDS.md on gossip's own time, on what the soak draws, and on tests that stay short; sourced by jobs/bounds, whose
# $scratch and launches it uses.
# shellcheck shell=bash

row_gossip_a() {
  build build coordbench-smpi
  local kernel one_by_one=() to_many=()
  for kernel in push_gossip pull_gossip push_pull_gossip; do
    one_by_one+=(--set "$kernel.pace=timer,lockstep" --set "$kernel.period_us=1")
    to_many+=(--set "$kernel.pace=receipt" --set "$kernel.fanout=16")
  done
  for settings in one_by_one to_many; do
    local -n given=$settings
    COORDBENCH_BUILD=build jobs/simulate --ranks 64 --platform one_switch --out "$scratch/gossip" --kernels '@gossip' --operations 20 "${given[@]}" >/dev/null
  done
  /usr/bin/python3 - "$scratch"/gossip/launch-00[12].h5 <<'PYTHON'
import json
import sys

import h5py
import numpy as np

RANKS, GRAPHS = 64, 2000


def depth(fanout: int) -> float:
    """Mean, over random graphs that reach all ranks, of the calls to the last of them."""
    random, depths = np.random.default_rng(1), []
    for _ in range(GRAPHS):
        reached, edge, deep = {0}, {0}, 0
        while edge:
            edge = {to + (to >= rank) for rank in edge for to in random.choice(RANKS - 1, fanout, replace=False).tolist()} - reached
            reached |= edge
            deep += bool(edge)
        if len(reached) == RANKS:
            depths.append(deep)
    return float(np.mean(depths))


cases = {}
for path in sys.argv[1:]:
    file = h5py.File(path)
    for name, kernel, text in zip(*(file["cases"][column][:] for column in ("name", "kernel", "parameters"))):
        parameters, samples = json.loads(text), file["samples"][name.decode()]
        took = np.nanmedian(samples["end_ns"][...].max(axis=1) - np.where(samples["start_ns"][...] < 0, 1 << 62, samples["start_ns"][...]).min(axis=1))
        rounds = samples["rounds"][...].mean() if "rounds" in samples else None
        cases[kernel.decode(), parameters.get("pace"), parameters.get("fanout")] = took, rounds
one_way = next(took for (kernel, *_), (took, _) in cases.items() if kernel == "ping_pong") / 2
print(f"one way {one_way:.0f} ns, period 1000 ns")
for kernel in ("push_gossip", "pull_gossip", "push_pull_gossip"):
    timer, rounds = cases[kernel, "timer", 1][0], cases[kernel, "lockstep", 1][1]
    receipt = cases[kernel, "receipt", 16][0]
    print(f"{kernel}: timer {timer:.0f} ns, {timer / (rounds * one_way):.2f} of {rounds:.2f} rounds one way each; "
          f"receipt, fan-out 16: {receipt:.0f} ns, {receipt / (depth(16) * one_way):.2f} of {depth(16):.2f} one way each")
PYTHON
}
row_gossip_b() { /usr/bin/python3 -m pytest -q -s tests/kernels/test_gossip_distribution.py -k 'receipt or timers'; }
row_gossip_c() { /usr/bin/python3 -m pytest -q tests/end_to_end/test_gossip.py -k 'silent'; }
row_gossip_d() {
  build/unit-tests --gtest_filter='*SurvivesTenThousandSchedules*' --gtest_brief=1
  /usr/bin/python3 -m pytest -q tests/safety/test_mutants.py
}
row_gossip_e() { cost_to_compile raft_replication two_phase_commit; }
row_gossip_f() {
  local clone=$scratch/clone
  git clone -q . "$clone"
  (cd "$clone" && jobs/test && jobs/test --quick) 2>&1 | grep -aA12 '^jobs/test:'
}
row_gossip_g() { row_a && row_j && row_t && row_u && row_v && row_w; }

# cost_to_compile KERNEL…: core-seconds that a kernel adds to the targets that have been built (jobs/test builds all): of each source
# that is compiled by itself; where a source is compiled with others, of it and what all of them include, less the latter; and of its mutants.
cost_to_compile() {
  local kernel folder source
  for kernel in "$@"; do
    : >"$scratch/$kernel"
    for folder in build build/sanitized; do
      [[ -e $folder/build.ninja ]] || continue
      for source in "$folder"/generated/*/"$kernel".cpp tests/kernels/"$kernel"*_test.cpp tests/safety/"$kernel"/*_test.cpp; do
        [[ -e $source ]] && added_core_seconds "$folder" "$(realpath "$source")" >>"$scratch/$kernel"
      done
    done
    { TIMEFORMAT="%U"; time /usr/bin/python3 -m pytest -q tests/safety/test_mutants.py -k "$kernel: " >/dev/null; } 2>>"$scratch/$kernel"
    echo "$kernel: $(paste -sd+ "$scratch/$kernel" | bc) core-seconds in $(wc -l <"$scratch/$kernel") compilations ($(paste -sd' ' "$scratch/$kernel"))"
  done
}
added_core_seconds() {  # added_core_seconds BUILD SOURCE
  local target group
  target=$(basename "$(dirname "$2")")
  case $2 in */tests/*) target=unit-tests ;; */generated/micro/*) target=coordbench-micro ;; esac
  group=$(grep -lF "\"$2\"" "$1/CMakeFiles/$target.dir"/Unity/*.cxx 2>/dev/null | head -1 || true)
  if [[ -z $group ]]; then
    core_seconds "$1" "$target" "$2"
  else
    # What the others include is parsed anyway. Their own code is left out: the difference of two long times is noise.
    grep -vF "\"$2\"" "$group" | sed -n 's/^#include "\(.*\)"$/\1/p' | xargs grep -hE '^#include' | sort -u >"$scratch/others.cpp"
    { cat "$scratch/others.cpp" && echo "#include \"$2\""; } >"$scratch/with.cpp"
    bc <<<"$(core_seconds "$1" "$target" "$scratch/with.cpp") - $(core_seconds "$1" "$target" "$scratch/others.cpp")"
  fi
}
core_seconds() {  # core_seconds BUILD TARGET SOURCE, with the target's flags
  local command
  command=$(ninja -C "$1" -t commands "$(ninja -C "$1" -t targets all | grep -oE "^CMakeFiles/$2.dir/[^:]*\.(cpp|cxx)\.o" | head -1)" | tail -1)
  command=$(sed -E "s|^ccache ||; s| -MF [^ ]+||; s| -MT [^ ]+||; s| -MD||; s| -o [^ ]+ -c [^ ]+$| -o /dev/null -c $3|" <<<"$command")
  { TIMEFORMAT="%U"; time bash -c "cd $1 && $command" >/dev/null 2>"$scratch/errors"; } 2>&1
  if [[ -s $scratch/errors ]]; then say "$3 was not compiled: $(head -1 "$scratch/errors")"; fi
}
