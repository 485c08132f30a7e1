// Charts are as wide as the screen; paper has another width.
for (const moment of ["beforeprint", "afterprint"]) {
  window.addEventListener(moment, () => {
    for (const chart of document.querySelectorAll(".js-plotly-plot")) {
      Plotly.Plots.resize(chart);
    }
  });
}
