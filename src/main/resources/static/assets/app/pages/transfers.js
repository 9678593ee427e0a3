// Stock on its way from one warehouse to another.

import { html, useMemo, useState } from '../../vendor/preact/standalone.module.js';
import { post } from '../api.js';
import { fullTime, number, plural, time } from '../format.js';
import { count, counted, Field, Form, lineNames, Pieces, text, useForm } from '../forms.js';
import { useChanges } from '../hooks.js';
import { emptyLine, LineFields } from '../lines.js';
import { useListing } from '../listing.js';
import { notices } from '../notices.js';
import { router } from '../router.js';
import { session } from '../session.js';
import { Table } from '../table.js';
import { Button, Dialog, Empty, Facts, Heading, Segments, Status, Trouble, Waiting } from '../ui.js';

const STATES = [['IN_TRANSIT', 'In transit'], ['COMPLETED', 'Completed'], ['CLOSED', 'Closed with losses'], ['ALL', 'All']];

const sum = (lines, part) => lines.reduce((total, line) => total + line[part], 0);

const columns = (stock) => {
  const warehouse = (id) => stock.warehouses.get(id)?.name ?? '–';
  return [
    { key: 'lines', label: 'What', class: 'title', cell: (transfer, open) => html`<button type="button" class="link" onClick=${() => open(transfer)}>
      ${transfer.lines.map(({ productId, quantity }) => `${number(quantity)} × ${stock.products.get(productId)?.name ?? 'deleted product'}`).join(', ')}</button>` },
    { key: 'status', label: 'Status', class: 'state', flash: ({ status }) => status, cell: ({ status }) => html`<${Status} of=${status} />` },
    { key: 'way', label: 'From and to', class: 'way half', cell: ({ fromWarehouseId, toWarehouseId }) => `${warehouse(fromWarehouseId)} → ${warehouse(toWarehouseId)}` },
    { key: 'reference', label: 'Reference', class: 'note half quiet', cell: ({ reference }) => reference ?? '' },
    { key: 'quantity', label: 'Sent', class: 'number strong', cell: ({ lines }) => number(sum(lines, 'quantity')) },
    { key: 'received', label: 'Received', class: 'number', flash: ({ lines }) => sum(lines, 'received'), cell: ({ lines }) => number(sum(lines, 'received')) },
    { key: 'inTransit', label: 'Under way', class: 'number', flash: ({ lines }) => sum(lines, 'inTransit'), cell: ({ lines }) => number(sum(lines, 'inTransit')) },
    { key: 'createdAt', label: 'Sent at', class: 'when quiet aside', cell: ({ createdAt }) => time(createdAt) }];
};

function Receive({ transfer, stock, onClose }) {
  const under = transfer.lines.filter(({ inTransit }) => inTransit > 0);
  const field = ({ productId }) => productId;
  const form = useForm({ closing: false, ...Object.fromEntries(under.map(({ productId, inTransit }) => [productId, String(inTransit)])) }, async (values, key) => {
    const lines = counted(under, field, values).map(({ line: { productId }, quantity }) => ({ productId, quantity }));
    const now = await post(`/api/transfers/${transfer.id}/receipt`, { lines, closing: values.closing }, key);
    notices.say(now.status === 'IN_TRANSIT' ? 'Received; the rest is still under way.' : 'Received: the transfer is complete.');
    onClose();
  }, lineNames(under, field));
  return html`<${Form} form=${form} action="Receive">
    ${under.map(({ productId, inTransit }) => html`<${Pieces} key=${productId} form=${form} name=${productId} min="0" label=${stock.products.get(productId)?.name ?? 'Deleted product'} hint=${`${number(inTransit)} under way`} />`)}
    <label class="check"><input type="checkbox" checked=${form.values.closing} onChange=${(event) => form.set('closing', event.target.checked)} />Nothing more will come: what is missing is lost</label><//>`;
}

