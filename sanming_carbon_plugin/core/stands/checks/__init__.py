"""What can be wrong with a layer of stands, found for all stands at once."""

from __future__ import annotations

from .all_checks import check_stands, look_over
from .shapes import repair_rings
from .two_dates import check_earlier_layer, check_two_dates

__all__ = ["check_earlier_layer", "check_stands", "check_two_dates", "look_over", "repair_rings"]
