// What is stocked.

import { html, useMemo, useState } from '../../vendor/preact/standalone.module.js';
import { send } from '../api.js';
import { Exports } from '../exports.js';
import { number, plural, time } from '../format.js';
import { count, Field, Form, text, useForm } from '../forms.js';
import { useChanges, useSettled } from '../hooks.js';
import { Import, PRODUCT_FILE, STOCK_FILE } from '../import.js';
import { useListing } from '../listing.js';
import { notices } from '../notices.js';
import { router } from '../router.js';
import { session } from '../session.js';
import { Table } from '../table.js';
import { Button, Confirm, Dialog, Empty, Heading, Search, Select, Status, Trouble, Waiting } from '../ui.js';

const columns = (act) => [
  { key: 'name', label: 'Product', sortable: true, class: 'title', cell: (product, open) => html`<button type="button" class="link" onClick=${() => open(product)}>${product.name}</button>` },
  { key: 'status', label: 'Status', sortable: true, class: 'state', flash: ({ status }) => status, cell: ({ status, deletedAt }) => html`<${Status} of=${deletedAt ? 'DELETED' : status} />` },
  { key: 'sku', label: 'SKU', sortable: true, class: 'code', cell: ({ sku }) => sku },
  { key: 'price', label: 'Price', sortable: true, class: 'number', flash: ({ price }) => price, cell: ({ price }) => (price === undefined ? '–' : number(price)) },
  { key: 'description', label: 'Description', class: 'note quiet aside', cell: ({ description }) => description ?? '' },
  { key: 'updatedAt', label: 'Last change', sortable: true, class: 'when quiet aside', cell: ({ updatedAt }) => time(updatedAt) },
  { key: 'tools', label: 'Actions', class: 'tools', cell: (product) => session.can('catalog:write') && html`<span>${product.deletedAt
    ? html`<${Button} icon="undo" small aria-label=${`Restore ${product.name}`} onClick=${() => act('restore', product)}>Restore<//>`
    : html`<${Button} icon="edit" small tone="ghost" label=${`Edit ${product.name}`} onClick=${() => act('edit', product)} />
      <${Button} icon="trash" small tone="ghost" label=${`Delete ${product.name}`} onClick=${() => act('delete', product)} />`}</span>` }];

/** What the form says, as the API wants it: what was emptied is taken away. */
function body({ sku, name, description, price, barcodes, status }, created) {
  const none = created ? undefined : null;
  const codes = barcodes.split(/[\s,;]+/).filter(Boolean);
  return { sku: text(sku), name: text(name), description: text(description) ?? none, price: count(price) ?? none, barcodes: codes.length ? codes : none, status };
}

function Edit({ product, onClose, onDone }) {
  const initial = { sku: product?.sku ?? '', name: product?.name ?? '', description: product?.description ?? '', price: product?.price === undefined ? '' : String(product.price),
    barcodes: (product?.barcodes ?? []).join(' '), status: product?.status ?? 'ACTIVE' };
  const form = useForm(initial, async (values) => {
    // If-Match: what somebody else has changed meanwhile is not overwritten unseen.
    if (product) await send('PATCH', `/api/products/${product.id}`, body(values, false), { 'If-Match': `"${product.version}"` });
    else await send('POST', '/api/products', body(values, true));
    notices.say(product ? `${values.name} is changed.` : `${values.name} is created, with an empty record in the default warehouse.`);
    onDone();
  });
  return html`<${Dialog} title=${product ? 'Edit product' : 'New product'} onClose=${onClose} busy=${form.busy}><${Form} form=${form} action=${product ? 'Save' : 'Create'} onClose=${onClose}>
    <div class="row"><${Field} form=${form} name="name" label="Name" autofocus /><${Field} form=${form} name="sku" label="SKU" /></div>
    <${Field} form=${form} name="description" label="Description" />
    <div class="row"><${Field} form=${form} name="price" label="Price" inputmode="decimal" hint="At most 4 decimal places" />
      <${Field} form=${form} name="status" label="Status"><option value="ACTIVE">Active</option><option value="INACTIVE">Inactive</option><//></div>
    <${Field} form=${form} name="barcodes" label="Barcodes" hint="Separated by spaces" /><//><//>`;
}

