"""Finds an interpreter that has the packages: the first python3 of a PATH (pyenv, conda, a venv) often has none of them.

Imports nothing but the standard library, and nothing newer than Python 3.6, so that every interpreter gets this far.
"""

import importlib
import os
import sys

PACKAGES = ("h5py", "matplotlib", "numpy", "pandas", "scipy")
DEBIAN = "/usr/bin/python3"


def missing():
    """The packages that this interpreter cannot import."""
    found = []
    for package in PACKAGES:
        try:
            importlib.import_module(package)
        except ImportError:
            found.append(package)
    return found


def ensure(debian=DEBIAN):
    """Returns if the packages are here, else re-executes the program under `debian`; exits with a sentence if that fails."""
    lacking = missing()
    if not lacking:
        return
    if sys.executable != debian and os.access(debian, os.X_OK):
        os.execv(debian, [debian] + sys.argv)
    packages = " ".join("python3-" + package for package in PACKAGES)
    sys.exit("%s has no %s; install Debian's packages: apt install %s" % (sys.executable, ", ".join(lacking), packages))
