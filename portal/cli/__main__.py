"""`python -m portal.cli` is the `portal` command, for programs that know their interpreter but no PATH."""

from portal.cli import main

main()
