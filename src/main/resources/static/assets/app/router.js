// The address after # is the page and what it shows: #/inventory?status=LOW_STOCK. So reload, back and links work.

import { Emitter } from './emitter.js';
import { query } from './api.js';

class Router extends Emitter {
  page = 'overview';
  parameters = {};

  constructor() {
    super();
    addEventListener('hashchange', () => this.#read());
    this.#read();
  }

  #read() {
    const [path, search] = location.hash.replace(/^#\/?/, '').split('?');
    this.page = path || 'overview';
    this.parameters = Object.fromEntries(new URLSearchParams(search));
    this.emit();
  }

  /** Changes what the page shows, without a step that Back would undo. */
  set(changes) {
    const wanted = { ...this.parameters, ...changes };
    history.replaceState(null, '', address(this.page, wanted));
    this.#read();
  }
}

export const address = (page, parameters) => `#/${page}${query(parameters)}`;

export const router = new Router();
