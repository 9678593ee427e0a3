// The first page: how much there is, how healthy it is, and how fast it moves.

import { html, useEffect, useMemo, useState } from '../../vendor/preact/standalone.module.js';
import { get } from '../api.js';
import { Beginning } from '../beginning.js';
import { Chart } from '../chart.js';
import { Feed } from '../feed.js';
import { hhmm, number, plural, short, signed, time, word } from '../format.js';
import { useChanges, useTick } from '../hooks.js';
import { address } from '../router.js';
import { notices } from '../notices.js';
import { STATUSES } from '../stock.js';
import { Button, Empty, Heading, Spark, Status } from '../ui.js';

const MINUTE = 60_000;

const MINUTES = 60;

/** Entries that are read to fill the chart; older minutes stay empty. */
const PAGES = 5;

const moves = (entry) => entry.delta !== 0 || entry.reservedDelta !== 0;

/** The last entries, and how many there were in each minute: some are read, then all are heard. */
function usePulse() {
  const [pulse, tell] = useState({ minutes: new Map(), newest: [], seen: 0 });
  useEffect(() => {
    let wanted = true;
    const add = (entries) => wanted && tell((last) => {
      const minutes = new Map([...last.minutes].filter(([minute]) => minute > Date.now() / MINUTE - MINUTES - 2));
      entries.filter(moves).forEach(({ createdAt }) => {
        const minute = Math.floor(Date.parse(createdAt) / MINUTE);
        minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
      });
      return { minutes, newest: [...last.newest, ...entries.filter(moves)].sort((a, b) => b.sequence - a.sequence).slice(0, 8), seen: last.seen + entries.length };
    });
    let from = null;
    const past = async (until) => {
      let cursor;
      const since = new Date(Date.now() - MINUTES * MINUTE).toISOString(); // a cursor goes with the filter that it began with
      for (let page = 0; page < PAGES && wanted; page++) {
        const read = await get('/api/stock-movements', { toSequence: until, from: since, limit: 200, cursor });
        add(read.items);
        cursor = read.nextCursor;
        if (!cursor) return;
      }
    };
    const feed = new Feed('/api/stock-movements', {}, { begin() {}, take(events) {
      const ready = events.find(({ name }) => name === 'ready');
      if (ready && from === null) {
        from = JSON.parse(ready.data).sequence;
        past(from).catch(() => null); // the chart then begins now
      }
      const fresh = events.filter(({ name }) => name === 'movement').map(({ data }) => JSON.parse(data));
      if (fresh.length) add(fresh);
    } }).start();
    return () => {
      wanted = false;
      feed.stop();
    };
  }, []);
  return pulse;
}

const Tile = ({ label, value, about, children, href }) => html`<div class="tile"><span>${label}</span><b>${href ? html`<a href=${href}>${value}</a>` : value}</b><small>${about}</small>${children}</div>`;

function Health({ totals }) {
  const share = (status) => (totals.records ? (100 * totals.statuses[status]) / totals.records : 0);
  return html`<section class="panel"><h2>Stock health</h2><div class="health" aria-hidden="true">${STATUSES.map((status) => totals.statuses[status] > 0
      && html`<i key=${status} class=${`of-${status}`} style=${{ flexGrow: totals.statuses[status] }}></i>`)}</div>
    <ul class="shares">${STATUSES.map((status) => html`<li key=${status}><a href=${address('inventory', { status })}><${Status} of=${status} /><b>${number(totals.statuses[status])}</b><small>${share(status).toFixed(share(status) < 10 ? 1 : 0)} %</small></a></li>`)}</ul></section>`;
}

function Pulse({ pulse }) {
  useTick(10_000);
  const now = Math.floor(Date.now() / MINUTE);
  const data = useMemo(() => {
    const minutes = Array.from({ length: MINUTES }, (_, i) => now - MINUTES + 1 + i);
    return [minutes.map((minute) => minute * 60), minutes.map((minute) => pulse.minutes.get(minute) ?? 0)];
  }, [pulse, now]);
  const last = (pulse.minutes.get(now - 1) ?? 0);
  return html`<section class="panel wide"><h2>Movements per minute <small>${number(pulse.minutes.get(now) ?? 0)} in this one, ${number(last)} in the last</small></h2>
    <${Chart} kind="bars" height=${170} data=${data} label=${`Movements per minute in the last hour, ${last} in the last minute`} lines=${[{ colour: 'accent', fill: 'accent', width: 0 }]}
      range=${(_, low, high) => [0, Math.max(5, high * 1.1)]} /></section>`;
}

