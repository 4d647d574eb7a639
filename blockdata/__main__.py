"""`python -m blockdata` is the command `blockdata`."""

from blockdata.cli import main

main()
