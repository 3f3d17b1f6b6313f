"""``python -m sanming_carbon_plugin``."""

import sys
import warnings

# GDAL asks every program to choose how it tells errors; the adapters cope with both ways and choose for nobody.
warnings.filterwarnings("ignore", message=r"Neither \w+\.UseExceptions", category=FutureWarning)


def run() -> int:
    """Run one command and give its exit status, also where it is stopped before the command line is loaded."""
    try:
        from .cli import main  # noqa: PLC0415 - loading it takes long enough to be stopped in

        return main()
    except KeyboardInterrupt:
        from .cli import tell_stopped  # noqa: PLC0415

        return tell_stopped()


if __name__ == "__main__":
    sys.exit(run())
