"use strict";
// Shows what the page holds. Texts come ready from gilscope; all of them are set as text, never as markup.

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const find = (selector) => document.querySelector(selector);
const content = read("content");
const specifications = read("specifications");
const unique = (values) => [...new Set(values)];

const MOST_PANELS = 24;
const LEAST_PANEL = 100;
const WIDEST_PANEL = 480;
const GAP = 40;
const LABELS = 60;
const WORKERS_LABELS = 175;
const LABELS_OF = { cores: 170, why: 310 };
const ROW = 30;
const THEME = {
  background: "transparent",
  font: "system-ui, sans-serif",
  axis: {
    labelColor: "currentColor", titleColor: "currentColor", gridColor: "currentColor", gridOpacity: 0.12,
    domainColor: "currentColor", domainOpacity: 0.3, tickColor: "currentColor", tickOpacity: 0.3,
    labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelLimit: 160,
  },
  legend: { labelColor: "currentColor", titleColor: "currentColor", labelFontSize: 12, symbolStrokeColor: "gray", symbolBaseFillColor: "gray", labelLimit: 260 },
  header: { labelColor: "currentColor", titleColor: "currentColor", labelFontSize: 13, labelLimit: 220 },
  title: { color: "currentColor", fontSize: 14, anchor: "start" },
  view: { stroke: null },
};

function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text !== null) made.textContent = text;
  made.append(...children);
  return made;
}

// --- the choice -----------------------------------------------------------------------------------------------------

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
    show();
  });
  const labels = boxes.map((box) => element("label", null, box, ` ${box.value}`));
  const made = element("fieldset", null, element("legend", name, all), ...labels);
  made.refresh = () => { all.textContent = boxes.some((box) => box.checked) ? "none" : "all"; };
  return made;
}

function chosen() {
  const by = (name) => new Set([...document.querySelectorAll(`input[name="${name}"]:checked`)].map((box) => box.value));
  return { probes: by("probes"), arms: by("arms"), models: by("models") };
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
}

async function draw(place, specification, { datasets = {}, labels = LABELS, panels = Infinity } = {}) {
  const drawn = structuredClone(specification);
  drawn.datasets = { ...drawn.datasets, ...datasets };
  if (drawn.facet) fit(drawn, widthOf(place) - labels, panels);
  const legend = drawn.facet ? { columns: drawn.columns > 1 ? 2 : 1 } : {};
  await vegaEmbed(place, drawn, { actions: false, renderer: "svg", config: { ...THEME, legend: { ...THEME.legend, ...legend } } });
}

// A layer that nothing is left for would make Vega warn.
function withoutPredictions(specification) {
  const layer = specification.spec.layer.filter((each) => each.transform?.[0].filter !== "datum.predicted");
  return { ...specification, spec: { ...specification.spec, layer } };
}

async function section(name, rows) {
  const place = find(`#${name}`);
  place.hidden = rows.length === 0;
  if (!rows.length) return;
  const drawn = specifications.drawn[name];
  const specification = name === "curves" && !rows.some((row) => row.predicted) ? withoutPredictions(drawn) : drawn;
  const height = specification.facet ? {} : { height: ROW * unique(rows.map((row) => row.contest)).length };
  const panels = unique(rows.map((row) => row.panel ?? row.contest)).length;
  const labels = LABELS_OF[name] ?? LABELS;
  await draw(place.querySelector(".chart"), { ...specification, ...height }, { datasets: { [name]: rows }, panels, labels });
}

