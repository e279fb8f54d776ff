"use strict";
// Shows what the page holds. Texts come ready from gilscope; all of them are set as text, never as markup.

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const find = (selector) => document.querySelector(selector);
const content = read("content");
const specifications = read("specifications");
const unique = (values) => [...new Set(values)];
// Versions are sorted as versions: 3.14 is newer than 3.9.
const newestFirst = (names) => [...names].sort((one, other) => other.localeCompare(one, "en", { numeric: true }));

const LEAST_PANEL = 100;
const NARROW_PANEL = 200; // its title goes on over the labels beside it
const WIDEST_PANEL = 480;
const GAP = 40;
const ROW = 30;
const FEWEST_COUNTS = 3;
const THEME = {
  background: "transparent",
  font: "system-ui, sans-serif",
  aria: false, // a chart is one picture with a name, and its table has the figures
  axis: {
    labelColor: "currentColor", titleColor: "currentColor", gridColor: "currentColor", gridOpacity: 0.12,
    domainColor: "currentColor", domainOpacity: 0.3, tickColor: "currentColor", tickOpacity: 0.3,
    labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelLimit: 160, labelSeparation: 8,
  },
  legend: { labelColor: "currentColor", titleColor: "currentColor", labelFontSize: 12, symbolStrokeColor: "gray", symbolBaseFillColor: "gray", labelLimit: 260 },
  header: { labelColor: "currentColor", titleColor: "currentColor", labelFontSize: 13, labelLimit: 320 },
  title: { color: "currentColor", fontSize: 14, anchor: "start" },
  view: { stroke: null },
};

// Vega-Lite warns where two layers of a panel name its rows, as they are to, and takes no logger that would leave that out.
const warn = console.warn.bind(console);
console.warn = (...said) => {
  if (!said.some((each) => String(each).includes("faceted independent scales"))) warn(...said);
};

// The charts by their sections: the room that labels need beside a panel, and their tables' columns.
const CHARTS = {
  why: { labels: 310, columns: { panel: "question", what: "what was tried", text: "gain (workers)" } },
  lanes: { labels: 240, columns: { panel: "workload", label: "lane", text: "gain" } },
  cores: { labels: 240, columns: { panel: "workload", label: "lane", part: "share", text: "of the workers' time" } },
  curves: { labels: 60, columns: { panel: "workload", lane: "lane", workers: "workers", text: "gain" } },
  penalties: { labels: 240, columns: { contest: "workload", arm: "arm", text: "penalty" } },
  variants: { labels: 240, columns: { panel: "workload", lane: "lane", text: "ratio of times" } },
  changes: { labels: 240, columns: { panel: "probe", lane: "figure", text: "change", answer: "answer" } },
  levels: { labels: 60, columns: { panel: "series", when: "version or date", text: "figure", answer: "change" } },
  hosts: { labels: 240, columns: { panel: "workload", arm: "arm", host: "host", cpu: "CPU", text: "figure" } },
  scalings: { labels: 60, columns: { panel: "workload", arm: "arm", host: "host", workers: "workers", text: "scaling" } },
  requests: { labels: 80, columns: { panel: "beside", arm: "arm", interval: "switch interval (s)", text: "99 of 100 requests within" } },
  seen: { labels: 240, columns: { panel: "what", lane: "lane", text: "seen" } },
  trips: { labels: 80, columns: { panel: "means", arm: "arm", text: "round trip" } },
};
const WORKERS_LABELS = 175;

function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text !== null) made.textContent = text;
  made.append(...children);
  return made;
}

function classed(name, className, ...children) {
  const made = element(name, null, ...children);
  made.className = className;
  return made;
}

// A box that scrolls: it has a name, and the keyboard reaches it.
function scrolling(name, ...children) {
  const box = classed("div", "scroll", ...children);
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", name);
  return box;
}

// --- the choice -----------------------------------------------------------------------------------------------------

const boxesOf = (name) => [...document.querySelectorAll(`input[name="${name}"]`)];

