// One record in a drawer: how it came to its number, why it is what it is, and everything that can be done with it.

import { html, useEffect, useMemo, useState } from '../../vendor/preact/standalone.module.js';
import { get } from '../api.js';
import { Chart } from '../chart.js';
import { duration, number, plural, signed, time, word } from '../format.js';
import { useAnswer, useTick } from '../hooks.js';
import { address } from '../router.js';
import { session } from '../session.js';
import { Dialog, Empty, Facts, Segments, Status, Trouble, Waiting } from '../ui.js';
import { ACTIONS, Actions } from './record-actions.js';

/** Movements that the chart and the history show. */
const SHOWN = 200;

/** The last movements, and each further one as the record's version says that there is one. */
function useHistory(record) {
  const [movements, tell] = useState(null);
  const [problem, fail] = useState(null);
  useEffect(() => {
    let wanted = true;
    const known = movements?.[0]?.sequence;
    const filter = { inventoryId: record.id, limit: SHOWN, ...(known ? { fromSequence: known + 1 } : {}) };
    get('/api/stock-movements', filter).then((page) => {
      if (wanted) fail(null);
      if (wanted) tell((last) => [...page.items.filter((entry) => entry.sequence > (last?.[0]?.sequence ?? 0)), ...(last ?? [])].slice(0, SHOWN));
    }, (failure) => wanted && fail(failure));
    return () => { wanted = false; };
  }, [record.id, record.version, session.opened]);
  return { movements, problem };
}

function QuantityChart({ record, movements }) {
  const data = useMemo(() => {
    const steps = [...movements].reverse();
    const times = steps.map((step) => Date.parse(step.createdAt) / 1000);
    const line = (value) => [...steps.map(value), null];
    const at = [...times, Math.max(Date.now() / 1000, (times.at(-1) ?? 0) + 1)];
    const now = steps.at(-1);
    return [at, [...steps.map((step) => step.quantityAfter), now?.quantityAfter ?? null], [...steps.map((step) => step.reservedAfter), now?.reservedAfter ?? null],
      line((step) => step.minStock).map((value) => value ?? now?.minStock ?? null)];
  }, [movements]);
  return html`<figure class="plot"><${Chart} data=${data} label=${`Stock of ${record.product.name} over its last ${plural(movements.length, 'movement')}, now ${record.quantity}`}
    lines=${[{ colour: 'accent', fill: 'accent-soft' }, { colour: 'violet' }, { colour: 'amber', dash: [4, 4], width: 1.5 }]} />
    <figcaption class="key"><span class="of-accent">On hand</span><span class="of-violet">Reserved</span><span class="of-amber dashed">Minimum</span></figcaption></figure>`;
}

const Entry = ({ entry }) => html`<li><span class=${`delta ${entry.delta > 0 ? 'up' : entry.delta < 0 ? 'down' : ''}`}>${entry.delta ? signed(entry.delta) : entry.reservedDelta ? `${signed(entry.reservedDelta)} res.` : '·'}</span>
  <span><strong>${word(entry.type)}</strong>${entry.reason || entry.reference ? ` · ${[entry.reason, entry.reference].filter(Boolean).join(' · ')}` : ''}
    <small>${time(entry.createdAt)} · ${entry.actor} · #${entry.sequence}</small></span>
  <span class="after" title="On hand afterwards">${number(entry.quantityAfter)}</span></li>`;

function History({ movements }) {
  const [all, showAll] = useState(false);
  const shown = all ? movements : movements.slice(0, 8);
  return html`<ol class="entries">${shown.map((entry) => html`<${Entry} key=${entry.sequence} entry=${entry} />`)}</ol>
    ${!all && movements.length > shown.length && html`<button type="button" class="link" onClick=${() => showAll(true)}>Show all ${movements.length}</button>`}`;
}

function Why({ record }) {
  const { value, problem, again } = useAnswer(() => get(`/api/inventory/${record.id}/explanation`), [record.id, record.version]);
  useTick(5000);
  if (!value) return problem ? html`<${Trouble} problem=${problem} again=${again} />` : html`<${Waiting} />`;
  const { reservations, alerts } = value;
  return html`<p>${sentence(value.record, reservations)}</p>
    ${reservations.length > 0 && html`<ul class="entries">${reservations.map((held) => html`<li key=${held.reservationId}><span class="delta">${number(held.quantity)}</span>
      <span><strong>${held.reference ?? 'Reservation'}</strong><small>held for ${duration(Date.now() - Date.parse(held.createdAt))}${held.expiresAt ? `, until ${time(held.expiresAt)}` : ''}</small></span></li>`)}</ul>`}
    ${alerts.map((alert) => html`<p key=${alert.id}><${Status} of=${alert.kind} /> since ${time(alert.openedAt)}, ${alert.acknowledgedAt ? `acknowledged by ${alert.acknowledgedBy}` : html`<a href=${address('alerts')}>not acknowledged yet</a>`}.</p>`)}`;
}

function sentence({ quantity, reserved, available, minStock, maxStock, status }, reservations) {
  const free = reserved ? `${number(reserved)} of ${number(quantity)} pieces are held by ${plural(reservations.length, 'reservation')}, ${number(available)} can be sold.`
    : `Nothing is held: all ${plural(quantity, 'piece')} can be sold.`;
  const level = { OUT_OF_STOCK: 'There is nothing on hand.', LOW_STOCK: `That is below the minimum of ${number(minStock)}.`,
    OVERSTOCK: `That is above the maximum of ${number(maxStock)}: nothing more is taken in.`, OK: `Room for ${number(maxStock - quantity)} more.` };
  return quantity ? `${free} ${level[status]}` : level[status];
}

export function RecordDrawer({ workspace, record, onClose }) {
  const { movements, problem } = useHistory(record);
  const [action, choose] = useState(null);
  const title = html`<span class="title">${record.product.name}</span> <small class="code">${record.product.sku} · ${record.warehouse.name}</small>`;
  return html`<${Dialog} kind="drawer" title=${title} onClose=${onClose}>
    <div class="figures"><div><b>${number(record.quantity)}</b>on hand</div><div><b>${number(record.reserved)}</b>reserved</div>
      <div><b>${number(record.available)}</b>available</div><div class="wide"><${Status} of=${record.status} /><small>min ${number(record.minStock)} · max ${number(record.maxStock)}</small></div></div>
    ${session.can('inventory:write') && html`<section><${Segments} label="What to do" options=${ACTIONS} value=${action} onChange=${(name) => choose(name === action ? null : name)} />
      ${action && html`<${Actions} key=${action} action=${action} record=${record} workspace=${workspace} onDone=${() => choose(null)} />`}</section>`}
    <${Trouble} problem=${problem} />
    ${!movements ? !problem && html`<${Waiting}>Reading the history<//>` : !movements.length ? html`<${Empty} icon="movements" title="No movements yet">The first receipt begins the history.<//>`
      : html`<section><h3>Stock over time</h3><${QuantityChart} record=${record} movements=${movements} /></section>
        <section><h3>Why it is so</h3><${Why} record=${record} /></section>
        <section><h3>History</h3><${History} movements=${movements} /></section>`}
    <section><${Facts} of=${[['Record', html`<code>${record.id}</code>`], ['Version', number(record.version)], ['Last change', time(record.updatedAt)]]} /></section><//>`;
}
