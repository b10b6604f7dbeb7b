"""Passwords: long ones that are not everybody's, in any script, and never stored."""

import threading
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts import passwords
from portal.foundation.errors import Invalid, Unavailable


@pytest.fixture(scope="module", autouse=True)
def _as_installed(installed_hasher: PasswordHasher) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", installed_hasher)
        yield


def complaint(password: str, *, has_second_factor: bool = False) -> str | None:
    try:
        passwords.check(
            password, has_second_factor=has_second_factor, email="hoa.nguyen@example.vn", name="Nguyễn Thị Hoa"
        )
    except Invalid as refused:
        return refused.fields["password"]
    return None


@pytest.mark.parametrize(
    "password",
    [
        "ba con vịt bơi qua sông",
        "zmrkqbtwvphcdls",
        "我家门前有一条小河流过去了很久",
        "6 0 2 2 1 4 0 7 6 x 10",
        "               a b c d e",
    ],
)
def test_anything_long_is_allowed_without_rules_of_composition(password: str) -> None:
    assert complaint(password) is None


def test_a_second_factor_allows_twelve_characters() -> None:
    assert complaint("vịt bơi sông") == "accounts.password_short"
    assert complaint("vịt bơi sông", has_second_factor=True) is None
    assert complaint("vịt bơi sôn", has_second_factor=True) == "accounts.password_short"


def test_a_password_that_would_take_long_to_hash_is_refused() -> None:
    assert complaint("vịt bơi " * 33) == "accounts.password_long"


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword", "Password123456!!", "MậtKhẩu2026!!!!!", "12345678901234567", "98765432109876543",
        "aaaaaaaaaaaaaaaaaaaa", "qwertyuiopasdfghjkl", "abcdefghijklmnopq", "tỉnhLạngSơn2026", "!!!quantrihethong!!!",
        "motcualangson123", "xyxyxyxyxyxyxyxyxy",
    ],
)  # fmt: skip
def test_what_everybody_tries_first_is_refused(password: str) -> None:
    assert complaint(password) == "accounts.password_common"


@pytest.mark.parametrize("password", ["NguyenThiHoa1990", "hoa.nguyen@example.vn", "Nguyễn Thị Hoa !!"])
def test_the_persons_own_name_and_address_are_refused(password: str) -> None:
    assert complaint(password) == "accounts.password_personal"


@given(st.text(min_size=15, max_size=200))
def test_judging_a_password_never_fails_otherwise(password: str) -> None:
    assert complaint(password) in {None, "accounts.password_common", "accounts.password_personal"}


def test_the_stored_hash_is_argon2id_with_the_required_parameters() -> None:
    stored = passwords.hash_password("ba con vịt bơi qua sông")

    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches(stored, "ba con vịt bơi qua sông")
    assert not passwords.matches(stored, "ba con vit boi qua song")


def test_the_same_letters_composed_in_another_way_are_the_same_password() -> None:
    stored = passwords.hash_password("v\u1ecbt b\u01a1i qua s\u00f4ng")

    assert passwords.matches(stored, "vi\u0323t bo\u031bi qua so\u0302ng")


def test_without_an_account_nothing_matches() -> None:
    assert not passwords.matches(None, "nobody has this password")
    assert not passwords.matches("not a hash", "nobody has this password")


def test_when_too_many_hashes_are_wanted_at_once_the_next_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "LONGEST_WAIT_SECONDS", 0.01)
    inside, leave = threading.Barrier(passwords.HASHES_AT_ONCE + 1), threading.Event()

    def occupy() -> None:
        with passwords._turn():
            inside.wait()
            leave.wait()

    threads = [threading.Thread(target=occupy) for _ in range(passwords.HASHES_AT_ONCE)]
    for thread in threads:
        thread.start()
    inside.wait()
    try:
        with pytest.raises(Unavailable):
            passwords.hash_password("ba con vịt bơi qua sông")
    finally:
        leave.set()
        for thread in threads:
            thread.join()
    assert passwords.hash_password("ba con vịt bơi qua sông")
