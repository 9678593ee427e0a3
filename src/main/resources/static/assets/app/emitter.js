/** Tells whoever listens that something changed, at most once in a while. */
export class Emitter {
  #listeners = new Set();
  #due = null;
  /** How often something has changed, so that who begins to listen late can tell. */
  changes = 0;

  /** Calls the listener on each change; returns what ends that. */
  on(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(...what) {
    this.changes++;
    for (const listener of [...this.#listeners]) listener(...what);
  }

  /** Many changes of one moment are one redraw. */
  emitSoon(delay = 60) {
    this.#due ??= setTimeout(() => {
      this.#due = null;
      this.emit();
    }, delay);
  }
}
