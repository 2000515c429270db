"""Holds a launch's file against schema 1.x (results/README.md): what must be there, and that nanoseconds are called so."""

import h5py
import numpy as np

from analysis.refusal import Refusal

KNOWN_MAJOR = "1"
ATTRIBUTES = {
    "/": "campaign launch created_utc seed source epoch_ns complete".split(),
    "/environment": "host cpu cores mpi_library mpi_version oversubscribed timer_overhead_ns".split(),
    "/ranks": ["placement"],
}
VARIABLES = {
    "/plan": "name order reason".split(),
    "/ranks": "node host package numa core pu cpuset clock_offset_ns clock_error_ns distance ping_ns".split(),
    "/cases": """name kernel family transport placement sync parameters latency_definition count_rule verdict stop_reason detail
        level ranks clients payload_bytes in_flight operations block calibration latency_p50_ns latency_p50_low_ns
        latency_p50_high_ns latency_p90_ns latency_p99_ns latency_max_ns operations_per_second messages_per_operation
        expected_messages_per_operation bytes_per_operation busiest_rank_messages_per_operation background_messages
        control_messages delays expected_delays cpu_ns_per_operation flags""".split(),
}
SINCE_1_2 = "nodes messages_between_nodes_per_operation expected_messages_between_nodes_per_operation".split()  # of /cases
LIMITS = "name time_ns bytes_per_second".split()  # of /limits, which a launch need not have
LOGGP = """name refused client server rendezvous_bytes regime_level first_bytes L_ns G_ns_per_byte o_send_ns o_send_ns_per_byte
    o_receive_ns o_receive_ns_per_byte g_ns g_ns_per_byte residual sample_level exchange pass bytes messages time_ns
    waited_ns""".split()  # of /loggp, likewise
SAMPLES = "start_ns end_ns messages_sent messages_received bytes_sent".split()
FLAGS = {"/cases/flags": ("flag_masks", "flag_meanings"), "/ranks/distance": ("flag_values", "flag_meanings")}
SOURCES = ("measured", "simulated")
DEFINITIONS = ("proposer", "makespan", "barrier")


def check(file: h5py.File) -> None:
    """Raises Refusal, naming the first thing that keeps the file from being of schema 1.x."""
    _check_version(file)
    for group, names in ATTRIBUTES.items():
        for name in names:
            _require(name in _group(file, group).attrs, file, f"the attribute {name} of {group}")
    for group, names in VARIABLES.items():
        for name in names:
            _check_variable(file, group, name)
    for name in LIMITS if "/limits" in file else ():
        _check_variable(file, "/limits", name)
    for name in LOGGP if "/loggp" in file else ():
        _check_variable(file, "/loggp", name)
    for variable, names in FLAGS.items():
        for name in names:
            _require(name in file[variable].attrs, file, f"the attribute {name} of {variable}")
    _check_words(file)
    for case, family in zip(file["/cases/name"].asstr()[...], file["/cases/family"].asstr()[...]):
        for name in SAMPLES:
            _check_variable(file, f"/samples/{case}", name)
        if family == "protocol":
            _check_marks(file, f"/samples/{case}")


def text(value) -> str:
    """An HDF5 attribute as text, whether it was written as a scalar or as an array of one, with fixed or variable length."""
    first = np.asarray(value).reshape(-1)[0]
    return first.decode() if isinstance(first, bytes) else str(first)


def _check_version(file: h5py.File) -> None:
    version = text(file.attrs.get("schema_version", "none"))
    if version.split(".")[0] != KNOWN_MAJOR:
        raise Refusal(f"{file.filename} has schema version {version}, but only {KNOWN_MAJOR}.x is known here; "
                      "use the analysis of the coordbench that wrote it")


def _check_variable(file: h5py.File, group: str, name: str) -> None:
    _require(name in _group(file, group), file, f"the variable {name} of {group}")
    if name.endswith("_ns"):
        units = text(file[group][name].attrs.get("units", "none"))
        if units != "ns":
            raise Refusal(f"{file.filename} gives {group}/{name} in the units {units}, but the schema says ns; "
                          "write the launch anew")


def _check_marks(file: h5py.File, group: str) -> None:
    _require("marks" in file[group].attrs, file, f"the attribute marks of {group}")
    if len(text(file[group].attrs["marks"]).split()) > 1:
        _check_variable(file, group, "mark_ns")


def _check_words(file: h5py.File) -> None:
    """Text on which the analysis turns must be a word it knows."""
    _require_word(file, "source", {text(file.attrs["source"])}, SOURCES)
    _require_word(file, "latency_definition", set(file["/cases/latency_definition"].asstr()[...]), DEFINITIONS)


def _require_word(file: h5py.File, name: str, given: set[str], accepted: tuple[str, ...]) -> None:
    for word in sorted(given.difference(accepted)):
        raise Refusal(f"{file.filename} has the {name} {word!r}, but the schema knows {', '.join(accepted)}; "
                      "write the launch anew")


def _group(file: h5py.File, name: str) -> h5py.Group:
    _require(name in file, file, f"the group {name}")
    return file[name]


def _require(present: bool, file: h5py.File, what: str) -> None:
    if not present:
        raise Refusal(f"{file.filename} lacks {what}, which the schema requires; remove the file or write the launch anew")