function Details({ transfer, stock, onClose }) {
  return html`<${Dialog} title=${transfer.reference ?? 'Transfer'} onClose=${onClose}><p class="gap"><${Status} of=${transfer.status} /></p>
    <ul class="entries">${transfer.lines.map(({ productId, quantity, received, lost }) => html`<li key=${productId}><span class="delta">${number(quantity)}</span>
      <span><strong>${stock.products.get(productId)?.name ?? 'Deleted product'}</strong><small>${number(received)} received${lost ? `, ${number(lost)} lost` : ''}</small></span></li>`)}</ul>
    <${Facts} of=${[['From', stock.warehouses.get(transfer.fromWarehouseId)?.name], ['To', stock.warehouses.get(transfer.toWarehouseId)?.name], ['Sent', fullTime(transfer.createdAt)],
      ['Last change', fullTime(transfer.updatedAt)], ['Id', html`<code>${transfer.id}</code>`]]} />
    ${transfer.status === 'IN_TRANSIT' && session.can('inventory:write') && html`<section class="apart"><h3>What arrived</h3><${Receive} key=${transfer.version} transfer=${transfer} stock=${stock} onClose=${onClose} /></section>`}<//>`;
}

function Create({ stock, onClose }) {
  const warehouses = [...stock.warehouses.values()].filter(({ gone }) => !gone);
  const form = useForm({ lines: [emptyLine()], fromWarehouseId: warehouses[0]?.id ?? '', toWarehouseId: warehouses[1]?.id ?? '', mode: 'IN_TRANSIT', reference: '' },
    async ({ lines, reference, ...values }, key) => {
      const moved = lines.map(({ sku, quantity }) => ({ sku: text(sku), quantity: count(quantity) }));
      await post('/api/transfers', { ...values, lines: moved, reference: text(reference) }, key);
      notices.say(values.mode === 'IMMEDIATE' ? 'Moved.' : 'Sent: receive it when it arrives.');
      onClose();
    });
  const choice = warehouses.map(({ id, name }) => html`<option key=${id} value=${id}>${name}</option>`);
  return html`<${Dialog} title="New transfer" onClose=${onClose} busy=${form.busy}><${Form} form=${form} action="Send" onClose=${onClose}>
    <div class="row"><${Field} form=${form} name="fromWarehouseId" label="From">${choice}<//><${Field} form=${form} name="toWarehouseId" label="To">${choice}<//></div>
    <${LineFields} form=${form} stock=${stock} />
    <div class="row"><${Field} form=${form} name="mode" label="Arrives"><option value="IN_TRANSIT">When it is received</option><option value="IMMEDIATE">At once</option><//>
      <${Field} form=${form} name="reference" label="Reference" hint="Lorry, consignment …" /></div><//><//>`;
}

export function Transfers({ workspace, parameters }) {
  const { stock } = workspace;
  useChanges(stock);
  const status = parameters.status ?? 'IN_TRANSIT';
  const { items, ready, problem, more, again } = useListing('/api/transfers', { status: status === 'ALL' ? '' : status }, stock.catalog, 'TRANSFER',
    (item) => status === 'ALL' || item.status === status);
  const shown = useMemo(() => columns(stock), [stock, stock.products.size, stock.warehouses.size]);
  const [chosen, choose] = useState(null);
  const [creating, create] = useState(false);
  const open = items.find(({ id }) => id === chosen?.id) ?? chosen;
  return html`<${Heading} title="Transfers" about=${ready ? plural(items.length, 'transfer') : null}>
      ${session.can('inventory:write') && html`<${Button} icon="plus" tone="primary" onClick=${() => create(true)}>New transfer<//>`}<//>
    <div class="filters"><${Segments} label="Status" value=${status} onChange=${(name) => router.set({ status: name })} options=${STATES} /></div>
    <${Trouble} problem=${problem} again=${again} />
    ${!ready ? !problem && html`<${Waiting} />` : !items.length ? html`<${Empty} icon="transfers" title=${status === 'IN_TRANSIT' ? 'Nothing is under way' : 'No such transfers'}>
        Send stock to another warehouse with New transfer, or from a record on the page <a href="#/inventory">Inventory</a>.<//>`
      : html`<${Table} label="Transfers" columns=${shown} rows=${items} onOpen=${choose} onEnd=${more} cardHeight=${112} />`}
    ${open && html`<${Details} key=${open.id} transfer=${open} stock=${stock} onClose=${() => choose(null)} />`}
    ${creating && html`<${Create} stock=${stock} onClose=${() => create(false)} />`}`;
}
