// The ledger: its newest entries live, older ones as one scrolls, and all of it as a file.

import { html, useCallback, useEffect, useMemo, useRef, useState } from '../../vendor/preact/standalone.module.js';
import { get, post } from '../api.js';
import { Exports } from '../exports.js';
import { Feed } from '../feed.js';
import { fullTime, number, signed, time, word } from '../format.js';
import { Field, Form, text, useForm } from '../forms.js';
import { useChanges, useSettled } from '../hooks.js';
import { notices } from '../notices.js';
import { router } from '../router.js';
import { session } from '../session.js';
import { Table } from '../table.js';
import { Dialog, Empty, Facts, Heading, Search, Select, Status, Trouble, Waiting } from '../ui.js';

const TYPES = ['IN', 'OUT', 'ADJUSTMENT', 'TRANSFER_IN', 'TRANSFER_OUT', 'RESERVE', 'RELEASE', 'COMMIT', 'REVERSAL', 'OPENING', 'SETTINGS', 'CATALOG', 'ACKNOWLEDGEMENT'];

const REVERSIBLE = ['IN', 'OUT', 'ADJUSTMENT'];

const PAGE = 100;

/** Entries that the page keeps; older ones are read again when one scrolls to them. */
const KEPT = 5000;

/** What the API filters by; the feed knows fewer, so that a live entry is looked at here too. */
const filterOf = ({ type, sku, warehouse, reference, actor, hours }) => ({ type, sku, warehouseId: warehouse, reference, actor,
  from: hours ? new Date(Date.now() - hours * 3_600_000).toISOString() : undefined });

const PERIODS = [['', 'Any time'], ['1', 'Last hour'], ['24', 'Last day'], ['168', 'Last week']];

const matches = (entry, filter, stock) => (!filter.type || entry.type === filter.type) && (!filter.warehouseId || entry.warehouseId === filter.warehouseId)
  && (!filter.sku || stock.products.get(entry.productId)?.sku === filter.sku) && (!filter.reference || entry.reference === filter.reference)
  && (!filter.actor || entry.actor === filter.actor);

/** Joins entries from both sides, the newest first and each once. */
function merge(one, other) {
  const bySequence = new Map([...one, ...other].map((entry) => [entry.sequence, entry]));
  return [...bySequence.values()].sort((a, b) => b.sequence - a.sequence).slice(0, KEPT);
}

/** A page with something on it: one that only looked for what is rare may be empty, and the next one goes on from there. */
async function nextPage(filter, cursor) {
  const page = await get('/api/stock-movements', { ...filter, limit: PAGE, cursor });
  return page.items.length || !page.nextCursor ? page : nextPage(filter, page.nextCursor);
}

/** The list as it is and goes on: the feed is open before the list is read, so nothing falls between. */
function useLedger(filter, stock) {
  const [state, tell] = useState({ entries: [], cursor: null, problem: null, ready: false });
  const busy = useRef(false);
  const key = JSON.stringify(filter);
  useEffect(() => {
    let wanted = true;
    tell({ entries: [], cursor: null, problem: null, ready: false });
    const read = () => nextPage(filter).then((page) => wanted && tell((last) => ({ entries: merge(last.entries, page.items),
      cursor: page.nextCursor ?? null, problem: null, ready: true })), (problem) => wanted && tell((last) => ({ ...last, problem })));
    const receiver = { begin: () => tell((last) => ({ ...last, entries: [], cursor: null })), take(events) {
      const fresh = events.filter(({ name }) => name === 'movement').map(({ data }) => JSON.parse(data)).filter((entry) => matches(entry, filter, stock));
      if (events.some(({ name }) => name === 'ready')) read();
      if (fresh.length) tell((last) => ({ ...last, entries: merge(fresh, last.entries) }));
    } };
    const feed = new Feed('/api/stock-movements', { warehouseId: filter.warehouseId, type: filter.type }, receiver).start();
    return () => {
      wanted = false;
      feed.stop();
    };
  }, [key]);
  const older = useCallback(() => {
    if (busy.current || !state.cursor || state.entries.length >= KEPT) return;
    busy.current = true;
    nextPage(filter, state.cursor).then((page) => tell((last) => ({ ...last, entries: merge(last.entries, page.items),
      cursor: page.nextCursor ?? null })), (problem) => tell((last) => ({ ...last, problem }))).finally(() => { busy.current = false; });
  }, [key, state.cursor, state.entries.length]);
  return { ...state, older };
}

/** What an entry is about, in words. */
function subject(entry, stock) {
  const product = stock.products.get(entry.productId);
  if (product) return product.name;
  const { kind, state } = entry.subject ?? {};
  if (kind) return state?.name ?? `${word(kind)} ${state?.reference ?? entry.subject.id.slice(-6)}`;
  return entry.productId ? 'Deleted product' : '–';
}

