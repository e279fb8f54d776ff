"""A Dask cluster: its workers, and how their hosts are asked and given orders; nothing else knows of Dask.

What is asked takes no time and goes past a worker's tasks; an order is a task, bound to one worker, so that the
cluster's scheduler knows who is busy, and neither moves it nor begins it again elsewhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from dask import config
from distributed import Client, LocalCluster

from gilscope.errors import GilscopeError, UsageError
from gilscope.fleet.quiet import quieten, unquieten

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection

    from distributed import Future
    from distributed.core import Server

Answer = TypeVar("Answer")

CONNECT_S = 15.0
"""How long a scheduler has to answer at first, and again after it was lost."""
ASK_S = 10.0
"""How long a host has for one answer."""
SEND_S = 300.0
"""How long a host has to take what it is sent, which may be much."""
FAREWELL_S = 5.0
"""How long each may take to end what it was doing, once the client is about to leave."""


class SilentError(Exception):
    """A host does not answer; the text says in which way."""


class ForeignError(Exception):
    """A host answers that it cannot do what it is asked: its gilscope is another, or none."""


class SchedulerLostError(GilscopeError):
    """The scheduler of a cluster is gone."""


class Task:
    """An order that a worker was given."""

    def __init__(self, future: Future[None]) -> None:
        self._future = future

    async def failure(self) -> str | None:
        """Why the worker could not carry it out; None where it could, or has not begun."""
        return _words(await self._future.exception()) if self._future.status == "error" else None

    def release(self) -> None:
        """Have the cluster forget it."""
        self._future.release()


class Cluster:
    """The client's side of a cluster."""

    def __init__(self, client: Client, address: str) -> None:
        self._client = client
        self.address = address

    @property
    def dashboard(self) -> str | None:
        """The address of Dask's own page about the cluster, None where it serves none."""
        has_one = "dashboard" in self._client.scheduler_info().get("services", {})
        return str(self._client.dashboard_link) if has_one else None

    async def threads(self) -> dict[str, int]:
        """How many threads each worker has, by its address.

        Raises:
            SchedulerLostError: nobody is left to ask.
        """
        try:
            async with asyncio.timeout(ASK_S):
                return dict(await self._client.nthreads())
        except (OSError, RuntimeError) as error:
            raise SchedulerLostError(f"the scheduler {self.address} is gone ({_words(error)})") from error

    async def wait_for(self, hosts: int, within_s: float) -> None:
        """Wait until there are as many workers.

        Raises:
            UsageError: there are not in that time.
        """
        deadline_s = time.monotonic() + within_s
        while (there := len(await self.threads())) < hosts:
            if time.monotonic() > deadline_s:
                raise UsageError(
                    f"{self.address} has {there} of {hosts} {'worker' if hosts == 1 else 'workers'} after {within_s:g} "
                    f"s. On each host, start: dask worker {self.address} --nworkers 1 --nthreads 1; or wait longer "
                    "with --wait."
                )
            await asyncio.sleep(0.2)

    async def versions(self) -> dict[str, str]:
        """The versions that the scheduler has, by package; it has to know what tasks call, and so gilscope too."""
        names = ("gilscope", "dask", "distributed")
        found = await self._client.get_versions(packages=names)  # type: ignore[misc] # it is a coroutine in a loop
        return {name: str(found["scheduler"]["packages"].get(name)) for name in names}

    async def ask(
        self, address: str, function: Callable[..., Answer], *arguments: object, within_s: float = ASK_S
    ) -> Answer:
        """Call a function in a worker, beside whatever it does.

        Raises:
            SilentError: it does not answer in time, or is not there.
            ForeignError: the worker cannot call this function.
        """
        try:
            async with asyncio.timeout(within_s):
                answers = await self._client.run(function, *arguments, workers=[address], on_error="return")
        except (OSError, RuntimeError) as error:
            raise SilentError(_words(error)) from error
        answer = answers.get(address)
        match answer:
            case OSError():
                raise SilentError(_words(answer)) from answer
            case Exception():
                raise ForeignError(_words(answer)) from answer
        return answer  # type: ignore[no-any-return] # what a function returns comes back as it is

    def start(self, address: str, function: Callable[[bytes], None], order: bytes) -> Task:
        """Give a worker an order, which no other one may carry out."""
        where = {"workers": [address], "allow_other_workers": False}
        return Task(self._client.submit(function, order, pure=False, retries=0, **where))

    @asynccontextmanager
    async def quiet(self, addresses: Collection[str]) -> AsyncIterator[None]:
        """Have Dask look at itself rarely as long as this lasts: workers, what looks after them, and the scheduler."""
        await self._change(quieten, addresses)
        try:
            yield
        finally:
            await self._change(unquieten, addresses)

    async def _change(self, change: Callable[[Server], None], addresses: Collection[str]) -> None:
        def in_worker(dask_worker: Server) -> None:
            change(dask_worker)

        def in_scheduler(dask_scheduler: Server) -> None:
            change(dask_scheduler)

        with contextlib.suppress(TimeoutError):  # who does not answer keeps its ways, and is missed when asked for more
            async with asyncio.timeout(ASK_S):
                await asyncio.gather(
                    self._client.run(in_worker, workers=list(addresses), on_error="ignore"),
                    self._client.run(in_worker, workers=list(addresses), nanny=True, on_error="ignore"),
                    self._client.run_on_scheduler(in_scheduler),
                    return_exceptions=True,
                )


@asynccontextmanager
async def connected(address: str | None) -> AsyncIterator[Cluster]:
    """The cluster of a scheduler; where none is named, one with a worker on this machine, which ends with this.

    Raises:
        UsageError: no scheduler answers there.
        GilscopeError: no worker can be started here.
    """
    for name in ("distributed", "asyncio", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    async with AsyncExitStack() as until:
        if address is None:
            local = LocalCluster(
                n_workers=1,
                threads_per_worker=1,
                asynchronous=True,
                dashboard_address=":0",
                silence_logs=logging.CRITICAL,
            )
            try:
                with config.set({"distributed.nanny.pre-spawn-environ": {}}):  # it would set these in this process too
                    address = (await until.enter_async_context(local)).scheduler_address
            except (OSError, RuntimeError) as error:
                raise GilscopeError(f"no worker of Dask can be started on this machine: {_words(error)}") from error
        try:
            async with asyncio.timeout(CONNECT_S):
                client = await Client(address, asynchronous=True, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError, ImportError) as error:
            raise UsageError(
                f"no scheduler of Dask answers at {address} ({_words(error)}): start one with `dask scheduler`, and "
                "name the address that it prints"
            ) from error
        until.push_async_callback(_leave, client)
        yield Cluster(client, address)


async def _leave(client: Client) -> None:
    """Close a client, however much of its cluster is left."""
    with contextlib.suppress(Exception):  # what is gone cannot be told good-bye
        async with asyncio.timeout(FAREWELL_S):
            await client.close()


def _words(error: BaseException) -> str:
    """An error in a line."""
    text = str(error).strip().splitlines()
    return text[0] if text else type(error).__name__
