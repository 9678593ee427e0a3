// Files of what a list shows: the service writes them, in full and not only what is on the page.

import { html, useState } from '../vendor/preact/standalone.module.js';
import { download } from './api.js';
import { notices } from './notices.js';
import { Button } from './ui.js';

const KINDS = [['CSV', 'text/csv', 'csv'], ['NDJSON', 'application/x-ndjson', 'ndjson']];

export function Exports({ path, parameters, name }) {
  const [busy, work] = useState(null);
  const save = async (type, ending) => {
    work(type);
    try {
      await download(path, parameters, type, `${name}-${new Date().toISOString().slice(0, 10)}.${ending}`);
    }
    catch (problem) {
      notices.say(`The export failed: ${problem.message}`, 'bad');
    }
    work(null);
  };
  return html`<div class="exports" role="group" aria-label="Export">${KINDS.map(([label, type, ending]) => html`<${Button} key=${type} icon="download" small
    disabled=${busy !== null} aria-label=${`Export as ${label}`} onClick=${() => save(type, ending)}>${busy === type ? '…' : label}<//>`)}</div>`;
}
