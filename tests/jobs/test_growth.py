"""Jobs that go to many ranks choose kernels by how their messages grow."""

import json

import pytest

from end_to_end.launching import ROOT, run


def chosen(coordbench, growth: str, family: str = "") -> set[str]:
    words = f"source jobs/setup.sh; kernels_by_growth {growth} {family}"
    ended = run("bash", "-c", words, cwd=ROOT, env={"COORDBENCH_BUILD": str(coordbench.parent)})
    assert (ended.status, ended.stderr) == (0, "")
    return set(ended.stdout.split())


def test_every_kernel_grows_slower_than_the_square_or_does_not(coordbench):
    """Also those without a closed form, and those that have one at some sizes only."""
    kernels = json.loads(run(coordbench, "list", "--json").stdout)
    slower, squared = chosen(coordbench, "slower"), chosen(coordbench, "squared")
    assert slower | squared == {kernel["name"] for kernel in kernels if kernel["only_over"] in (None, "mpi")}
    assert not slower & squared and {"accidental_n2", "native_all_to_all"} <= squared
    assert {"anti_entropy", "pull_gossip"} <= slower


@pytest.mark.parametrize("family", ["collective", "protocol"])
def test_a_family_may_be_chosen(coordbench, family):
    kernels = json.loads(run(coordbench, "list", "--json").stdout)
    families = {kernel["name"]: kernel["family"] for kernel in kernels}
    assert {families[name] for name in chosen(coordbench, "slower", family)} == {family}
