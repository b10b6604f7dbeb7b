"""A dossier whose result can be fetched, made as the tests of what filers are told make it."""

from tests.dossiers.test_telling_filers import settled

__all__ = ["settled"]
