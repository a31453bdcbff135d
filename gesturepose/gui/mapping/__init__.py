"""The mapping page: which gesture makes the computer do what, as a table and an editor."""

from gesturepose.gui.mapping.page import MappingPage

__all__ = ["MappingPage"]
