"""What differs by operating system: windows, applications, files, notices, session type.

One interface (`base`), one file per system, one null version; `detect` chooses.
"""
