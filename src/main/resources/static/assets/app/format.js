const numbers = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const seconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

export const number = (value) => (value === undefined || value === null ? '–' : numbers.format(value));
export const short = (value) => (Math.abs(value) < 100_000 ? numbers.format(value) : compact.format(value));
export const signed = (value) => (value > 0 ? `+${numbers.format(value)}` : value < 0 ? `−${numbers.format(-value)}` : '0');
export const hhmm = (at) => clock.format(at);
export const plural = (count, one, many = `${one}s`) => `${numbers.format(count)} ${count === 1 ? one : many}`;

/** 14:05:09 today, else 3 Nov 14:05. */
export function time(at) {
  if (!at) return '–';
  const date = new Date(at);
  return date.toDateString() === new Date().toDateString() ? seconds.format(date) : `${day.format(date)} ${clock.format(date)}`;
}

export const fullTime = (at) => (at ? full.format(new Date(at)) : '–');

/** 45 s, 12 min, 3 h, 2 d. */
export function duration(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return s < 600 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${Math.floor(s / 60)} min`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
}

const WORDS = { OK: 'In stock', IN: 'Receipt', OUT: 'Shipment', COMMIT: 'Sold', RELEASE: 'Released', RESERVE: 'Reserved',
  TRANSFER_IN: 'Transfer in', TRANSFER_OUT: 'Transfer out', SETTINGS: 'Thresholds', CATALOG: 'Catalogue' };

/** OUT_OF_STOCK is Out of stock. */
export function word(name) {
  if (!name) return '';
  return WORDS[name] ?? name[0] + name.slice(1).toLowerCase().replaceAll('_', ' ');
}