function Delete({ product, onClose, onDone }) {
  const form = useForm({}, async () => {
    await send('DELETE', `/api/products/${product.id}`);
    notices.say(`${product.name} is deleted. It can be restored.`);
    onDone();
  });
  return html`<${Confirm} title=${`Delete ${product.name}?`} action="Delete" form=${form} onClose=${onClose}>
    Its history stays, and it can be restored. A product that still has stock is not deleted.<//>`;
}

export function Products({ workspace, parameters }) {
  const { stock } = workspace;
  useChanges(stock);
  const [words, type] = useState(parameters.name ?? '');
  const name = useSettled(words.trim());
  const { status, deleted, sort = 'name', order } = parameters;
  const { items, total, ready, problem, more, again } = useListing('/api/products', { name, status, includeDeleted: deleted, sortBy: sort, order }, stock.catalog, 'PRODUCT',
    (item) => (!item.deletedAt || deleted) && (!status || item.status === status) && item.name.toLowerCase().includes(name.toLowerCase()));
  const [open, show] = useState(null);
  const act = async (what, product) => {
    if (what !== 'restore') return show({ what, product });
    return send('POST', `/api/products/${product.id}/restore`).then(() => { notices.say(`${product.name} is back.`); again(); }, (refused) => notices.say(refused.message, 'bad'));
  };
  const shown = useMemo(() => columns(act), [again]);
  const close = () => show(null);
  const done = () => { close(); again(); };
  const dialogs = { edit: () => html`<${Edit} product=${open.product} onClose=${close} onDone=${done} />`, delete: () => html`<${Delete} product=${open.product} onClose=${close} onDone=${done} />`,
    import: () => html`<${Import} kind=${PRODUCT_FILE} onClose=${done} />`, stock: () => html`<${Import} kind=${STOCK_FILE} onClose=${close} />` };
  return html`<${Heading} title="Products" about=${ready ? plural(total ?? items.length, 'product') : null}>
      <${Exports} path="/api/products" parameters=${{ name, status, includeDeleted: deleted }} name="products" />
      ${session.can('catalog:write') && html`<${Button} icon="upload" onClick=${() => show({ what: 'import' })}>Import products<//>`}
      ${session.can('inventory:write') && html`<${Button} icon="upload" onClick=${() => show({ what: 'stock' })}>Import stock<//>`}
      ${session.can('catalog:write') && html`<${Button} icon="plus" tone="primary" onClick=${() => show({ what: 'edit' })}>New product<//>`}<//>
    <div class="filters"><${Search} label="Search by name" value=${words} onInput=${type} />
      <${Select} label="Status" value=${status} onChange=${(chosen) => router.set({ status: chosen })} options=${[['', 'Any status'], ['ACTIVE', 'Active'], ['INACTIVE', 'Inactive']]} />
      <label class="check"><input type="checkbox" checked=${deleted === 'true'} onChange=${(event) => router.set({ deleted: event.target.checked ? 'true' : '' })} />Deleted ones too</label></div>
    <${Trouble} problem=${problem} again=${again} />
    ${!ready ? !problem && html`<${Waiting} />` : !items.length ? html`<${Empty} icon="products" title=${name || status ? 'Nothing matches' : 'No products yet'}>
        ${name || status ? 'Try fewer letters, or another status.' : 'Create the first one, or import a CSV file of them.'}<//>`
      : html`<${Table} label="Products" columns=${shown} rows=${items} sort=${{ by: sort, order }} onSort=${({ by, order: way }) => router.set({ sort: by, order: way })} onOpen=${(product) => !product.deletedAt && session.can('catalog:write') && act('edit', product)}
          onEnd=${more} cardHeight=${92} markOf=${({ deletedAt }) => (deletedAt ? 'gone' : '')} />`}
    ${open && dialogs[open.what]()}`;
}
