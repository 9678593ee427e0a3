// The forms of a record's drawer. Each goes out with an Idempotency-Key, and shows the service's refusal at the field it is about.

import { html } from '../../vendor/preact/standalone.module.js';
import { post, send } from '../api.js';
import { count, Field, Form, Pieces, text, useForm } from '../forms.js';
import { number, plural, signed } from '../format.js';
import { notices } from '../notices.js';

export const ACTIONS = [['receive', 'Receive', 'plus'], ['ship', 'Ship', 'minus'], ['adjust', 'Adjust', 'adjust'], ['reserve', 'Reserve', 'reservations'],
  ['transfer', 'Transfer', 'transfers'], ['thresholds', 'Thresholds', 'edit']];

const LINE = { 'lines[0].quantity': 'quantity' };

/** A movement of one type: what they differ in is words. */
const movement = (type, action, done) => function Movement({ record, onDone }) {
  const form = useForm({ quantity: '', reason: '', reference: '' }, async (values, key) => {
    const moved = await post('/api/stock-movements', { productId: record.productId, warehouseId: record.warehouseId, type, quantity: count(values.quantity),
      reason: text(values.reason), reference: text(values.reference) }, key);
    notices.say(`${done} ${type === 'ADJUSTMENT' ? signed(moved.delta) : number(Math.abs(moved.delta))} of ${record.product.sku}: ${number(moved.quantityAfter)} on hand.`);
    onDone();
  });
  return html`<${Form} form=${form} action=${action} onClose=${onDone}><div class="row">
    <${Pieces} form=${form} name="quantity" label=${type === 'ADJUSTMENT' ? 'Difference' : 'Pieces'} min=${type === 'ADJUSTMENT' ? undefined : 1} autofocus
      hint=${type === 'ADJUSTMENT' ? 'Negative to take away' : type === 'OUT' ? `${number(record.available)} available` : `Room for ${number(Math.max(0, record.maxStock - record.quantity))}`} />
    <${Field} form=${form} name="reference" label="Reference" hint="Order, delivery …" /></div>
    <${Field} form=${form} name="reason" label="Reason" /><//>`;
};

function Reserve({ record, onDone }) {
  const form = useForm({ quantity: '', minutes: '15', reference: '' }, async ({ quantity, minutes, reference }, key) => {
    const lines = [{ productId: record.productId, warehouseId: record.warehouseId, quantity: count(quantity) }];
    await post('/api/reservations', { lines, ttlSeconds: count(minutes) * 60, reference: text(reference) }, key);
    notices.say(`Held ${number(count(quantity))} of ${record.product.sku} for ${minutes} min.`);
    onDone();
  }, () => ({ ...LINE, ttlSeconds: 'minutes' }));
  return html`<${Form} form=${form} action="Reserve" onClose=${onDone}><div class="row">
    <${Pieces} form=${form} name="quantity" label="Pieces" min="1" hint=${`${number(record.available)} available`} autofocus />
    <${Pieces} form=${form} name="minutes" label="Minutes" min="1" max="1440" hint="Then it is released" /></div>
    <${Field} form=${form} name="reference" label="Reference" hint="Cart, customer …" /><//>`;
}

function Transfer({ record, workspace, onDone }) {
  const others = [...workspace.stock.warehouses.values()].filter(({ id, gone }) => id !== record.warehouseId && !gone);
  const form = useForm({ quantity: '', toWarehouseId: others[0]?.id ?? '', mode: 'IMMEDIATE', reference: '' }, async ({ quantity, toWarehouseId, mode, reference }, key) => {
    const lines = [{ productId: record.productId, quantity: count(quantity) }];
    await post('/api/transfers', { fromWarehouseId: record.warehouseId, toWarehouseId, lines, mode, reference: text(reference) }, key);
    notices.say(`${mode === 'IMMEDIATE' ? 'Moved' : 'Sent'} ${plural(count(quantity), 'piece')} of ${record.product.sku}.`);
    onDone();
  }, () => LINE);
  if (!others.length) return html`<p class="quiet">There is no other warehouse yet. Create one on the page <a href="#/warehouses">Warehouses</a>.</p>`;
  return html`<${Form} form=${form} action="Transfer" onClose=${onDone}><div class="row">
    <${Pieces} form=${form} name="quantity" label="Pieces" min="1" hint=${`${number(record.available)} available`} autofocus />
    <${Field} form=${form} name="toWarehouseId" label="To">${others.map(({ id, name }) => html`<option key=${id} value=${id}>${name}</option>`)}<//></div>
    <div class="row"><${Field} form=${form} name="mode" label="Arrives"><option value="IMMEDIATE">At once</option><option value="IN_TRANSIT">When it is received</option><//>
    <${Field} form=${form} name="reference" label="Reference" /></div><//>`;
}

function Thresholds({ record, onDone }) {
  const form = useForm({ minStock: String(record.minStock), maxStock: String(record.maxStock) }, async ({ minStock, maxStock }, key) => {
    await send('PATCH', `/api/inventory/${record.id}`, { minStock: count(minStock), maxStock: count(maxStock) }, { 'Idempotency-Key': key });
    notices.say(`${record.product.sku} is low below ${minStock} and full at ${maxStock}.`);
    onDone();
  });
  return html`<${Form} form=${form} action="Set thresholds" onClose=${onDone}><div class="row">
    <${Pieces} form=${form} name="minStock" label="Min stock" min="0" hint="Below it there is an alert" autofocus />
    <${Pieces} form=${form} name="maxStock" label="Max stock" min="0" hint="No more is taken in" /></div><//>`;
}

const FORMS = { receive: movement('IN', 'Receive', 'Received'), ship: movement('OUT', 'Ship', 'Shipped'), adjust: movement('ADJUSTMENT', 'Adjust', 'Adjusted'),
  reserve: Reserve, transfer: Transfer, thresholds: Thresholds };

export const Actions = ({ action, ...others }) => html`<${FORMS[action]} ...${others} />`;
