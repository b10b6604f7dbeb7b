"""What may happen to a dossier, in what order, and what its events mean.

A pure room: standard library only, values in, values out; it reads no clock and holds no session.

``roles``       in what capacity somebody acts
``lifecycle``   the public states, the actions between them and who may take them (one table)
``graph``       a procedure's steps: sequence, parallel opinions, conditions, loop-back, financial stops
``refusal``     the way of a dossier that is turned down: past the stops, to the signature
``soundness``   whether a graph can be worked, said before it is published
``events``      the kinds of events a dossier lives through, and the event itself
``narration``   a movement of the graph told as the events to be written
``projection``  a dossier's present
``meanings``    what each kind of event does to that present
``replay``      events folded into the present: the fold and its table
``reading``     reading what an event carries
"""
