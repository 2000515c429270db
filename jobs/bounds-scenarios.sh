# Rows of results/BOUNDS.md on scenarios; sourced by jobs/bounds, whose $scratch it uses.
# shellcheck shell=bash

# Every scenario in full, and how long each takes once it is built. SCENARIOS_PUBLISH=yes renews results/scenarios.
row_scenarios_e() {
  build build coordbench-smpi
  local name out publish=() started took ended=0 count=0 most=0
  [[ -z ${SCENARIOS_PUBLISH:-} ]] || publish=(--publish)
  for name in ${SCENARIOS:-$(jobs/scenario --list | awk '{ print $1 }')}; do
    started=$SECONDS count=$((count + 1))
    out=$(realpath --relative-to=results "$scratch/$name")
    if jobs/scenario "$name" "${publish[@]}" "$out" >"$scratch/said" 2>"$scratch/log"; then
      ended=$((ended + 1))
    else
      cat "$scratch/log"
    fi
    took=$((SECONDS - started)) most=$((took > most ? took : most))
    echo "$name: $took s"
    tail -3 "$scratch/said"
  done
  echo "$ended of $count scenarios ended with a figure and three sentences; the longest took $most s"
}