function chooser(name, values) {
  const all = element("button", "none");
  all.type = "button";
  const boxes = values.map((value) => {
    const box = document.createElement("input");
    Object.assign(box, { type: "checkbox", name, value, checked: true });
    return box;
  });
  all.addEventListener("click", () => {
    const checked = !boxes.some((box) => box.checked);
    boxes.forEach((box) => { box.checked = checked; });
    choose();
  });
  const labels = boxes.map((box) => element("label", null, box, ` ${box.value}`));
  const made = element("fieldset", null, element("legend", name, all), ...labels);
  made.id = `choice-${name}`;
  made.hidden = values.length < 2;
  made.refresh = () => { all.textContent = boxes.some((box) => box.checked) ? "none" : "all"; };
  return made;
}

const CHOICES = ["probes", "arms", "models"];

// Whether a reader has chosen to see a point or a lane; what has no probe, say, is not chosen by probes.
function chosen() {
  const [probes, arms, models] = CHOICES.map((name) => new Set(boxesOf(name).filter((box) => box.checked).map((box) => box.value)));
  return ({ probe, arm, model }) => (
    (probe === undefined || probes.has(probe)) && (arm === undefined || arms.has(arm)) && (model === undefined || models.has(model))
  );
}

const POINTS = ["penalties", "variants", "changes", "levels", "hosts", "scalings", "requests", "seen", "trips"];

// All values of a field, in lanes or in points.
function values(field) {
  const all = [...content.lanes.map(withProbe), ...POINTS.flatMap((name) => content[name])];
  return unique(all.map((each) => each[field]).filter((value) => value !== undefined));
}

const withProbe = (lane) => ({ ...lane, probe: content.contests[lane.contest].probe });

// --- the view in the address ----------------------------------------------------------------------------------------

// What the reader sees, as the address has it: the theme, the choice (by what is shown or what is not, whatever is
// shorter) and the lane whose rounds are open. Before it stands the section, as in any link.
function view() {
  const made = new URLSearchParams();
  if (find("#theme").value) made.append("theme", find("#theme").value);
  for (const name of CHOICES) {
    const shown = boxesOf(name).filter((box) => box.checked);
    const hidden = boxesOf(name).filter((box) => !box.checked);
    if (hidden.length && shown.length && shown.length <= hidden.length) shown.forEach((box) => made.append(name, box.value));
    else hidden.forEach((box) => made.append(`no-${name}`, box.value));
  }
  const { lane } = find("#rounds");
  if (lane) {
    made.append("contest", content.contests[lane.contest].id);
    made.append("lane", lane.name);
  }
  return made.toString();
}

function address() {
  const [section, ...rest] = location.hash.slice(1).split("&");
  return section.includes("=") ? { section: "", seen: [section, ...rest].join("&") } : { section, seen: rest.join("&") };
}

const linkTo = (section) => `#${[section, view()].filter(Boolean).join("&")}`;

function remember() {
  history.replaceState(null, "", linkTo(address().section));
  document.querySelectorAll("[data-anchor]").forEach((link) => { link.href = linkTo(link.dataset.anchor); });
}

function restore() {
  const seen = new URLSearchParams(address().seen);
  const theme = [...find("#theme").options].some((option) => option.value === seen.get("theme")) ? seen.get("theme") : "";
  find("#theme").value = theme;
  document.documentElement.dataset.theme = theme;
  for (const name of CHOICES) {
    const [only, without] = [seen.getAll(name), seen.getAll(`no-${name}`)];
    boxesOf(name).forEach((box) => { box.checked = !without.includes(box.value) && (!only.length || only.includes(box.value)); });
  }
}

// Opens what the address asks for, once all of it is drawn.
async function arrive({ section: asked, seen }) {
  const place = asked ? document.getElementById(asked) : null;
  if (place && !place.hidden) {
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
    place.scrollIntoView();
  }
  const at = new URLSearchParams(seen);
  const lane = content.lanes.find((each) => each.name === at.get("lane") && content.contests[each.contest].id === at.get("contest"));
  if (lane?.rounds && find("#rounds").lane !== lane) await openRounds(lane);
}

async function follow() {
  const at = address();
  if (at.seen !== view()) {
    find("#rounds").close();
    restore();
    await show();
  }
  await arrive(at);
}

