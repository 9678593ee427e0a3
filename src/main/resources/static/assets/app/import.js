// CSV files: what would become of each row is shown before anything is done.

import { html, useRef, useState } from '../vendor/preact/standalone.module.js';
import { upload } from './api.js';
import { number, plural } from './format.js';
import { notices } from './notices.js';
import { Button, Dialog, Status, Trouble, Waiting } from './ui.js';

/** Rows of a report that are listed; the counts are of all. */
const LISTED = 200;

export const PRODUCT_FILE = { title: 'Import products', path: '/api/products/import', columns: 'sku, name, description, price, barcodes, status',
  about: 'A row whose SKU is known changes that product; every other row is a new one.' };

export const STOCK_FILE = { title: 'Import opening stock', path: '/api/inventory/import', columns: 'sku, warehouse, quantity, minStock, maxStock',
  about: 'Opens records, or brings untouched ones to these numbers. Stock that has moved already is never overwritten.' };

const OUTCOMES = [['created', 'New'], ['updated', 'Changed'], ['unchanged', 'As it is'], ['refused', 'Refused'], ['unsettled', 'Not decided']];

const WORDS = { CREATED: 'New', UPDATED: 'Changed', UNCHANGED: 'As it is', REFUSED: 'Refused', UNSETTLED: 'Not decided' };

const TONES = { CREATED: 'OK', UPDATED: 'OUT', UNCHANGED: 'none', REFUSED: 'failed', UNSETTLED: 'failed' };

const reason = ({ problem }) => (problem ? [problem.detail, ...(problem.errors ?? []).map(({ field, detail }) => `${field}: ${detail}`)].join(' ') : '');

function Report({ report }) {
  // What needs a person comes first.
  const rows = [...report.results].sort((a, b) => (b.problem ? 1 : 0) - (a.problem ? 1 : 0) || a.line - b.line).slice(0, LISTED);
  return html`<div class="tallies">${OUTCOMES.filter(([key]) => report[key] > 0).map(([key, label]) => html`<div key=${key}><b>${number(report[key])}</b>${label}</div>`)}</div>
    <${Trouble} problem=${report.problem && { title: report.problem.title, message: report.problem.detail }} />
    <div class="report" tabindex="0" role="region" aria-label="Rows of the file"><table><thead><tr><th scope="col">Line</th><th scope="col">SKU</th><th scope="col">Outcome</th><th scope="col">Why</th></tr></thead>
      <tbody>${rows.map((row) => html`<tr key=${row.line}><td>${row.line}</td><td class="code">${row.sku ?? '–'}</td>
        <td><${Status} of=${TONES[row.status]} label=${WORDS[row.status]} /></td><td>${reason(row)}</td></tr>`)}</tbody></table></div>
    ${report.rows > rows.length && html`<p class="hint">${number(rows.length)} of ${plural(report.rows, 'row')} shown.</p>`}`;
}

export function Import({ kind, onClose }) {
  const [file, take] = useState(null);
  const [state, tell] = useState({ busy: false, preview: null, done: null, problem: null });
  const key = useRef(null);
  const send = async (chosen, dryRun) => {
    tell((last) => ({ ...last, busy: true, problem: null }));
    try {
      const report = await upload(`${kind.path}${dryRun ? '?dryRun=true' : ''}`, chosen, 'text/csv', dryRun ? {} : { 'Idempotency-Key': key.current });
      tell({ busy: false, preview: dryRun ? report : null, done: dryRun ? null : report, problem: null });
      if (!dryRun) notices.say(`Imported: ${number(report.created)} new, ${number(report.updated)} changed.`);
    }
    catch (problem) {
      tell((last) => ({ ...last, busy: false, problem }));
    }
  };
  const choose = (chosen) => {
    if (!chosen) return;
    key.current = crypto.randomUUID();
    take(chosen);
    send(chosen, true);
  };
  const { busy, preview, done, problem } = state;
  const fine = preview ? preview.created + preview.updated : 0;
  return html`<${Dialog} title=${kind.title} kind="box wide" onClose=${onClose} busy=${busy}><div class="form">
    <p class="quiet">${kind.about} Columns: <code>${kind.columns}</code>.</p>
    <label class="drop" onDragOver=${(event) => event.preventDefault()} onDrop=${(event) => { event.preventDefault(); choose(event.dataTransfer.files[0]); }}>
      <input type="file" accept=".csv,text/csv" disabled=${busy} onChange=${(event) => choose(event.target.files[0])} />
      <span>${file ? html`<strong>${file.name}</strong> Choose another file` : html`<strong>Choose a CSV file</strong> or drop it here. Nothing is changed yet.`}</span></label>
    <${Trouble} problem=${withErrors(problem)} />
    ${busy && html`<${Waiting}>${preview ? 'Importing' : 'Looking at the file'}<//>`}
    ${!busy && preview && html`<h3>Preview: nothing is changed yet</h3><${Report} report=${preview} />`}
    ${!busy && done && html`<h3>Done</h3><${Report} report=${done} />`}
    <footer><${Button} onClick=${onClose} disabled=${busy}>${done ? 'Close' : 'Cancel'}<//>
      ${preview && html`<${Button} icon="upload" tone="primary" disabled=${busy || !fine} onClick=${() => send(file, false)}>Import ${plural(fine, 'row')}<//>`}</footer></div><//>`;
}

/** A file that cannot be read is refused as a whole, with every reason. */
function withErrors(problem) {
  if (!problem?.errors?.length) return problem;
  return { title: problem.title, message: [problem.message, ...problem.errors.map(({ field, detail }) => `${field}: ${detail}`)].join(' ') };
}
