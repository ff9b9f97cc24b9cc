"""Crash tests: the enumerator (Lua) and the real program killed (Python)."""
