"""Closed and full standard streams: no traceback, and the status stays what the run was worth."""

import subprocess

import pytest
from conftest import ROOT, assert_refused, run


def shell(command: str) -> subprocess.CompletedProcess:
    return subprocess.run(["bash", "-c", f"cd {ROOT} && {command}"], capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("lead", ["2>&-", "2>/dev/full", ">&- 2>&-", ">/dev/full 2>/dev/full", "<&- >&- 2>&-"])
@pytest.mark.parametrize("given", ["absent --ranks 2", "--zzz"])
def test_a_sentence_that_cannot_be_said_changes_no_status(given, lead):
    done = shell(f"analysis/extrapolate {given} {lead}")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


@pytest.mark.parametrize("given", ["--help", "{folder} {folder}"])
def test_what_cannot_be_printed_is_not_written(given, campaign_folder):
    done = shell(f"analysis/compare {given.format(folder=campaign_folder)} >/dev/full")
    assert_refused(done, "cannot write to standard output: No space left on device", status=3)


def test_who_closes_standard_output_wants_nothing_printed(campaign_folder):
    done = shell(f"analysis/compare {campaign_folder} {campaign_folder} >&-")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("file, reason", [("/dev/full", "No space left on device; make room there"),
                                          ("/nonexistent/x.csv", "non-existent directory"),
                                          ("/dev/null/x.csv", "name a place that can be written")])
def test_what_cannot_be_stored_is_named(file, reason, campaign_folder):
    assert_refused(run("compare", campaign_folder, campaign_folder, "--csv", file), f"cannot write {file}", reason, status=3)
