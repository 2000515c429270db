# Sourced by the jobs: goes to the root of the checkout, sees that what is needed is installed, and knows how to launch.
# shellcheck shell=bash
set -euo pipefail
caller=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# from_caller PATH: what whoever called the job means by it.
from_caller() { if [[ $1 == /* || $PWD == "$caller" ]]; then echo "$1"; else echo "$caller/$1"; fi; }

say() { printf '%s\n' "$*" >&2; }

packages_to_build="g++ cmake ninja-build pkg-config openmpi-bin libopenmpi-dev libhwloc-dev libhdf5-dev libcli11-dev libfmt-dev
  nlohmann-json3-dev libgtest-dev libbenchmark-dev"
packages_to_analyse="python3 python3-h5py python3-xarray python3-h5netcdf python3-pandas python3-scipy python3-matplotlib"
packages_to_simulate="libsimgrid-dev"
packages_to_test="python3-pytest binutils libbenchmark-tools iproute2 util-linux slurmctld slurmd slurm-client munge"

# install_missing PACKAGE…: apt installs what is not there, and only then needs root or the network.
install_missing() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "This machine has no apt. coordbench needs what Debian calls: $*"
    say "Going on in the hope that it is all here."
    return
  fi
  local missing=() package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == *"ok installed" ]] || missing+=("$package")
  done
  [[ ${#missing[@]} -eq 0 ]] && return
  local as_root=()
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null || { say "Please have root install: apt-get install ${missing[*]}"; exit 1; }
    as_root=(sudo)
  fi
  say "coordbench is built from, measured and plotted with these Debian packages, which are missing here: ${missing[*]}"
  say "Installing them with: ${as_root[*]} apt-get install"
  local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends)
  "${install[@]}" "${missing[@]}" >&2 || { "${as_root[@]}" apt-get update >&2 && "${install[@]}" "${missing[@]}" >&2; } || {
    say "apt-get could not install: ${missing[*]}. Is the network there?"
    exit 1
  }
}

# build FOLDER TARGET… -- CMAKE_OPTION…
build() {
  local folder=$1 targets=() options=() generator=()
  shift
  while [[ $# -gt 0 && $1 != -- ]]; do targets+=("$1"); shift; done
  [[ $# -gt 0 ]] && shift && options=("$@")
  mkdir -p "$folder"
  # A folder keeps the generator that it was made with; without apt there may be make only.
  if [[ ! -e $folder/CMakeCache.txt ]] && command -v ninja >/dev/null; then generator=(-G Ninja); fi
  cmake -S . -B "$folder" "${generator[@]}" -DCMAKE_BUILD_TYPE=Release "${options[@]}" >"$folder/configure.log" 2>&1 ||
    { cat "$folder/configure.log" >&2; exit 1; }
  cmake --build "$folder" --parallel "$(nproc)" --target "${targets[@]}" >&2
}

# launch MPIRUN_ARGUMENT… -- RUN_ARGUMENT…: into the folder $campaign, the table to $campaign.table. Goes on after a case that
# failed, whose verdict is in the file, and sets $failed.
launch() {
  local mpi=() status=0
  while [[ $1 != -- ]]; do mpi+=("$1"); shift; done
  shift
  mpirun "${mpi[@]}" build/coordbench run --out "$campaign" "$@" >"$campaign.table" || status=$?
  [[ $status == 0 ]] || { failed=1; cat "$campaign.table" >&2; }
  [[ $status -le 1 ]] || { rm "$campaign.table"; exit "$status"; }
}

# Open MPI refuses root unless told twice.
if [[ $(id -u) -eq 0 ]]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi

# Cores that this process may use; hardware threads of one core count once.
cores() { lscpu -p=CORE,SOCKET,CPU | grep -v '^#' | awk -F, -v allowed="$(taskset -cp $$ | sed 's/.*: //')" '
  BEGIN { n = split(allowed, parts, ","); for (i = 1; i <= n; ++i) { m = split(parts[i], ends, "-"); for (c = ends[1]; c <= (m > 1 ? ends[2] : ends[1]); ++c) may[c] = 1 } }
  may[$3] && !seen[$1 "," $2]++ { ++count } END { print count }'; }

# kernels_by_growth slower|squared [collective|protocol]: those whose messages grow slower than N², or not, by the closed form
# where there is one: from four ranks to eight N² grows more than fourfold. shared_* are not among them, which simulated ranks
# cannot run.
kernels_by_growth() {
  "${COORDBENCH_BUILD:-build}/coordbench" list --json | /usr/bin/python3 -c '
import json, sys
for kernel in json.load(sys.stdin):
    at = kernel["messages_at"]
    squared = at[7] > 4 * at[3] if at else "all_to_all" in kernel["name"]
    if squared == (sys.argv[1] == "squared") and not kernel["name"].startswith("shared_"):
        if kernel["family"] in (sys.argv[2] or kernel["family"]): print(kernel["name"])' "$1" "${2:-}"
}

known_platforms() { jobs/platforms/generate --help | sed -n 's/.*{\(.*\)}.*/\1/p' | head -1 | sed 's/,calibrated//; s/,/, /g'; }

# Sees that there is a $platform such as jobs/simulate takes; a file is the one that the caller means.
check_platform() {
  if [[ $platform == *.xml ]]; then
    platform=$(from_caller "$platform")
    [[ -r $platform ]] || refuse "there is no platform file $platform; choose from $(known_platforms), or name a file X.xml."
  else
    [[ ", $(known_platforms)," == *", $platform,"* ]] ||
      refuse "--platform '$platform' is not known; choose from $(known_platforms), or name a file X.xml."
  fi
}