const WarehousesPanel = ({ totals }) => html`<section class="panel"><h2>Warehouses</h2><table class="plain"><thead><tr><th scope="col">Warehouse</th><th scope="col" class="number">On hand</th><th scope="col" class="number">Reserved</th><th scope="col" class="number">Low or out</th></tr></thead>
  <tbody>${totals.warehouses.slice(0, 8).map(({ warehouse, quantity, reserved, statuses }) => html`<tr key=${warehouse.id}><td><a href=${address('inventory', { warehouse: warehouse.id })}>${warehouse.name}</a></td>
    <td class="number">${short(quantity)}</td><td class="number">${short(reserved)}</td><td class="number">${number(statuses.LOW_STOCK + statuses.OUT_OF_STOCK)}</td></tr>`)}</tbody></table></section>`;

const Latest = ({ pulse, stock }) => html`<section class="panel"><h2>Latest movements</h2>${pulse.newest.length
  ? html`<ol class="entries">${pulse.newest.map((entry) => html`<li key=${entry.sequence}><span class=${`delta ${entry.delta > 0 ? 'up' : entry.delta < 0 ? 'down' : ''}`}>${entry.delta ? signed(entry.delta) : `${signed(entry.reservedDelta)} res.`}</span>
      <span><strong>${stock.products.get(entry.productId)?.name ?? 'Deleted product'}</strong><small>${word(entry.type)} · ${stock.warehouses.get(entry.warehouseId)?.name} · ${time(entry.createdAt)}</small></span>
      <span class="after">${number(entry.quantityAfter)}</span></li>`)}</ol>`
  : html`<p class="quiet">Nothing has moved in the last hour.</p>`}</section>`;

const Attention = ({ alerts, stock }) => html`<section class="panel"><h2>To look at <small>${plural(alerts.length, 'open alert')}</small></h2>${alerts.length
  ? html`<ul class="entries">${alerts.slice(0, 8).map((alert) => html`<li key=${alert.id}><span class="delta">${number(stock.records.get(alert.inventoryId)?.quantity)}</span>
      <span><a href=${address('inventory', { record: alert.inventoryId })}>${stock.products.get(alert.productId)?.name ?? 'Deleted product'}</a><small>${word(alert.kind)} since ${time(alert.openedAt)}</small></span></li>`)}</ul>
    <p><a href=${address('alerts')}>All alerts</a></p>`
  : html`<p class="quiet">All is well: no stock is below its minimum without somebody knowing.</p>`}</section>`;

function Verify() {
  const [state, tell] = useState('Verify the ledger');
  const verify = async () => {
    tell('Recomputing …');
    try {
      const { holds, sequence, deviations } = await get('/api/verification');
      notices.say(holds ? `Every record equals its ledger, at #${number(sequence)}.` : `${plural(deviations.length, 'deviation')} found at #${number(sequence)}.`, holds ? 'good' : 'bad');
    }
    catch (problem) {
      notices.say(problem.message, 'bad');
    }
    tell('Verify the ledger');
  };
  return html`<${Button} icon="shield" onClick=${verify} disabled=${state !== 'Verify the ledger'}>${state}<//>`;
}

/** The middle one: a single slow message says little. */
const median = (values) => (values.length ? [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] : null);

export function Overview({ workspace }) {
  const { stock, alerts } = workspace;
  useChanges(stock);
  useChanges(alerts);
  const pulse = usePulse();
  const totals = useMemo(() => stock.totals(), [stock.revision]);
  if (!stock.ready) return html`<${Heading} title="Overview" /><${Beginning} workspace=${workspace} />`;
  if (!stock.records.size) return html`<${Heading} title="Overview" /><${Empty} icon="overview" title="An empty stockroom">Create a product, or import a file of them, on the page <a href=${address('products')}>Products</a>.<//>`;
  const lag = median(stock.lags);
  return html`<${Heading} title="Overview" about=${`True at #${number(stock.sequence)} of the ledger`}><${Verify} /><//>
    <div class="overview"><div class="tiles">
      <${Tile} label="On hand" value=${short(totals.quantity)} about=${`${plural(totals.products.size, 'product')} in ${plural(totals.warehouses.length, 'warehouse')}`} href=${address('inventory')} />
      <${Tile} label="Reserved" value=${short(totals.reserved)} about=${`${short(totals.quantity - totals.reserved)} available`} href=${address('reservations')} />
      <${Tile} label="Low or out" value=${number(totals.statuses.LOW_STOCK + totals.statuses.OUT_OF_STOCK)} about=${`of ${plural(totals.records, 'record')}`} href=${address('alerts')} />
      <${Tile} label="Feed lag" value=${lag === null ? '–' : `${number(Math.round(lag))} ms`} about=${stock.lastChangeAt ? `last change ${hhmm(stock.lastChangeAt)}` : 'from change to screen'}><${Spark} values=${stock.lags.slice(-30)} /><//></div>
      <${Pulse} pulse=${pulse} /><div class="beside"><${Health} totals=${totals} /><${WarehousesPanel} totals=${totals} /></div>
      <${Latest} pulse=${pulse} stock=${stock} /><${Attention} alerts=${alerts.unacknowledged()} stock=${stock} /></div>`;
}
