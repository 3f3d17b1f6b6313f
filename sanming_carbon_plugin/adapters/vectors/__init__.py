"""The one way in for vector layers."""

from .notes import issues_by_key
from .raw import LayerInfo
from .reading import list_layers, read_layer

__all__ = ["LayerInfo", "issues_by_key", "list_layers", "read_layer"]
