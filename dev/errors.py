"""The one error of the tools in this folder."""


class ToolError(Exception):
    """What was asked for cannot be done here; the message is for a person and says why and, if known, what helps."""