// --- charts ---------------------------------------------------------------------------------------------------------

function widthOf(place) {
  return Math.max(240, place.closest("section, dialog").clientWidth - 64);
}

// As many panels side by side as there is room for beside the labels: none wider than that room, few larger than many.
function fit(drawn, room, panels) {
  const { width, height } = drawn.spec;
  const fair = Math.min(WIDEST_PANEL, room / panels - GAP);
  drawn.spec.width = Math.min(Math.max(width, fair), Math.max(LEAST_PANEL, room));
  if (height) drawn.spec.height = height * Math.max(1, drawn.spec.width / width);
  drawn.columns = Math.max(1, Math.floor(room / (drawn.spec.width + GAP)));
  if (drawn.spec.width < NARROW_PANEL) drawn.facet.header = { ...drawn.facet.header, labelAnchor: "end" };
}

// Scales name what the rows have, so that legends do, and each value keeps its look whatever else is drawn: an empty
// domain is that of all rows there are, whose values take looks in turn.
function withPresent(node, rows, all = rows) {
  if (Array.isArray(node)) return node.map((each) => withPresent(each, rows, all));
  if (node === null || typeof node !== "object") return node;
  const made = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withPresent(value, rows, all)]));
  const { field, scale } = node;
  if (field && Array.isArray(scale?.domain) && Array.isArray(scale.range)) {
    const present = new Set(rows.map((row) => row[field]));
    const domain = scale.domain.length ? scale.domain : unique(all.map((row) => row[field]));
    const kept = domain.map((value, place) => [value, scale.range[place % scale.range.length]]).filter(([value]) => present.has(value));
    if (kept.length) made.scale = { ...scale, domain: kept.map(([value]) => value), range: kept.map(([, look]) => look) };
  }
  return made;
}

// A layer that nothing is left for would make Vega warn.
function withLayers(specification, rows) {
  if (!specification.spec?.layer) return specification;
  const layer = specification.spec.layer.filter(({ name }) => !name || rows.some((row) => ![undefined, null, false].includes(row[name])));
  return { ...specification, spec: { ...specification.spec, layer } };
}

// Vega comes as gzip in base64, which takes less than half of the room; the first picture unpacks it.
const vega = (() => {
  let running;
  async function run() {
    const packed = Uint8Array.from(atob(find("#library").textContent), (character) => character.charCodeAt(0));
    const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    document.body.append(element("script", await new Response(unpacked).text()));
  }
  return () => (running ??= run());
})();

// Draws one picture; all that is in it stands in its table, so that it has one name and one description.
async function draw(place, specification, { datasets = {}, labels, panels = Infinity, name, text }) {
  if (!window.DecompressionStream) {
    place.append(note("This browser is too old for charts; their tables have every figure."));
    return;
  }
  await vega();
  const drawn = structuredClone(specification);
  drawn.datasets = { ...drawn.datasets, ...datasets };
  if (drawn.facet) fit(drawn, widthOf(place) - (labels ?? 0), panels);
  const legend = drawn.facet ? { columns: drawn.columns > 1 ? 2 : 1 } : {};
  await vegaEmbed(place, drawn, { actions: false, renderer: "svg", config: { ...THEME, legend: { ...THEME.legend, ...legend } } });
  place.querySelector("svg").setAttribute("aria-hidden", "true");
  place.removeAttribute("aria-roledescription");
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", name);
  place.setAttribute("aria-describedby", text);
}

// A picture and its table, in a box of its own: what it needs to be drawn, once it is seen.
function pictured(name, tableOf, drawIn) {
  const picture = classed("div", "picture");
  const shown = element("details", null, element("summary", "As a table"));
  shown.className = "as-table";
  shown.addEventListener("toggle", () => {
    if (shown.open && shown.children.length === 1) shown.append(...table(tableOf(), name));
  });
  let drawing = null;
  return { parts: [scrolling(`${name}: chart`, picture), shown], draw: () => { drawing ??= drawIn(picture); return drawing; } };
}

