// What stands around every page: where one can go, whether the numbers are live, and who is signed in.

import { html, useState } from '../vendor/preact/standalone.module.js';
import { get } from './api.js';
import { hhmm, number } from './format.js';
import { useAnswer, useChanges, useMedia, usePhone, useTick } from './hooks.js';
import { Icon } from './icons.js';
import { Brand } from './pages/sign-in.js';
import { AlertsPage } from './pages/alerts.js';
import { Inventory } from './pages/inventory.js';
import { Movements } from './pages/movements.js';
import { Overview } from './pages/overview.js';
import { Products } from './pages/products.js';
import { Reservations } from './pages/reservations.js';
import { Transfers } from './pages/transfers.js';
import { Warehouses } from './pages/warehouses.js';
import { address, router } from './router.js';
import { session } from './session.js';
import { theme } from './theme.js';
import { Button, Dialog, Empty, Segments, useTitle } from './ui.js';

const PAGES = [['overview', 'Overview', Overview], ['inventory', 'Inventory', Inventory], ['movements', 'Movements', Movements],
  ['reservations', 'Reservations', Reservations], ['transfers', 'Transfers', Transfers], ['alerts', 'Alerts', AlertsPage],
  ['products', 'Products', Products], ['warehouses', 'Warehouses', Warehouses]];

/** What a phone has room for below; the rest is behind More. */
const BELOW = ['overview', 'inventory', 'movements', 'alerts'];

const STATES = {
  live: () => ['Live', 'The numbers are true as of now.'],
  connecting: () => ['Connecting …', 'Reading the stock.'],
  reconnecting: () => ['Reconnecting …', 'The connection broke; it resumes where it stopped.'],
  stale: (feed) => [`Stale since ${hhmm(feed.heardAt)}`, 'The service does not answer. Numbers may be old; the page goes on trying.'],
  offline: (feed) => [`Offline since ${hhmm(feed.heardAt)}`, 'There is no network. Numbers may be old.'],
  refused: (feed) => ['No live data', feed.problem],
  stopped: () => ['Stopped', ''],
};

/** The worse of both feeds: half a page that is live is not live. */
const ORDER = ['live', 'connecting', 'reconnecting', 'refused', 'stale', 'offline', 'stopped'];

function Connection({ workspace }) {
  const feeds = [workspace.stockFeed, workspace.alertFeed];
  feeds.forEach(useChanges);
  const feed = feeds.reduce((worse, other) => (ORDER.indexOf(other.state) > ORDER.indexOf(worse.state) ? other : worse));
  const [text, about] = STATES[feed.state](feed);
  return html`<div class=${`connection is-${feed.state}`} role="status" title=${about} data-state=${feed.state}><i aria-hidden="true"></i>${text}</div>`;
}

const Count = ({ of }) => (of > 0 ? html`<b class="count" aria-label=${`${number(of)} open`}>${of > 99 ? '99+' : of}</b>` : null);

const Link = ({ page, label, here, count }) => html`<a href=${address(page)} aria-current=${page === here ? 'page' : undefined}>
  <${Icon} name=${page} /><span>${label}</span><${Count} of=${count} /></a>`;

function Theme() {
  const [chosen, choose] = useState(theme.chosen);
  const change = (name) => {
    theme.choose(name);
    choose(name);
  };
  return html`<${Segments} label="Colours" value=${chosen} onChange=${change} options=${[['light', 'Light'], ['dark', 'Dark'], ['system', 'Auto']]} />`;
}

function Who() {
  // Its name is a courtesy: without the scope for it the end of its id has to do.
  const { value: tenant } = useAnswer(() => (session.can('tenant:admin') ? get('/api/tenant') : null), [session.tenant]);
  return html`<div class="who"><div><strong>${session.claims.sub}</strong><small title=${session.tenant}>${tenant?.name ?? `Tenant ${session.tenant.slice(-12)}`}</small></div>
    ${session.tenants.length > 1 && html`<${Button} icon="transfers" label="Change tenant" tone="ghost" small onClick=${() => session.reconsider()} />`}
    <${Button} icon="out" label="Sign out" tone="ghost" small onClick=${() => session.signOut()} /></div>`;
}

function Side({ workspace, here, alerts }) {
  return html`<aside class="side"><a class="home" href="#/overview"><${Brand} /></a>
    <nav aria-label="Pages">${PAGES.map(([page, label]) => html`<${Link} key=${page} page=${page} label=${label} here=${here} count=${page === 'alerts' ? alerts : 0} />`)}</nav>
    <footer><${Connection} workspace=${workspace} /><${Theme} /><${Who} /></footer></aside>`;
}

function Bars({ workspace, here, alerts }) {
  const [more, open] = useState(false);
  const pages = PAGES.filter(([page]) => BELOW.includes(page));
  const others = PAGES.filter(([page]) => !BELOW.includes(page));
  return html`<header class="top"><${Brand} /><${Connection} workspace=${workspace} /></header>
    <nav class="below" aria-label="Pages">${pages.map(([page, label]) => html`<${Link} key=${page} page=${page} label=${label} here=${here} count=${page === 'alerts' ? alerts : 0} />`)}
      <button type="button" aria-haspopup="dialog" onClick=${() => open(true)}><${Icon} name="more" /><span>More</span></button></nav>
    ${more && html`<${Dialog} title="More" kind="box low" onClose=${() => open(false)}>
      <nav class="others" aria-label="More pages" onClick=${() => open(false)}>${others.map(([page, label]) => html`<${Link} key=${page} page=${page} label=${label} here=${here} />`)}</nav>
      <${Theme} /><${Who} /><//>`}`;
}

export function Shell({ workspace }) {
  useChanges(router);
  useChanges(workspace.alerts);
  useMedia('(prefers-color-scheme: dark)');
  useTick(30_000);
  const phone = usePhone();
  const [, label, Page] = PAGES.find(([page]) => page === router.page) ?? [null, 'Not found', Nowhere];
  const alerts = workspace.alerts.unacknowledged().length;
  useTitle(alerts ? `(${alerts}) ${label}` : label);
  const frame = { workspace, here: router.page, alerts };
  return html`<div class="shell"><a class="skip" href="#content" onClick=${skip}>Skip to the content</a>
    ${phone ? html`<${Bars} ...${frame} />` : html`<${Side} ...${frame} />`}
    <main id="content" class="content" tabindex="-1"><${Page} key=${router.page} workspace=${workspace} parameters=${router.parameters} /></main></div>`;
}

/** The address after # is the page's, so the link moves the focus itself. */
function skip(event) {
  event.preventDefault();
  document.getElementById('content').focus();
}

const Nowhere = () => html`<${Empty} icon="search" title="There is no such page">Choose one of the pages beside.<//>`;
