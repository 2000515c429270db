"""Schema 1.x (results/README.md) as data: what a launch's file holds, of which kind, in which shape and within which bounds."""

from dataclasses import dataclass

import numpy as np

KNOWN_MAJOR = "1"
COUNT_MAX, RANKS_MAX, NS_MAX, REAL_MAX = 2**53, 2**31 - 1, 2**62, 1e18
NO_STAMP = -1
NO_OUTCOME = -2**63
SOURCES = ("measured", "simulated")
DEFINITIONS = ("proposer", "makespan", "barrier")
AUTHENTICATIONS = ("none", "mac", "signature")
COUNT_RULES = ("exact", "range", "expected", "none")
VERDICTS = ("ok", "wrong_answer", "count_mismatch", "timed_out", "failed")


@dataclass(frozen=True)
class Kind:
    """`name`: in the plural, for sentences. Numbers lie between `least` and `most`; NaN is none where `lacking` is false. Text
    that is `free` is only shown; other text names something, and may have to be one of `words`. What may be `unwritten` has no
    values in the file but the one that stands for all."""

    name: str
    least: float = 0
    most: float = 0
    lacking: bool = False
    free: bool = False
    words: tuple[str, ...] = ()
    unwritten: bool = False


FREE, NAME = Kind("text", free=True), Kind("text")
COUNT, MAYBE_COUNT = Kind("whole numbers", 0, COUNT_MAX), Kind("whole numbers", -1, COUNT_MAX)
POSITIVE = Kind("whole numbers", 1, RANKS_MAX)
ANY_WHOLE = Kind("whole numbers", -NS_MAX, NS_MAX)
OUTCOME = Kind("whole numbers", NO_OUTCOME, NS_MAX)
SEED = Kind("whole numbers", 0, 2**64 - 1)
YES_OR_NO = Kind("whole numbers", 0, 1)
STAMP = Kind("whole numbers", NO_STAMP, NS_MAX)
LEVEL = Kind("whole numbers", -128, 127)
REAL = Kind("numbers", -REAL_MAX, REAL_MAX, lacking=True)
AMOUNT = Kind("numbers", 0, REAL_MAX, lacking=True)
SHARE = Kind("numbers", 0, 1)
DURATION = Kind("numbers", 1e-6, REAL_MAX)
OVERHEAD = Kind("numbers", 0, REAL_MAX)
ANY = {"whole numbers": ANY_WHOLE, "numbers": Kind("numbers", -np.inf, np.inf, lacking=True)}


def _words(kind: Kind, names: str) -> dict[str, Kind]:
    return dict.fromkeys(names.split(), kind)


def _of(words: tuple[str, ...]) -> Kind:
    return Kind("text", words=words)


ATTRIBUTES = {
    "/": {"campaign": FREE, "launch": COUNT, "created_utc": NAME, "seed": SEED, "source": _of(SOURCES), "epoch_ns": ANY_WHOLE,
          "complete": YES_OR_NO},
    "/environment": {**_words(FREE, "host cpu mpi_library mpi_version"), "cores": POSITIVE, "oversubscribed": YES_OR_NO,
                     "timer_overhead_ns": OVERHEAD},
    "/ranks": {"placement": FREE},
}
OPTIONAL_ATTRIBUTES = {"/": {"wall_s": OVERHEAD}, "/environment": _words(FREE, "calibration platform"),
                       "/ranks": {"clock_check": FREE}}

