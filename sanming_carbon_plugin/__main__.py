"""``python -m sanming_carbon_plugin``."""

import sys
import warnings

from .cli import main

# GDAL asks every program to choose how it tells errors; the adapters cope with both ways and choose for nobody.
warnings.filterwarnings("ignore", message=r"Neither \w+\.UseExceptions", category=FutureWarning)

if __name__ == "__main__":
    sys.exit(main())
