"""Workloads: probes, scripts written for pyperf, pyperformance, and the suites that choose among them."""