const headingOf = (section) => find(`#${section} h2`).textContent;
const opened = new Map(); // by section and group: whether the reader has it open

// One group's charts of a section; where there are several groups, each can be opened, and is drawn then.
function groupOf(section, group, rows, { isOnly, isFirst }) {
  const { labels, columns } = CHARTS[section];
  const panels = unique(rows.map((row) => row.panel));
  const name = [headingOf(section), group].filter(Boolean).join(": ");
  const tableOf = () => ({
    columns: Object.values(columns).map((heading) => ({ heading })),
    rows: rows.map((row) => Object.keys(columns).map((field) => `${row[field]}`)),
    notes: [],
  });
  const { parts, draw: drawOnce } = pictured(name, tableOf, (picture) => {
    const declared = withLayers(withPresent(specifications[section], rows, content[section]), rows);
    if (declared.facet) declared.facet.sort = panels; // or Vega sorts them by name
    const height = declared.facet ? {} : { height: ROW * unique(rows.map((row) => row.label)).length };
    return draw(picture, { ...declared, ...height }, { datasets: { [section]: rows }, labels, panels: panels.length, name, text: `${section}-text` });
  });
  if (isOnly) return { made: element("div", null, ...parts), draw: drawOnce };
  const count = panels.length > 1 ? ` (${panels.length} charts)` : "";
  const made = element("details", null, element("summary", `${group}${count}`), ...parts);
  const key = `${section} ${group}`;
  made.open = opened.get(key) ?? isFirst;
  made.addEventListener("toggle", () => {
    opened.set(key, made.open);
    if (made.open) drawOnce();
  });
  return { made, draw: () => (made.open ? drawOnce() : null) };
}

async function section(name, rows) {
  const place = find(`#${name}`);
  place.hidden = rows.length === 0;
  const groups = newestFirst(unique(rows.map((row) => row.group ?? "")));
  const charts = groups.map((group, index) => (
    groupOf(name, group, rows.filter((row) => (row.group ?? "") === group), { isOnly: groups.length === 1, isFirst: index === 0 })
  ));
  place.querySelector(".charts").replaceChildren(...charts.map(({ made }) => made));
  for (const chart of charts) await chart.draw();
}

const groupAndPanel = (lane) => {
  const { group, label } = content.contests[lane.contest];
  return { group, panel: label };
};
const labelOf = (lane) => `${lane.name}${lane.own_copy ? " (own copy)" : ""}`;

// The farthest that an interval is drawn, over the highest gain and the CPUs that the machine gave.
const FARTHEST = 1.25;

// Lanes of contests that spread work, the highest gain first; the first row of each contest holds the rules of its panel.
// A few intervals that are very wide would leave no room for the others: they end in an arrow.
function dots(lanes) {
  const spread = new Set(lanes.filter((lane) => lane.gain && lane.workers > 1).map((lane) => lane.contest));
  const shown = lanes.filter((lane) => lane.gain && spread.has(lane.contest))
    .sort((one, other) => one.contest - other.contest || other.gain[0] - one.gain[0]);
  const given = [...spread].map((contest) => content.contests[contest].given ?? 1);
  const farthest = FARTHEST * Math.max(1, ...given, ...shown.map((lane) => lane.gain[0]));
  const begun = new Set();
  return shown.map((lane) => {
    const isFirst = !begun.has(lane.contest);
    begun.add(lane.contest);
    const rules = isFirst ? { one: 1, given: content.contests[lane.contest].given } : {};
    return {
      ...groupAndPanel(lane), label: labelOf(lane), build: lane.build, model: lane.model,
      gain: lane.gain[0], low: lane.gain[1], high: Math.min(lane.gain[2], farthest), text: lane.text, ...rules,
      ...(lane.gain[2] > farthest ? { beyond: farthest } : {}),
    };
  });
}

// Shares by lane, with those that have a colour in common.
const PARTS = { start: "start, end", end: "start, end" };

function bars(lanes) {
  return lanes.filter((lane) => lane.shares).flatMap((lane) => lane.shares.map((share, place) => ({
    ...groupAndPanel(lane), label: lane.name, place, share, text: `${content.parts[place]} ${lane.share_texts[place]}`,
    part: PARTS[content.parts[place]] ?? content.parts[place],
  })));
}

