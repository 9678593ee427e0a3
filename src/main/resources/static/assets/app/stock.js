// The stock of the whole tenant as the feed tells it. Every page that shows a number looks here.

import { get } from './api.js';
import { Emitter } from './emitter.js';
import { session } from './session.js';

export const STATUSES = ['OUT_OF_STOCK', 'LOW_STOCK', 'OK', 'OVERSTOCK'];

/** Quantities that a sparkline remembers of a record. */
const TRACE = 40;

/** Changes whose delay is remembered. */
const LAGS = 60;

export class Stock extends Emitter {
  /** By id; a record that changes is replaced, never altered. */
  records = new Map();
  /** Product id to {sku, name}, also of what has no record any more. */
  products = new Map();
  warehouses = new Map();
  ready = false;
  /** Records of a snapshot that is still coming. */
  loading = 0;
  sequence = 0;
  /** Goes up with each change of any record. */
  revision = 0;
  /** Goes up when records come, go or are called otherwise. */
  shape = 0;
  lags = [];
  lastChangeAt = null;
  /** Listens to changes of products, warehouses, reservations and transfers: (kind, state). */
  catalog = new Emitter();
  #incoming = null;
  #traces = new Map();

  /** What follows is everything: it replaces what is known when it is complete, so that no page blinks meanwhile. */
  begin() {
    this.#incoming = new Map();
  }

  take(events) {
    for (const event of events) {
      const data = JSON.parse(event.data);
      if (event.name === 'stock') this.#stock(data, event.id);
      else if (event.name === 'catalog') this.#catalog(data);
      else if (event.name === 'ready') this.#complete(data);
      else if (event.name === 'heartbeat') this.sequence = data.sequence;
      if (event.id) this.sequence = Number(event.id.slice(event.id.lastIndexOf('-') + 1));
    }
    this.revision++;
    this.emitSoon();
  }

  /** Takes a record unless a newer one is known. */
  #stock(record, position) {
    const target = this.#incoming ?? this.records;
    const known = target.get(record.id);
    if (known && known.version >= record.version) return;
    target.set(record.id, record);
    if (!known) this.shape++;
    this.loading = this.#incoming ? this.#incoming.size : 0;
    this.#name(record);
    if (position) this.#changed(record, known);
  }

  #name({ productId, product, warehouseId, warehouse }) {
    if (this.products.get(productId)?.name !== product.name || this.products.get(productId)?.sku !== product.sku) this.products.set(productId, product);
    if (this.warehouses.get(warehouseId)?.name !== warehouse.name) this.warehouses.set(warehouseId, warehouse);
  }

  #changed(record, before) {
    const at = Date.parse(record.updatedAt);
    const lag = Date.now() + session.clockOffset - at;
    // What a resumed stream brings is old news, and says nothing about how fast news travels.
    if (lag < 10_000) this.lags = [...this.lags.slice(1 - LAGS), Math.max(0, lag)];
    this.lastChangeAt = Date.now();
    const trace = this.#traces.get(record.id);
    if (trace && before?.quantity !== record.quantity) this.#traces.set(record.id, [...trace.slice(1 - TRACE), record.quantity]);
  }

  #complete({ sequence }) {
    if (this.#incoming) {
      this.records = this.#incoming;
      this.shape++;
      // A second beginning: events of the catalogue may have been missed.
      if (this.ready) this.catalog.emit('ALL', {});
    }
    this.#incoming = null;
    this.loading = 0;
    this.ready = true;
    this.sequence = sequence;
  }

  #catalog({ kind, id, state }) {
    if (state && (kind === 'PRODUCT' || kind === 'WAREHOUSE')) this.#rename(kind === 'PRODUCT' ? 'product' : 'warehouse', id, state);
    this.catalog.emit(kind, state ?? { id });
  }

  #rename(part, id, state) {
    const name = part === 'product' ? { id, sku: state.sku, name: state.name } : { id, name: state.name };
    this[`${part}s`].set(id, state.deletedAt ? { ...name, gone: true } : name);
    if (state.version === 1) return; // new, so that nothing is called by it yet
    this.shape++;
    let known = false;
    for (const records of [this.records, this.#incoming ?? new Map()]) {
      for (const record of records.values()) {
        if (record[`${part}Id`] !== id) continue;
        known = true;
        if (state.deletedAt) records.delete(record.id);
        else records.set(record.id, { ...record, [part]: name });
      }
    }
    if (!known && !state.deletedAt) this.#fetch({ [`${part}Id`]: id });
  }

  /** What was deleted and is restored has records that the feed does not repeat. */
  async #fetch(filter) {
    try {
      for (let cursor; ;) {
        const page = await get('/api/inventory', { ...filter, limit: 200, cursor });
        page.items.forEach((record) => this.#stock(record, null));
        this.revision++;
        this.emitSoon();
        cursor = page.nextCursor;
        if (!cursor) return;
      }
    }
    catch (failure) {
      console.info('Records of a restored item were not read; they come with their next change.', failure.message);
    }
  }

  /** The last quantities of a record, the newest last, or null while nobody has asked for them. */
  trace(id) {
    return this.#traces.get(id) ?? null;
  }

  /** Begins a record's trace with what its movements say, the newest first. */
  remember(id, movements) {
    const record = this.records.get(id);
    const past = movements.filter((movement) => movement.version <= (record?.version ?? Infinity)).map((movement) => movement.quantityAfter).reverse()
      .filter((quantity, i, all) => quantity !== all[i - 1]);
    if (record && past.at(-1) !== record.quantity) past.push(record.quantity);
    this.#traces.set(id, past.slice(-TRACE));
    this.emitSoon();
  }

  /** Everything summed up, in all and for each warehouse. */
  totals() {
    const all = sums();
    const warehouses = new Map();
    for (const record of this.records.values()) {
      let own = warehouses.get(record.warehouseId);
      if (!own) warehouses.set(record.warehouseId, own = sums(record.warehouse));
      for (const sum of [all, own]) {
        sum.records++;
        sum.quantity += record.quantity;
        sum.reserved += record.reserved;
        sum.statuses[record.status]++;
      }
      all.products.add(record.productId);
    }
    return { ...all, warehouses: [...warehouses.values()].sort((a, b) => b.quantity - a.quantity) };
  }
}

const sums = (warehouse = null) => ({ warehouse, records: 0, quantity: 0, reserved: 0, products: new Set(),
  statuses: Object.fromEntries(STATUSES.map((status) => [status, 0])) });
