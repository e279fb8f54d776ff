"""Which small faults the unit tests catch: ``python benchmarks/mutations.py [WORD ...]``.

Every row of `MUTATIONS` plants one fault where a threshold lies, in a copy of ``src/``, and runs the one test that must
fail there. Words choose the rows whose place or test holds one of them. A Markdown table is printed; the exit status is
1 where a fault was not caught, and 2 where a row is out of date: its old text is not there exactly once, or its test
fails without the fault.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGE = Path("src") / "gilscope"
UNIT = Path("tests") / "unit"
BESIDE = ("matrix", "probes")
"""Folders that the package looks for beside ``src/``."""
AT_A_TIME = 2
QUICKER = {"PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""What pytest is started with so that a row takes half as long: it loads no plugins that unit tests do not need."""
PASSED, FAILED, OUT_OF_DATE = 0, 1, 2
"""Exit statuses of pytest, the first two, and of this script."""


class Mutation(NamedTuple):
    """One fault: ``old`` becomes ``new`` in a file of the package, and a test of ``tests/unit`` must fail."""

    file: str
    old: str
    new: str
    test: str


MUTATIONS = (
    # models
    Mutation(
        "models.py",
        'crew="threads:Threads", unfit=_threads, shares_objects=True',
        'crew="threads:Threads", unfit=_threads',
        "test_verdict.py::test_what_stands_against_lanes",
    ),
    Mutation(
        "models.py",
        'crew="pools:ThreadPool", unfit=_agent, shares_objects=True',
        'crew="pools:ThreadPool", unfit=_agent',
        "test_models.py::test_only_threads_share_objects",
    ),
    Mutation(
        "models.py",
        'heavier_than=("interpreters", "interpreters-shared")',
        'heavier_than=("interpreters",)',
        "test_models.py::test_workers_are_said_to_weigh_more_in_three_orders",
    ),
    Mutation(
        "models.py",
        "unfit=_agent, takes_turns=True",
        "unfit=_agent",
        "test_models.py::test_several_workers_that_cannot_share_work_on_copies",
    ),
    Mutation(
        "models.py",
        "or not probe.shared or lane.units_per_loop == 1",
        "or not probe.shared",
        "test_models.py::test_several_workers_that_cannot_share_work_on_copies",
    ),
    # values
    Mutation(
        "values/lanes.py",
        "return 1 if self.divides_work else self.workers",
        "return self.workers",
        "test_analysis.py::test_workers_that_divide_the_work_do_it_once",
    ),
    Mutation(
        "figures/capacity.py",
        "math.log(lane.units_per_loop / lane.workers)",
        "math.log(lane.workers / lane.workers)",
        "test_analysis.py::test_speed_up_is_held_against_what_the_machine_gave",
    ),
    # stats
    Mutation(
        "stats/significance.py",
        "return abs(log_ratio.value) > _reach",
        "return abs(log_ratio.value) >= _reach",
        "test_stats.py::TestVerdicts::test_difference_must_clear_interval_and_floor",
    ),
    Mutation(
        "stats/significance.py",
        "if p_values[index] > error_rate / (len(p_values) - rank)",
        "if p_values[index] >= error_rate / (len(p_values) - rank)",
        "test_changes.py::test_holm_by_hand",
    ),
    Mutation(
        "stats/significance.py",
        "error_rate / (len(p_values) - rank)",
        "error_rate / len(p_values)",
        "test_changes.py::test_holm_by_hand",
    ),
    Mutation(
        "stats/intervals.py",
        "FEWEST = 2\n",
        "FEWEST = 3\n",
        "test_stats.py::TestLogRatioInterval::test_is_bounded_from_two_launches_on",
    ),
    Mutation(
        "stats/intervals.py",
        "max(1, 2 * ((launches - 1) // 2))",
        "max(1, 2 * (launches // 2))",
        "test_stats.py::TestLogRatioInterval::test_has_the_largest_even_freedom_below_its_launches",
    ),
    Mutation(
        "stats/intervals.py",
        "TUNING = 9.0",
        "TUNING = 6.0",
        "test_stats.py::TestLogRatioInterval::test_equals_its_formula",
    ),
    Mutation(
        "stats/effort.py",
        "WARM_UP_EXCESS = 0.01",
        "WARM_UP_EXCESS = 0.015",
        "test_effort.py::TestWarmUpEnd::test_draws_the_line_at_a_hundredth",
    ),
    Mutation(
        "stats/effort.py",
        "WARM_UP_EXCESS = 0.01",
        "WARM_UP_EXCESS = 0.005",
        "test_effort.py::TestWarmUpEnd::test_draws_the_line_at_a_hundredth",
    ),
    Mutation(
        "stats/effort.py",
        "WARM_UP_TRIALS = 4",
        "WARM_UP_TRIALS = 5",
        "test_effort.py::TestWarmUpEnd::test_four_trials_are_enough",
    ),
    # figures
    Mutation(
        "figures/values.py",
        "LOST = 0.2\n",
        "LOST = 0.21\n",
        "test_analysis.py::test_contention_begins_above_a_fifth_of_the_time_lost",
    ),
    Mutation(
        "figures/values.py",
        "LOST = 0.2\n",
        "LOST = 0.19\n",
        "test_analysis.py::test_contention_begins_above_a_fifth_of_the_time_lost",
    ),
    Mutation(
        "figures/capacity.py",
        "SHORT = 0.8\n",
        "SHORT = 0.81\n",
        "test_analysis.py::test_less_than_four_fifths_of_the_cpus_is_short",
    ),
    Mutation(
        "figures/capacity.py",
        "self.cpus.value * self.speed.value < SHORT",
        "self.cpus.value < SHORT",
        "test_analysis.py::test_less_than_four_fifths_of_the_cpus_is_short",
    ),
    Mutation(
        "figures/capacity.py",
        "max(zip(trial.ends_ns, trial.cpu_ns, strict=True))",
        "min(zip(trial.ends_ns, trial.cpu_ns, strict=True))",
        "test_analysis.py::test_the_worker_that_ended_last_shows_what_was_given",
    ),
    Mutation(
        "figures/values.py",
        "None if self.is_short and not does else does",
        "does",
        "test_analysis.py::test_work_scales_by_what_the_machine_allows",
    ),
    Mutation(
        "figures/values.py",
        "SUPER_LINEAR = 1.05\n",
        "SUPER_LINEAR = 1.06\n",
        "test_analysis.py::test_an_efficiency_above_one_wants_an_explanation",
    ),
    Mutation(
        "figures/cores.py",
        "OTHERS = 0.02\n",
        "OTHERS = 0.03\n",
        "test_cores.py::test_shares_are_given_only_where_all_is_on_record",
    ),
    Mutation(
        "figures/values.py",
        "max(0.0, 1 - self.cores / self.lane.workers)",
        "0.0",
        "test_analysis.py::test_busy_siblings_are_no_contention",
    ),
    Mutation(
        "figures/values.py",
        "self.workers + 1 <= self.cpus",
        "self.workers < self.cpus",
        "test_analysis.py::test_the_most_parallel_lane_says_what_was_used",
    ),
    Mutation(
        "figures/values.py",
        "self.lane.workers > self.cores_of_a_kind",
        "self.lane.workers >= self.cores_of_a_kind",
        "test_analysis.py::test_more_workers_than_fast_cores_mix_kinds",
    ),
    Mutation(
        "figures/scales.py",
        "SCALES = 0.75",
        "SCALES = 0.7",
        "test_scales.py::test_work_scales_from_three_quarters_of_what_there_is_to_win",
    ),
    Mutation(
        "figures/scales.py",
        "SCALES = 0.75",
        "SCALES = 0.8",
        "test_scales.py::test_work_scales_from_three_quarters_of_what_there_is_to_win",
    ),
    Mutation(
        "figures/verdict.py",
        "LOUD = 0.1\n",
        "LOUD = 0.12\n",
        "test_verdict.py::test_noise_stands_against_a_comparison_above_a_tenth",
    ),
    Mutation(
        "figures/verdict.py",
        "LOUD = 0.1\n",
        "LOUD = 0.08\n",
        "test_verdict.py::test_noise_stands_against_a_comparison_above_a_tenth",
    ),
    Mutation(
        "figures/verdict.py",
        "floor > LOUD",
        "floor >= LOUD",
        "test_verdict.py::test_noise_stands_against_a_comparison_above_a_tenth",
    ),
    Mutation(
        "figures/outcome.py",
        "reaches[lane.name].low > 0",
        "reaches[lane.name].value > 0",
        "test_verdict.py::TestOutcome::test_a_gain_that_matters_is_shown_ruled_out_or_open",
    ),
    Mutation(
        "figures/outcome.py",
        "if not open_gains and not starved:",
        "if not open_gains:",
        "test_verdict.py::TestOutcome::test_nothing_is_said_against_lanes_that_lacked_cpus",
    ),
    Mutation(
        "figures/outcome.py",
        "math.log1p(floor) > gain.half_width",
        "math.log1p(floor) > 0",
        "test_verdict.py::TestOutcome::test_the_cause_is_the_wider_of_both",
    ),
    Mutation(
        "figures/break_even.py",
        "WORTH = 0.1\n",
        "WORTH = 0.3\n",
        "test_verdict.py::test_the_verdict_says_what_is_true_and_no_more",
    ),
    Mutation(
        "figures/further.py",
        "max(log_gain, math.log1p(WORTH) - log_gain)",
        "math.log1p(WORTH) - log_gain",
        "test_verdict.py::TestFurther::test_a_gain_far_from_both_bounds_needs_fewer",
    ),
    Mutation(
        "figures/transport.py",
        "SPAN = 100\n",
        "SPAN = 10\n",
        "test_transport.py::test_a_payload_of_a_hundredth_is_within_the_span",
    ),
    Mutation(
        "figures/transport.py",
        "SPAN = 100\n",
        "SPAN = 101\n",
        "test_transport.py::test_a_payload_of_a_hundredth_is_within_the_span",
    ),
    Mutation(
        "figures/transport.py",
        "size * SPAN >= measured_sizes[-1]",
        "size * SPAN > measured_sizes[-1]",
        "test_transport.py::test_a_payload_of_a_hundredth_is_within_the_span",
    ),
    Mutation(
        "figures/transport.py",
        "HALF = 0.5\n",
        "HALF = 0.45\n",
        "test_transport.py::test_one_half_lies_between_a_constant_and_a_proportion",
    ),
    Mutation(
        "figures/transport.py",
        "HALF = 0.5\n",
        "HALF = 0.55\n",
        "test_transport.py::test_one_half_lies_between_a_constant_and_a_proportion",
    ),
    Mutation(
        "figures/transport.py",
        "FASTEST_COPY = 100e9",
        "FASTEST_COPY = 80e9",
        "test_transport.py::test_what_no_core_could_have_copied_is_flat",
    ),
    Mutation(
        "figures/transport.py",
        "FASTEST_COPY = 100e9",
        "FASTEST_COPY = 120e9",
        "test_transport.py::test_what_no_core_could_have_copied_is_flat",
    ),
    Mutation(
        "figures/break_even.py",
        "math.ceil(round(",
        "math.floor(round(",
        "test_break_even.py::test_a_crossing_is_rounded_up_to_whole_workers",
    ),
    Mutation(
        "figures/break_even.py",
        ".low > self.log_headstart",
        ".low > 0",
        "test_break_even.py::test_what_never_gets_ahead_does_not_pay",
    ),
    Mutation(
        "figures/outcome.py",
        "lane.workers == 1 or reaches",
        "reaches",
        "test_verdict.py::TestOutcome::test_one_worker_has_no_headstart_over_one",
    ),
    Mutation(
        "figures/scaling_law.py",
        "FEWEST_COUNTS = 4",
        "FEWEST_COUNTS = 3",
        "test_scalability.py::test_three_counts_are_refused",
    ),
    Mutation(
        "figures/scaling_law.py",
        "FEWEST_COUNTS = 4",
        "FEWEST_COUNTS = 5",
        "test_scalability.py::test_four_counts_are_enough",
    ),
    Mutation(
        "figures/scaling_law.py",
        "count <= physical_cores",
        "count < physical_cores",
        "test_scalability.py::test_four_counts_are_enough",
    ),
    Mutation(
        "figures/workers.py",
        "FEWEST_COUNTS = 2",
        "FEWEST_COUNTS = 3",
        "test_workers.py::test_two_numbers_of_workers_have_a_slope",
    ),
    Mutation(
        "figures/workers.py",
        "FEWEST_COUNTS = 2",
        "FEWEST_COUNTS = 1",
        "test_workers.py::test_one_number_of_workers_has_no_slope",
    ),
    Mutation(
        "figures/paired.py",
        "max(self.cold[lane], self.cold[other])",
        "min(self.cold[lane], self.cold[other])",
        "test_paired.py::test_cold_rounds_of_either_lane_are_left_out_of_both",
    ),
    Mutation(
        "figures/paired.py",
        "(rounds[:cold], rounds[cold:])",
        "(rounds[:cold], rounds)",
        "test_paired.py::test_cold_trials_stand_apart_from_those_that_count",
    ),
    # lab
    Mutation(
        "lab/weighing.py",
        "files[place] = max(files[place], size)",
        "files[place] += size",
        "test_weighing.py::test_a_file_counts_once_for_all_processes_of_a_lane",
    ),
    Mutation(
        "lab/weighing.py",
        "(int(resident) - int(anonymous)) * KIB",
        "int(resident) * KIB",
        "test_weighing.py::test_files_count_in_full_and_what_was_written_to_them_is_anonymous",
    ),
    Mutation(
        "lab/weighing.py",
        'NO_FILE = "0"',
        'NO_FILE = ""',
        "test_weighing.py::test_files_count_in_full_and_what_was_written_to_them_is_anonymous",
    ),
    Mutation(
        "lab/weighing.py",
        "None, max(peaks))",
        "None, sum(peaks))",
        "test_weighing.py::test_a_file_counts_once_for_all_processes_of_a_lane",
    ),
    Mutation(
        "lab/fitting.py",
        "FILLED = 0.9",
        "FILLED = 1.0",
        "test_fitting.py::test_the_most_parallel_are_left_out_first",
    ),
    Mutation(
        "lab/fitting.py",
        "if probe.shared or probe.benchmark",
        "if probe.benchmark",
        "test_fitting.py::test_threads_share_what_others_have_each",
    ),
    Mutation(
        "lab/topology.py",
        "ALIKE = 0.85",
        "ALIKE = 0.86",
        "test_topology.py::test_cores_of_one_design_differ_a_little",
    ),
    Mutation(
        "lab/topology.py",
        "kind, fastest = kind + 1, speed",
        "kind = kind + 1",
        "test_topology.py::test_each_kind_is_measured_against_its_own_fastest",
    ),
    Mutation(
        "lab/topology.py",
        "if workers <= len(choice)",
        "if workers < len(choice)",
        "test_topology.py::test_lanes_are_kept_to_cores_of_their_own",
    ),
    Mutation(
        "lab/host.py",
        "return min(quotas, default=None)",
        "return max(quotas, default=None)",
        "test_host.py::test_the_least_of_nested_groups_counts",
    ),
    Mutation(
        "lab/host.py",
        "min(limit for limit in limits",
        "max(limit for limit in limits",
        "test_host.py::test_the_least_limit_decides_what_is_usable",
    ),
    Mutation(
        "lab/plan.py",
        "max(1.0, suite.oversubscription",
        "max(0.0, suite.oversubscription",
        "test_plan.py::test_every_model_has_a_lane_of_one_worker_on_less_than_a_cpu",
    ),
    Mutation(
        "lab/plan.py",
        "for count in asked if count <= most",
        "for count in asked if count < most",
        "test_plan.py::test_workers_are_bounded_by_the_cpus",
    ),
    Mutation(
        "lab/stopping.py",
        "BUDGET_STRETCH = 3",
        "BUDGET_STRETCH = 2",
        "test_stopping.py::test_the_first_launches_may_stretch_the_budget",
    ),
    Mutation(
        "lab/stopping.py",
        "BUDGET_STRETCH = 3",
        "BUDGET_STRETCH = 4",
        "test_stopping.py::test_the_first_launches_may_stretch_the_budget",
    ),
    Mutation(
        "lab/stopping.py",
        "FEWEST_LAUNCHES = 2",
        "FEWEST_LAUNCHES = 3",
        "test_stopping.py::test_the_first_launches_may_stretch_the_budget",
    ),
    Mutation(
        "lab/stopping.py",
        "MOST_ROUNDS = 10",
        "MOST_ROUNDS = 11",
        "test_stopping.py::test_a_launch_has_at_most_ten_rounds",
    ),
    Mutation(
        "lab/stopping.py",
        "_half_width(launches) > rules.precision",
        "_half_width(launches) >= rules.precision",
        "test_stopping.py::test_an_interval_as_wide_as_asked_is_narrow_enough",
    ),
    Mutation(
        "lab/stopping.py",
        "elapsed_s / launches > budget_s",
        "elapsed_s / launches >= budget_s",
        "test_stopping.py::test_the_first_launches_may_stretch_the_budget",
    ),
    Mutation(
        "lab/calibrating.py",
        "CALIBRATION_STEPS = 12",
        "CALIBRATION_STEPS = 11",
        "test_lab.py::test_a_unit_that_never_fills_a_trial_is_asked_twelve_times",
    ),
    Mutation(
        "lab/calibrating.py",
        "MOST_LOOPS = 10_000_000",
        "MOST_LOOPS = 100_000_000",
        "test_lab.py::test_a_unit_that_takes_no_time_is_looped_ten_million_times",
    ),
    Mutation(
        "lab/agreement.py",
        "if lane == reference == name.removesuffix(CONTROL)",
        "if reference == name.removesuffix(CONTROL)",
        "test_lab.py::test_a_control_without_its_reference_is_judged_as_any_lane",
    ),
    Mutation(
        "lab/calibrating.py",
        "wall_ns >= target_ns / 2",
        "wall_ns > target_ns / 2",
        "test_lab.py::test_half_a_trial_is_enough",
    ),
    Mutation(
        "lab/calibrating.py",
        "wall_ns >= target_ns / 2",
        "wall_ns >= target_ns / 3",
        "test_lab.py::test_half_a_trial_is_enough",
    ),
    Mutation(
        "lab/calibrating.py",
        "OTHERS_SHARE = 0.05\n",
        "OTHERS_SHARE = 0.051\n",
        "test_lab.py::test_work_with_workers_of_its_own_is_pinned_nowhere",
    ),
    Mutation(
        "lab/calibrating.py",
        "OTHERS_LEAST_NS = 50_000\n",
        "OTHERS_LEAST_NS = 50_001\n",
        "test_lab.py::test_few_microseconds_of_others_are_no_workers",
    ),
    Mutation(
        "lab/protocol.py",
        r'SEPARATOR = b"\x1e"',
        r'SEPARATOR = b"\x1f"',
        "test_protocol.py::test_a_marked_line_is_a_record",
    ),
    Mutation(
        "lab/protocol.py",
        '"observes": bool(probe.observes)',
        '"observes": False',
        "test_protocol.py::test_an_order_says_whether_units_observe",
    ),
    # roles
    Mutation(
        "lab/comparisons.py",
        "return max(filter",
        "return min(filter",
        "test_roles.py::test_the_least_certain_role_decides_when_to_end",
    ),
    Mutation(
        "figures/roles.py",
        "has_p99 = all(",
        "has_p99 = any(",
        "test_roles.py::test_a_tail_is_the_longest_call_where_one_worker_had_too_few",
    ),
    Mutation(
        "values/roles.py",
        "lane.roles[: lane.roles.index(role)]",
        "lane.roles[: lane.roles.index(role) + 1]",
        "test_roles.py::test_what_a_role_keeps_is_formed_on_its_own_arm",
    ),
    # store
    Mutation(
        "store/reading.py",
        "if schema > SCHEMA",
        "if schema >= SCHEMA",
        "test_store.py::test_every_format_up_to_todays_is_read",
    ),
    Mutation(
        "store/reading.py",
        "if schema > SCHEMA",
        "if schema > SCHEMA + 1",
        "test_store.py::test_a_later_format_is_refused",
    ),
    Mutation(
        "store/__init__.py",
        "key=lambda path: (_started(path), path.name)",
        "key=lambda path: path.name",
        "test_store.py::test_the_latest_run_is_the_one_that_began_last",
    ),
    Mutation(
        "store/writing.py",
        "if self.size and not self._ends_with_newline()",
        "if False",
        "test_store.py::test_any_cut_leaves_a_prefix_that_can_be_continued",
    ),
    Mutation(
        "store/reading.py",
        "number >= starts.get",
        "number > starts.get",
        "test_store.py::test_what_is_appended_is_read_back",
    ),
    # history
    Mutation(
        "stats/between.py",
        "values - np.median(values)",
        "values",
        "test_between.py::test_a_change_of_all_figures_is_no_mood",
    ),
    Mutation(
        "stats/between.py",
        "len(differences) - 1 + PRIOR",
        "len(differences) + PRIOR",
        "test_between.py::test_the_equation_by_hand",
    ),
    Mutation(
        "stats/between.py",
        "BOUND = 2.5",
        "BOUND = 25",
        "test_between.py::test_a_change_of_few_figures_counts_for_no_more_than_the_bound",
    ),
    Mutation(
        "stats/between.py",
        "within + 2 * variance",
        "2 * variance",
        "test_between.py::test_errors_within_runs_are_not_taken_for_moods",
    ),
    Mutation(
        "history/changes.py",
        "sure=step.judged and next(significant)",
        "sure=True",
        "test_changes.py::test_what_is_not_judged_is_never_marked_and_costs_the_others_nothing",
    ),
    Mutation(
        "figures/capacity.py",
        "spinning = self._lanes.get(lane.workers)",
        "spinning = self._lanes.get(1)",
        "test_run_comparison.py::test_a_time_is_judged_by_the_yardstick_with_as_many_workers",
    ),
    Mutation(
        "stats/heterogeneity.py",
        "len(values) - 1",
        "len(values)",
        "test_hosts.py::TestAlike::test_known_errors_make_it_cochrans",
    ),
    Mutation(
        "stats/heterogeneity.py",
        "CENTRES = 200",
        "CENTRES = 2",
        "test_hosts.py::TestAlike::test_known_errors_make_it_cochrans",
    ),
    Mutation(
        "stats/heterogeneity.py",
        "stdtr(freedoms, ",
        "stdtr(1e9, ",
        "test_hosts.py::TestAlike::test_alike_hosts_are_called_unlike_in_five_of_a_hundred_answers_at_the_most",
    ),
    Mutation(
        "fleet/dispatch.py",
        "self._machines[host.facts.machine or host.name]",
        "self._machines[host.name]",
        "test_fleet.py::TestEach::test_hosts_of_one_machine_never_measure_at_once",
    ),
    Mutation(
        "fleet/dispatch.py",
        "own = None if self._order.own == host.facts.own else self._order.own",
        "own = self._order.own",
        "test_fleet.py::TestEach::test_a_host_is_sent_what_it_lacks_alone",
    ),
    Mutation(
        "fleet/dispatch.py",
        "if contest not in measured",
        "if contest",
        "test_fleet.py::TestFaults::test_a_run_goes_on_where_it_was",
    ),
    Mutation(
        "fleet/dispatch.py",
        "< copy.size:",
        "< 0:",
        "test_fleet.py::TestFaults::test_a_run_goes_on_where_it_was",
    ),
    Mutation(
        "fleet/hosts.py",
        "card.kernel, card.cpus_usable,",
        "card.cpus_usable,",
        "test_fleet.py::TestSplit::test_unlike_hosts_share_nothing",
    ),
    Mutation(
        "fleet/hosts.py",
        "if threads != 1:",
        "if threads < 1:",
        "test_fleet.py::TestHosts::test_a_worker_with_several_threads_is_refused",
    ),
    Mutation(
        "fleet/content.py",
        "if total > MOST_BYTES:",
        "if total >= MOST_BYTES:",
        "test_fleet_files.py::TestContent::test_too_much_is_refused_with_the_largest",
    ),
    Mutation(
        "render/fleet.py",
        "list(self._rows.items())[:MANY]",
        "list(self._rows.items())",
        "test_fleet_files.py::TestDisplay::test_on_a_terminal_every_host_has_a_row",
    ),
    Mutation(
        "history/hosts.py",
        "math.log1p(max(lowest.floor, highest.floor))",
        "math.log1p(min(lowest.floor, highest.floor))",
        "test_hosts.py::TestAnswers::test_a_difference_within_the_noise_floor_is_called_that",
    ),
    Mutation(
        "history/hosts.py",
        "if significant.get(key, True) else",
        "if True else",
        "test_hosts.py::TestAnswers::test_lanes_are_corrected_for_each_other",
    ),
    Mutation(
        "history/hosts.py",
        "*figure.measured, figure.circumstances",
        "*(('',) * 3), figure.circumstances",
        "test_hosts.py::TestComparable::test_another_build_or_code_is_said",
    ),
    Mutation(
        "history/hosts.py",
        "_kind(figure) == _kind(known[-1])",
        "True",
        "test_hosts.py::TestComparable::test_the_latest_build_counts",
    ),
    Mutation(
        "history/hosts.py",
        "model_and_workers(work)[1] > cpus",
        "model_and_workers(work)[1] >= cpus",
        "test_hosts.py::TestHosts::test_more_workers_than_cpus",
    ),
    Mutation(
        "values/lanes.py",
        'work.rpartition("-")',
        'work.partition("-")',
        "test_hosts.py::TestHosts::test_more_workers_than_cpus",
    ),
    Mutation(
        "render/hosts.py",
        "MOST_HOSTS = 3",
        "MOST_HOSTS = 4",
        "test_hosts.py::TestSheets::test_notes_name_the_first",
    ),
    Mutation(
        "render/hosts.py",
        "MOST_ROWS = 8",
        "MOST_ROWS = 9",
        "test_hosts.py::TestSheets::test_notes_name_the_first",
    ),
    Mutation(
        "page/headlines.py",
        "MOST_HOSTS = 6",
        "MOST_HOSTS = 7",
        "test_page.py::TestSeveralRuns::test_hosts_are_drawn_by_cpu_model",
    ),
    Mutation(
        "history/two_runs.py",
        "len(group) > 1",
        "len(group) > 2",
        "test_run_comparison.py::test_two_probes_have_a_mean",
    ),
    Mutation(
        "history/changes.py",
        "max(step.earlier.floor, step.later.floor)",
        "min(step.earlier.floor, step.later.floor)",
        "test_changes.py::test_a_change_below_either_noise_floor_is_not_marked",
    ),
    Mutation(
        "history/joining.py",
        "median(figure.floor",
        "max(figure.floor",
        "test_history.py::TestRows::test_the_noise_floor_of_a_row_is_the_median_of_its_runs",
    ),
    Mutation(
        "history/joining.py",
        "median(figure.floor",
        "min(figure.floor",
        "test_history.py::TestRows::test_the_noise_floor_of_a_row_is_the_median_of_its_runs",
    ),
    Mutation(
        "history/joining.py",
        "if len(logs) < FEWEST",
        "if len(logs) <= FEWEST",
        "test_history.py::TestJoined::test_two_runs_that_differ_widen_the_interval",
    ),
    Mutation(
        "history/summarise.py",
        "{host.cpus_usable:g} of",
        "{host.cpus_online:g} of",
        "test_summarise.py::test_a_host_is_described_by_all_that_moves_a_time",
    ),
    Mutation(
        "history/summarise.py",
        "(host.virtualisation, host.governor)",
        "(host.virtualisation,)",
        "test_summarise.py::test_a_host_is_described_by_all_that_moves_a_time",
    ),
    Mutation(
        "render/names.py",
        "MOST = 3",
        "MOST = 4",
        "test_tracker.py::TestWork::test_long_lists_of_work_are_counted",
    ),
    Mutation(
        "figures/standings.py",
        "for lane in _threads(contest, version)} - {1})",
        "for lane in _threads(contest, version)})",
        "test_tracker.py::TestWork::test_one_thread_has_no_gain",
    ),
    Mutation(
        "figures/standings.py",
        "if _weight(contest) >= _weight(known):",
        "if _weight(contest) > _weight(known):",
        "test_tracker.py::TestBestKnown::test_the_most_launches",
    ),
    Mutation(
        "history/two_runs.py",
        "len(then + now) <= LONGEST",
        "len(then + now) < LONGEST",
        "test_run_comparison.py::test_long_circumstances_are_only_said_to_have_changed",
    ),
    # workers on copies, and heaps
    Mutation(
        "figures/lanes.py",
        "and not works_on_copies(self.contest.probe, lane)",
        "",
        "test_analysis.py::test_workers_on_copies_are_no_answer_where_threads_share",
    ),
    Mutation(
        "figures/values.py",
        "not (row.has_own_copy or row.has_failed",
        "not (row.has_failed",
        "test_analysis.py::test_workers_on_copies_are_no_answer_where_threads_share",
    ),
    Mutation(
        "workloads/probes.py",
        "if path.is_relative_to(places.PROBES) and not table.ways",
        "if not table.ways",
        "test_catalog.py::test_only_work_of_our_own_has_a_heap_like_a_programs",
    ),
    Mutation(
        "workloads/probes.py",
        "if path.is_relative_to(places.PROBES) and not table.ways",
        "if path.is_relative_to(places.PROBES)",
        "test_catalog.py::test_only_work_of_our_own_has_a_heap_like_a_programs",
    ),
    # claims
    Mutation(
        "claims/statements.py",
        "least <= ours.low",
        "least < ours.low",
        "test_claims.py::test_a_bound_belongs_to_what_it_bounds",
    ),
    Mutation(
        "claims/statements.py",
        "ours.high <= most",
        "ours.high < most",
        "test_claims.py::test_a_bound_belongs_to_what_it_bounds",
    ),
    Mutation(
        "claims/statements.py",
        "ours.high < least",
        "ours.high <= least",
        "test_claims.py::test_a_bound_belongs_to_what_it_bounds",
    ),
    Mutation(
        "claims/statements.py",
        "ours.low > most",
        "ours.low >= most",
        "test_claims.py::test_a_bound_belongs_to_what_it_bounds",
    ),
    Mutation(
        "claims/judgements.py",
        "if usable < claim.cpus",
        "if usable <= claim.cpus",
        "test_claims.py::test_as_many_cpus_as_a_claim_needs_are_enough",
    ),
    Mutation(
        "claims/judgements.py",
        "if len(logs) < claim.fewest",
        "if len(logs) <= claim.fewest",
        "test_claims.py::test_as_many_probes_as_a_claim_needs_are_enough",
    ),
    # runtimes
    Mutation(
        "runtimes/census.py",
        "OLDEST = (3, 8)",
        "OLDEST = (3, 9)",
        "test_census.py::test_the_oldest_that_is_measured_is_3_8",
    ),
    Mutation(
        "runtimes/census.py",
        "OLDEST = (3, 8)",
        "OLDEST = (3, 7)",
        "test_census.py::test_the_oldest_that_is_measured_is_3_8",
    ),
    Mutation(
        "runtimes/answers.py",
        "SHORT_S = 600",
        "SHORT_S = 590",
        "test_interrogation.py::test_failures_and_wrappers_are_soon_asked_again",
    ),
    Mutation(
        "runtimes/answers.py",
        "asked_at_s < SHORT_S",
        "asked_at_s <= SHORT_S",
        "test_interrogation.py::test_failures_and_wrappers_are_soon_asked_again",
    ),
    Mutation(
        "runtimes/answers.py",
        "DISCOVERY_S = 86_400",
        "DISCOVERY_S = 80_000",
        "test_interrogation.py::test_discovery_holds_for_a_day",
    ),
    Mutation(
        "runtimes/answers.py",
        "DISCOVERY_S = 86_400",
        "DISCOVERY_S = 88_000",
        "test_interrogation.py::test_discovery_holds_for_a_day",
    ),
    Mutation("runtimes/twins.py", '"pgo": 10,', '"pgo": 7,', "test_twins.py::test_facts_are_weighed_in_one_order"),
    Mutation(
        "runtimes/twins.py", '"compiler": 2,', '"compiler": 6,', "test_twins.py::test_facts_are_weighed_in_one_order"
    ),
    # processes
    Mutation(
        "processes/lines.py",
        "LONGEST_BYTES = 1_000_000",
        "LONGEST_BYTES = 999_999",
        "test_lines.py::test_a_line_of_a_million_bytes_is_waited_for",
    ),
    Mutation(
        "processes/lines.py",
        "len(rest) > LONGEST_BYTES",
        "len(rest) > LONGEST_BYTES + 1",
        "test_lines.py::test_a_line_of_a_million_bytes_is_waited_for",
    ),
    # render
    Mutation(
        "render/numbers.py",
        "FARTHEST_BELOW, FARTHEST_ABOVE = 10.0, 100.0",
        "FARTHEST_BELOW, FARTHEST_ABOVE = 9.0, 100.0",
        "test_render_numbers.py::test_an_amount_is_told_by_the_ends_that_say_something",
    ),
    Mutation(
        "render/numbers.py",
        "FARTHEST_BELOW, FARTHEST_ABOVE = 10.0, 100.0",
        "FARTHEST_BELOW, FARTHEST_ABOVE = 10.0, 101.0",
        "test_render_numbers.py::test_an_amount_is_told_by_the_ends_that_say_something",
    ),
    Mutation(
        "render/numbers.py",
        "LOPSIDED = 1.25",
        "LOPSIDED = 1.3",
        "test_render_numbers.py::test_an_amount_is_told_by_the_ends_that_say_something",
    ),
    Mutation(
        "values/rules.py",
        "FIRST_LOOK = 9",
        "FIRST_LOOK = 8",
        "test_matrix.py::test_the_least_number_with_sense_is_accepted",
    ),
    Mutation(
        "render/numbers.py",
        "MOST_DECIMALS = 3",
        "MOST_DECIMALS = 4",
        "test_render_numbers.py::test_no_more_than_three_decimals_are_shown",
    ),
    Mutation(
        "render/numbers.py",
        "MOST_DECIMALS = 3",
        "MOST_DECIMALS = 2",
        "test_render_numbers.py::test_no_more_than_three_decimals_are_shown",
    ),
    Mutation(
        "render/widths.py",
        "SHORT = 22",
        "SHORT = 21",
        "test_render_terminal.py::test_a_column_without_room_is_named",
    ),
    Mutation(
        "render/widths.py",
        "WIDE = 100",
        "WIDE = 101",
        "test_render_terminal.py::test_columns_stand_apart_where_there_is_room",
    ),
    Mutation(
        "render/interval_bars.py",
        "LEAST = 1.2",
        "LEAST = 1.3",
        "test_interval_bars.py::test_a_scale_reaches_as_far_as_what_is_drawn",
    ),
    Mutation(
        "render/interval_bars.py",
        "REACH = 1.5",
        "REACH = 1.6",
        "test_interval_bars.py::test_a_scale_reaches_as_far_as_what_is_drawn",
    ),
    Mutation(
        "render/gains.py",
        "SHORTEST_BAR, LONGEST_BAR = 14, 60",
        "SHORTEST_BAR, LONGEST_BAR = 15, 60",
        "test_brief.py::TestTheTable::test_bars_take_the_room_that_is_left",
    ),
    Mutation(
        "render/gains.py",
        "SHORTEST_BAR, LONGEST_BAR = 14, 60",
        "SHORTEST_BAR, LONGEST_BAR = 14, 61",
        "test_brief.py::TestTheTable::test_bars_take_the_room_that_is_left",
    ),
    Mutation(
        "render/brief.py",
        "FEW = 4",
        "FEW = 5",
        "test_brief.py::TestSeveralContests::test_few_of_them_have_tables_too",
    ),
    Mutation(
        "render/brief.py",
        "MOST_LINES = 8",
        "MOST_LINES = 9",
        "test_brief.py::TestSeveralContests::test_findings_are_counted_and_the_first_listed",
    ),
    Mutation(
        "render/progress.py",
        "WIDE = 110",
        "WIDE = 111",
        "test_render_progress.py::test_a_narrow_terminal_has_all_that_is_said",
    ),
    Mutation(
        "arguments/options.py",
        "UNLIKELY = 0.1",
        "UNLIKELY = 0.12",
        "test_arguments.py::test_a_bare_precision_that_may_mean_either_is_refused",
    ),
    Mutation(
        "lab/forecast.py",
        "if number * round_s > share_s",
        "if number * round_s > 2 * share_s",
        "test_forecast.py::test_long_rounds_are_cut_to_pairs",
    ),
    Mutation(
        "render/choices.py",
        "MOST_NAMES = 8",
        "MOST_NAMES = 9",
        "test_choices.py::test_many_callables_of_a_script_are_counted",
    ),
    Mutation(
        "render/history.py",
        "LATEST = 30",
        "LATEST = 29",
        "test_history.py::TestRows::test_a_long_series_shows_its_end_and_its_marks",
    ),
    # page
    Mutation(
        "page/labels.py",
        "MOST = 34",
        "MOST = 35",
        "test_page.py::TestLabels::test_a_long_one_loses_its_middle",
    ),
    Mutation(
        "page/points.py",
        "PREDICTED = 2",
        "PREDICTED = 3",
        "test_page.py::test_what_a_law_predicts_begins_where_measuring_ended",
    ),
    Mutation(
        "page/rounds.py",
        "if room < 0 < launches",
        "if room <= 0 < launches",
        "test_page.py::test_launches_that_do_not_fit_are_left_out_and_counted",
    ),
    Mutation(
        "page/rounds.py",
        "BYTES_OF_ROUNDS = 250_000",
        "BYTES_OF_ROUNDS = 500_000",
        "test_page.py::test_a_page_has_room_for_a_quarter_of_a_megabyte_of_rounds",
    ),
    # workloads
    Mutation(
        "values/bounds.py",
        "Launches = Annotated[int, Meta(ge=1",
        "Launches = Annotated[int, Meta(ge=0",
        "test_matrix.py::test_the_least_number_with_sense_is_accepted",
    ),
    Mutation(
        "workloads/suites.py",
        "if suite.min_launches > suite.max_launches",
        "if suite.min_launches >= suite.max_launches",
        "test_matrix.py::test_the_least_number_with_sense_is_accepted",
    ),
    Mutation(
        "values/bounds.py",
        "Workers = Annotated[int, Meta(ge=1",
        "Workers = Annotated[int, Meta(ge=0",
        "test_matrix.py::test_the_least_number_with_sense_is_accepted",
    ),
    Mutation(
        "workloads/suites.py",
        "for count in by_words if count > 1",
        "for count in by_words",
        "test_topology.py::test_two_siblings_of_a_big_machine",
    ),
    Mutation(
        "values/bounds.py",
        "PositiveSeconds = Annotated[float, Meta(gt=0",
        "PositiveSeconds = Annotated[float, Meta(ge=0",
        "test_matrix.py::test_the_least_number_with_sense_is_accepted",
    ),
    # commands
    Mutation(
        "errors.py",
        "LANES_FAILED = 1",
        "LANES_FAILED = 0",
        "test_cli.py::TestRun::test_failed_lanes_show_in_the_status",
    ),
    Mutation(
        "commands/measuring.py",
        "return errors.LANES_FAILED if failed or not done.has_trials else 0",
        "return errors.LANES_FAILED if failed else 0",
        "test_cli.py::TestRun::test_a_run_that_measured_nothing_has_failed",
    ),
)


