"""Finds an interpreter that has the packages: the first python3 of a PATH (pyenv, conda, a venv) often lacks or breaks them.

Imports nothing but the standard library, and nothing newer than Python 3.6, so that every interpreter gets this far.
"""

import importlib
import logging
import os
import signal
import subprocess
import sys
import warnings

from analysis import streams

PACKAGES = ("h5py", "matplotlib", "numpy", "pandas", "scipy")
DEBIAN = "/usr/bin/python3"
OLDEST = (3, 11)
SECONDS = 300  # for an interpreter to import the packages; one that hangs is left alone
BAD_CONFIGURATION = 2
TRIAL = "import sys; assert sys.version_info >= %r; import %s" % (OLDEST, ", ".join(PACKAGES))


def missing():
    """The packages that this interpreter cannot import, for whatever reason: broken ones raise what they like, and say it."""
    found = [] if sys.version_info >= OLDEST else ["Python %d.%d" % OLDEST]
    streams_before = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = open(os.devnull, "w")
    for package in PACKAGES:
        try:
            importlib.import_module(package)
        except Exception:
            found.append(package)
    sys.stdout.close()
    sys.stdout, sys.stderr = streams_before
    return found


def ensure(debian=DEBIAN):
    """Returns if the packages are here, else re-executes the program under `debian` or the first python3 of PATH that has them;
    exits with a sentence if there is none. Libraries talk to programmers: their warnings are kept from users."""
    streams.mend()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends a program, without a word of Python's
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    lacking = missing()
    if not lacking:
        return
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    for other in [debian] + [os.path.join(folder, "python3") for folder in folders if folder]:
        if other != sys.executable and _has_packages(other):
            os.execv(other, [other] + sys.argv)
    packages = " ".join("python3-" + package for package in PACKAGES)
    streams.say("%s has no %s; install Debian's packages: apt install %s" % (sys.executable, ", ".join(lacking), packages))
    sys.exit(BAD_CONFIGURATION)


def _has_packages(interpreter):
    if not os.access(interpreter, os.X_OK):
        return False
    try:
        return subprocess.call([interpreter, "-c", TRIAL], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, timeout=SECONDS) == 0
    except (OSError, subprocess.SubprocessError):
        return False
