// The live stock: every record of the tenant in one table.

import { html, useMemo, useRef, useState } from '../../vendor/preact/standalone.module.js';
import { get } from '../api.js';
import { Beginning } from '../beginning.js';
import { Exports } from '../exports.js';
import { number, plural, word } from '../format.js';
import { useChanges, usePhone, useTick } from '../hooks.js';
import { Lazy } from '../lazy.js';
import { address, router } from '../router.js';
import { STATUSES } from '../stock.js';
import { compare, Table } from '../table.js';
import { Empty, Heading, Search, Select, Spark, Status } from '../ui.js';
import { RecordDrawer } from './record.js';

const SORTS = { product: (record) => record.product.name, sku: (record) => record.product.sku, warehouse: (record) => record.warehouse.name,
  quantity: (record) => record.quantity, reserved: (record) => record.reserved, available: (record) => record.available,
  minStock: (record) => record.minStock, maxStock: (record) => record.maxStock, status: (record) => STATUSES.indexOf(record.status) };

/** What no movement changes. */
const NAMES = ['product', 'sku', 'warehouse'];

const amount = (key, label, others) => ({ key, label, sortable: true, class: 'number', flash: SORTS[key], cell: (record) => number(record[key]), ...others });

function Trace({ stock, traces, id }) {
  const trace = stock.trace(id);
  if (!trace) {
    traces.want(id, async () => {
      const page = await get('/api/stock-movements', { inventoryId: id, limit: 40 });
      stock.remember(id, page.items);
    });
  }
  useChanges(trace ? null : stock);
  return html`<${Spark} values=${trace} />`;
}

/** The traces of records that somebody looks at are read two at a time. */
const columns = (stock, traces = new Lazy(2)) => [
  { key: 'product', label: 'Product', sortable: true, class: 'title', cell: (record, open) => html`<button type="button" class="link" title=${record.product.name} onClick=${() => open(record)}>${record.product.name}</button>` },
  { key: 'sku', label: 'SKU', sortable: true, class: 'code', cell: (record) => record.product.sku },
  { key: 'warehouse', label: 'Warehouse', sortable: true, class: 'place', cell: (record) => record.warehouse.name },
  amount('quantity', 'Current Stock', { class: 'number strong' }),
  amount('reserved', 'Reserved'), amount('available', 'Available'),
  amount('minStock', 'Min Stock', { class: 'number quiet' }), amount('maxStock', 'Max Stock', { class: 'number quiet' }),
  { key: 'status', label: 'Status', sortable: true, class: 'state', flash: (record) => record.status, cell: (record) => html`<${Status} of=${record.status} />` },
  { key: 'trend', label: 'Trend', class: 'trend', cell: (record) => html`<${Trace} key=${record.id} stock=${stock} traces=${traces} id=${record.id} />` }];

/** The records that the words and the filters ask for, in order. */
function found(stock, { q = '', warehouse, status, sort = 'product', order }) {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = [...stock.records.values()].filter((record) => (!warehouse || record.warehouseId === warehouse) && (!status || record.status === status)
    && words.every((letters) => `${record.product.name} ${record.product.sku} ${record.warehouse.name}`.toLowerCase().includes(letters)));
  const by = SORTS[sort] ?? SORTS.product;
  const sign = order === 'desc' ? -1 : 1;
  return rows.sort((a, b) => sign * compare(by(a), by(b)) || (a.id < b.id ? -1 : 1));
}

/** Sorted again only if what changed may change the order, and then once a second: ten thousand records may move a hundred times. */
function useRows(stock, parameters) {
  useTick(1000);
  const sorted = useRef({ at: 0, revision: 0 });
  const byValue = parameters.status || !NAMES.includes(parameters.sort ?? 'product');
  if (byValue && Date.now() - sorted.current.at >= 1000) sorted.current = { at: Date.now(), revision: stock.revision };
  const order = useMemo(() => found(stock, parameters), [stock, stock.shape, stock.ready, byValue ? sorted.current.revision : 0, location.hash]);
  return useMemo(() => order.map(({ id }) => stock.records.get(id)).filter(Boolean), [order, stock.revision]);
}

function Filters({ stock, parameters }) {
  const [words, type] = useState(parameters.q ?? '');
  const phone = usePhone();
  const warehouses = [...new Map([...stock.records.values()].map((record) => [record.warehouseId, record.warehouse.name]))];
  const search = (q) => {
    type(q);
    router.set({ q });
  };
  return html`<div class="filters"><${Search} label="Search product, SKU or warehouse" placeholder="Product, SKU or warehouse" value=${words} onInput=${search} />
    <${Select} label="Warehouse" value=${parameters.warehouse} onChange=${(warehouse) => router.set({ warehouse })} options=${[['', 'All warehouses'], ...warehouses]} />
    <${Select} label="Status" value=${parameters.status} onChange=${(status) => router.set({ status })} options=${[['', 'Any status'], ...STATUSES.map((status) => [status, word(status)])]} />
    ${phone && html`<${Select} label="Sort by" value=${parameters.sort ?? 'product'} onChange=${(sort) => router.set({ sort })}
      options=${[['product', 'By product'], ['quantity', 'By stock'], ['available', 'By available'], ['status', 'By status'], ['warehouse', 'By warehouse']]} />`}</div>`;
}

export function Inventory({ workspace, parameters }) {
  const { stock } = workspace;
  useChanges(stock);
  const shown = useMemo(() => columns(stock), [stock]);
  const rows = useRows(stock, parameters);
  const sort = { by: parameters.sort ?? 'product', order: parameters.order };
  const record = parameters.record && stock.records.get(parameters.record);
  // Not the words: the service looks for them in fewer places than this page does.
  const exported = { warehouseId: parameters.warehouse, status: parameters.status };
  return html`<${Heading} title="Inventory" about=${about(stock, rows)} polite><${Exports} path="/api/inventory" parameters=${exported} name="inventory" /><//>
    <${Filters} stock=${stock} parameters=${parameters} />
    ${!stock.ready ? html`<${Beginning} workspace=${workspace} />`
      : !rows.length ? html`<${Nothing} any=${stock.records.size > 0} />`
        : html`<${Table} label="Stock by product and warehouse" columns=${shown} rows=${rows} sort=${sort} cardHeight=${132}
          onSort=${({ by, order }) => router.set({ sort: by, order })} onOpen=${(row) => router.set({ record: row.id })} />`}
    ${record && html`<${RecordDrawer} key=${record.id} workspace=${workspace} record=${record} onClose=${() => router.set({ record: '' })} />`}`;
}

function about(stock, rows) {
  if (!stock.ready) return null;
  return rows.length === stock.records.size ? plural(rows.length, 'record') : `${number(rows.length)} of ${plural(stock.records.size, 'record')}`;
}

const Nothing = ({ any }) => (any
  ? html`<${Empty} icon="search" title="Nothing matches">Try fewer words, or <a href=${address('inventory')}>show everything</a>.<//>`
  : html`<${Empty} title="No stock yet">Create a product, or import a file of them, on the page <a href=${address('products')}>Products</a>.<//>`);
