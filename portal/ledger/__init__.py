"""Proof that nothing was changed, removed or reordered, checkable by somebody who does not trust us.

A pure room: standard library only, bytes in, bytes out.

``canonical``  one value, one sequence of bytes
``chain``      each event's hash covers the one before; salted commitments to erasable data
``merkle``     a log of hashes under one root, with proofs of inclusion and of growth (RFC 9162)
"""
