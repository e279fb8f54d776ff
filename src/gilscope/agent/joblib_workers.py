"""The joblib model: a trial is a call of ``joblib.Parallel``, whose workers are loky's processes."""

from __future__ import annotations

import importlib
import sys
from functools import partial

from . import tasks
from .fault import LaneError, failure
from .load import ON_PATH
from .pools import DistantPool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List

    from .tasks import Answer, Task

NOT_INSTALLED = "joblib is not installed in this Python: its `-m pip install joblib` does that"


def do(order: Dict[str, Any], task: Task, loops: int) -> Answer:
    """Any task in a worker of loky's, which may be new at any time."""
    tasks.take_up_process(order)
    return task(loops)


class Joblib(DistantPool):
    """With one worker, joblib calls the function itself, in this process."""

    def _start(self, order: Dict[str, Any]) -> None:
        try:
            joblib = importlib.import_module("joblib")
        except ImportError as error:
            raise LaneError(failure("start", "unsupported", NOT_INSTALLED)) from error
        sys.path.append(ON_PATH)  # loky's workers are given it, and find the agent there
        self._order = order
        self._delayed = joblib.delayed
        self._backend = joblib.parallel.LokyBackend()
        self._parallel = joblib.Parallel(order["workers"], backend=self._backend, batch_size=1, pre_dispatch="all")
        self._parallel.__enter__()

    def _answers(self, task: Task, loops: int, count: int) -> List[Answer]:
        work = self._delayed(partial(do, self._order, task))
        answers: List[Answer] = self._parallel(work(loops) for _ in range(count))
        return answers

    def _end(self) -> None:
        """Leaving ``Parallel`` would keep its workers for whoever is next."""
        if self._order["workers"] > 1:
            self._backend.abort_everything(ensure_ready=False)
