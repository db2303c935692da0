"""`python -m api.cli`: the command line without an installed script."""

from api.cli.main import run

run()
