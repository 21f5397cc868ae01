"use strict";
(() => {
  // Adds to a page that is complete without it: finding, filtering, opening.
  const rows = [...document.querySelectorAll("#rows tr[data-kind]")];
  const words = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const box = document.getElementById("filter");
  const find = document.getElementById("find");
  const kinds = [...box.querySelectorAll("input[type=checkbox]")];
  const count = document.getElementById("count");

  const filter = () => {
    const wanted = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const on = new Set(kinds.filter((kind) => kind.checked).map((kind) => kind.value));
    let shown = 0;
    for (const row of rows) {
      row.hidden = !on.has(row.dataset.kind) || !wanted.every((word) => words.get(row).includes(word));
      shown += row.hidden ? 0 : 1;
    }
    for (const body of document.querySelectorAll("#rows tbody")) {
      body.hidden = !body.querySelector("tr[data-kind]:not([hidden])");
    }
    const all = rows.length === 1 ? "1 row" : rows.length.toLocaleString("en") + " rows";
    count.textContent = shown === rows.length ? all : shown.toLocaleString("en") + " of " + all;
  };

  const setOpen = (isOpen) => {
    for (const each of document.querySelectorAll("#rows tr:not([hidden]) details")) each.open = isOpen;
  };

  box.hidden = false;
  find.addEventListener("input", filter);
  for (const kind of kinds) kind.addEventListener("change", filter);
  document.getElementById("open").addEventListener("click", () => setOpen(true));
  document.getElementById("close").addEventListener("click", () => setOpen(false));
  // A browser may bring back what was typed before a reload.
  filter();
})();
