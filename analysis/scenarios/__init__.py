"""Scenarios: cases of everyday coordination as small campaigns, each of which ends in one figure and three sentences.

`definition.py` reads jobs/scenarios/NAME.toml, `values.py` and `quantities.py` compute what its sentences and figure show,
`sentences.py`, `picture.py` and `page.py` write them.
"""
