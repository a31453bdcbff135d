"""From gesture events to what the computer does: bindings, key names, the thread that acts, sinks.

Importing it needs no display: pyautogui and xcffib are imported when first used.
"""
