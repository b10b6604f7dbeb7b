"""Letters of the procedure: what they say, how they are printed, sealed and checked.

`contents` holds the facts of each letter, `pdf.render` prints them, `signature` signs and seals, `verify`
checks both, `authority` makes the certificates of a demonstration.
"""
