// What the page tells people beside its pages: short messages below, and desktop notifications.

import { Emitter } from './emitter.js';

const SHOWN = 6000;

class Notices extends Emitter {
  list = [];
  #next = 1;

  say(text, tone = 'good') {
    const notice = { id: this.#next++, text, tone };
    this.list = [...this.list.slice(-2), notice];
    this.emit();
    setTimeout(() => this.dismiss(notice.id), tone === 'bad' ? SHOWN * 2 : SHOWN);
  }

  dismiss(id) {
    this.list = this.list.filter((notice) => notice.id !== id);
    this.emit();
  }
}

export const notices = new Notices();

export const desktop = {
  get state() {
    return 'Notification' in window ? Notification.permission : 'unsupported';
  },
  ask: () => Notification.requestPermission(),
};

/** Tells of an alert where the page cannot be seen. */
export function notify(alert, product) {
  if (desktop.state !== 'granted' || document.visibilityState === 'visible') return;
  const text = alert.kind === 'OUT_OF_STOCK' ? 'is out of stock' : `is low: ${alert.quantity} left of at least ${alert.minStock}`;
  const shown = new Notification(`${product} ${text}`, { tag: alert.id, icon: '/favicon.svg' });
  shown.onclick = () => {
    window.focus();
    location.hash = '#/alerts';
    shown.close();
  };
}
