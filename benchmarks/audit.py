"""Verdicts of an audit, each checked by a second way: Python's own words, and imports by hand in an interpreter.

``python benchmarks/audit.py --on 3.14 --on 3.14t PACKAGE...`` audits packages, then asks Python itself: ``python -v``
names each module that requires the GIL, and an interpreter that owns its GIL is made by hand to import what the audit
imported, whose extension files are held against those of the main interpreter. Prints how many verdicts agree, and each
that does not.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from packaging.utils import canonicalize_name

from gilscope.audit.asking import targets_of
from gilscope.audit.auditing import Wanted, audit
from gilscope.commands import audit as command
from gilscope.commands import measuring, output
from gilscope.interchange import encoded
from gilscope.lab.environment import common_environment
from gilscope.processes.environment import without_python
from gilscope.provision import requirements
from gilscope.provision.environments import Environments
from gilscope.render.install_progress import InstallProgress

if TYPE_CHECKING:
    from gilscope.audit.auditing import Equipped
    from gilscope.audit.values import Audit, Subject

LIMIT_S = 120
PLACE = re.compile(r"https?://\S+|/\S*/site-packages/")
NOTHING_SAID = ("cannot be imported", "not looked at", "nothing to import")
"""Verdicts that leave the question open."""
IMPORTS = """
import importlib, json, sys
def run(modules, extensions, path):
    failed, steps = [], []
    for name in [*modules, *extensions]:
        try:
            importlib.import_module(name)
        except BaseException as error:
            said = []
            while error is not None and len(said) < 20:
                said.append(str(error))
                error = error.__cause__ or error.__context__
            failed.append([name, any("does not support loading in subinterpreters" in text for text in said)])
        if name == modules[-1:][0] if modules else False:
            steps = files()
    with open(path, "w") as answer:
        json.dump({"failed": failed, "after_modules": steps, "files": files()}, answer)
def files():
    found = {str(getattr(module, "__file__", None) or "") for module in list(sys.modules.values())}
    return sorted(path for path in found if path.endswith(".so") and "lib-dynload" not in path)
"""
MAIN = IMPORTS + "import os\nrun(*json.loads(sys.argv[1]))\nos._exit(0)\n"
INSIDE = """
import os, sys
try:
    import _interpreters as low
    made = low.create("isolated")
except ImportError:
    import _xxsubinterpreters as low
    made = low.create(isolated=True)
low.run_string(made, {text!r} + "\\nrun(*json.loads(" + repr(sys.argv[1]) + "))")
os._exit(0)
"""


def main() -> None:
    """Audit, check, and print what does not agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="+")
    parser.add_argument("--on", action="append", default=[])
    parser.add_argument("--json", type=Path, help="where the audit is stored")
    options = parser.parse_args()
    wanted = requirements.packages(options.packages, (), ())
    names = frozenset(map(canonicalize_name, options.packages))
    environments = Environments(
        output.cache_dir() / "environments",
        os.environ,
        lambda: InstallProgress(output.console(stderr=True)),
        may_build=False,
    )
    runtimes = command._runtimes(measuring.take_census(), options.on)  # noqa: SLF001 - the command's own choice
    places, lacking = command.equipped(environments, runtimes, wanted, None, names)
    environ = common_environment(os.environ, output.bytecode_dir())
    begun_s = time.monotonic()
    done = audit(places, lacking, Wanted(names), environ, LIMIT_S, lambda *_: None)
    print(f"{len(done.rows)} packages on {', '.join(done.builds)}: audited in {time.monotonic() - begun_s:.0f} s")
    if options.json:
        options.json.write_bytes(encoded(_of_no_machine(done)))
    rows = {row.subject: row for row in done.rows}
    agreed, apart = 0, []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        pairs = [
            (place, subject)
            for place in places
            for name, subject in place.contents.subjects.items()
            if name in rows and place.runtime.name in rows[name].versions
        ]
        for (place, subject), (gil, inside) in zip(pairs, pool.map(lambda pair: by_hand(*pair), pairs), strict=True):
            row, runtime = rows[subject.name], place.runtime.name
            for what, ours, theirs in (
                ("GIL", row.threads.get(runtime), gil),
                ("interpreters", row.interpreters.get(runtime), inside),
            ):
                if ours is None or theirs is None:
                    continue
                if _alike(ours, theirs, what):
                    agreed += 1
                else:
                    apart.append(f"{subject.name} on {runtime}, {what}: audit {ours!r}, by hand {theirs!r}")
    print(f"{agreed} verdicts agree with a second way, {len(apart)} do not")
    print("\n".join(apart))


def _of_no_machine(done: Audit) -> Audit:
    """An audit without the folders that it was made in, to be stored."""
    findings = [
        msgspec.structs.replace(finding, chain=(), reason=PLACE.sub("", finding.reason)) for finding in done.findings
    ]
    return msgspec.structs.replace(done, findings=tuple(findings))


def _alike(ours: str, theirs: str, what: str) -> bool:
    if what == "GIL":  # a fallback or an error is no matter of the GIL
        return (ours == "turns the GIL on") == (theirs == "turns the GIL on") or ours in NOTHING_SAID
    return ours.startswith(theirs) or ours in NOTHING_SAID


def by_hand(place: Equipped, subject: Subject) -> tuple[str | None, str | None]:
    """What Python itself says of a subject: of the GIL, and in an interpreter."""
    extensions = [name for name in targets_of((), subject.extensions) if name not in subject.modules]
    return _gil(place, subject, extensions), _inside(place, subject, extensions)


def _gil(place: Equipped, subject: Subject, extensions: list[str]) -> str | None:
    if not place.is_free_threaded:
        return None
    ended = _run(place, ["-v"], MAIN, json.dumps([subject.modules, extensions, os.devnull]))
    return "turns the GIL on" if "which requires the GIL" in ended else "clean"


def _inside(place: Equipped, subject: Subject, extensions: list[str]) -> str | None:
    if not place.runtime.facts.own_gil:
        return None
    answers = []
    for text in (MAIN, INSIDE.format(text=IMPORTS)):
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            _run(place, [], text, json.dumps([subject.modules, extensions, file.name]))
            try:
                answers.append(json.loads(file.read()))
            except ValueError:
                return "crashes"
    main_one, inside = answers
    in_main = {name for name, _ in main_one["failed"]}
    failed = {name: refused for name, refused in inside["failed"] if name not in in_main}
    missing = set(main_one["after_modules"]) - set(inside["after_modules"])
    if any(name in subject.modules for name in failed) or (failed and not missing):
        return "is refused"
    direct = [name for name in failed if not any(_file_of(name) in path for path in missing)]
    return "is refused" if direct else "falls back" if missing else "clean"


def _file_of(module: str) -> str:
    return module.replace(".", os.sep) + "."


def _run(place: Equipped, options: list[str], text: str, argument: str) -> str:
    environ = without_python(os.environ)
    command_line = [place.python, *options, "-W", "ignore", "-c", text, argument]
    try:
        ended = subprocess.run(command_line, capture_output=True, env=environ, timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return ""
    return ended.stderr.decode(errors="replace")


if __name__ == "__main__":
    main()
