"""Body, room signals and orders in, Story out: where the show stands, cue by cue.

`cues.py` holds the tick; `standing.py` what is kept from one to the next and how a cue is taken;
`orders.py` the rules for every order; `triggers.py`, `fades.py` and `signals.py` what cues are made
of.  Everything is a function of its arguments and moves by the tick's time alone.
"""
