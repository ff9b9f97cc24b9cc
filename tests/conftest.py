"""Puts the folder of the tests on Python's path, so that the fake Macs are one package everywhere."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
