# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = [
#     "process-pipe", "process-queue", "process-pool", "shared-memory", "raw-array", "locked-array", "thread-queue",
#     "interpreter-memoryview", "interpreter-pickle5", "interpreter-pipe", "interpreter-mmap",
# ]
# cases = [8, 1_000, 64_000, 1_000_000, 10_000_000, 100_000_000]
# self_timed = true
# loops = 1
# ///
"""How long does it take to send a NumPy array to a worker and have it looked at, by each means?

NumPy does not load in subinterpreters; they look at the array's memory.
"""

from __future__ import annotations

from functools import partial

from gilscope_agent.measures.transport import _to_interpreter, _to_process, _to_thread
from gilscope_agent.measures.transport._shapes import NumPyArray

SHAPE = NumPyArray()

process_pipe = partial(_to_process.by_pipe, SHAPE)
process_queue = partial(_to_process.by_queue, SHAPE)
process_pool = partial(_to_process.by_pool, SHAPE)
shared_memory = partial(_to_process.by_shared_memory, SHAPE)
raw_array = partial(_to_process.by_raw_array, SHAPE)
locked_array = partial(_to_process.by_locked_array, SHAPE)
thread_queue = partial(_to_thread.by_queue, SHAPE)
interpreter_memoryview = partial(_to_interpreter.by_memoryview, SHAPE)
interpreter_pickle5 = partial(_to_interpreter.by_pickle5, SHAPE)
interpreter_pipe = partial(_to_interpreter.by_pipe, SHAPE)
interpreter_mmap = partial(_to_interpreter.by_mmap, SHAPE)
