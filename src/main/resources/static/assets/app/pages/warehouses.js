// Where it is kept.

import { html, useMemo, useState } from '../../vendor/preact/standalone.module.js';
import { send } from '../api.js';
import { Exports } from '../exports.js';
import { number, plural } from '../format.js';
import { Field, Form, text, useForm } from '../forms.js';
import { useChanges } from '../hooks.js';
import { Import, STOCK_FILE } from '../import.js';
import { useListing } from '../listing.js';
import { notices } from '../notices.js';
import { address, router } from '../router.js';
import { session } from '../session.js';
import { Table } from '../table.js';
import { Button, Confirm, Dialog, Empty, Heading, Status, Trouble, Waiting } from '../ui.js';

const columns = (sums, act) => {
  const own = ({ id }) => sums.get(id) ?? { records: 0, quantity: 0, reserved: 0 };
  return [
    { key: 'name', label: 'Warehouse', sortable: true, class: 'title', cell: (warehouse, open) => html`<button type="button" class="link" onClick=${() => open(warehouse)}>${warehouse.name}</button>` },
    { key: 'status', label: 'Status', sortable: true, class: 'state', flash: ({ status }) => status, cell: ({ status, deletedAt }) => html`<${Status} of=${deletedAt ? 'DELETED' : status} />` },
    { key: 'location', label: 'Location', class: 'note quiet wide', cell: ({ location, isDefault }) => [location, isDefault && 'the default'].filter(Boolean).join(' · ') },
    { key: 'records', label: 'Records', class: 'number', cell: (warehouse) => html`<a href=${address('inventory', { warehouse: warehouse.id })} aria-label=${`${own(warehouse).records} records of ${warehouse.name}`}>${number(own(warehouse).records)}</a>` },
    { key: 'quantity', label: 'On hand', class: 'number strong', cell: (warehouse) => number(own(warehouse).quantity) },
    { key: 'reserved', label: 'Reserved', class: 'number', cell: (warehouse) => number(own(warehouse).reserved) },
    { key: 'tools', label: 'Actions', class: 'tools', cell: (warehouse) => session.can('catalog:write') && html`<span>${warehouse.deletedAt
      ? html`<${Button} icon="undo" small aria-label=${`Restore ${warehouse.name}`} onClick=${() => act('restore', warehouse)}>Restore<//>`
      : html`<${Button} icon="edit" small tone="ghost" label=${`Edit ${warehouse.name}`} onClick=${() => act('edit', warehouse)} />
        ${!warehouse.isDefault && html`<${Button} icon="trash" small tone="ghost" label=${`Delete ${warehouse.name}`} onClick=${() => act('delete', warehouse)} />`}`}</span>` }];
};

function Edit({ warehouse, onClose, onDone }) {
  const form = useForm({ name: warehouse?.name ?? '', location: warehouse?.location ?? '', status: warehouse?.status ?? 'ACTIVE' }, async ({ name, location, status }) => {
    if (warehouse) await send('PATCH', `/api/warehouses/${warehouse.id}`, { name: text(name), location: text(location) ?? null, status }, { 'If-Match': `"${warehouse.version}"` });
    else await send('POST', '/api/warehouses', { name: text(name), location: text(location), status });
    notices.say(`${name} is ${warehouse ? 'changed' : 'created'}.`);
    onDone();
  });
  return html`<${Dialog} title=${warehouse ? 'Edit warehouse' : 'New warehouse'} onClose=${onClose} busy=${form.busy}><${Form} form=${form} action=${warehouse ? 'Save' : 'Create'} onClose=${onClose}>
    <${Field} form=${form} name="name" label="Name" autofocus /><${Field} form=${form} name="location" label="Location" />
    <${Field} form=${form} name="status" label="Status" hint="An inactive warehouse refuses movements"><option value="ACTIVE">Active</option><option value="INACTIVE">Inactive</option><//><//><//>`;
}

function Delete({ warehouse, onClose, onDone }) {
  const form = useForm({}, async () => {
    await send('DELETE', `/api/warehouses/${warehouse.id}`);
    notices.say(`${warehouse.name} is deleted. It can be restored.`);
    onDone();
  });
  return html`<${Confirm} title=${`Delete ${warehouse.name}?`} action="Delete" form=${form} onClose=${onClose}>Its history stays, and it can be restored. A warehouse that still holds stock is not deleted.<//>`;
}

export function Warehouses({ workspace, parameters }) {
  const { stock } = workspace;
  useChanges(stock);
  const { deleted, sort = 'name', order } = parameters;
  const { items, ready, problem, more, again } = useListing('/api/warehouses', { includeDeleted: deleted, sortBy: sort, order }, stock.catalog, 'WAREHOUSE', (item) => !item.deletedAt || deleted);
  const [open, show] = useState(null);
  const act = async (what, warehouse) => {
    if (what !== 'restore') return show({ what, warehouse });
    return send('POST', `/api/warehouses/${warehouse.id}/restore`).then(() => { notices.say(`${warehouse.name} is back.`); again(); }, (refused) => notices.say(refused.message, 'bad'));
  };
  const sums = useMemo(() => new Map(stock.totals().warehouses.map((sum) => [sum.warehouse.id, sum])), [stock.revision]);
  const shown = useMemo(() => columns(sums, act), [sums]);
  const close = () => show(null);
  const done = () => { close(); again(); };
  const dialogs = { edit: () => html`<${Edit} warehouse=${open.warehouse} onClose=${close} onDone=${done} />`, delete: () => html`<${Delete} warehouse=${open.warehouse} onClose=${close} onDone=${done} />`,
    stock: () => html`<${Import} kind=${STOCK_FILE} onClose=${close} />` };
  return html`<${Heading} title="Warehouses" about=${ready ? plural(items.length, 'warehouse') : null}><${Exports} path="/api/warehouses" parameters=${{ includeDeleted: deleted }} name="warehouses" />
      ${session.can('inventory:write') && html`<${Button} icon="upload" onClick=${() => show({ what: 'stock' })}>Import stock<//>`}
      ${session.can('catalog:write') && html`<${Button} icon="plus" tone="primary" onClick=${() => show({ what: 'edit' })}>New warehouse<//>`}<//>
    <div class="filters"><label class="check"><input type="checkbox" checked=${deleted === 'true'} onChange=${(event) => router.set({ deleted: event.target.checked ? 'true' : '' })} />Deleted ones too</label></div>
    <${Trouble} problem=${problem} again=${again} />
    ${!ready ? !problem && html`<${Waiting} />` : !items.length ? html`<${Empty} icon="warehouses" title="No warehouses">Create one: stock needs a place.<//>`
      : html`<${Table} label="Warehouses" columns=${shown} rows=${items} sort=${{ by: sort, order }} onSort=${({ by, order: way }) => router.set({ sort: by, order: way })} onOpen=${(warehouse) => !warehouse.deletedAt && session.can('catalog:write') && act('edit', warehouse)}
          onEnd=${more} cardHeight=${118} markOf=${({ deletedAt }) => (deletedAt ? 'gone' : '')} />`}
    ${open && dialogs[open.what]()}`;
}
