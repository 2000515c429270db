"""The programs find an interpreter that has the packages, or say which packages are missing."""

import os
import subprocess
import sys

import pytest
from analysis.interpreter import DEBIAN
from conftest import ROOT, assert_refused, run

pytestmark = pytest.mark.skipif(not os.access(DEBIAN, os.X_OK), reason=f"{DEBIAN} is where Debian and Ubuntu have it")


@pytest.mark.parametrize("program", ["report", "compare"])
def test_an_interpreter_without_packages_hands_over(tmp_path, program):
    poor = tmp_path / "python3"
    poor.symlink_to(DEBIAN)
    done = run(program, *[tmp_path] * (1 if program == "report" else 2), interpreter=[str(poor), "-S"])  # -S: no site-packages
    assert_refused(done, "holds no launch-*.h5")


def test_without_any_such_interpreter_the_packages_are_named():
    code = (f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
            "from analysis.interpreter import ensure; ensure('/nonexistent/python3')")
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True)
    assert_refused(done, "apt install python3-h5py python3-matplotlib python3-numpy python3-pandas python3-scipy", status=1)
