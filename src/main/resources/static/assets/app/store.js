// What one tenant's pages share: the stock, the alerts and the feeds that keep them true.

import { get, names } from './api.js';
import { Emitter } from './emitter.js';
import { Feed } from './feed.js';
import { notify } from './notices.js';
import { Stock } from './stock.js';

/** The alerts that are not resolved. */
class Alerts extends Emitter {
  open = new Map();
  ready = false;
  /** Listens to each step of each alert after the beginning. */
  steps = new Emitter();
  #incoming = null;

  begin() {
    this.#incoming = new Map();
  }

  take(events) {
    for (const event of events) {
      const data = JSON.parse(event.data);
      if (event.name === 'ready') {
        if (this.#incoming) this.open = this.#incoming;
        this.#incoming = null;
        this.ready = true;
      }
      else if (event.name === 'alert') this.#step(data);
    }
    this.emitSoon();
  }

  #step(alert) {
    const target = this.#incoming ?? this.open;
    if (target.get(alert.id)?.sequence >= alert.sequence) return;
    if (alert.state === 'RESOLVED') target.delete(alert.id);
    else target.set(alert.id, alert);
    if (!this.#incoming) this.steps.emit(alert);
  }

  /** The newest first. */
  list() {
    return [...this.open.values()].sort((a, b) => b.openedSequence - a.openedSequence);
  }

  unacknowledged() {
    return this.list().filter((alert) => alert.state === 'OPEN');
  }
}

export class Workspace {
  stock = new Stock();
  alerts = new Alerts();

  constructor(tenant) {
    this.tenant = tenant;
    this.#readWarehouses();
    names.of = (id) => this.stock.products.get(id)?.sku ?? this.stock.warehouses.get(id)?.name;
    this.stockFeed = new Feed('/api/inventory', {}, this.stock).start();
    // Without sleep: desktop notifications are for those who look elsewhere.
    this.alertFeed = new Feed('/api/alerts', {}, this.alerts, { sleepsHidden: false }).start();
    this.alerts.steps.on((alert) => {
      if (alert.state === 'OPEN') notify(alert, this.productName(alert.productId));
    });
  }

  /** Also those that hold nothing, which the stock does not name. */
  async #readWarehouses() {
    const page = await get('/api/warehouses', { limit: 200 }).catch(() => ({ items: [] }));
    page.items.forEach(({ id, name }) => this.stock.warehouses.set(id, { id, name }));
    this.stock.emitSoon();
  }

  close() {
    this.stockFeed.stop();
    this.alertFeed.stop();
  }

  productName(id) {
    return this.stock.products.get(id)?.name ?? 'A product';
  }
}
