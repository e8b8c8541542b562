"""Real processes over a real Redis."""

from __future__ import annotations

import subprocess
import sys
from ast import literal_eval
from pathlib import Path

import redis

WORKER = Path(__file__).with_name("worker_process.py")
REQUESTS = 200


def test_four_processes_that_miss_at_once_compute_one_answer(redis_url, redis_prefix):
    command = [sys.executable, str(WORKER), redis_url, redis_prefix, str(REQUESTS)]
    workers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [worker.stdout.readline() for worker in workers] == ["ready\n"] * 4
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    outputs = [worker.communicate(timeout=50)[0] for worker in workers]
    assert [literal_eval(output) for output in outputs] == [{"1": REQUESTS // 4}] * 4
    with redis.Redis.from_url(redis_url) as client:
        assert client.get(f"{redis_prefix}executions") == b"1"
