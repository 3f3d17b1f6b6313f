"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const canvas = at("map"), pen = canvas.getContext("2d");
  const state = { language: data.language, theme: 0, chosen: -1, x: 0, y: 0, zoom: 1 };
  const word = (pair) => pair[state.language === "zh" ? 1 : 0];
  const say = (name) => word(data.words[name]);

  // Shapes come as whole numbers on a grid, each ring as differences from point to point.
  const shapes = data.shapes.map((rings) => {
    const path = new Path2D(), box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const ring of rings) {
      let x = 0, y = 0;
      for (let i = 0; i < ring.length; i += 2) {
        x += ring[i]; y += ring[i + 1];
        if (i) path.lineTo(x, -y); else path.moveTo(x, -y);
        box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], -y);
        box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], -y);
      }
      path.closePath();
    }
    return { path, box };
  });

  const patterns = new Map();
  function fillOf(each, target) {
    if (!each.pattern) return each.fill;
    const key = each.fill + each.pattern + each.line;
    if (!patterns.has(key)) {
      const tile = document.createElement("canvas");
      tile.width = tile.height = 8;
      const p = tile.getContext("2d");
      p.fillStyle = each.fill; p.fillRect(0, 0, 8, 8);
      p.strokeStyle = p.fillStyle = each.line; p.lineWidth = 1.2;
      const line = (x1, y1, x2, y2) => { p.beginPath(); p.moveTo(x1, y1); p.lineTo(x2, y2); p.stroke(); };
      const up = () => { line(-2, 10, 10, -2); line(-6, 6, 6, -6); line(2, 14, 14, 2); };
      const down = () => { line(-2, -2, 10, 10); line(2, -6, 14, 6); line(-6, 2, 6, 14); };
      const draw = {
        diagonal: up, back_diagonal: down, cross: () => { up(); down(); },
        horizontal: () => line(0, 4, 8, 4), vertical: () => line(4, 0, 4, 8),
        grid: () => { line(0, 4, 8, 4); line(4, 0, 4, 8); },
        dots: () => { p.beginPath(); p.arc(4, 4, 1.3, 0, 7); p.fill(); },
      }[each.pattern];
      if (draw) draw();
      patterns.set(key, tile);
    }
    return target.createPattern(patterns.get(key), "repeat");
  }

  function home() {
    const width = canvas.clientWidth || 1, height = canvas.clientHeight || 1;
    state.zoom = 0.94 * Math.min(width / data.width, height / data.height);
    state.x = (width - data.width * state.zoom) / 2;
    state.y = (height + data.height * state.zoom) / 2;
  }

  let asked = false;
  function redraw() { if (!asked) { asked = true; requestAnimationFrame(draw); } }

  function draw() {
    asked = false;
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
    }
    const theme = data.themes[state.theme];
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    const z = state.zoom * ratio, x = state.x * ratio, y = state.y * ratio;
    const fills = theme.classes.map((each) => fillOf(each, pen));
    const seen = [-x / z, -y / z, (canvas.width - x) / z, (canvas.height - y) / z];
    shapes.forEach((shape, number) => {
      const b = shape.box;
      if (b[2] < seen[0] || b[0] > seen[2] || b[3] < seen[1] || b[1] > seen[3]) return;
      const fill = fills[theme.values[number]];
      if (fill && fill.setTransform) fill.setTransform(new DOMMatrix().scale(1 / z));
      pen.setTransform(z, 0, 0, z, x, y);
      pen.fillStyle = fill || "#ffffff";
      pen.fill(shape.path, "evenodd");
      pen.lineWidth = 0.6 * ratio / z; pen.strokeStyle = "#5f5f5f";
      pen.stroke(shape.path);
    });
    if (state.chosen >= 0) {
      pen.lineWidth = 3 * ratio / z; pen.strokeStyle = "#111";
      pen.setTransform(z, 0, 0, z, x, y);
      pen.stroke(shapes[state.chosen].path);
    }
    scaleBar();
  }

  function scaleBar() {
    const metres = data.metres / state.zoom * 110;
    let power = Math.pow(10, Math.floor(Math.log10(metres)));
    const step = [5, 2, 1].find((one) => one * power <= metres) * power;
    const bar = at("scale");
    bar.style.width = (step / data.metres * state.zoom) + "px";
    bar.textContent = step >= 1000 ? step / 1000 + " " + say("km") : step + " " + say("m");
    bar.hidden = !(data.metres > 0);
  }

  function cell(row, text, kind) {
    const made = document.createElement("td");
    made.textContent = text; if (kind) made.className = kind;
    row.appendChild(made); return made;
  }
  function fresh(table, heads) {
    table.textContent = "";
    const row = table.createTHead().insertRow();
    heads.forEach(([text, kind]) => {
      const made = document.createElement("th");
      made.textContent = text; if (kind) made.className = kind;
      row.appendChild(made);
    });
    return table.createTBody();
  }

  function legend() {
    const theme = data.themes[state.theme];
    const body = fresh(at("legend"), [["", "s"], [say("class"), ""], [say("stands"), "n"],
      ...[...data.units, ...theme.amounts].map((head) => [word(head), "n"])]);
    theme.classes.forEach((each) => {
      const row = body.insertRow(), swatch = document.createElement("canvas");
      swatch.width = 32; swatch.height = 18;
      const p = swatch.getContext("2d");
      const fill = fillOf(each, p);
      p.fillStyle = fill; p.fillRect(0, 0, 32, 18);
      cell(row, "", "s").appendChild(swatch);
      cell(row, word(each.labels), "");
      each.figures.forEach((text) => cell(row, text, "n"));
    });
    const row = body.insertRow();
    row.className = "total";
    cell(row, "", "s"); cell(row, say("total"), "");
    theme.total.forEach((text) => cell(row, text, "n"));
  }

  function card() {
    const table = at("card");
    at("hint").hidden = state.chosen >= 0;
    at("hint").textContent = say("hint");
    if (state.chosen < 0) { table.textContent = ""; return; }
    const body = fresh(table, [[say("item"), ""], [say("value"), ""]]);
    data.columns.forEach((column) => {
      const row = body.insertRow();
      cell(row, word(column.labels), "");
      const value = column.values[state.chosen];
      cell(row, column.words ? word(column.words[value]) : value === null ? say("unknown") : value, "");
    });
  }

  function texts() {
    document.documentElement.lang = state.language === "zh" ? "zh-CN" : "en";
    document.title = word(data.title);
    at("title").textContent = word(data.title);
    at("note").textContent = word(data.note);
    at("language").textContent = state.language === "zh" ? "English" : "中文";
    at("head_legend").textContent = say("legend");
    at("head_card").textContent = say("stand");
    const select = at("theme");
    select.textContent = "";
    data.themes.forEach((theme, number) => {
      const option = document.createElement("option");
      option.value = number; option.textContent = word(theme.titles);
      select.appendChild(option);
    });
    select.value = state.theme;
    select.setAttribute("aria-label", say("theme"));
    ["in", "out", "home"].forEach((name) => {
      at(name).title = say(name); at(name).setAttribute("aria-label", say(name));
    });
    canvas.setAttribute("aria-label", word(data.title));
    legend(); card(); redraw();
  }

  function zoomAt(factor, px, py) {
    const wide = Math.max(data.width, data.height);
    const next = Math.min(Math.max(state.zoom * factor, 40 / wide), 200000 / wide);
    state.x = px - (px - state.x) * next / state.zoom;
    state.y = py - (py - state.y) * next / state.zoom;
    state.zoom = next; redraw();
  }
  function choose(px, py) {
    const x = (px - state.x) / state.zoom, y = (py - state.y) / state.zoom;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    state.chosen = shapes.findIndex((shape) => {
      const b = shape.box;
      return x >= b[0] && x <= b[2] && y >= b[1] && y <= b[3] && pen.isPointInPath(shape.path, x, y, "evenodd");
    });
    card(); redraw();
  }

  const held = new Map();
  let moved = 0, apart = 0;
  canvas.addEventListener("pointerdown", (event) => {
    held.set(event.pointerId, [event.offsetX, event.offsetY]); moved = 0; apart = 0;
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) return;
    const now = [event.offsetX, event.offsetY];
    held.set(event.pointerId, now);
    if (held.size === 1) {
      state.x += now[0] - before[0]; state.y += now[1] - before[1];
      moved += Math.abs(now[0] - before[0]) + Math.abs(now[1] - before[1]);
      redraw();
    } else {
      const [a, b] = [...held.values()];
      const distance = Math.hypot(a[0] - b[0], a[1] - b[1]);
      if (apart) zoomAt(distance / apart, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
      apart = distance; moved = 99;
    }
  });
  const release = (event) => {
    if (held.delete(event.pointerId) && event.type === "pointerup" && moved < 5) choose(event.offsetX, event.offsetY);
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoomAt(Math.exp(-event.deltaY * 0.0015), event.offsetX, event.offsetY);
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const middle = [canvas.clientWidth / 2, canvas.clientHeight / 2], step = 60;
    const moves = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (event.key === "+" || event.key === "=") zoomAt(1.4, ...middle);
    else if (event.key === "-") zoomAt(1 / 1.4, ...middle);
    else if (event.key === "Enter") choose(...middle);
    else if (moves[event.key]) { state.x += moves[event.key][0]; state.y += moves[event.key][1]; redraw(); }
    else return;
    event.preventDefault();
  });
  at("in").addEventListener("click", () => zoomAt(1.5, canvas.clientWidth / 2, canvas.clientHeight / 2));
  at("out").addEventListener("click", () => zoomAt(1 / 1.5, canvas.clientWidth / 2, canvas.clientHeight / 2));
  at("home").addEventListener("click", () => { home(); redraw(); });
  at("theme").addEventListener("change", (event) => { state.theme = Number(event.target.value); legend(); redraw(); });
  at("language").addEventListener("click", () => {
    state.language = state.language === "zh" ? "en" : "zh"; texts();
  });
  window.addEventListener("resize", redraw);
  home(); texts();
})();
