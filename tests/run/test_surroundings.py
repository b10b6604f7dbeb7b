"""Every way the machine may be unfit is one message that says what to do."""

import os
import socket
from pathlib import Path

import pytest

from portal.cli.run import surroundings
from portal.cli.run.surroundings import Trouble
from portal.foundation.embedded.ground import free_port


def test_a_taken_port_is_named_and_another_proposed() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        port = other.getsockname()[1]

        with pytest.raises(Trouble) as trouble:
            surroundings.check_port("127.0.0.1", port)

    assert f"Port {port} is taken" in trouble.value.message
    assert f"make run PORT={port + 1}" in trouble.value.message


@pytest.mark.skipif(not Path("/proc/net/if_inet6").exists(), reason="no IPv6 here")
def test_a_program_on_the_other_localhost_takes_the_port_too() -> None:
    with socket.socket(socket.AF_INET6) as other:
        other.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            other.bind(("::1", 0))
        except OSError:
            pytest.skip("no address ::1 here")
        other.listen(1)

        with pytest.raises(Trouble, match="is taken"):
            surroundings.check_port("127.0.0.1", other.getsockname()[1])


def test_a_port_that_was_just_given_back_is_free() -> None:
    port = free_port()
    surroundings.check_port("127.0.0.1", port)
    surroundings.check_port("127.0.0.1", port)


def test_a_data_folder_that_cannot_be_made_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Trouble, match=r"cannot be written to.*DATA_DIR"):
        surroundings.prepare_data_dir(tmp_path / "file" / "data")


def test_a_full_disk_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"is full: \d+ MB are free.*Free some space"):
        surroundings.prepare_data_dir(tmp_path, needed=2**80)


@pytest.mark.skipif(not os.access("/dev/full", os.W_OK), reason="no device that is always full")
def test_a_disk_that_fills_while_writing_is_the_same_message(tmp_path: Path) -> None:
    (tmp_path / f".probe-{os.getpid()}").symlink_to("/dev/full")

    with pytest.raises(Trouble, match="is full: 0 MB are free"):
        surroundings.prepare_data_dir(tmp_path)


def test_a_second_start_on_the_same_data_names_the_first(tmp_path: Path) -> None:
    with surroundings.hold(tmp_path) as lock:
        surroundings.sign(lock, "process 17, http://localhost:8000")

        with pytest.raises(Trouble, match=r"already runs.*process 17, http://localhost:8000.*DATA_DIR="):
            surroundings.hold(tmp_path)

    surroundings.hold(tmp_path).close()


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(Trouble) as trouble:
        surroundings.check_database(f"postgresql://somebody:s3cret@127.0.0.1:{free_port()}/portal")

    assert "The database 127.0.0.1:" in trouble.value.message
    assert "DATABASE_URL" in trouble.value.message
    assert "s3cret" not in trouble.value.message


def test_a_wrong_password_is_told_apart(database_url: str) -> None:
    start, _, end = database_url.partition("@")

    with pytest.raises(Trouble, match="password authentication failed"):
        surroundings.check_database(f"{start[:-3]}xyz@{end}")


def test_a_database_that_will_do_tells_its_version(database_url: str) -> None:
    assert surroundings.check_database(database_url).startswith("18.")


def test_a_broker_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(Trouble) as trouble:
        surroundings.check_redis(f"redis://:s3cret@127.0.0.1:{free_port()}/0")

    assert "The Redis or Valkey server 127.0.0.1:" in trouble.value.message
    assert "s3cret" not in trouble.value.message


def test_a_broker_that_will_do_passes(redis_url: str) -> None:
    surroundings.check_redis(redis_url)
