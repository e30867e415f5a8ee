// The chart of sign-ups and confirmations a day. The same figures stand in the table below it.
"use strict";

(() => {
  const { labels, datasets } = JSON.parse(document.getElementById("daily-figures").textContent);
  const style = getComputedStyle(document.documentElement);
  const colours = ["--color-primary-600", "--color-green-600"].map(
    (name, index) => style.getPropertyValue(name).trim() || ["#9333ea", "#16a34a"][index],
  );
  const draw = () => {
    const dark = document.documentElement.classList.contains("dark");
    const text = dark ? "#d1d5db" : "#4b5563";
    const grid = dark ? "#374151" : "#e5e7eb";
    return {
      type: "line",
      data: {
        labels,
        datasets: datasets.map((dataset, index) => ({
          ...dataset,
          borderColor: colours[index],
          backgroundColor: colours[index],
          borderWidth: 2,
          borderDash: index ? [5, 3] : [],
          pointRadius: labels.length > 45 ? 0 : 2,
          tension: 0.25,
        })),
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        plugins: { legend: { labels: { color: text, boxHeight: 1 } } },
        scales: {
          x: { ticks: { color: text, maxTicksLimit: 8 }, grid: { display: false } },
          y: { beginAtZero: true, ticks: { color: text, precision: 0 }, grid: { color: grid } },
        },
      },
    };
  };
  const canvas = document.getElementById("daily-chart");
  let chart = new Chart(canvas, draw());
  new MutationObserver(() => {
    chart.destroy();
    chart = new Chart(canvas, draw());
  }).observe(document.documentElement, { attributeFilter: ["class"] });
})();
