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
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, env={"PATH": ""})
    assert_refused(done, "apt install python3-h5py python3-matplotlib python3-numpy python3-pandas python3-scipy")


@pytest.fixture
def broken(tmp_path):
    """A folder whose python3 does not run, and whose h5py fails as one does that was built for another numpy."""
    (tmp_path / "python3").write_text("#!/bin/sh\necho 'cannot open shared object' >&2; exit 127\n")
    (tmp_path / "python3").chmod(0o755)
    (tmp_path / "h5py.py").write_text("print('h5py has changed'); raise ValueError('numpy.dtype size changed')\n")
    return tmp_path


def test_a_broken_interpreter_first_on_path_is_passed_over(broken, tmp_path):
    done = subprocess.run([str(ROOT / "analysis" / "report"), str(tmp_path)], capture_output=True, text=True,
                          env={**os.environ, "PATH": f"{broken}:{os.environ['PATH']}"})
    assert_refused(done, "holds no launch-*.h5")


def test_the_first_interpreter_of_path_that_works_takes_over(broken, tmp_path):
    good = tmp_path / "good"
    good.mkdir()
    (good / "python3").symlink_to(DEBIAN)
    script = good / "program"
    script.write_text(f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom analysis.interpreter import ensure\n"
                      "ensure('/nonexistent/python3'); print(sys.executable)\n")
    done = subprocess.run([DEBIAN, "-S", str(script)], capture_output=True, text=True, env={"PATH": f"{broken}:{good}"})
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, str(good / "python3"), "")


def test_packages_that_are_broken_are_named_without_their_own_words(broken):
    done = subprocess.run([str(ROOT / "analysis" / "report"), "x"], capture_output=True, text=True,
                          env={"PATH": "", "PYTHONPATH": str(broken)})
    assert_refused(done, "has no h5py")
