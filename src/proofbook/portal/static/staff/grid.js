// Arrow keys, Home and End in the coverage grid. Without this file every square is a link that Tab reaches.
"use strict";

for (const grid of document.querySelectorAll("table.coverage")) {
  const rows = [...grid.querySelectorAll("tbody tr")]
    .map((row) => [...row.querySelectorAll("td")].map((cell) => cell.querySelector("a")))
    .filter((row) => row.some(Boolean));
  const links = rows.flat().filter(Boolean);
  for (const link of links) link.tabIndex = -1;
  if (links.length) links[0].tabIndex = 0;

  const nearest = (row, column) => {
    let best = null;
    row.forEach((link, place) => {
      if (link && (best === null || Math.abs(place - column) < Math.abs(best - column))) best = place;
    });
    return row[best];
  };
  const along = (row, from, step) => {
    for (let place = from + step; place >= 0 && place < row.length; place += step) if (row[place]) return row[place];
    return null;
  };

  grid.addEventListener("focusin", (event) => {
    const link = event.target.closest("td a");
    if (!link) return;
    for (const each of links) each.tabIndex = each === link ? 0 : -1;
  });
  grid.addEventListener("keydown", (event) => {
    const link = event.target.closest("td a");
    if (!link || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = rows.findIndex((row) => row.includes(link));
    const column = rows[at].indexOf(link);
    const next = {
      ArrowLeft: () => along(rows[at], column, -1),
      ArrowRight: () => along(rows[at], column, 1),
      ArrowUp: () => at > 0 && nearest(rows[at - 1], column),
      ArrowDown: () => at + 1 < rows.length && nearest(rows[at + 1], column),
      Home: () => nearest(rows[at], 0),
      End: () => nearest(rows[at], rows[at].length),
    }[event.key];
    if (!next) return;
    event.preventDefault();
    const target = next();
    if (target) target.focus();
  });
}
