"""The exact distribution of the rounds and messages that gossip takes, from one informed rank to all: a Markov chain over the
number of informed ranks. Messages are carried along as probability generating functions, evaluated at roots of unity."""

import numpy as np
from scipy.special import comb
from scipy.stats import hypergeom

POINTS = 8192  # more messages than one operation of up to 64 ranks and fanout 2 ever sends, but for 1e-12 of them
ROUNDS_MAX = 200


class Gossip:
    """Every round, informed ranks call if `pushes` and uninformed ones if `pulls`: `fanout` others each, uniformly."""

    def __init__(self, ranks: int, fanout: int, pushes: bool, pulls: bool):
        self.ranks, self.fanout, self.pushes, self.pulls = ranks, fanout, pushes, pulls
        self._calls = [np.eye(ranks + 1)]  # [k][before, after]: informed ranks before and after k calls of informed ones
        one_call = self._one_call()
        for _ in range(ranks if pushes else 0):
            self._calls.append(self._calls[-1] @ one_call)

    def rounds(self) -> np.ndarray:
        """[r]: the probability of r rounds."""
        chain = self._chain()
        now = np.zeros(self.ranks + 1)
        now[1] = 1
        informed_by = [now[self.ranks]]
        for _ in range(ROUNDS_MAX):
            now = now @ chain
            informed_by.append(now[self.ranks])
        return np.diff(informed_by, prepend=0)

    def messages(self) -> np.ndarray:
        """[m]: the probability of m messages."""
        z = np.exp(-2j * np.pi * np.arange(POINTS) / POINTS)
        to_come = np.ones((POINTS, self.ranks + 1), complex)  # [z, k]: generating function of the messages from k informed on
        for informed in range(self.ranks - 1, 0, -1):
            after = self._round(informed, z)
            onwards = (after[:, informed + 1:] * to_come[:, informed + 1:]).sum(axis=1)
            to_come[:, informed] = onwards / (1 - after[:, informed])
        return np.fft.ifft(to_come[:, 1]).real

    def expected_messages(self) -> float:
        """Rounds spent with k informed, times what such a round sends."""
        chain = self._chain()
        visits = np.zeros(self.ranks + 1)
        visits[1] = 1
        sent = 0.0
        for k in range(1, self.ranks):
            visits[k] /= 1 - chain[k, k]
            visits[k + 1:] += visits[k] * chain[k, k + 1:]
            uninformed = self.ranks - k
            replies = uninformed * self.fanout * k / (self.ranks - 1)
            sent += visits[k] * (self.pushes * k * self.fanout + self.pulls * (uninformed * self.fanout + replies))
        return sent

    def _chain(self) -> np.ndarray:
        """[before, after] a round."""
        chain = np.eye(self.ranks + 1)
        for informed in range(1, self.ranks):
            chain[informed] = self._round(informed, np.ones(1))[0].real
        return chain

    def _round(self, informed: int, z: np.ndarray) -> np.ndarray:
        """[z, after]: generating functions of the messages of a round, by how many are informed after it."""
        uninformed = self.ranks - informed
        pulled = np.zeros((len(z), self.ranks + 1), np.result_type(z, float))
        pulled[:, informed] = 1
        sent = z ** (self.fanout * (self.pushes * informed + self.pulls * uninformed))
        if self.pulls:
            answers = hypergeom(self.ranks - 1, informed, self.fanout).pmf(np.arange(self.fanout + 1))
            answered = sum(answers[n] * z ** n for n in range(1, self.fanout + 1))
            power = np.ones_like(z)
            for n in range(uninformed + 1):
                pulled[:, informed + n] = comb(uninformed, n) * answers[0] ** (uninformed - n) * power
                power = power * answered
        return sent[:, None] * (pulled @ self._calls[informed if self.pushes else 0])

    def _one_call(self) -> np.ndarray:
        """[before, after] one call of an informed rank."""
        call = np.zeros((self.ranks + 1, self.ranks + 1))
        for informed in range(1, self.ranks + 1):
            for hits in range(min(self.fanout, self.ranks - informed) + 1):
                call[informed, informed + hits] = hypergeom(self.ranks - 1, self.ranks - informed, self.fanout).pmf(hits)
        return call


KINDS = {"push_gossip": (True, False), "pull_gossip": (False, True), "push_pull_gossip": (True, True)}


def gossip(kernel: str, ranks: int, fanout: int = 1) -> Gossip:
    return Gossip(ranks, fanout, *KINDS[kernel])
