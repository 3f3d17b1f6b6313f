"""The one way in for vector layers."""

from .raw import LayerInfo
from .reading import list_layers, read_layer

__all__ = ["LayerInfo", "list_layers", "read_layer"]
