// One live feed: Server-Sent Events read with fetch(), so that the token stays in its header.

import { pause, query } from './api.js';
import { Emitter } from './emitter.js';
import { session, SignedOut } from './session.js';

/** The service says something every 15 s: after this much silence, in ms, the connection is dead. */
const SILENCE = 35_000;

/** A connection that a sleep has killed swallows a request without a word: after this long another one is tried, in ms. */
const ANSWER = 15_000;

/** After this much silence numbers are called stale, in ms. */
const STALE = 20_000;

const LONGEST_WAIT = 10_000;

/** A page that nobody looks at gives its connection back: a browser has only six for a server. */
const HIDDEN = 5 * 60_000;

/** Splits what arrives into events; fields as the EventSource standard has them. */
function parser() {
  let rest = '';
  return (text) => {
    const blocks = (rest + text).replaceAll('\r\n', '\n').split('\n\n');
    rest = blocks.pop();
    return blocks.map((block) => {
      const event = { name: 'message', data: '', id: null, retry: null };
      for (const line of block.split('\n')) {
        const colon = line.indexOf(':');
        if (colon === 0) continue;
        const field = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
        if (field === 'event') event.name = value;
        else if (field === 'data') event.data += event.data ? `\n${value}` : value;
        else if (field === 'id') event.id = value;
        else if (field === 'retry') event.retry = Number(value);
      }
      return event;
    });
  };
}

export class Feed extends Emitter {
  /** connecting, live, reconnecting, stale, offline, refused (see problem) or stopped */
  state = 'connecting';
  problem = null;
  /** When the service was last heard, in ms. */
  heardAt = Date.now();
  #path;
  #parameters;
  #receiver;
  #sleepsHidden;
  #position = '';
  #retry = 1000;
  #open = false;
  #stopped = false;
  #abort = null;
  #askedAt = 0;
  #wake = () => {};
  #cleanUp = [];

  /**
   * @param receiver begins (told when everything known is void: what follows is a snapshot) and takes (events, in order)
   * @param sleepsHidden whether it may pause while nobody looks
   */
  constructor(path, parameters, receiver, { after = '', sleepsHidden = true } = {}) {
    super();
    this.#path = path;
    this.#parameters = parameters;
    this.#receiver = receiver;
    this.#position = after;
    this.#sleepsHidden = sleepsHidden;
  }

  start() {
    const listen = (target, type, listener) => {
      target.addEventListener(type, listener);
      this.#cleanUp.push(() => target.removeEventListener(type, listener));
    };
    listen(window, 'online', () => this.#resume());
    listen(window, 'offline', () => this.#judge());
    listen(document, 'visibilitychange', () => this.#seen());
    this.#cleanUp.push(session.on(() => this.#wake()));
    const timer = setInterval(() => this.#judge(), 1000);
    this.#cleanUp.push(() => clearInterval(timer));
    this.#run();
    return this;
  }

  stop() {
    this.#stopped = true;
    this.#cleanUp.forEach((end) => end());
    this.#abort?.abort();
    this.#wake();
  }

  async #run() {
    for (let failures = 0; !this.#stopped; failures++) {
      try {
        await this.#read(() => { failures = 0; });
      }
      catch (broken) {
        if (broken instanceof SignedOut && !this.#stopped) await new Promise((resolve) => { this.#wake = resolve; });
      }
      this.#open = false;
      this.#judge();
      const wait = Math.min(this.#retry * 2 ** Math.min(failures, 5), Math.max(this.#retry, LONGEST_WAIT));
      if (!this.#stopped) await Promise.race([pause(wait * (0.5 + Math.random() / 2)), new Promise((resolve) => { this.#wake = resolve; })]);
      while (this.#sleeps() && !this.#stopped) await new Promise((resolve) => { this.#wake = resolve; });
    }
  }

  async #read(onAnswer) {
    this.#abort = new AbortController();
    this.#askedAt = Date.now();
    const headers = { Accept: 'text/event-stream' };
    if (this.#position) headers['Last-Event-ID'] = this.#position;
    else this.#receiver.begin();
    const answer = await session.fetch(this.#path + query(this.#parameters), { headers, signal: this.#abort.signal, cache: 'no-store' });
    if (!answer.ok) {
      this.problem = (await answer.json().catch(() => null))?.detail ?? `The service answered ${answer.status}.`;
      this.#retry = Number(answer.headers.get('Retry-After')) * 1000 || this.#retry;
      throw new Error(this.problem);
    }
    onAnswer();
    this.problem = null;
    const parse = parser();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.#stopped) return;
      this.heardAt = Date.now();
      this.#take(parse(value));
    }
  }

  #take(events) {
    if (!events.length) return;
    for (const event of events) {
      if (event.retry) this.#retry = event.retry;
      if (event.name === 'reset') this.#receiver.begin();
      else if (event.name === 'problem') this.problem = JSON.parse(event.data).detail;
      if (event.name === 'ready' || event.name === 'heartbeat') this.#open = true;
    }
    this.#receiver.take(events.filter((event) => event.data));
    // Only after the receiver has them: what it failed to take comes again.
    for (const event of events) {
      if (event.id !== null) this.#position = event.id;
    }
    this.#judge();
  }

  #seen() {
    if (document.hidden) setTimeout(() => { if (this.#sleeps()) this.#abort?.abort(); }, HIDDEN + 1000);
    else this.#resume();
    this.hiddenAt = document.hidden ? Date.now() : null;
  }

  #sleeps() {
    return this.#sleepsHidden && document.hidden && Date.now() - (this.hiddenAt ?? Date.now()) >= HIDDEN;
  }

  /** After sleep a connection may look open and be none. */
  #resume() {
    if (Date.now() - this.heardAt > STALE) this.#abort?.abort();
    this.#wake();
    this.#judge();
  }

  #judge() {
    const silent = Date.now() - this.heardAt;
    const waited = Date.now() - Math.max(this.heardAt, this.#askedAt);
    if (waited > (this.#open ? SILENCE : ANSWER)) this.#abort?.abort();
    const state = this.#stateAfter(silent);
    if (state !== this.state) {
      this.state = state;
      this.emit();
    }
  }

  #stateAfter(silent) {
    if (this.#stopped) return 'stopped';
    if (this.#open && silent <= STALE) return 'live';
    if (!navigator.onLine) return 'offline';
    if (silent > STALE) return 'stale';
    if (this.problem) return 'refused';
    return this.#position ? 'reconnecting' : 'connecting';
  }
}
