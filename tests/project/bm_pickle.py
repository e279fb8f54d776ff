"""Pickles, as a script for pyperf with an option of its own."""

import pickle

import pyperf


def add_protocol(command, options):
    command += ["--protocol", str(options.protocol)]


if __name__ == "__main__":
    runner = pyperf.Runner(add_cmdline_args=add_protocol)
    runner.argparser.add_argument("--protocol", type=int, default=pickle.HIGHEST_PROTOCOL)
    protocol = runner.parse_args().protocol
    runner.bench_func("pickle_dict", pickle.dumps, dict.fromkeys(range(1_000), "value"), protocol)
    runner.bench_func("pickle_list", pickle.dumps, list(range(1_000)), protocol)
