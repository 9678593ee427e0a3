// Stock that is held for customers: until it is sold, set free, or its time is over.

import { html, useMemo, useState } from '../../vendor/preact/standalone.module.js';
import { post } from '../api.js';
import { duration, fullTime, number, plural, time, word } from '../format.js';
import { count, counted, Field, Form, lineNames, Pieces, text, useForm } from '../forms.js';
import { useChanges, useTick } from '../hooks.js';
import { emptyLine, LineFields } from '../lines.js';
import { useListing } from '../listing.js';
import { notices } from '../notices.js';
import { router } from '../router.js';
import { session } from '../session.js';
import { Table } from '../table.js';
import { Button, Dialog, Empty, Facts, Heading, Segments, Status, Trouble, Waiting } from '../ui.js';

const STATES = [['HELD', 'Held'], ['COMMITTED', 'Sold'], ['RELEASED', 'Released'], ['EXPIRED', 'Expired'], ['ALL', 'All']];

const WORDS = { COMMITTED: 'Sold' };

function Left({ until }) {
  useTick(1000);
  const left = Date.parse(until) - Date.now() - session.clockOffset;
  return html`<span title=${fullTime(until)}>${left > 0 ? duration(left) : 'over'}</span>`;
}

const summary = ({ lines }, stock) => lines.map(({ productId, quantity }) => `${number(quantity)} × ${stock.products.get(productId)?.name ?? 'deleted product'}`).join(', ');

const columns = (stock) => [
  { key: 'lines', label: 'What is held', class: 'title', cell: (held, open) => html`<button type="button" class="link" onClick=${() => open(held)}>${summary(held, stock)}</button>` },
  { key: 'status', label: 'Status', class: 'state', flash: ({ status }) => status, cell: ({ status }) => html`<${Status} of=${status} label=${WORDS[status]} />` },
  { key: 'pieces', label: 'Pieces', class: 'number strong', cell: ({ lines }) => number(lines.reduce((sum, { quantity }) => sum + quantity, 0)) },
  { key: 'reference', label: 'Reference', class: 'note named', cell: ({ reference }) => reference ?? '–' },
  { key: 'left', label: 'Time left', class: 'when named', cell: ({ status, expiresAt }) => (status === 'HELD' ? html`<${Left} until=${expiresAt} />` : '–') },
  { key: 'createdAt', label: 'Since', class: 'when named quiet aside', cell: ({ createdAt }) => time(createdAt) }];

const field = ({ productId, warehouseId }) => `${productId}-${warehouseId}`;

/** Sells what is held or a part of it, releases it, or holds it for longer. */
function End({ reservation, stock, onClose }) {
  const { id, lines } = reservation;
  const path = `/api/reservations/${id}`;
  const act = (step, body, said) => async (values, key) => {
    await post(`${path}/${step}`, body(values), key);
    notices.say(said);
    onClose();
  };
  const sold = (values) => ({ lines: counted(lines, field, values).map(({ line: { productId, warehouseId }, quantity }) => ({ productId, warehouseId, quantity })) });
  const commit = useForm(Object.fromEntries(lines.map((line) => [field(line), String(line.quantity)])), act('commit', sold, 'Sold: it has left the stock.'), lineNames(lines, field));
  const release = useForm({}, act('release', () => ({}), 'Set free: what was held can be sold again.'));
  const extend = useForm({ minutes: '15' }, act('extension', ({ minutes }) => ({ ttlSeconds: count(minutes) * 60 }), 'Held for longer.'), () => ({ ttlSeconds: 'minutes' }));
  const nothing = !sold(commit.values).lines.length;
  return html`<section class="apart"><h3>Sell</h3><${Form} form=${commit} action="Sell" disabled=${nothing}>
      ${lines.map((line) => html`<${Pieces} key=${field(line)} form=${commit} name=${field(line)} min="0" max=${line.quantity} label=${stock.products.get(line.productId)?.name ?? 'Deleted product'}
        hint=${`${number(line.quantity)} held; what you leave is released`} />`)}<//></section>
    <section class="apart"><h3>Or hold it for longer</h3><${Form} form=${extend} action="Extend" tone=""><${Pieces} form=${extend} name="minutes" label="Minutes from now" min="1" max="1440" /><//></section>
    <section class="apart"><h3>Or let it go</h3><${Form} form=${release} action="Release all" tone="" /></section>`;
}

