"""Errors of the views that an operator reads.

ViewsError
├── ViewsBehind     too much to catch up inside an append: let the views catch up first
└── ViewsReplaced   the tables belong to another version of the program, or were never made
"""


class ViewsError(Exception):
    """Base of the errors of this layer."""


class ViewsBehind(ViewsError):
    """Views that must be current lag so far that the append would take minutes."""


class ViewsReplaced(ViewsError):
    """Another version of the program made the tables: stop this one, or prepare the views again."""
