"""Which rung of the ladder to take, and what the next one would cost: what `analysis/advise` prints."""