def main(words: list[str]) -> int:
    """Plant the chosen faults, print what became of them, and return the exit status."""
    chosen = [row for row in MUTATIONS if not words or any(word in row.file or word in row.test for word in words)]
    stale = [row for row in chosen if (ROOT / PACKAGE / row.file).read_text("utf-8").count(row.old) != 1]
    for row in stale:
        print(f"{row.file} does not hold this text exactly once: {row.old!r}", file=sys.stderr)
    if stale or not chosen:
        return OUT_OF_DATE
    healthy = pytest_status(ROOT / "src", *dict.fromkeys(row.test for row in chosen))
    if healthy != PASSED:
        print(f"the tests fail without any fault (pytest ended with {healthy})", file=sys.stderr)
        return OUT_OF_DATE
    print("| place | mutation | test | caught |\n| --- | --- | --- | --- |", flush=True)
    missed = 0
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for row, caught in zip(chosen, pool.map(is_caught, chosen), strict=True):
            missed += not caught
            cells = (row.file, f"`{shown(row.old)}` → `{shown(row.new)}`", row.test, "yes" if caught else "NO")
            print(f"| {' | '.join(cells)} |", flush=True)
    print(f"\n{len(chosen) - missed} of {len(chosen)} were caught.")
    return 1 if missed else 0


def is_caught(row: Mutation) -> bool:
    """Whether the row's test fails once the fault is planted."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copytree(ROOT / "src", home / "src")
        for name in BESIDE:
            (home / name).symlink_to(ROOT / name)
        file = home / PACKAGE / row.file
        file.write_text(file.read_text("utf-8").replace(row.old, row.new), "utf-8")
        return pytest_status(home / "src", row.test) == FAILED


def pytest_status(source: Path, *tests: str) -> int:
    """The exit status of pytest, whose tests import the package from a source folder."""
    options = ("--exitfirst", "--quiet", "-p", "no:cacheprovider", "-p", "pytest_timeout", "--timeout", "120")
    environ = {**os.environ, "PYTHONPATH": str(source), **QUICKER}
    command = [sys.executable, "-m", "pytest", *options, *(str(UNIT / test) for test in tests)]
    return subprocess.run(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, check=False).returncode


def shown(text: str) -> str:
    """The text as it may stand in a cell of a table."""
    return text.strip().replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