const columns = (stock) => [
  { key: 'sequence', label: '#', class: 'number aside', cell: (entry) => number(entry.sequence) },
  { key: 'createdAt', label: 'Time', class: 'when quiet', cell: (entry) => html`<span title=${fullTime(entry.createdAt)}>${time(entry.createdAt)}</span>` },
  { key: 'type', label: 'Type', class: 'state', cell: (entry) => html`<${Status} of=${entry.type} />` },
  { key: 'product', label: 'Product', class: 'title', cell: (entry, open) => html`<button type="button" class="link" onClick=${() => open(entry)}>${subject(entry, stock)}</button>` },
  { key: 'sku', label: 'SKU', class: 'code aside', cell: (entry) => stock.products.get(entry.productId)?.sku ?? '' },
  { key: 'warehouse', label: 'Warehouse', class: 'place', cell: (entry) => stock.warehouses.get(entry.warehouseId)?.name ?? '' },
  { key: 'delta', label: 'Change', class: 'number strong', cell: (entry) => html`<span class=${entry.delta > 0 ? 'up' : entry.delta < 0 ? 'down' : 'quiet'}>${entry.delta ? signed(entry.delta) : '·'}</span>` },
  { key: 'reservedDelta', label: 'Reserved', class: 'number', cell: (entry) => (entry.reservedDelta ? signed(entry.reservedDelta) : '·') },
  { key: 'after', label: 'Stock after', class: 'number', cell: (entry) => number(entry.quantityAfter) },
  { key: 'reference', label: 'Reference, reason', class: 'note quiet wide', cell: (entry) => [entry.reference, entry.reason].filter(Boolean).join(' · ') }];

function Filters({ parameters, stock }) {
  const [sku, typeSku] = useState(parameters.sku ?? '');
  const [reference, typeReference] = useState(parameters.reference ?? '');
  const settled = { sku: useSettled(sku.trim()), reference: useSettled(reference.trim()) };
  useEffect(() => router.set(settled), [settled.sku, settled.reference]);
  return html`<div class="filters"><${Search} label="SKU" placeholder="Exact SKU" value=${sku} onInput=${typeSku} />
    <${Search} label="Reference" placeholder="Exact reference" value=${reference} onInput=${typeReference} />
    <${Select} label="Period" value=${parameters.hours} onChange=${(hours) => router.set({ hours })} options=${PERIODS} />
    <${Select} label="Type" value=${parameters.type} onChange=${(type) => router.set({ type })} options=${[['', 'All types'], ...TYPES.map((type) => [type, word(type)])]} />
    <${Select} label="Warehouse" value=${parameters.warehouse} onChange=${(warehouse) => router.set({ warehouse })}
      options=${[['', 'All warehouses'], ...[...stock.warehouses.values()].map(({ id, name }) => [id, name])]} /></div>`;
}

function Entry({ entry, stock, onClose }) {
  const form = useForm({ reason: '' }, async ({ reason }, key) => {
    const reversal = await post(`/api/stock-movements/${entry.sequence}/reversal`, { reason: text(reason) }, key);
    notices.say(`Reversed by #${reversal.sequence}: ${number(reversal.quantityAfter)} on hand.`);
    onClose();
  });
  const change = (delta, after) => (after === undefined ? null : `${signed(delta)} → ${number(after)}`);
  return html`<${Dialog} title=${`#${entry.sequence} ${word(entry.type)}`} onClose=${onClose} busy=${form.busy}>
    <${Facts} of=${[['Time', fullTime(entry.createdAt)], entry.occurredAt && ['Happened', fullTime(entry.occurredAt)], ['About', subject(entry, stock)],
      entry.warehouseId && ['Warehouse', stock.warehouses.get(entry.warehouseId)?.name ?? entry.warehouseId], entry.delta !== 0 && ['On hand', change(entry.delta, entry.quantityAfter)],
      entry.reservedDelta !== 0 && ['Reserved', change(entry.reservedDelta, entry.reservedAfter)], entry.minStock !== undefined && ['Thresholds', `${number(entry.minStock)} to ${number(entry.maxStock)}`],
      entry.reason && ['Reason', entry.reason], entry.reference && ['Reference', entry.reference], ['By', entry.actor], entry.reverses && ['Reverses', `#${entry.reverses}`]]} />
    ${REVERSIBLE.includes(entry.type) && session.can('inventory:write') && html`<section class="apart"><h3>Take it back</h3><p class="quiet">An equal and opposite movement, once. Nothing is erased.</p>
      <${Form} form=${form} action="Reverse"><${Field} form=${form} name="reason" label="Reason" /><//></section>`}<//>`;
}

export function Movements({ workspace, parameters }) {
  const { stock } = workspace;
  useChanges(stock);
  // A time that the clock moved on would be another filter with each redraw.
  const filter = useMemo(() => filterOf(parameters), [JSON.stringify(parameters)]);
  const { entries, problem, ready, older } = useLedger(filter, stock);
  const shown = useMemo(() => columns(stock), [stock, stock.products.size]);
  const [chosen, choose] = useState(null);
  return html`<${Heading} title="Movements" about=${ready ? `The ledger, live, at #${number(stock.sequence)}` : null}><${Exports} path="/api/stock-movements" parameters=${filter} name="movements" /><//>
    <${Filters} parameters=${parameters} stock=${stock} /><${Trouble} problem=${problem} />
    ${!ready ? !problem && html`<${Waiting}>Reading the ledger<//>`
      : !entries.length ? html`<${Empty} icon="movements" title="No movements here">Nothing in the ledger matches. Widen the filter, or move some stock on the page <a href="#/inventory">Inventory</a>.<//>`
        : html`<${Table} label="Movements, the newest first" columns=${shown} rows=${entries} keyOf=${(entry) => entry.sequence} cardHeight=${126} onOpen=${choose} onEnd=${older} />`}
    ${chosen && html`<${Entry} key=${chosen.sequence} entry=${chosen} stock=${stock} onClose=${() => choose(null)} />`}`;
}
