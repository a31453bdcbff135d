"""The desktop app: a thin front end over the same engine as the one without a window.

Only this package imports Qt. It recognises nothing itself.
"""