// A model's curve begins with its arm's serial lane where no lane of its own has one worker; it needs three numbers.
function curves(lanes) {
  const drawn = lanes.filter((lane) => lane.gain);
  const key = (lane) => `${lane.contest} ${lane.arm} ${lane.model}`;
  const begun = new Set(drawn.filter((lane) => lane.workers === 1).map(key));
  const several = drawn.filter((lane) => lane.model !== "serial");
  const starts = unique(several.map(key)).filter((each) => !begun.has(each)).flatMap((each) => {
    const one = several.find((lane) => key(lane) === each);
    const serial = content.lanes.find((lane) => lane.contest === one.contest && lane.arm === one.arm && lane.model === "serial");
    return serial?.gain ? [{ ...serial, model: one.model }] : [];
  });
  const all = [...starts, ...several];
  const counts = (each) => unique(all.filter((lane) => key(lane) === each).map((lane) => lane.workers)).length;
  const shown = new Set(unique(all.map(key)).filter((each) => counts(each) >= FEWEST_COUNTS));
  const measured = all.filter((lane) => shown.has(key(lane))).map((lane) => ({
    ...groupAndPanel(lane), arm: lane.arm, build: lane.build, model: lane.model, workers: lane.workers, lane: lane.name,
    gain: lane.gain[0], low: lane.gain[1], high: lane.gain[2], text: lane.text, predicted: false,
  }));
  const predicted = content.predictions.filter((each) => shown.has(key(each))).map((each) => ({
    ...each, ...groupAndPanel(each), lane: `${each.arm}:${each.model}-${each.workers}`, text: `${each.gain.toPrecision(3)} (predicted)`, predicted: true,
  }));
  return [...measured, ...predicted];
}

// The first row of each panel holds the rule of its panel: where nothing is different.
function withRule(rows, field, value) {
  const begun = new Set();
  return rows.map((row) => {
    const key = `${row.group} ${row.panel}`;
    if (begun.has(key)) return row;
    begun.add(key);
    return { ...row, [field]: value };
  });
}

async function workersCharts(isChosen) {
  const place = find("#workers");
  const names = unique(content.contests.map((contest) => contest.probe)).filter((probe) => isChosen({ probe }));
  const shown = content.workers.filter((chart) => names.some((probe) => probe === chart.probe || probe.startsWith(`${chart.probe}/`)));
  place.hidden = shown.length === 0;
  const charts = shown.map((chart) => pictured(chart.title, () => chart.table, (picture) => (
    draw(picture, chart.specification, { labels: WORKERS_LABELS, name: chart.title, text: "workers-text" })
  )));
  place.querySelector(".charts").replaceChildren(...charts.map(({ parts }) => element("div", null, ...parts)));
  for (const chart of charts) await chart.draw();
}

// --- tables ---------------------------------------------------------------------------------------------------------

function heading(text, scope) {
  const made = element("th", text);
  made.scope = scope;
  return made;
}

function table(sheet, name, first = (text) => heading(text, "row")) {
  const head = element("tr", null, ...sheet.columns.map((column) => heading(column.heading, "col")));
  const rows = sheet.rows.map((row) => element("tr", null, first(row[0]), ...row.slice(1).map((text) => element("td", text))));
  const made = element("table", null, element("thead", null, head), element("tbody", null, ...rows));
  return [scrolling(`${name}: table`, made), ...sheet.notes.map(note)];
}

function note(text) {
  const made = element("p", text);
  made.className = "note";
  return made;
}

function sheets(name, several) {
  const place = find(`#${name}`);
  place.hidden = several.length === 0;
  place.querySelector(".tables").replaceChildren(...several.flatMap((sheet) => [element("h3", sheet.title), ...table(sheet, sheet.title)]));
}

function opener(lane, text) {
  const made = element("button", text);
  made.type = "button";
  made.setAttribute("aria-label", `${content.contests[lane.contest].id}, ${lane.name}: ${text}. Show its rounds`);
  made.addEventListener("click", () => openRounds(lane));
  return made;
}

