"""The agent: all that runs inside a target interpreter, on the standard library of CPython 3.8 and later.

A target sees it as the package ``gilscope_agent`` (see ``__main__``); nothing beside this folder becomes importable.
"""
