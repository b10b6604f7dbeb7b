"""A log of entries under one root hash, with proofs that an entry is in it and that it only ever grew.

Source: RFC 9162 (Certificate Transparency 2.0), sections 2.1.1-2.1.5, with SHA-256:

    leaf(d)    = SHA-256(0x00 ‖ d)
    node(l, r) = SHA-256(0x01 ‖ l ‖ r)
    root of n  = node(root of the first k, root of the rest), k the largest power of two below n

Trees are given as sequences of leaf hashes; proofs are tuples of hashes of 32 bytes.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

EMPTY_ROOT: Final = hashlib.sha256().digest()

Proof = tuple[bytes, ...]


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash under which an entry stands in the tree."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root hash of a tree with these leaf hashes."""
    return _root(leaves, 0, len(leaves)) if leaves else EMPTY_ROOT


def inclusion_proof(leaves: Sequence[bytes], index: int) -> Proof:
    """Prove that the leaf at ``index`` (from 0) is in the tree."""
    if not 0 <= index < len(leaves):
        raise IndexError("no such leaf")
    return _path(leaves, index, 0, len(leaves))


def consistency_proof(leaves: Sequence[bytes], earlier: int) -> Proof:
    """Prove that the tree of the first ``earlier`` leaves is the beginning of this one."""
    if not 0 < earlier <= len(leaves):
        raise IndexError("an earlier tree has between one leaf and as many as the later")
    return _growth(leaves, earlier, 0, len(leaves), whole=True)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Proof, root_hash: bytes) -> bool:
    """Check an inclusion proof. Source: RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root_hash


def verify_consistency(earlier: int, later: int, earlier_root: bytes, later_root: bytes, proof: Proof) -> bool:
    """Check a consistency proof between two sizes of the log. Source: RFC 9162, section 2.1.4.2."""
    if not 0 < earlier <= later:
        return False
    if earlier == later:
        return not proof and earlier_root == later_root
    path = [earlier_root, *proof] if earlier & (earlier - 1) == 0 else list(proof)
    if not path:
        return False
    place, last = earlier - 1, later - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == earlier_root and new == later_root


def _split(count: int) -> int:
    """The largest power of two smaller than ``count`` (at least 2)."""
    return 1 << (count - 1).bit_length() - 1


def _root(leaves: Sequence[bytes], start: int, end: int) -> bytes:
    if end - start == 1:
        return leaves[start]
    middle = start + _split(end - start)
    return node_hash(_root(leaves, start, middle), _root(leaves, middle, end))


def _path(leaves: Sequence[bytes], index: int, start: int, end: int) -> Proof:
    if end - start == 1:
        return ()
    middle = start + _split(end - start)
    if index < middle:
        return (*_path(leaves, index, start, middle), _root(leaves, middle, end))
    return (*_path(leaves, index, middle, end), _root(leaves, start, middle))


def _growth(leaves: Sequence[bytes], earlier: int, start: int, end: int, *, whole: bool) -> Proof:
    """``whole``: the verifier already knows the hash of this very subtree, as the root of the earlier tree."""
    if start + earlier == end:
        return () if whole else (_root(leaves, start, end),)
    middle = start + _split(end - start)
    if start + earlier <= middle:
        return (*_growth(leaves, earlier, start, middle, whole=whole), _root(leaves, middle, end))
    rest = earlier - (middle - start)
    return (*_growth(leaves, rest, middle, end, whole=False), _root(leaves, start, middle))
