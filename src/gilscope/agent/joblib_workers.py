"""The joblib model: a trial is a call of ``joblib.Parallel``, whose workers are loky's processes."""

from __future__ import annotations

import importlib
import sys
from functools import partial

from . import on_path, tasks
from .fault import LaneError, failure
from .pools import DistantPool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List

    from .records import Answer, LaneOrder, Record
    from .tasks import Task

NOT_INSTALLED = "joblib is not installed in this Python: --with joblib installs it for every runtime"
NOT_FOR_THIS = "joblib cannot be imported in this Python"


def do(order: LaneOrder, task: Task[Record], loops: int) -> Answer[Record]:
    """Do any task in a worker of loky's, which may be new at any time."""
    tasks.take_up_process(order)
    return task(loops)


class Joblib(DistantPool):
    """A crew of loky's workers; where there is only one, joblib calls the function itself, in this process."""

    def _start(self, order: LaneOrder) -> None:
        try:
            joblib = importlib.import_module("joblib")
        except ImportError as error:
            raise LaneError(failure("start", "unsupported", NOT_INSTALLED)) from error
        except Exception as error:
            reason = "{}: {}: {}".format(NOT_FOR_THIS, type(error).__name__, error)
            raise LaneError(failure("start", "unsupported", reason)) from error
        sys.path.append(on_path.FOLDER)  # loky's workers are given it, and find the agent there
        self._order = order
        self._delayed = joblib.delayed
        self._backend = joblib.parallel.LokyBackend()
        self._parallel = joblib.Parallel(order["workers"], backend=self._backend, batch_size=1, pre_dispatch="all")
        self._parallel.__enter__()

    def _answers(self, task: Task[Record], loops: int, count: int) -> List[Answer[Record]]:
        work = self._delayed(partial(do, self._order, task))
        answers: List[Answer[Record]] = self._parallel(work(loops) for _ in range(count))
        return answers

    def _end(self) -> None:
        """End the workers, which leaving ``Parallel`` would keep for whoever is next."""
        if self._order["workers"] > 1:
            self._backend.abort_everything(ensure_ready=False)