// A lane's name without what stands behind it: more workers than CPUs or cores, workers on copies.
const unmarked = (name) => name.replace(/[*+]?( \(own copy\))?$/, "");

// The row of the terminal's table that has this lane's figures, by heading.
function cells(lane) {
  const sheet = content.contests[lane.contest].sheets[0];
  const row = sheet?.rows.find(([name]) => unmarked(name) === lane.name) ?? [];
  return new Map((sheet?.columns ?? []).map((column, index) => [column.heading, row[index]]).slice(1).filter(([, text]) => text !== undefined));
}

function heat(lanes) {
  const shown = lanes.filter((lane) => lane.gain);
  const place = find("#heat");
  place.hidden = shown.length === 0;
  const groupOfLane = (lane) => content.contests[lane.contest].group;
  place.querySelector(".tables").replaceChildren(...newestFirst(unique(shown.map(groupOfLane))).flatMap((group) => {
    const own = shown.filter((lane) => groupOfLane(lane) === group);
    const names = unique(own.map((lane) => lane.name));
    const rows = unique(own.map((lane) => lane.contest)).map((contest) => {
      const byName = new Map(own.filter((lane) => lane.contest === contest).map((lane) => [lane.name, lane]));
      return element("tr", null, heading(content.contests[contest].probe, "row"), ...names.map((name) => heatCell(byName.get(name))));
    });
    const head = element("tr", null, heading("probe", "col"), ...names.map((name) => heading(name.replace(":", "\n"), "col")));
    const made = element("table", null, element("thead", null, head), element("tbody", null, ...rows));
    const box = scrolling(`Every lane at a glance, ${group}: table`, made);
    box.classList.add("heat");
    return [element("h3", group), box];
  }));
}

function heatCell(lane) {
  if (!lane) return element("td", "");
  const button = opener(lane, lane.text);
  const doublings = Math.log2(lane.gain[0]);
  button.style.setProperty("--side", doublings > 0 ? "var(--better)" : "var(--worse)");
  button.style.setProperty("--strength", `${Math.min(100, Math.abs(doublings) * 45)}%`);
  return element("td", null, button);
}

function figures(contests, lanes) {
  const byName = new Map(lanes.map((lane) => [`${lane.contest} ${lane.name}`, lane]));
  find("#figures").hidden = contests.length === 0;
  find("#figures .quiet").hidden = !lanes.some((lane) => lane.rounds);
  find("#figures .tables").replaceChildren(...contests.map(([contest, place]) => {
    const first = (text) => {
      const lane = byName.get(`${place} ${unmarked(text)}`);
      const made = heading(lane?.rounds ? null : text, "row");
      if (lane?.rounds) made.append(opener(lane, text));
      return made;
    };
    const [detail, ...others] = contest.sheets;
    const made = element("details", null, element("summary", detail.title));
    made.addEventListener("toggle", () => {
      if (made.open && made.children.length === 1) {
        const further = others.flatMap((sheet) => [element("h3", sheet.title), ...table(sheet, sheet.title)]);
        made.append(...table(detail, detail.title, first), ...further);
      }
    });
    return made;
  }));
}

// --- the rounds behind a number -------------------------------------------------------------------------------------

