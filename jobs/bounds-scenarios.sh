# Rows of results/BOUNDS.md on scenarios; sourced by jobs/bounds, whose $scratch it uses.
# shellcheck shell=bash

# Every scenario in full, and how long each takes once it is built. SCENARIOS_PUBLISH=yes renews results/scenarios.
row_scenarios_e() {
  build build coordbench-smpi
  local name publish=() started status
  [[ -z ${SCENARIOS_PUBLISH:-} ]] || publish=(--publish)
  for name in ${SCENARIOS:-$(jobs/scenario --list | awk '{ print $1 }')}; do
    started=$SECONDS status=0
    jobs/scenario "$name" "${publish[@]}" "$(realpath --relative-to=results "$scratch/$name")" >"$scratch/$name.said" 2>"$scratch/$name.log" ||
      status=$?
    printf '%s: %d s, status %d\n' "$name" "$((SECONDS - started))" "$status"
    tail -3 "$scratch/$name.said"
  done
}
