/** Reads things that would be nice to have, the newest wish first and few at a time, each once. */
export class Lazy {
  #asked = new Set();
  #waiting = [];
  #running = 0;
  #parallel;

  constructor(parallel) {
    this.#parallel = parallel;
  }

  want(key, read) {
    if (this.#asked.has(key)) return;
    this.#asked.add(key);
    this.#waiting.push({ key, read });
    this.#next();
  }

  async #next() {
    if (this.#running >= this.#parallel || !this.#waiting.length) return;
    // Who scrolls on does not want what was in sight before.
    this.#waiting.splice(0, this.#waiting.length - 40).forEach(({ key }) => this.#asked.delete(key));
    const { key, read } = this.#waiting.pop();
    this.#running++;
    try {
      await read();
    }
    catch {
      setTimeout(() => this.#asked.delete(key), 10_000);
    }
    this.#running--;
    this.#next();
  }
}
