// What a page shows until the stock is there, or why it is not.

import { html } from '../vendor/preact/standalone.module.js';
import { plural } from './format.js';
import { useChanges } from './hooks.js';
import { Trouble, Waiting } from './ui.js';

export function Beginning({ workspace }) {
  const { stock, stockFeed: feed } = workspace;
  useChanges(stock);
  useChanges(feed);
  if (feed.problem) return html`<${Trouble} problem=${{ title: 'The stock cannot be read.', message: `${feed.problem} The page goes on trying.` }} />`;
  if (['stale', 'offline'].includes(feed.state)) {
    return html`<${Trouble} problem=${{ title: 'The service does not answer.', message: 'Check the network and whether the service runs; the page goes on trying.' }} />`;
  }
  return html`<${Waiting}>${stock.loading ? `Reading the stock: ${plural(stock.loading, 'record')}` : 'Reading the stock'}<//>`;
}
