// Filters, search, deep links and keys of a report. Without it the page is whole, only unfiltered.
(() => {
  "use strict";
  const $ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const root = document.documentElement;
  const search = document.getElementById("search"), level = document.getElementById("level");
  const count = document.getElementById("count"), bytes = document.getElementById("bytes");
  const chips = $(".chip"), rows = $(".row"), text = new Map();

  // What is searched of a row: all that it says but its traces. Made when first needed.
  const words = row => {
    if (!text.has(row)) {
      const copy = row.cloneNode(true);
      $("pre", copy).forEach(pre => pre.remove());
      text.set(row, copy.textContent.toLowerCase());
    }
    return text.get(row);
  };
  // A trace is text, one line for each message and tabs before its bytes; only those that findings
  // name are elements. It gets its form when it comes near the screen: most are never looked at.
  const KINDS = { "\u2192": "to", "\u21d2": "to", "\u2190": "from", "\u21d0": "from" };
  // Bytes, in groups of eight that stay together on a narrow screen.
  const octets = lines => {
    const made = document.createElement("i");
    lines.forEach((text, number) => text.trim().split("  ").forEach((eight, half) => {
      const group = document.createElement("span");
      group.textContent = eight;
      made.append(half ? "  " : number ? "\n" : "", group);
    }));
    return made;
  };
  const entry = (lines, of) => {
    const [, start, arrow, rest] = /^( *\d+ +\d+ )(\S+)(.*)$/.exec(lines[0]);
    const line = of || document.createElement("span"), mark = document.createElement("b");
    line.classList.add("m", KINDS[arrow] || "note");
    mark.textContent = arrow;
    line.replaceChildren(start, mark, rest);
    if (lines.length > 1) {
      line.append(octets(lines.slice(1)));
    }
    return line;
  };
  const form = trace => {
    const made = document.createDocumentFragment();
    [...trace.childNodes].forEach(node => {
      if (node.nodeType === Node.ELEMENT_NODE) made.append(entry(node.textContent.split("\n"), node));
      else node.data.split(/\n(?!\t)/).filter(Boolean).forEach(lines => made.append(entry(lines.split("\n"))));
    });
    trace.replaceChildren(made);
    trace.classList.add("formed");
  };
  const formIn = row => $(".trace:not(.formed)", row).forEach(form);
  const near = new IntersectionObserver(seen => seen.filter(s => s.isIntersecting).forEach(s => {
    near.unobserve(s.target);
    if (!s.target.classList.contains("formed")) form(s.target);
  }), { rootMargin: "600px" });
  rows.forEach(row => row.addEventListener("toggle", () => {
    if (row.open) $(".trace:not(.formed)", row).forEach(trace => near.observe(trace));
  }));
  const open = row => { formIn(row); row.open = true; };

  const wanted = row => {
    const kind = row.dataset.kind;
    const off = chips.some(c => c.dataset.kind === kind && c.dataset.verdict === row.dataset.verdict
      && c.getAttribute("aria-pressed") === "false");
    if (off || (kind === "clause" && level && level.value && row.dataset.level !== level.value)) return false;
    const terms = search ? search.value.toLowerCase().split(/\s+/).filter(Boolean) : [];
    return terms.every(term => words(row).includes(term));
  };
  const apply = () => {
    const shown = { clause: 0, scenario: 0 }, all = { clause: 0, scenario: 0 };
    rows.forEach(row => {
      row.hidden = !wanted(row);
      shown[row.dataset.kind] += !row.hidden;
      all[row.dataset.kind]++;
    });
    $(".list").forEach(list => { list.hidden = !$(".row:not([hidden])", list).length; });
    $(".heading").forEach(h => {
      const own = $(".list", h.parentElement);
      h.parentElement.hidden = own.length > 0 && own.every(list => list.hidden);
    });
    $(".empty").forEach(e => { e.hidden = shown[e.dataset.kind] > 0; });
    if (count)
      count.textContent = Object.keys(all).filter(kind => all[kind])
        .map(kind => `${shown[kind]} of ${all[kind]} ${count.dataset[kind] || kind}s`).join(", ");
  };
  const reset = () => {
    if (search) search.value = "";
    if (level) level.value = "";
    chips.forEach(c => c.setAttribute("aria-pressed", "true"));
    apply();
  };

  chips.forEach(chip => chip.addEventListener("click", event => {
    if (event.altKey) { // this one alone
      chips.filter(c => c.dataset.kind === chip.dataset.kind)
        .forEach(c => c.setAttribute("aria-pressed", String(c === chip)));
    } else {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") === "false"));
    }
    apply();
  }));
  let waiting;
  if (search) search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 60);
  });
  if (level) level.addEventListener("change", apply);
  const on = (id, act) => {
    const button = document.getElementById(id);
    if (button) button.addEventListener("click", act);
  };
  on("reset", reset);
  on("expand", () => rows.filter(row => !row.hidden).forEach(row => { row.open = true; }));
  on("collapse", () => rows.forEach(row => { row.open = false; }));
  if (bytes) bytes.addEventListener("change", () => root.classList.toggle("nobytes", !bytes.checked));

  // What is scrolled to must not hide behind the tools.
  const tools = document.querySelector(".tools");
  const leaveRoom = () => {
    const sticky = tools && getComputedStyle(tools).position === "sticky";
    root.style.scrollPaddingTop = `${(sticky ? tools.offsetHeight : 0) + 12}px`;
  };
  addEventListener("resize", leaveRoom);

  // A link opens what it leads to, also when a filter hides it.
  const show = target => {
    const row = target.closest(".row");
    if (row) {
      if (row.hidden) reset();
      open(row);
      if (row === target) (row.querySelector("summary") || row).focus({ preventScroll: true });
    }
    target.scrollIntoView({ block: row === target ? "start" : "center" });
  };
  const follow = () => {
    let id;
    try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const target = id && document.getElementById(id);
    if (target) show(target);
  };
  addEventListener("hashchange", follow);
  document.addEventListener("click", event => { // the same link again
    const link = event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) follow();
  });

  const broken = () => rows.filter(row => !row.hidden && row.dataset.bad);
  let at = -1;
  const step = by => {
    const list = broken();
    if (!list.length) return;
    const here = list.indexOf(document.activeElement.closest(".row"));
    at = here >= 0 ? here : at;
    at = (at + by + list.length) % list.length;
    show(list[at]);
  };
  document.addEventListener("keydown", event => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && search) { reset(); search.blur(); }
    else if (typing) return;
    else if (event.key === "/" && search) { event.preventDefault(); search.focus(); search.select(); }
    else if (event.key === "n") step(1);
    else if (event.key === "p") step(-1);
  });

  on("theme", vmsgspecTheme);

  // On paper: what is broken, open.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = rows.filter(row => row.dataset.bad && !row.open);
    opened.forEach(open);
    rows.filter(row => row.open).forEach(formIn);
  });
  addEventListener("afterprint", () => opened.forEach(row => { row.open = false; }));

  $(".js").forEach(e => { e.hidden = false; });
  leaveRoom();
  apply();
  follow();
})();
