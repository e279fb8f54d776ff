"""What runs inside a target interpreter: standard library only, CPython 3.8 and later.

Mounted there as the package ``gilscope_agent`` (see ``__main__``): nothing beside this folder becomes importable.
"""
