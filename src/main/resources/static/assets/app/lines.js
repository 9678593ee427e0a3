// The lines of a form that names several products.

import { html } from '../vendor/preact/standalone.module.js';
import { Button } from './ui.js';

export const emptyLine = () => ({ sku: '', quantity: '' });

export function LineFields({ form, stock }) {
  const { lines } = form.values;
  const change = (at, part) => form.set('lines', lines.map((line, i) => (i === at ? { ...line, ...part } : line)));
  return html`<fieldset class="lines"><legend>Products</legend>
    ${lines.map(({ sku, quantity }, i) => html`<div class="line" key=${i}>
      <input aria-label=${`SKU of line ${i + 1}`} placeholder="SKU" list="skus" value=${sku} required onInput=${(event) => change(i, { sku: event.target.value })} />
      <input aria-label=${`Pieces of line ${i + 1}`} placeholder="Pieces" type="number" inputmode="numeric" min="1" value=${quantity} onInput=${(event) => change(i, { quantity: event.target.value })} />
      <${Button} icon="close" label=${`Remove line ${i + 1}`} tone="ghost" disabled=${lines.length === 1} onClick=${() => form.set('lines', lines.filter((_, at) => at !== i))} /></div>`)}
    <${Button} icon="plus" small onClick=${() => form.set('lines', [...lines, emptyLine()])}>Another product<//>
    <datalist id="skus">${suggested(lines, stock).map(({ sku, name }) => html`<option key=${sku} value=${sku}>${name}</option>`)}</datalist></fieldset>`;
}

/** A list of every product would be too long: those that what is typed may mean. */
function suggested(lines, stock) {
  const typed = lines.at(-1).sku.toLowerCase();
  const found = [];
  for (const product of stock.products.values()) {
    if (!product.gone && `${product.sku} ${product.name}`.toLowerCase().includes(typed)) found.push(product);
    if (found.length === 50) break;
  }
  return found;
}
