"""The Merkle tree against the known answers of Certificate Transparency, and every proof for sizes 1 to 64."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ledger.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

# Reference entries and roots of the Certificate Transparency test suites.
ENTRIES = [
    bytes.fromhex(entry)
    for entry in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATH_OF_FIRST_IN_EIGHT = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
LEAVES = [leaf_hash(b"%d" % number) for number in range(64)]
SIZES = range(1, 65)


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert root([]) == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_every_other_implementation_finds(size: int) -> None:
    assert root([leaf_hash(entry) for entry in ENTRIES[:size]]).hex() == ROOTS[size - 1]


def test_an_inclusion_proof_is_the_one_every_other_implementation_finds() -> None:
    proof = inclusion_proof([leaf_hash(entry) for entry in ENTRIES], 0)

    assert [step.hex() for step in proof] == PATH_OF_FIRST_IN_EIGHT


def test_proofs_have_the_shape_of_the_example_in_the_standard() -> None:
    """RFC 9162, section 2.1.5: the tree of seven leaves, its audit paths and its consistency proofs."""
    a, b, c, d, e, f, j = leaves = LEAVES[:7]
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, last = node_hash(g, h), node_hash(i, j)

    assert root(leaves) == node_hash(k, last)
    assert inclusion_proof(leaves, 0) == (b, h, last)
    assert inclusion_proof(leaves, 3) == (c, g, last)
    assert inclusion_proof(leaves, 4) == (f, j, k)
    assert inclusion_proof(leaves, 6) == (i, k)
    assert consistency_proof(leaves, 3) == (c, d, g, last)
    assert consistency_proof(leaves, 4) == (last,)
    assert consistency_proof(leaves, 6) == (i, j, k)


def test_leaves_and_nodes_are_hashed_apart() -> None:
    left, right = LEAVES[:2]

    assert leaf_hash(left + right) != node_hash(left, right)
    assert node_hash(left, right) == hashlib.sha256(b"\x01" + left + right).digest()


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_of_every_size_is_proven_at_its_place_and_nowhere_else(size: int) -> None:
    leaves = LEAVES[:size]
    whole = root(leaves)
    for index in range(size):
        proof = inclusion_proof(leaves, index)
        assert len(proof) <= (size - 1).bit_length()
        places = [place for place in range(size) if verify_inclusion(leaves[index], place, size, proof, whole)]
        assert places == [index]
        assert not verify_inclusion(LEAVES[index - 1] if size > 1 else EMPTY_ROOT, index, size, proof, whole)


@pytest.mark.parametrize("later", SIZES)
def test_every_earlier_tree_is_proven_to_be_the_beginning(later: int) -> None:
    leaves = LEAVES[:later]
    new = root(leaves)
    for earlier in range(1, later + 1):
        proof = consistency_proof(leaves, earlier)
        old = root(leaves[:earlier])
        assert len(proof) <= (later - 1).bit_length() + 1
        assert verify_consistency(earlier, later, old, new, proof)
        assert not verify_consistency(earlier, later, EMPTY_ROOT, new, proof)
        assert not verify_consistency(earlier, later, old, EMPTY_ROOT, proof)


@pytest.mark.parametrize("later", range(2, 33))
def test_a_log_that_changed_an_old_entry_cannot_prove_that_it_grew(later: int) -> None:
    for earlier in range(1, later):
        for changed in range(earlier):
            forged = list(LEAVES[:later])
            forged[changed] = leaf_hash(b"forged")
            proof = consistency_proof(forged, earlier)
            assert not verify_consistency(earlier, later, root(LEAVES[:earlier]), root(forged), proof)


@given(st.integers(2, 64), st.data())
def test_a_proof_with_one_bit_changed_one_hash_less_or_one_more_proves_nothing(size: int, data: st.DataObject) -> None:
    leaves = LEAVES[:size]
    index, earlier = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))
    path, growth = inclusion_proof(leaves, index), consistency_proof(leaves, earlier)
    old, new = root(leaves[:earlier]), root(leaves)

    for bad in spoiled(path, data):
        assert not verify_inclusion(leaves[index], index, size, bad, new)
    for bad in spoiled(growth, data):
        assert not verify_consistency(earlier, size, old, new, bad)


def spoiled(proof: tuple[bytes, ...], data: st.DataObject) -> list[tuple[bytes, ...]]:
    place = data.draw(st.integers(0, len(proof) - 1))
    flipped = bytes([proof[place][0] ^ 1]) + proof[place][1:]
    return [(*proof[:place], flipped, *proof[place + 1 :]), proof[:-1], (*proof, EMPTY_ROOT), proof[1:]]


def test_a_log_cannot_claim_to_be_larger_than_its_proof() -> None:
    old, new, proof = root(LEAVES[:2]), root(LEAVES[:4]), consistency_proof(LEAVES[:4], 2)

    assert verify_consistency(2, 4, old, new, proof)
    assert not verify_consistency(2, 8, old, new, proof)


def test_an_unchanged_log_needs_no_proof_and_takes_none() -> None:
    whole = root(LEAVES[:5])

    assert consistency_proof(LEAVES[:5], 5) == ()
    assert verify_consistency(5, 5, whole, whole, ())
    assert not verify_consistency(5, 5, whole, whole, (EMPTY_ROOT,))
    assert not verify_consistency(5, 5, whole, EMPTY_ROOT, ())


@pytest.mark.parametrize(("index", "size"), [(-1, 4), (4, 4), (0, 0)])
def test_a_leaf_outside_the_tree_is_not_in_it(index: int, size: int) -> None:
    assert not verify_inclusion(LEAVES[0], index, size, (), LEAVES[0])
    with pytest.raises(IndexError):
        inclusion_proof(LEAVES[:size], index)


@pytest.mark.parametrize(("earlier", "later"), [(0, 4), (5, 4), (-1, 4)])
def test_a_log_cannot_have_shrunk(earlier: int, later: int) -> None:
    assert not verify_consistency(earlier, later, EMPTY_ROOT, root(LEAVES[:later]), ())
    with pytest.raises(IndexError):
        consistency_proof(LEAVES[:later], earlier)
