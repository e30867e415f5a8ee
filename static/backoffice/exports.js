"use strict";

// Follows an export until it is done, then shows the page anew with the link to the file.
document.addEventListener("DOMContentLoaded", () => {
  const section = document.querySelector("[data-progress]");
  if (!section) return;
  const bar = section.querySelector("progress");
  const heading = section.querySelector("h2");
  const rows = section.querySelector("[data-rows]");
  const expected = section.querySelector("[data-expected]");
  const format = new Intl.NumberFormat(document.documentElement.lang || "de");

  async function follow() {
    try {
      const response = await fetch(section.dataset.progress, { headers: { Accept: "application/json" } });
      if (!response.ok) return; // Logged out, or not for us: a reload tells.
      const state = await response.json();
      if (!state.unfinished) {
        window.location.reload();
        return;
      }
      bar.value = state.percent;
      heading.textContent = state.status;
      rows.textContent = format.format(state.rows);
      expected.textContent = format.format(state.expected);
    } catch {
      // The network was away for a moment.
    }
    window.setTimeout(follow, 1000);
  }

  window.setTimeout(follow, 1000);
});