async function openRounds(lane) {
  const dialog = find("#rounds");
  const { unit_ns: unit, cold, launches, all_launches: all } = lane.rounds;
  const rows = launches.flatMap((walls, launch) => walls.map((wall, round) => (
    { launch: launch + 1, round: round + 1, ms: wall * unit / 1e6, counts: round >= cold, build: lane.build }
  )));
  const title = `${content.contests[lane.contest].id}: ${lane.name}`;
  find("#rounds-title").textContent = title;
  const facts = [...cells(lane)].flatMap(([name, text]) => [element("dt", name), element("dd", text)]);
  const pairs = facts.flatMap((fact, index) => (index % 2 ? [] : [element("div", null, fact, facts[index + 1])]));
  dialog.querySelector(".figures").replaceChildren(...(pairs.length ? [element("dl", null, ...pairs)] : []));
  const left = all > launches.length ? ` This page holds the first ${launches.length} of ${all} launches.` : "";
  const warming = cold ? ` Hollow: the first ${cold === 1 ? "trial" : `${cold} trials`} of each launch, left out since the lane was still warming.` : "";
  find("#rounds-text").textContent = `Every trial, by launch and round: from the gate to the last worker's end.${warming}${left}`;
  const longest = Math.max(...launches.map((walls) => walls.length));
  const columns = ["launch", ...Array.from({ length: longest }, (_, round) => `round ${round + 1}`)];
  const digits = Math.max(0, 6 - Math.log10(unit));
  const text = launches.map((walls, launch) => [`${launch + 1}`, ...walls.map((wall) => `${(wall * unit / 1e6).toFixed(digits)} ms`)]);
  dialog.querySelector(".trials").replaceChildren(...table({ columns: columns.map((name) => ({ heading: name })), rows: text, notes: [] }, title));
  const picture = classed("div", "picture");
  dialog.querySelector(".charts").replaceChildren(scrolling(`${title}: chart`, picture));
  if (!dialog.open) dialog.showModal();
  dialog.lane = lane;
  remember();
  await draw(picture, withPresent(specifications.rounds, rows), { datasets: { rounds: rows }, name: `Rounds of ${title}`, text: "rounds-text" });
}

// --- all of it ------------------------------------------------------------------------------------------------------

function contents() {
  const shown = [...document.querySelectorAll("main > section")].filter((each) => !each.hidden);
  find("#contents ul").replaceChildren(...shown.map((each) => {
    const link = element("a", each.querySelector("h2").textContent);
    link.dataset.anchor = each.id;
    link.href = linkTo(each.id);
    return element("li", null, link);
  }));
}

async function show() {
  const isChosen = chosen();
  document.querySelectorAll("fieldset").forEach((each) => each.refresh());
  const lanes = content.lanes.filter((lane) => isChosen(withProbe(lane)));
  const points = Object.fromEntries(POINTS.map((name) => [name, content[name].filter(isChosen)]));
  const isEmpty = lanes.length === 0 && POINTS.every((name) => points[name].length === 0);
  find("#nothing").hidden = !isEmpty || !(content.lanes.length || POINTS.some((name) => content[name].length));
  const left = new Set(lanes.map((lane) => lane.contest));
  heat(lanes);
  figures([...content.contests.entries()].filter(([place, { sheets: own }]) => left.has(place) && own.length).map(([place, contest]) => [contest, place]), lanes);
  await section("lanes", dots(lanes));
  await section("cores", bars(lanes));
  await section("curves", curves(lanes));
  await section("penalties", points.penalties);
  await section("variants", withRule(points.variants, "one", 1));
  await section("changes", withRule(points.changes, "none", 0));
  await section("levels", points.levels);
  await section("hosts", points.hosts);
  await section("scalings", points.scalings);
  await section("requests", points.requests);
  await section("seen", points.seen);
  await section("trips", points.trips);
  await workersCharts(isChosen);
  contents();
}

async function choose() {
  remember();
  await show();
}

async function start() {
  const fields = { probes: values("probe"), arms: newestFirst(values("arm")), models: values("model") };
  find("#filters").replaceChildren(...CHOICES.map((name) => chooser(name, fields[name])));
  find("#choice").hidden = CHOICES.every((name) => fields[name].length < 2);
  restore();
  find("#filters").addEventListener("change", choose);
  find("#theme").addEventListener("change", ({ target }) => { document.documentElement.dataset.theme = target.value; remember(); });
  find("#rounds").addEventListener("close", ({ target }) => { target.lane = null; remember(); });
  for (const name of ["why", "evidence", "of_run", "claims", "findings", "about"]) sheets(name, content[name]);
  find("#about .notes").replaceChildren(...content.comparability.map(note));
  const { hidden } = find("#why");
  await section("why", content.tried);
  find("#why").hidden = hidden;
  await show();
  window.addEventListener("hashchange", follow);
  await arrive(address());
}

start().then(() => { document.documentElement.dataset.ready = "yes"; });
