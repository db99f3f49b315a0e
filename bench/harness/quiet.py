"""Tells whether the machine was quiet: a spin test on every CPU at once, against the best seen."""

import os
import time

SPIN_SECONDS = 0.04
LOSS_MAX = 0.10


def _spin(cpu, pipe):
    os.sched_setaffinity(0, {cpu})
    end = time.perf_counter() + SPIN_SECONDS
    turns = 0
    while time.perf_counter() < end:
        turns += 1
    os.write(pipe, str(turns).encode())


def _spin_all(cpus):
    readers, children = [], []
    for cpu in cpus:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                _spin(cpu, writer)
            finally:
                os._exit(0)
        os.close(writer)
        readers.append(reader)
        children.append(child)
    turns = []
    for reader, child in zip(readers, children):
        turns.append(int(os.read(reader, 32) or b"0"))
        os.close(reader)
        os.waitpid(child, 0)
    return turns


class SpinTest:
    def __init__(self):
        self.cpus = sorted(os.sched_getaffinity(0))
        self.best = [1] * len(self.cpus)
        for _ in range(10):
            self.loss()

    def loss(self):
        """The share of the fastest CPU time yet that the worst CPU did not get, 0 to 1."""
        turns = _spin_all(self.cpus)
        self.best = [max(pair) for pair in zip(self.best, turns)]
        return max(1 - turn / best for turn, best in zip(turns, self.best))