# Of each group: its variables' dimensions, and their kinds by name.
PLAN = {"name": NAME, "order": MAYBE_COUNT, "reason": FREE}
PLACES = {**_words(MAYBE_COUNT, "node package numa core pu"), **_words(FREE, "host cpuset")}
CLOCKS = _words(ANY["numbers"], "clock_offset_ns clock_error_ns")  # nobody reads them
PAIRS = {"distance": LEVEL, "ping_ns": Kind("numbers", 0, REAL_MAX, lacking=True, unwritten=True)}
CASES = {
    **_words(NAME, "name kernel family transport placement sync parameters"), **_words(FREE, "stop_reason detail"),
    "latency_definition": _of(DEFINITIONS), "count_rule": _of(COUNT_RULES), "verdict": _of(VERDICTS),
    **_words(POSITIVE, "ranks in_flight"), "drift_watch": YES_OR_NO,
    **_words(COUNT, "level clients payload_bytes operations block background_messages control_messages flags"),
    **_words(MAYBE_COUNT, "delays expected_delays"),
    **_words(REAL, "latency_p50_ns latency_p50_low_ns latency_p50_high_ns latency_p90_ns latency_p99_ns latency_max_ns"),
    **_words(AMOUNT, """operations_per_second messages_per_operation expected_messages_per_operation bytes_per_operation
        busiest_rank_messages_per_operation cpu_ns_per_operation"""),
}
# Of /cases, since 1.2, 1.3, 1.4, 1.5, 1.6 and 1.7.
LATER = {
    **_words(NAME, "group baseline_of"), **_words(FREE, "survives blocks"), **_words(COUNT, "nodes proposers"),
    **_words(MAYBE_COUNT, "proposer expected_delays_most"),
    **_words(AMOUNT, """messages_between_nodes_per_operation expected_messages_between_nodes_per_operation coverage
        expected_messages_most_per_operation applied_per_operation expected_applied_per_operation
        stale_share expected_stale_share bytes_within_cache_per_operation bytes_within_node_per_operation
        bytes_within_zone_per_operation bytes_within_region_per_operation bytes_between_regions_per_operation"""),
    **_words(SHARE, "loss duplicate"), **_words(COUNT, "loss_delay_ns messages_lost messages_doubled premature_resends"),
    "authentication": _of(AUTHENTICATIONS), **_words(COUNT, "refused_forged refused_replayed refused_truncated"),
    "payload_copied": YES_OR_NO, "involuntary_switches": COUNT,
}
# What stands for a column that a file lacks. A name of another column: what that one says.
OTHERWISE = {
    **dict.fromkeys("nodes messages_between_nodes_per_operation expected_messages_between_nodes_per_operation".split(), np.nan),
    **dict.fromkeys("group baseline_of survives blocks".split(), ""),
    **dict.fromkeys("proposers proposer coverage".split(), np.nan),
    **dict.fromkeys("applied_per_operation expected_applied_per_operation".split(), np.nan),
    **dict.fromkeys("""stale_share expected_stale_share bytes_within_cache_per_operation bytes_within_node_per_operation
        bytes_within_zone_per_operation bytes_within_region_per_operation
        bytes_between_regions_per_operation""".split(), np.nan),
    **dict.fromkeys("loss duplicate loss_delay_ns messages_lost messages_doubled premature_resends".split(), 0),
    "authentication": "none", **dict.fromkeys("refused_forged refused_replayed refused_truncated".split(), 0),
    **dict.fromkeys("payload_copied involuntary_switches".split(), np.nan),
    "expected_messages_most_per_operation": "expected_messages_per_operation", "expected_delays_most": "expected_delays",
}
LIMITS = {"name": NAME, "time_ns": DURATION, "bytes_per_second": AMOUNT}  # of /limits, which a launch need not have
LOGGP = {  # of /loggp, likewise
    "level": {**_words(FREE, "name refused"), **_words(ANY_WHOLE, "client server rendezvous_bytes")},
    "regime": {**_words(ANY_WHOLE, "regime_level first_bytes"),
               **_words(ANY["numbers"], """L_ns G_ns_per_byte o_send_ns o_send_ns_per_byte o_receive_ns o_receive_ns_per_byte
                   g_ns g_ns_per_byte residual""")},
    "sample": _words(ANY_WHOLE, "sample_level exchange pass bytes messages time_ns waited_ns"),
}
# Each group with the dimensions of its variables. A length that is not known yet is that of the first such variable.
TABLES = (
    ("/plan", ("planned",), PLAN), ("/ranks", ("rank",), PLACES | CLOCKS), ("/ranks", ("rank", "rank"), PAIRS),
    ("/cases", ("case",), CASES), ("/cases", ("case",), LATER), ("/limits", ("limit",), LIMITS),
    *(("/loggp", (dimension,), kinds) for dimension, kinds in LOGGP.items()),
)
MAY_LACK = ("/limits", "/loggp")
FLAGS = {"/cases/flags": ("flag_masks", COUNT), "/ranks/distance": ("flag_values", LEVEL)}

# Of /samples/<case>: the stamps; what is counted of each rank; what need not be there; what there is only with several marks.
STAMPS = _words(STAMP, "start_ns end_ns")
OF_RANKS = _words(COUNT, "messages_sent messages_received bytes_sent")
OF_OPERATIONS = {"proposer": ANY_WHOLE, "kind": ANY_WHOLE, "answer_of": ANY_WHOLE, "messages": COUNT,
                 "versions_behind": MAYBE_COUNT, "behind_ns": STAMP}
MARKS = {"mark_ns": STAMP}
OF_MARKS = {"after_next_start": SHARE}  # since 1.6, behind a start line
