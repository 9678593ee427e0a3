// Who is signed in, in which way, and for which tenant. The token lives in this object only: a reload forgets it.

import { Emitter } from './emitter.js';
import * as oidc from './oidc.js';

/** How long before its end a token is replaced, in ms. */
const AHEAD = 60_000;

/** How long a renewal that failed is not tried again while the old token may still do, in ms. */
const RENEWAL_PAUSE = 10_000;

/** Not the token: only that a reload of this tab may sign in again in the same way. */
const WAY = 'stockroom.way';

export class SignedOut extends Error {
}

class Session extends Emitter {
  /** loading, anonymous, choosing (a tenant), open or expired: then the page stays and asks for a new token */
  status = 'loading';
  config = {};
  /** Whether the service has said how people sign in. */
  known = false;
  claims = {};
  tenants = [];
  tenant = null;
  message = null;
  /** Counts sign-ins, so that what failed without a token knows when to try again. */
  opened = 0;
  /** How far the server's clock is ahead of ours, in ms; 0 where it cannot be told from none. */
  clockOffset = 0;
  #token = null;
  #expiresAt = Infinity;
  #renew = null;
  #renewing = null;
  #renewAfter = 0;

  /** Asks how people sign in, and does so in the way that this tab has taken before. May be called until the answer is known. */
  async start() {
    try {
      const answer = await fetch('/dashboard/config.json');
      if (!answer.ok) throw new Error(`the service answered ${answer.status}`);
      this.config = await answer.json();
      this.known = true;
    }
    catch (failure) {
      if (!this.#token) this.#become('anonymous', `How people sign in here could not be read: ${failure.message}.`);
      return;
    }
    if (this.#token) return; // a pasted one has been faster
    try {
      const way = sessionStorage.getItem(WAY);
      if (this.config.signIn && oidc.isReturning()) await this.#oidc(await oidc.complete(this.config.signIn));
      else if (way === 'demo' && this.config.demo) await this.openDemo();
      else if (way === 'oidc' && this.config.signIn) await this.signIn();
      else this.#become('anonymous');
    }
    catch (failure) {
      sessionStorage.removeItem(WAY);
      this.#become('anonymous', `Signing in failed: ${failure.message}`);
    }
  }

  /** Signs in where the service says that people do. */
  async signIn() {
    await oidc.begin(this.config.signIn);
  }

  async openDemo() {
    const answer = await fetch('/api/auth/dev-token', { method: 'POST' });
    if (!answer.ok) throw new Error(`The service gave no token (${answer.status}).`);
    const { access_token: token } = await answer.json();
    this.#accept(token, 'demo', () => this.openDemo());
  }

  /** Signs in with a token that somebody has got elsewhere. */
  paste(token) {
    this.#accept(token.trim().replace(/^Bearer +/i, ''), 'token', null);
  }

  choose(tenant) {
    this.tenant = tenant;
    this.#become('open');
  }

  /** Back to the choice of a tenant. */
  reconsider() {
    this.tenant = null;
    this.#become('choosing');
  }

  signOut() {
    sessionStorage.removeItem(WAY);
    this.#token = null;
    this.#renew = null;
    this.tenant = null;
    this.#become('anonymous');
    if (!this.known) this.start();
  }

  can(scope) {
    return (this.claims.scope ?? '').split(' ').includes(scope);
  }

  /** Fetches with the token and the tenant; throws SignedOut after asking for a new one. */
  async fetch(path, init = {}, tenant = this.tenant) {
    for (let again = false; ; again = true) {
      if (!this.#token) throw new SignedOut('Sign in to go on.');
      if (this.#expiresAt - Date.now() < AHEAD && Date.now() > this.#renewAfter) await this.renew();
      const token = this.#token;
      const sent = Date.now();
      const answer = await fetch(path, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}`, 'X-Tenant-Id': tenant } });
      if (answer.status !== 401) {
        this.#compareClocks(answer, sent);
        return answer;
      }
      if (token !== this.#token) continue; // somebody has signed in meanwhile
      if (again || !await this.renew()) {
        this.#become('expired', 'The token is not valid any more. Sign in again to go on where you were.');
        this.#token = null;
        throw new SignedOut('Sign in again to go on.');
      }
    }
  }

  /** Replaces the token, once for all who ask; false if there is no way to. */
  renew() {
    if (!this.#renew) return Promise.resolve(false);
    this.#renewing ??= this.#renew().then(() => true, () => {
      this.#renewAfter = Date.now() + RENEWAL_PAUSE;
      return false;
    }).finally(() => { this.#renewing = null; });
    return this.#renewing;
  }

  #oidc(tokens) {
    const again = tokens.refresh_token;
    this.#accept(tokens.access_token, 'oidc', again
      ? async () => this.#oidc({ refresh_token: again, ...await oidc.refresh(this.config.signIn, again) }) : null);
  }

  #accept(token, way, renew) {
    this.claims = claimsOf(token);
    this.tenants = this.claims.tenant_ids ?? (this.claims.tenant_id ? [this.claims.tenant_id] : []);
    if (!this.tenants.length) throw new Error('The token names no tenant.');
    this.#token = token;
    this.#renew = renew;
    this.#expiresAt = this.claims.exp ? this.claims.exp * 1000 : Infinity;
    sessionStorage.setItem(WAY, way);
    if (!this.tenants.includes(this.tenant)) this.tenant = this.tenants.length === 1 ? this.tenants[0] : null;
    this.#become(this.tenant ? 'open' : 'choosing');
  }

  #become(status, message = null) {
    if (status === 'open' && this.status !== 'open') this.opened++;
    this.status = status;
    this.message = message;
    this.emit();
  }

  /** The header has whole seconds: less than two of difference may be none. */
  #compareClocks(answer, sent) {
    const theirs = Date.parse(answer.headers.get('Date') ?? '') + 500;
    const offset = theirs - (sent + Date.now()) / 2;
    if (!Number.isNaN(offset)) this.clockOffset = Math.abs(offset) > 2000 ? offset : 0;
  }
}

/** What a token says of itself; whether it is true, the service decides. */
function claimsOf(token) {
  try {
    const part = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0))));
  }
  catch {
    throw new Error('This is not a token: it should have three parts with a point between them.');
  }
}

export const session = new Session();