function Details({ reservation, stock, onClose }) {
  return html`<${Dialog} title=${reservation.reference ?? 'Reservation'} onClose=${onClose}>
    <p class="gap"><${Status} of=${reservation.status} label=${WORDS[reservation.status]} /></p>
    <ul class="entries">${reservation.lines.map(({ productId, warehouseId, quantity, committed }) => html`<li key=${productId + warehouseId}><span class="delta">${number(quantity)}</span>
      <span><strong>${stock.products.get(productId)?.name ?? 'Deleted product'}</strong><small>${stock.warehouses.get(warehouseId)?.name}${committed === undefined ? '' : ` · ${number(committed)} sold`}</small></span></li>`)}</ul>
    <${Facts} of=${[['Since', fullTime(reservation.createdAt)], ['Until', fullTime(reservation.expiresAt)], ['Id', html`<code>${reservation.id}</code>`]]} />
    ${reservation.status === 'HELD' && session.can('inventory:write') && html`<${End} reservation=${reservation} stock=${stock} onClose=${onClose} />`}<//>`;
}

function Create({ stock, onClose }) {
  const form = useForm({ lines: [emptyLine()], warehouseId: '', minutes: '15', reference: '' }, async ({ lines, warehouseId, minutes, reference }, key) => {
    const wanted = lines.map(({ sku, quantity }) => ({ sku: text(sku), quantity: count(quantity), warehouseId: warehouseId || undefined }));
    await post('/api/reservations', { lines: wanted, ttlSeconds: count(minutes) * 60, reference: text(reference) }, key);
    notices.say(`Held for ${minutes} min.`);
    onClose();
  }, () => ({ ttlSeconds: 'minutes' }));
  return html`<${Dialog} title="New reservation" onClose=${onClose} busy=${form.busy}><${Form} form=${form} action="Reserve" onClose=${onClose}>
    <${LineFields} form=${form} stock=${stock} />
    <${Field} form=${form} name="warehouseId" label="From"><option value="">The default warehouse</option>${[...stock.warehouses.values()].filter(({ gone }) => !gone)
      .map(({ id, name }) => html`<option key=${id} value=${id}>${name}</option>`)}<//>
    <div class="row"><${Pieces} form=${form} name="minutes" label="Minutes" min="1" max="1440" hint="Then it is released by itself" /><${Field} form=${form} name="reference" label="Reference" hint="Cart, customer …" /></div><//><//>`;
}

export function Reservations({ workspace, parameters }) {
  const { stock } = workspace;
  useChanges(stock);
  const status = parameters.status ?? 'HELD';
  const { items, total, ready, problem, more, again } = useListing('/api/reservations', { status: status === 'ALL' ? '' : status }, stock.catalog, 'RESERVATION',
    (item) => status === 'ALL' || item.status === status);
  const shown = useMemo(() => columns(stock), [stock, stock.products.size]);
  const [chosen, choose] = useState(null);
  const [creating, create] = useState(false);
  const open = items.find(({ id }) => id === chosen?.id) ?? chosen;
  return html`<${Heading} title="Reservations" about=${ready ? `${plural(items.length, 'reservation')}${total > items.length ? ` of ${number(total)}` : ''}` : null}>
      ${session.can('inventory:write') && html`<${Button} icon="plus" tone="primary" onClick=${() => create(true)}>New reservation<//>`}<//>
    <div class="filters"><${Segments} label="Status" value=${status} onChange=${(name) => router.set({ status: name })} options=${STATES} /></div>
    <${Trouble} problem=${problem} again=${again} />
    ${!ready ? !problem && html`<${Waiting} />` : !items.length ? html`<${Empty} icon="reservations" title=${status === 'HELD' ? 'Nothing is held' : `None ${word(status).toLowerCase()}`}>
        Carts and orders hold stock here until they are paid. New ones appear by themselves.<//>`
      : html`<${Table} label="Reservations" columns=${shown} rows=${items} onOpen=${choose} onEnd=${more} cardHeight=${96} />`}
    ${open && html`<${Details} key=${open.id} reservation=${open} stock=${stock} onClose=${() => choose(null)} />`}
    ${creating && html`<${Create} stock=${stock} onClose=${() => create(false)} />`}`;
}
