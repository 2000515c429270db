"""jobs/man makes a page of each command, with every option in it."""

import re
import shutil

import pytest

from end_to_end.launching import ROOT, run

COMMANDS = {"coordbench": [], **{f"coordbench-{name}": [name] for name in ("run", "calibrate", "list", "doctor")}}


def test_every_command_has_a_page_with_all_its_options(coordbench, tmp_path):
    if shutil.which("help2man") is None:
        pytest.skip("help2man is not installed")
    ended = run(ROOT / "jobs" / "man", "pages", cwd=tmp_path, env={"COORDBENCH_BUILD": str(coordbench.parent)}, limit_s=120)
    assert ended.status == 0, ended.stderr
    pages = tmp_path / "pages" / "man1"
    assert {path.stem for path in pages.iterdir()} == set(COMMANDS)
    for name, words in COMMANDS.items():
        page = (pages / f"{name}.1").read_text().replace("\\-", "-")
        assert page.splitlines()[1].startswith(".TH COORDBENCH") and ".SH SYNOPSIS" in page
        options = set(re.findall(r"--[a-z][a-z-]+", run(coordbench, *words, "--help").stdout))
        assert options and all(option in page for option in options), name
