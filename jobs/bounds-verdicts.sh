# Rows of results/BOUNDS.md on verdicts: claims of the text, judged from campaigns; sourced by jobs/bounds, whose $scratch and functions it
# uses.
# shellcheck shell=bash

# Claims marked decidable that the published campaigns decide.
row_verdicts_a() {
  analyse claims results/two-core-vm results/fat-tree results/wide-area results/evidence --soak results/claims/soak.json --out "$scratch/verdicts-a"
}
# Of each of these claims two made-up campaigns: the verdict turns.
row_verdicts_b() { /usr/bin/python3 -m pytest -q tests/analysis/verdicts/test_claims_turn.py; }
row_verdicts_d() { /usr/bin/python3 tests/analysis/verdicts/claims_speed.py; }
