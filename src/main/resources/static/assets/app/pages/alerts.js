// What needs a person: stock that is low or gone. Open ones are live, resolved ones are read when somebody asks.

import { html, useMemo, useState } from '../../vendor/preact/standalone.module.js';
import { send } from '../api.js';
import { fullTime, number, plural, time, word } from '../format.js';
import { useChanges } from '../hooks.js';
import { useListing } from '../listing.js';
import { desktop, notices } from '../notices.js';
import { address, router } from '../router.js';
import { session } from '../session.js';
import { Table } from '../table.js';
import { Button, Empty, Heading, Segments, Status, Trouble, Waiting } from '../ui.js';

const STATES = [['OPEN', 'Open'], ['ACKNOWLEDGED', 'Acknowledged'], ['RESOLVED', 'Resolved']];

async function acknowledge(alert) {
  try {
    await send('POST', `/api/alerts/${alert.id}/acknowledgement`);
  }
  catch (problem) {
    notices.say(problem.message, 'bad');
  }
}

function columns(stock) {
  const record = (alert) => stock.records.get(alert.inventoryId);
  const product = (alert) => stock.products.get(alert.productId);
  return [
    { key: 'product', label: 'Product', class: 'title', cell: (alert) => html`<a class="link" href=${address('inventory', { record: alert.inventoryId })}>${product(alert)?.name ?? 'Deleted product'}</a>` },
    { key: 'kind', label: 'What', class: 'state', cell: (alert) => html`<${Status} of=${alert.kind} />` },
    { key: 'sku', label: 'SKU', class: 'code', cell: (alert) => product(alert)?.sku ?? '' },
    { key: 'warehouse', label: 'Warehouse', class: 'place', cell: (alert) => stock.warehouses.get(alert.warehouseId)?.name ?? '' },
    { key: 'quantity', label: 'Then', class: 'number aside', cell: (alert) => number(alert.quantity) },
    { key: 'now', label: 'Now', class: 'number strong', cell: (alert) => number(record(alert)?.quantity) },
    { key: 'minStock', label: 'Min Stock', class: 'number quiet', cell: (alert) => number(record(alert)?.minStock ?? alert.minStock) },
    { key: 'openedAt', label: 'Since', class: 'when quiet aside', cell: (alert) => html`<span title=${fullTime(alert.openedAt)}>${time(alert.openedAt)}</span>` },
    { key: 'tools', label: 'Acknowledgement', class: 'tools', cell: (alert) => html`<span>${said(alert)}</span>` }];
}

function said(alert) {
  if (alert.state === 'OPEN' && session.can('inventory:write')) {
    return html`<${Button} icon="check" small aria-label=${`Acknowledge the alert since ${time(alert.openedAt)}`} onClick=${() => acknowledge(alert)}>Acknowledge<//>`;
  }
  return html`<small>${alert.acknowledgedBy ? `${alert.acknowledgedBy}, ${time(alert.acknowledgedAt)}` : word(alert.state)}</small>`;
}

function Notify() {
  const [state, tell] = useState(desktop.state);
  if (state !== 'default') return html`<small>${{ granted: 'Desktop notifications are on', denied: 'The browser blocks notifications', unsupported: '' }[state]}</small>`;
  return html`<${Button} icon="alerts" onClick=${() => desktop.ask().then(tell)}>Notify me on the desktop<//>`;
}

function Resolved({ workspace, shown }) {
  const { items, ready, problem, more, again } = useListing('/api/alerts', { state: 'RESOLVED' }, workspace.stock.catalog, 'ALERT');
  if (!ready) return problem ? html`<${Trouble} problem=${problem} again=${again} />` : html`<${Waiting} />`;
  return items.length ? html`<${Table} label="Resolved alerts" columns=${shown} rows=${items} onEnd=${more} cardHeight=${112} />`
    : html`<${Empty} icon="alerts" title="None yet">Alerts that resolved because stock recovered are kept here.<//>`;
}

export function AlertsPage({ workspace, parameters }) {
  const { alerts, stock } = workspace;
  useChanges(alerts);
  useChanges(stock);
  const state = parameters.state ?? 'OPEN';
  const shown = useMemo(() => columns(stock), [stock, stock.revision]);
  const list = alerts.list();
  const rows = list.filter((alert) => alert.state === state);
  const counts = { OPEN: list.filter((alert) => alert.state === 'OPEN').length, ACKNOWLEDGED: list.filter((alert) => alert.state === 'ACKNOWLEDGED').length };
  const options = STATES.map(([key, label]) => [key, counts[key] === undefined ? label : `${label} ${number(counts[key])}`]);
  return html`<${Heading} title="Alerts" about=${alerts.ready ? `${plural(counts.OPEN, 'alert')} to look at` : null}><${Notify} /><//>
    <div class="filters"><${Segments} label="State" value=${state} onChange=${(name) => router.set({ state: name })} options=${options} /></div>
    ${state === 'RESOLVED' ? html`<${Resolved} workspace=${workspace} shown=${shown} />`
      : !alerts.ready ? html`<${Waiting} />`
        : rows.length ? html`<${Table} key=${state} label=${`${word(state)} alerts`} columns=${shown} rows=${rows} cardHeight=${112} />`
          : html`<${Empty} icon="check" title=${state === 'OPEN' ? 'All is well' : 'Nothing acknowledged'}>${state === 'OPEN' ? 'An alert appears here as soon as stock falls below its minimum.'
            : 'What somebody is taking care of stands here until stock recovers.'}<//>`}`;
}
