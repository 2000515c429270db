# Rows of results/BOUNDS.md on money and advice; sourced by jobs/bounds.
# shellcheck shell=bash

# The text's table of dollars under its own model, and beside it what two published campaigns counted.
row_money_c() { analyse cost --text-table results/fat-tree results/two-core-vm; }
row_money_d() { /usr/bin/python3 tests/analysis/money/cost_speed.py; }
# Every way through the tree, and answers that are none.
row_money_f() {
  /usr/bin/python3 -c 'from analysis.advice import decisions; print("%d ways" % len(list(decisions.load().paths())))'
  /usr/bin/python3 -m pytest -q tests/analysis/advice
}
# Every count of the published campaigns at its largest number of ranks, which is held out, as followed from the others.
row_money_h() { /usr/bin/python3 tests/analysis/money/held_out_counts.py results/fat-tree results/wide-area; }
