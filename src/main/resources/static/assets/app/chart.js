// Charts by uPlot, which is read when the first chart is shown.

import { html, useEffect, useRef } from '../vendor/preact/standalone.module.js';

/** A canvas knows no variables: the browser says what one comes to in the light or dark of now. */
function colour(name) {
  const probe = document.createElement('i');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

const axis = (others = {}) => ({ stroke: colour('quiet'), grid: { stroke: colour('line'), width: 1 }, ticks: { show: false },
  font: '11px system-ui, sans-serif', ...others });

const formats = [[3600 * 24, '{D} {MMM}', null, null, null, null, null, null, 1], [3600, '{HH}:{mm}', '\n{D} {MMM}', null, null, null, null, null, 1],
  [60, '{HH}:{mm}', '\n{D} {MMM}', null, null, null, null, null, 1], [1, '{HH}:{mm}:{ss}', '\n{D} {MMM}', null, null, null, null, null, 1]];

/**
 * @param data columns: seconds, then one for each line
 * @param lines what uPlot wants to know of each line but its colour, which is the name of a variable of the style sheet
 * @param label what the chart shows, for those who do not see it
 */
export function Chart({ data, lines, height = 190, label, kind = 'step', range }) {
  const box = useRef(null);
  const chart = useRef(null);
  const latest = useRef(data);
  latest.current = data;
  useEffect(() => {
    let gone = false;
    let watching = null;
    const draw = async () => {
      const { default: Plot } = await import('../vendor/uplot/uPlot.esm.js');
      if (gone) return;
      chart.current?.destroy();
      const paths = kind === 'bars' ? Plot.paths.bars({ size: [0.7, 40], radius: 0.2 }) : Plot.paths.stepped({ align: 1 });
      chart.current = new Plot({ width: box.current.clientWidth, height, padding: [10, 8, 0, 0], cursor: { y: false, points: { size: 7 } }, legend: { show: false },
        scales: { y: { range: range ?? ((_, low, high) => [Math.max(0, low - (high - low || 4) * 0.15), high + (high - low || 4) * 0.15]) } },
        axes: [axis({ values: formats, space: 68 }), axis({ size: 46, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6, 1e7] })],
        series: [{}, ...lines.map(({ colour: name, ...line }) => ({ stroke: colour(name), width: 2, paths, points: { show: false }, ...line,
          fill: line.fill && colour(line.fill) }))] }, latest.current, box.current);
      watching ??= new ResizeObserver(() => chart.current?.setSize({ width: box.current.clientWidth, height }));
      watching.observe(box.current);
    };
    draw();
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', draw);
    addEventListener('themechange', draw);
    return () => {
      gone = true;
      watching?.disconnect();
      system.removeEventListener('change', draw);
      removeEventListener('themechange', draw);
      chart.current?.destroy();
      chart.current = null;
    };
  }, []);
  useEffect(() => { chart.current?.setData(data); }, [data]);
  return html`<div class="chart" ref=${box} role="img" aria-label=${label} style=${{ height: `${height}px` }}></div>`;
}
