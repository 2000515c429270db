"""From counts and times to dollars: what `analysis/cost` prints, and what `analysis/advise` asks of it."""
