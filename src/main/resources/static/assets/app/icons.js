import { html } from '../vendor/preact/standalone.module.js';

/** Strokes on a grid of 24, drawn for this dashboard. */
const PATHS = {
  overview: 'M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-3H4zM14 7h6V4h-6z',
  inventory: 'M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8',
  movements: 'M4 8h13M13 4l4 4-4 4M20 16H7M11 12l-4 4 4 4',
  reservations: 'M7 4h10v16l-5-4-5 4z',
  transfers: 'M3 7h11v9H3zM14 10h4l3 3v3h-7M7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM17 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  alerts: 'M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4',
  products: 'M4 4h7l9 9-7 7-9-9zM8 8h.01',
  warehouses: 'M3 20V9l9-5 9 5v11M7 20v-8h10v8M7 16h10',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  close: 'M6 6l12 12M18 6L6 18',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2',
  moon: 'M20 14A8 8 0 1 1 10 4a6.5 6.5 0 0 0 10 10z',
  system: 'M4 5h16v11H4zM9 20h6M12 16v4',
  out: 'M14 4H5v16h9M10 12h11M17 8l4 4-4 4',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  adjust: 'M4 8h10M18 8h2M4 16h2M10 16h10M16 6v4M8 14v4',
  download: 'M12 4v11M8 11l4 4 4-4M4 20h16',
  upload: 'M12 16V5M8 9l4-4 4 4M4 20h16',
  check: 'M5 13l4 4L19 7',
  undo: 'M9 7l-5 5 5 5M4 12h11a5 5 0 0 1 0 10',
  edit: 'M4 20h4L19 9l-4-4L4 16z',
  trash: 'M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2',
  shield: 'M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6z',
};

export const Icon = ({ name, size = 18 }) => html`<svg class="icon" width=${size} height=${size} viewBox="0 0 24 24" fill="none"
  stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
