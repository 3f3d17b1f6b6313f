"""``python -m tests.sample`` makes the sample."""

from .make import main

main()
