# /// script
# requires-python = ">=3.8"
# [tool.gilscope]
# ways = [
#     "process-pipe", "process-queue", "process-pool", "thread-queue", "interpreter-channel", "interpreter-queue",
#     "interpreter-marshal", "interpreter-pickle5", "interpreter-pipe",
# ]
# cases = [8, 1_000, 64_000, 1_000_000, 10_000_000]
# self_timed = true
# loops = 1
# ///
"""How long does it take to send a list of int to a worker and have it looked at, by each means?

Up to 10 MB, eight bytes a number: a list for 100 MB takes half a gigabyte in every lane, on each side.
"""

from __future__ import annotations

from functools import partial

from gilscope_agent.measures.transport import _to_interpreter, _to_process, _to_thread
from gilscope_agent.measures.transport._shapes import Integers

SHAPE = Integers()

process_pipe = partial(_to_process.by_pipe, SHAPE)
process_queue = partial(_to_process.by_queue, SHAPE)
process_pool = partial(_to_process.by_pool, SHAPE)
thread_queue = partial(_to_thread.by_queue, SHAPE)
interpreter_channel = partial(_to_interpreter.by_channel, SHAPE)
interpreter_queue = partial(_to_interpreter.by_queue, SHAPE)
interpreter_marshal = partial(_to_interpreter.by_marshal, SHAPE)
interpreter_pickle5 = partial(_to_interpreter.by_pickle5, SHAPE)
interpreter_pipe = partial(_to_interpreter.by_pipe, SHAPE)
