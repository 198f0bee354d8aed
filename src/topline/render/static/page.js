"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const provenance = JSON.parse(byId("provenance").textContent);
  const NAMES = {
    numSubjects: "Participants", numUnits: "Units", value: "Value", spread: "Dispersion",
    lowerLimit: "Lower limit", upperLimit: "Upper limit", numAffected: "Participants affected",
    numAtRisk: "Participants at risk", numEvents: "Events", pValue: "P-value",
    paramValue: "Estimate", dispersionValue: "Dispersion of the estimate",
    ciPctValue: "Confidence level (%)", ciLowerLimit: "Lower confidence limit",
    ciUpperLimit: "Upper confidence limit", deathsNumAffected: "Deaths",
    deathsNumAtRisk: "Participants at risk", seriousNumAffected: "Participants affected",
    seriousNumAtRisk: "Participants at risk", otherNumAffected: "Participants affected",
    otherNumAtRisk: "Participants at risk",
  };
  // The order of a provenance row, as in topline.render.provenance.COLUMNS.
  const LABELS = [
    "Statistic", "Group", "Posted", "Raw value", "Rounding", "Dataset", "Condition",
    "Population", "Rows", "Participants", "Method", "Notes",
  ];

  // Every posted number becomes a button; one per table is a tab stop, arrows move between them.
  // Tables inside closed details wait until they are opened: a record may have 40,000 numbers.
  function equip(table) {
    let first = true;
    for (const number of table.querySelectorAll("td > span[id]")) {
      number.setAttribute("role", "button");
      number.setAttribute("aria-haspopup", "dialog");
      number.tabIndex = first ? 0 : -1;
      number.className = provenance.rows[number.id] ? "posted sourced" : "posted";
      first = false;
    }
  }
  for (const table of document.querySelectorAll("table")) {
    if (!table.closest("details:not([open])")) equip(table);
  }
  document.addEventListener("toggle", ({ target }) => {
    if (!target.open) return;
    for (const table of target.querySelectorAll("table")) {
      if (!table.querySelector(".posted")) equip(table);
    }
  }, true);

  const dialog = byId("source");
  const make = (name, text, className) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  };

  function columnTitle(cell) {
    const head = cell.closest("table").tHead;
    const titles = [];
    for (const row of head.rows) {
      let column = row === head.rows[0] ? 0 : 1;
      if (row !== head.rows[0]) {
        // Titles that span both rows take no place in the second.
        column = [...head.rows[0].cells].filter((th) => th.rowSpan > 1).length;
      }
      for (const th of row.cells) {
        if (cell.cellIndex >= column && cell.cellIndex < column + th.colSpan) {
          if (!(th.rowSpan === 1 && row !== head.rows[0] && titles.length === 0)) {
            titles.push(th.textContent.trim());
          }
        }
        column += th.colSpan;
      }
    }
    return titles.join(", ");
  }

  function rowTitles(row) {
    const own = row.querySelector("th");
    const titles = [own.querySelector("span[id]")?.textContent ?? own.firstChild.textContent];
    const level = (found) => Number(/\bl(\d)\b/.exec(found.className)?.[1] ?? 0);
    let depth = level(row);
    const rows = [...row.closest("table").rows];
    for (let place = rows.indexOf(row) - 1; place >= 0 && depth > 0; place--) {
      const above = rows[place];
      if (above.classList.contains("heading") && level(above) < depth) {
        depth = level(above);
        titles.unshift(above.querySelector("span[id]")?.textContent ?? above.textContent);
      }
    }
    return titles;
  }

  function explain(number) {
    const cell = number.closest("td");
    const row = cell.parentElement;
    const kind = NAMES[number.id.split("/").pop()] ?? "Number";
    const measure = cell.closest("details.outcome")?.querySelector("h3 span[id]")?.textContent;
    const body = byId("source-body");
    byId("source-title").textContent = `${kind}: ${rowTitles(row).pop().trim()}`;
    const where = [measure, ...rowTitles(row).slice(0, -1), columnTitle(cell)];
    body.replaceChildren(
      make("p", where.filter(Boolean).map((text) => text.trim()).join(" › "), "source-where"),
      make("p", number.textContent, "number"),
    );
    const mark = cell.querySelector("sup a");
    if (mark) body.append(make("p", byId(mark.hash.slice(1)).textContent));
    const rows = provenance.rows[number.id] ?? [];
    for (const statistic of rows) {
      const list = make("dl");
      statistic.forEach((place, column) => {
        const text = provenance.texts[place];
        if (text === "" && LABELS[column] !== "Raw value") return;
        list.append(make("dt", LABELS[column]));
        const shown = make("dd");
        const said = text === "" ? "undefined or not reached" : text;
        shown.append(LABELS[column] === "Condition" ? make("code", said) : said);
        list.append(shown);
      });
      body.append(list);
    }
    if (!rows.length) {
      body.append(make("p", "As posted in the record; it was not computed here, so no data stand behind it.", "muted"));
    }
    byId("source-address").textContent = number.id;
    byId("source-link").href = `#${number.id}`;
    byId("source-status").textContent = "";
    dialog.showModal();
    byId("source-title").focus();
  }

  dialog.querySelector(".close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  byId("source-link").addEventListener("click", () => dialog.close());
  byId("source-copy").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(byId("source-address").textContent);
      byId("source-status").textContent = "Copied";
    } catch {
      byId("source-status").textContent = "Select the address to copy it";
    }
  });

  document.addEventListener("click", (event) => {
    const number = event.target.closest?.("[role=button].posted");
    if (number) explain(number);
  });

  const MOVES = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  document.addEventListener("keydown", (event) => {
    const number = event.target.closest?.("[role=button].posted");
    if (!number) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      explain(number);
    } else if (MOVES[event.key]) {
      event.preventDefault();
      move(number, ...MOVES[event.key]);
    }
  });

  function move(from, down, right) {
    const table = from.closest("table");
    let to;
    if (right) {
      const all = [...table.querySelectorAll("[role=button].posted")].filter((one) => one.offsetParent);
      to = all[all.indexOf(from) + right];
    } else {
      const column = from.closest("td").cellIndex;
      const rows = [...table.rows];
      for (let place = rows.indexOf(from.closest("tr")) + down; rows[place] && !to; place += down) {
        if (rows[place].hidden) continue;
        to = [...rows[place].cells].find((cell) => cell.cellIndex === column && cell.tagName === "TD")
          ?.querySelector("[role=button].posted");
      }
    }
    if (!to) return;
    from.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }

  // A link to an address opens what it stands in.
  function reveal() {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id && byId(id);
    if (!target) return;
    for (let box = target; box; box = box.parentElement?.closest("details")) {
      if (box.tagName === "DETAILS") box.open = true;
    }
    const row = target.closest("tr[hidden]");
    if (row) clearSearch();
    if (id.startsWith("/")) target.scrollIntoView({ block: "center", inline: "center" });
  }
  addEventListener("hashchange", reveal);

  // Adverse events: search and sort.
  const listed = [...document.querySelectorAll("table.listed")].map((table) => ({
    table,
    kind: table.dataset.kind,
    rows: [...table.tBodies[0].rows].map((row) => ({
      row,
      text: `${row.cells[0].textContent} ${row.cells[1].textContent}`.toLowerCase(),
    })),
  }));
  const query = byId("event-query");
  function search() {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = listed.map(({ kind, rows }) => {
      let shown = 0;
      for (const { row, text } of rows) {
        const matches = words.every((word) => text.includes(word));
        row.hidden = !matches;
        shown += matches;
      }
      return `${shown} of ${rows.length} ${kind}`;
    });
    byId("event-count").textContent = found.length ? `${found.join(", ")} terms` : "";
  }
  function clearSearch() {
    query.value = "";
    search();
  }
  if (query) {
    query.addEventListener("input", search);
    query.form.addEventListener("submit", (event) => event.preventDefault());
    search();
  }

  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  function sort(button) {
    const heading = button.closest("th");
    const table = button.closest("table");
    const found = listed.find((one) => one.table === table);
    const headings = [...table.querySelectorAll("th[aria-sort]")];
    const isText = !heading.classList.contains("number");
    const before = heading.getAttribute("aria-sort");
    const rising = before === "none" ? isText : before === "descending";
    for (const other of headings) other.setAttribute("aria-sort", "none");
    heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
    // Sortable headings stand in the order of their columns: those of the first row lead.
    const column = headings.indexOf(heading);
    const keyed = found.rows.map((entry, place) => {
      const cell = entry.row.cells[column];
      const text = (cell.querySelector("span[id]") ?? cell).textContent;
      const key = isText ? text : Number.parseFloat(text.replace("<", ""));
      return { entry, place, key, missing: isText ? text === "" : Number.isNaN(key) };
    });
    const sign = rising ? 1 : -1;
    keyed.sort((one, two) =>
      one.missing - two.missing
      || sign * (isText ? collator.compare(one.key, two.key) : one.key - two.key)
      || one.place - two.place);
    table.tBodies[0].append(...keyed.map(({ entry }) => entry.row));
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button.sort");
    if (button) sort(button);
  });

  // Everything is on paper.
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });

  // The section in view is marked in the contents.
  const links = new Map([...document.querySelectorAll(".contents > ul > li > a")]
    .map((link) => [link.hash.slice(1), link]));
  const inView = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-15% 0px -75% 0px" });
  for (const id of links.keys()) if (byId(id)) inView.observe(byId(id));

  reveal();
})();
