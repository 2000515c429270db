"""What OSU's and Intel's benchmarks (IMB) would have printed of the same operations, from raw stamps [operation, rank] in ns.

Both time each rank's own call and take the mean over the operations, the first hundred of 1,100 left out; no operation's
completion is in it. OSU 7.4 (c/util/osu_util_mpi.c, omb_get_stats) prints the mean of the ranks' means; IMB 2021
(src_c/IMB_output.c, IMB_calculate_times) the least, the greatest and the mean. For back-to-back barriers and round trips IMB
divides the time of the whole loop; the sum of the calls' times is that but for the reading of clocks in between.
"""

import numpy as np

WARM_UP = 11  # one in so many operations comes first and does not count


def local_means_ns(start_ns: np.ndarray, end_ns: np.ndarray) -> np.ndarray:
    """[rank]: how long its own calls took, in the mean."""
    first = len(start_ns) // WARM_UP
    return (end_ns[first:] - start_ns[first:]).mean(axis=0)


def mean_over_ranks_ns(start_ns: np.ndarray, end_ns: np.ndarray) -> float:
    """OSU's average latency of a collective; IMB's t_avg."""
    return float(local_means_ns(start_ns, end_ns).mean())


def slowest_rank_ns(start_ns: np.ndarray, end_ns: np.ndarray) -> float:
    """IMB's t_max."""
    return float(local_means_ns(start_ns, end_ns).max())


def fastest_rank_ns(start_ns: np.ndarray, end_ns: np.ndarray) -> float:
    """IMB's t_min."""
    return float(local_means_ns(start_ns, end_ns).min())


def half_round_trip_ns(start_ns: np.ndarray, end_ns: np.ndarray) -> float:
    """OSU's latency and IMB's PingPong: half a round trip, as rank 0 sees it."""
    return float(local_means_ns(start_ns, end_ns)[0] / 2)
