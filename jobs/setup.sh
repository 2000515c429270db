# Sourced by the jobs: prints a job's help, goes to the root of the checkout, installs what is missing, builds, and launches.
# shellcheck shell=bash
set -euo pipefail
caller=$PWD

# The comment at the top of a job is its help. What stands behind -- or --exec is for another program.
for word in "$@"; do
  case $word in
    -- | --exec) break ;;
    -h | --help) sed -n '2,${/^#\( \|$\)/!q; s/^# \{0,1\}//p}' "$0" && exit ;;
  esac
done
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# from_caller PATH: what whoever called the job means by it.
from_caller() { if [[ $1 == /* || $PWD == "$caller" ]]; then echo "$1"; else echo "$caller/$1"; fi; }

say() { printf '%s\n' "$*" >&2; }

refuse() { say "jobs/${0##*/}: $*"; exit 2; }

# name_campaign DEFAULT [NAME]: $campaign becomes the folder of a campaign that is not there yet.
name_campaign() {
  local name=${2:-$1}
  [[ $# -le 2 ]] || refuse "'${*:2}' are several words; give one name for the campaign, or none."
  [[ $name != -* ]] || refuse "'$name' is no option of this job, and the name of a campaign may not begin with a dash; see --help."
  campaign=results/$name
  [[ ! -e $campaign ]] || refuse "$campaign exists already; give another name, or none."
}

packages_to_build="g++ cmake ninja-build pkg-config openmpi-bin libopenmpi-dev libhwloc-dev libhdf5-dev libcli11-dev libfmt-dev
  libsodium-dev nlohmann-json3-dev libgtest-dev libbenchmark-dev"
packages_to_analyse="python3 python3-h5py python3-xarray python3-h5netcdf python3-pandas python3-scipy python3-matplotlib"
packages_to_simulate="libsimgrid-dev"
packages_to_test="python3-pytest python3-pytest-xdist binutils libbenchmark-tools iproute2 util-linux slurmctld slurmd slurm-client munge
  zsh help2man"

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
  if [[ -t 1 ]]; then export COLUMNS && COLUMNS=$(tput cols); fi  # where the table will be shown in the end
  mpirun "${mpi[@]}" build/coordbench run --out "$campaign" "$@" >"$campaign.table" || status=$?
  [[ $status == 0 ]] || { failed=1; cat "$campaign.table" >&2; }
  [[ $status -le 1 ]] || { rm "$campaign.table"; exit "$status"; }
}

# analyse PROGRAM ARGUMENT…: a program of analysis/, by the first interpreter that has its packages. The first python3 on PATH may
# have none of them, or not even start.
analyse() {
  local program=$1 python
  for python in python3 /usr/bin/python3; do
    ! "$python" -c 'import sys; from analysis import interpreter; sys.exit(bool(interpreter.missing()))' 2>/dev/null || break
  done
  "$python" "analysis/$program" "${@:2}"
}

# Ctrl-C ends the job. Bash by itself would take the launch that it ended for one that failed, and go on with the next. Where
# SIGINT is ignored, as behind nohup, this trap has no effect.
end_on_ctrl_c() {
  [[ -z ${campaign:-} ]] || rm -f "$campaign.table"
  exit 130
}
trap end_on_ctrl_c INT

# Open MPI refuses root unless told twice.
if [[ $(id -u) -eq 0 ]]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi

# Cores that this process may use; hardware threads of one core count once.
cores() { lscpu -p=CORE,SOCKET,CPU | grep -v '^#' | awk -F, -v allowed="$(taskset -cp $$ | sed 's/.*: //')" '
  BEGIN { n = split(allowed, parts, ","); for (i = 1; i <= n; ++i) { m = split(parts[i], ends, "-"); for (c = ends[1]; c <= (m > 1 ? ends[2] : ends[1]); ++c) may[c] = 1 } }
  may[$3] && !seen[$1 "," $2]++ { ++count } END { print count }'; }

# kernels_by_growth slower|squared [collective|protocol]: those whose messages grow slower than N², or not, by the closed form
# where there is one at both sizes: from four ranks to eight N² grows more than fourfold; of the library's own those that are baselines of
# all-to-all. Kernels that run only in shared memory are not among them, because simulated ranks have none.
kernels_by_growth() {
  "${COORDBENCH_BUILD:-build}/coordbench" list --json | /usr/bin/python3 -c '
import json, sys
for kernel in json.load(sys.stdin):
    at = kernel["messages_at"]
    squared = at[7] > 4 * at[3] if at and None not in (at[3], at[7]) else kernel["baseline_of"] == "all-to-all"
    if squared == (sys.argv[1] == "squared") and kernel["only_over"] in (None, "mpi"):
        if kernel["family"] in (sys.argv[2] or kernel["family"]): print(kernel["name"])' "$1" "${2:-}"
}

# The names of the protocols.
protocols() {
  build/coordbench list --json | /usr/bin/python3 -c '
import json, sys
for kernel in json.load(sys.stdin):
    if kernel["family"] == "protocol": print(kernel["name"])'
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