// A model's curve begins with its arm's serial lane where no lane of its own has one worker.
function curves(lanes) {
  const drawn = lanes.filter((lane) => lane.gain);
  const key = (lane) => `${lane.contest} ${lane.arm} ${lane.model}`;
  const begun = new Set(drawn.filter((lane) => lane.workers === 1).map(key));
  const models = unique(drawn.filter((lane) => lane.model !== "serial").map(key)).filter((each) => !begun.has(each));
  const several = drawn.filter((lane) => lane.model !== "serial");
  const starts = models.flatMap((each) => {
    const one = several.find((lane) => key(lane) === each);
    const serial = content.lanes.find((lane) => lane.contest === one.contest && lane.arm === one.arm && lane.model === "serial");
    return serial?.gain ? [{ ...serial, model: one.model }] : [];
  });
  const contests = unique(several.map((lane) => lane.contest)).slice(0, MOST_PANELS);
  const measured = [...starts, ...several].filter((lane) => contests.includes(lane.contest)).map((lane) => ({
    contest: content.contests[lane.contest].id, arm: lane.arm, build: lane.build, model: lane.model, workers: lane.workers, lane: lane.name,
    gain: lane.gain[0], low: lane.gain[1], high: lane.gain[2], text: cells(lane).get("gain"), predicted: false,
  }));
  const shown = new Set(several.map(key));
  const predicted = content.predictions.filter((each) => shown.has(key(each)) && contests.includes(each.contest)).map((each) => ({
    ...each, contest: content.contests[each.contest].id, predicted: true,
  }));
  return [...measured, ...predicted];
}

function mostPanels(rows) {
  const contests = new Set(unique(rows.map((row) => row.contest)).slice(0, MOST_PANELS));
  return rows.filter((row) => contests.has(row.contest));
}

async function workersCharts(probes) {
  const place = find("#workers");
  const shown = specifications.workers.filter((chart) => probes.has(chart.probe) || [...probes].some((each) => each.startsWith(`${chart.probe}/`)));
  place.hidden = shown.length === 0;
  const places = shown.map(() => element("div", null));
  place.querySelector(".charts").replaceChildren(...places);
  for (const [index, chart] of shown.entries()) await draw(places[index], chart.specification, { labels: WORKERS_LABELS });
}

// --- tables ---------------------------------------------------------------------------------------------------------

function table(sheet, first = (text) => element("th", text)) {
  const head = element("tr", null, ...sheet.columns.map((column) => element("th", column.heading)));
  const rows = sheet.rows.map((row) => element("tr", null, first(row[0]), ...row.slice(1).map((text) => element("td", text))));
  rows.forEach((row) => { row.firstChild.scope = "row"; });
  const made = element("table", null, element("thead", null, head), element("tbody", null, ...rows));
  const scroll = element("div", null, made);
  scroll.className = "scroll";
  return [scroll, ...sheet.notes.map(note)];
}

function note(text) {
  const made = element("p", text);
  made.className = "note";
  return made;
}

