// Signing in: with the issuer, with a pasted token, or into the demo; and choosing a tenant.

import { html, useEffect, useState } from '../../vendor/preact/standalone.module.js';
import { getAs } from '../api.js';
import { Field, Form, useForm } from '../forms.js';
import { Icon } from '../icons.js';
import { session } from '../session.js';
import { Button, Dialog, Trouble, useTitle } from '../ui.js';

export const Brand = () => html`<span class="brand"><svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true"><rect class="box" x="3" y="17" width="12" height="12" rx="2.5" />
  <rect class="box" x="17" y="17" width="12" height="12" rx="2.5" /><rect class="box lid" x="10" y="3" width="12" height="12" rx="2.5" /></svg>Stockroom</span>`;

function Ways() {
  const { config } = session;
  const [failure, fail] = useState(null);
  const attempt = (way) => () => way().catch((problem) => fail(problem));
  const form = useForm({ token: '' }, async ({ token }) => session.paste(token));
  const pasting = html`<${Form} form=${form} action="Show stock" tone=${config.signIn || config.demo ? '' : 'primary'}>
    <${Field} form=${form} name="token" label="Bearer token" hint="It stays in this tab and is forgotten on reload." type="password" spellcheck="false" /><//>`;
  return html`<div class="ways">
    <${Trouble} problem=${failure ?? (session.message && { title: session.status === 'expired' ? 'Signed out' : 'Sign in again', message: session.message })}
      again=${!session.known && (() => session.start())} />
    ${config.signIn && html`<${Button} tone="primary wide" onClick=${attempt(() => session.signIn())}>Sign in<//>
      <p class="hint">You sign in at ${new URL(config.signIn.issuer).host} and come back here.</p>`}
    ${config.demo && html`<${Button} tone="primary wide" onClick=${attempt(() => session.openDemo())}>Open the demo<//>
      <p class="hint">A shop with real sales, on this machine. No account needed.</p>`}
    ${config.signIn || config.demo ? html`<details><summary>Use a token instead</summary>${pasting}</details>` : pasting}</div>`;
}

/** The first page; or, above a page whose token has ended, a dialog that leaves it as it is. */
export function SignIn({ again }) {
  useTitle(again ? null : 'Sign in');
  if (again) return html`<${Dialog} title="Sign in again"><${Ways} /><//>`;
  return html`<main class="door"><section><h1><${Brand} /></h1><p class="lead">Every piece, in every warehouse, as it moves.</p><${Ways} /></section></main>`;
}

export function Chooser() {
  useTitle('Choose a tenant');
  const [names, learn] = useState({});
  useEffect(() => {
    // Names are a courtesy: without the scope for them the id has to do.
    session.tenants.forEach((tenant) => getAs(tenant, '/api/tenant').then(({ name }) => learn((last) => ({ ...last, [tenant]: name })), () => null));
  }, []);
  return html`<main class="door"><section><h1><${Brand} /></h1><p class="lead">Your token opens several tenants. Which one?</p>
    <ul class="choices">${session.tenants.map((tenant) => html`<li key=${tenant}><button type="button" onClick=${() => session.choose(tenant)}>
      <${Icon} name="warehouses" /><span><strong>${names[tenant] ?? 'Tenant'}</strong><small>${tenant}</small></span></button></li>`)}</ul>
    <${Button} onClick=${() => session.signOut()}>Sign out<//></section></main>`;
}
