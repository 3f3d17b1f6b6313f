"""QGIS runs this before anything else in Python: on a signal it tells where all threads stand, whatever hangs."""

import faulthandler
import signal
import sys

faulthandler.register(signal.SIGUSR1, file=sys.__stderr__, all_threads=True)