function sheets(name, several) {
  const place = find(`#${name}`);
  place.hidden = several.length === 0;
  place.querySelector(".tables").replaceChildren(...several.flatMap((sheet) => [element("h3", sheet.title), ...table(sheet)]));
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

// The row of the terminal's table that tells this lane's figures, by heading.
function cells(lane) {
  const sheet = content.contests[lane.contest].sheets[0];
  const row = sheet.rows.find(([name]) => unmarked(name) === lane.name) ?? [];
  return new Map(sheet.columns.map((column, index) => [column.heading, row[index]]).slice(1).filter(([, text]) => text !== undefined));
}

function heat(lanes) {
  const shown = lanes.filter((lane) => lane.gain);
  const place = find("#heat");
  place.hidden = shown.length === 0;
  const groups = unique(shown.map((lane) => content.contests[lane.contest].group));
  place.querySelector(".tables").replaceChildren(...groups.flatMap((group) => {
    const own = shown.filter((lane) => content.contests[lane.contest].group === group);
    const names = unique(own.map((lane) => lane.name));
    const rows = unique(own.map((lane) => lane.contest)).map((contest) => {
      const byName = new Map(own.filter((lane) => lane.contest === contest).map((lane) => [lane.name, lane]));
      return element("tr", null, element("th", content.contests[contest].probe), ...names.map((name) => heatCell(byName.get(name))));
    });
    const head = element("tr", null, element("th", "probe"), ...names.map((name) => element("th", name.replace(":", "\n"))));
    const made = element("table", null, element("thead", null, head), element("tbody", null, ...rows));
    const scroll = element("div", null, made);
    scroll.className = "scroll heat";
    return [element("h3", group), scroll];
  }));
}

function heatCell(lane) {
  if (!lane) return element("td", "");
  const button = opener(lane, cells(lane).get("gain"));
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
      return lane?.rounds ? element("th", null, opener(lane, text)) : element("th", text);
    };
    const [detail, ...others] = contest.sheets;
    const made = element("details", null, element("summary", detail.title));
    made.addEventListener("toggle", () => {
      if (made.open && made.children.length === 1) {
        made.append(...table(detail, first), ...others.flatMap((sheet) => [element("h3", sheet.title), ...table(sheet)]));
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
    { launch: launch + 1, round: round + 1, ms: wall * unit / 1e6, counts: round >= cold }
  )));
  find("#rounds-title").textContent = `${content.contests[lane.contest].id}: ${lane.name}`;
  const facts = [...cells(lane)].flatMap(([heading, text]) => [element("dt", heading), element("dd", text)]);
  const pairs = facts.flatMap((fact, index) => (index % 2 ? [] : [element("div", null, fact, facts[index + 1])]));
  dialog.querySelector(".figures").replaceChildren(element("dl", null, ...pairs));
  const left = all > launches.length ? ` This page holds the first ${launches.length} of ${all} launches.` : "";
  const warming = cold ? ` Hollow: the first ${cold === 1 ? "trial" : `${cold} trials`} of each launch, left out since the lane was still warming.` : "";
  dialog.querySelector(".quiet").textContent = `Every trial, by launch and round: from the gate to the last worker's end.${warming}${left}`;
  const longest = Math.max(...launches.map((walls) => walls.length));
  const columns = ["launch", ...Array.from({ length: longest }, (_, round) => `round ${round + 1}`)];
  const digits = Math.max(0, 6 - Math.log10(unit));
  const text = launches.map((walls, launch) => [`${launch + 1}`, ...walls.map((wall) => `${(wall * unit / 1e6).toFixed(digits)} ms`)]);
  dialog.querySelector(".trials").replaceChildren(...table({ columns: columns.map((heading) => ({ heading })), rows: text, notes: [] }));
  dialog.showModal();
  await draw(dialog.querySelector(".chart"), specifications.drawn.rounds, { datasets: { rounds: rows } });
}

// --- all of it ------------------------------------------------------------------------------------------------------

async function show() {
  const { probes, arms, models } = chosen();
  document.querySelectorAll("fieldset").forEach((each) => each.refresh());
  const lanes = content.lanes.filter((lane) => (
    probes.has(content.contests[lane.contest].probe) && arms.has(lane.arm) && models.has(lane.model)
  ));
  find("#nothing").hidden = lanes.length > 0;
  const left = new Set(lanes.map((lane) => lane.contest));
  heat(lanes);
  figures([...content.contests.entries()].filter(([place]) => left.has(place)).map(([place, contest]) => [contest, place]), lanes);
  await section("penalties", content.penalties.filter((each) => probes.has(each.probe) && arms.has(each.arm)));
  await section("curves", curves(lanes));
  await section("cores", mostPanels(content.cores.filter((each) => (
    probes.has(each.probe) && arms.has(each.arm) && models.has(each.model)
  ))));
  await workersCharts(probes);
  await section("trips", content.trips.filter((each) => arms.has(each.arm) && models.has(each.way)));
}

function start() {
  const values = {
    probes: content.contests.map((contest) => contest.probe),
    arms: content.lanes.map((lane) => lane.arm),
    models: content.lanes.map((lane) => lane.model),
  };
  find("#filters").replaceChildren(...Object.entries(values).map(([name, each]) => chooser(name, unique(each))));
  find("#filters").addEventListener("change", show);
  find("#choice").open = matchMedia("(min-width: 700px)").matches;
  find("#theme").addEventListener("change", ({ target }) => { document.documentElement.dataset.theme = target.value; });
  sheets("why", content.why);
  sheets("evidence", content.evidence);
  sheets("of_run", content.of_run);
  sheets("claims", content.claims);
  sheets("findings", content.findings);
  sheets("about", content.about);
  find("#about .notes").replaceChildren(...content.comparability.map(note));
  return section("why", content.tried).then(show);
}

start().then(() => { document.documentElement.dataset.ready = "yes"; });
