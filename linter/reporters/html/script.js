// Comfort only: the report reads the same without it. Shows findings by severity, and sorts tables by a column.
"use strict";
(() => {
  const filter = document.getElementById("kl-filter");
  if (filter) {
    filter.hidden = false;
    filter.addEventListener("change", () => {
      const shown = new Set([...filter.querySelectorAll("input:checked")].map((box) => box.value));
      for (const finding of document.querySelectorAll(".kl-finding")) {
        finding.hidden = !shown.has(finding.dataset.severity);
      }
    });
  }

  const value = (row, column) => {
    const text = row.cells[column].textContent.trim();
    const number = Number(text.replaceAll(",", ""));
    return text === "" ? -Infinity : Number.isNaN(number) ? text : number;
  };
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));

  for (const table of document.querySelectorAll(".kl-table")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") !== "descending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...table.tBodies[0].rows];
        rows.sort((a, b) => (down ? -1 : 1) * compare(value(a, column), value(b, column)));
        table.tBodies[0].append(...rows);
      });
    });
  }

  const reveal = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    for (let node = target; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") node.open = true;
    }
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    // in a notebook's frame a link to "#x" would lead to the notebook: its address is not the report's
    const link = event.target.closest('a[href^="#"]');
    if (link && location.protocol === "about:") {
      event.preventDefault();
      location.hash = link.hash;
    }
  });
  reveal();
})();
