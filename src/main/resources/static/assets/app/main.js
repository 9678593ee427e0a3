// The beginning: who is signed in, and which page they look at.

import { html, render, useEffect, useState } from '../vendor/preact/standalone.module.js';
import { useChanges } from './hooks.js';
import { session } from './session.js';
import { Shell } from './shell.js';
import { Chooser, SignIn } from './pages/sign-in.js';
import { Workspace } from './store.js';
import { theme } from './theme.js';
import { Notices, Waiting } from './ui.js';

function App() {
  useChanges(session);
  const tenant = session.status === 'open' || session.status === 'expired' ? session.tenant : null;
  const [workspace, open] = useState(null);
  useEffect(() => {
    if (!tenant) return undefined;
    const opened = new Workspace(tenant);
    open(opened);
    return () => {
      opened.close();
      open(null);
    };
  }, [tenant]);
  if (session.status === 'loading') return html`<${Waiting}>Opening the stockroom<//>`;
  if (session.status === 'anonymous') return html`<${SignIn} />`;
  if (session.status === 'choosing') return html`<${Chooser} />`;
  // Another tenant's workspace is never shown, not even for the moment in which it closes.
  return html`${workspace?.tenant === tenant && html`<${Shell} key=${tenant} workspace=${workspace} />`}
    ${session.status === 'expired' && html`<${SignIn} again />`}<${Notices} />`;
}

theme.apply();
render(html`<${App} />`, document.getElementById('app'));
session.start();
