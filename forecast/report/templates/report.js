"use strict";
// The page reads whole without this script: it adds the reports on the time axes and the what-if panel.

// One report after the other on a driver's time axis: by pointer, by touch, by arrow keys.
for (const list of document.querySelectorAll(".marks")) {
  const marks = [...list.querySelectorAll("[role=option]")];
  const about = document.getElementById(list.dataset.about);
  let at = -1;
  const show = (index) => {
    if (at >= 0) { marks[at].classList.remove("on"); marks[at].setAttribute("aria-selected", "false"); }
    at = index;
    const mark = marks[at];
    mark.classList.add("on");
    mark.setAttribute("aria-selected", "true");
    list.setAttribute("aria-activedescendant", mark.id);
    const link = document.createElement("a");
    link.href = "#" + mark.dataset.row;
    link.textContent = "Read it in full";
    about.replaceChildren(`${at + 1} of ${marks.length}. ${mark.querySelector("title").textContent} `, link);
    about.classList.remove("muted");
  };
  const nearest = (event) => {
    const gap = (mark) => {
      const box = mark.getBoundingClientRect();
      return Math.abs(box.left + box.width / 2 - event.clientX);
    };
    return marks.reduce((best, _, index) => (gap(marks[index]) < gap(marks[best]) ? index : best), 0);
  };
  const box = list.parentElement;
  box.addEventListener("pointermove", (event) => { const found = nearest(event); if (found !== at) show(found); });
  box.addEventListener("pointerdown", (event) => show(nearest(event)));
  list.addEventListener("focus", () => { if (at < 0) show(marks.length - 1); });
  list.addEventListener("keydown", (event) => {
    const to = {
      ArrowLeft: at - 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowDown: at + 1, Home: 0, End: marks.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(Math.min(Math.max(to, 0), marks.length - 1));
  });
}

const panel = document.getElementById("panel");
if (panel) {
  const data = JSON.parse(document.getElementById("panel-data").textContent);
  const packed = data.panel;
  const element = (name) => document.getElementById(`panel-${name}`);

  // 16-bit steps in base 64, as forecast/report/packing.py writes them.
  const columns = packed.columns.map(([low, step, text]) => {
    const out = new Float64Array(packed.n).fill(low);
    if (text) {
      const bytes = atob(text);
      for (let i = 0; i < packed.n; i++) out[i] += step * (bytes.charCodeAt(2 * i) + 256 * bytes.charCodeAt(2 * i + 1));
    }
    return out;
  });
  const total = columns[0].reduce((sum, x) => sum + x, 0);
  const weight = columns[0].map((x) => x / total);
  const chance = data.outcomes.map((_, o) => columns[1 + o]);
  const grade = Object.fromEntries(packed.grades);
  const normal = (x, sd) => Math.exp(-0.5 * (x / sd) ** 2) / sd;

  // The likelihood of one report, the formula of forecast/projection/supposed.py.
  const reweighed = (type, signal, direction, genuineShare) => {
    const [rate, ratio, ...signals] = type.columns.map((c) => columns[c]);
    const group = 1 + data.outcomes.length + 2 * type.group;
    const raw = weight.map((before, s) => {
      const w = genuineShare[s];
      let genuine = Math.exp(ratio[s]), spurious = 1;
      if (direction !== null) {
        genuine *= normal(direction - signals[2 * signal][s], signals[2 * signal + 1][s]);
        spurious *= normal(direction, packed.spurious_sd);
      }
      let likelihood = Math.exp(rate[s]) * (w * genuine + (1 - w) * spurious);
      if (type.group >= 0) {
        likelihood /= w * Math.exp(columns[group][s]) + (1 - w) * Math.exp(columns[group + 1][s]);
      }
      return before * likelihood;
    });
    const sum = raw.reduce((a, b) => a + b, 0);
    return raw.map((x) => x / sum);
  };

  const observed = (type, signal, direction, share) => {
    const after = reweighed(type, signal, direction, share);
    const n = packed.n;
    const mean = (weights, values) => weights.reduce((sum, w, s) => sum + w * values[s], 0);
    const changes = chance.map((values, o) => {
      const was = mean(weight, values), is = mean(after, values);
      let square = 0;  // of what each draw contributes to the difference: the delta method for ratios of means
      for (let s = 0; s < n; s++) square += (n * (after[s] * (values[s] - is) - weight[s] * (values[s] - was))) ** 2;
      return [is - was, Math.sqrt(square / (n - 1) / n * packed.inefficiency[o])];
    });
    return { changes, effective: 1 / after.reduce((sum, w) => sum + w * w, 0) };
  };

  const minus = (text) => text.replace("-", "\u2212");
  const points = (x) => {
    const text = (100 * x >= 0 ? "+" : "") + (100 * x).toFixed(1);
    return Number(text) === 0 ? "0.0" : minus(text);
  };
  const percent = (p) => (p < 0.0005 ? "<0.1%" : p > 0.9995 ? ">99.9%" : `${(100 * p).toFixed(1)}%`);
  const error = (x) => (x < 0.0005 ? "<0.1" : (100 * x).toFixed(1));

  const show = ({ changes, effective }, what) => {
    const rows = element("rows").rows;
    data.order.forEach((o, row) => {
      const [change, mcse] = changes[o], now = data.outcomes[o].p;
      const then = Math.min(Math.max(now + change, 0), 1);
      const cells = rows[row].cells;
      cells[1].textContent = percent(now);
      cells[2].textContent = percent(then);
      cells[3].textContent = `${points(change)} \u00b1 ${error(mcse)}`;
      Object.assign(rows[row].dataset, { change, mcse });
      rows[row].querySelector(".after").setAttribute("width", 200 * then);
    });
    const most = data.order.reduce((a, b) => (Math.abs(changes[b][0]) > Math.abs(changes[a][0]) ? b : a));
    element("said").textContent =
      `${what}, \u201c${data.outcomes[most].name}\u201d moves most: ` +
      `${points(changes[most][0])} \u00b1 ${error(changes[most][1])} points.`;
    const few = effective !== undefined && effective < data.least;
    element("draws").textContent = effective === undefined ? "" :
      `${Math.round(effective)} effective draws of ${packed.n}.` +
      (few ? ` Fewer than ${data.least}: too few to trust; ask forecast whatif, or make a new fit.` : "");
    element("draws").classList.toggle("few", few);
  };

  const choose = () => {
    const holding = element("do").checked;
    element("holding").hidden = !holding;
    element("supposing").hidden = holding;
    if (holding) {
      const driver = element("driver").value, level = Number(element("level").value);
      const ends = element("driver").selectedOptions[0].dataset;
      element("level-value").textContent = points(level / 100).replace(/\.0$/, "");
      element("level").setAttribute("aria-valuetext", element("level-value").textContent);
      element("ends").replaceChildren(`\u22122: ${ends.low}. +2: ${ends.high}.`);
      const [change, mcse] = data.held[`${driver} ${level}`];
      show({ changes: change.map((x, o) => [x, mcse[o]]) }, `With ${data.drivers[driver]} held at ${element("level-value").textContent}`);
      return;
    }
    const type = packed.types[element("type").selectedIndex];
    const signal = element("signal");
    if (signal.dataset.type !== type.name) {
      signal.dataset.type = type.name;
      signal.replaceChildren(...["", ...type.signals].map((name) => new Option(name ? data.drivers[name] : "none coded", name)));
      if (type.signals.length) signal.selectedIndex = 1;
    }
    element("signals").hidden = !type.signals.length;
    element("directions").hidden = !signal.value;
    const direction = signal.value ? Number(element("direction").value) : null;
    const share = columns[grade[element("grade").value]];
    show(observed(type, signal.selectedIndex - 1, direction, share), "If such a report came");
  };
  panel.addEventListener("input", choose);
  panel.addEventListener("submit", (event) => event.preventDefault());
  panel.hidden = false;
  choose();
}
