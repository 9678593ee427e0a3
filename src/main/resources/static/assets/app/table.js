// A table of any length: only the rows in sight are in the document. On a phone each row is a card.

import { Component, html, useEffect, useRef, useState } from '../vendor/preact/standalone.module.js';
import { usePhone } from './hooks.js';

/** Rows above and below those in sight. */
const SPARE = 8;

const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** Draws again only when its record was replaced, and lets changed cells flash. */
class Row extends Component {
  shouldComponentUpdate(next) {
    return next.row !== this.props.row || next.columns !== this.props.columns || next.index !== this.props.index || next.mark !== this.props.mark;
  }

  componentDidUpdate(before) {
    if (calm.matches || before.row === this.props.row) return;
    this.props.columns.forEach(({ flash }, i) => {
      if (!flash) return;
      const [was, is] = [flash(before.row), flash(this.props.row)];
      if (was === is) return;
      const from = `var(--flash-${typeof is === 'number' && is < was ? 'down' : 'up'})`;
      this.base.children[i].animate([{ backgroundColor: from }, { backgroundColor: from, offset: 0.25 }, { backgroundColor: 'transparent' }],
        { duration: 1800, easing: 'ease-out', id: 'flash' });
    });
  }

  render({ row, columns, index, onOpen, mark }) {
    const open = onOpen && ((event) => {
      if (!event.target.closest('button, a, input, select')) onOpen(row);
    });
    return html`<tr role="row" aria-rowindex=${index + 2} class=${`${onOpen ? 'opens' : ''} ${mark ?? ''}`} onClick=${open}>
      ${columns.map((column) => html`<td role="cell" key=${column.key} class=${column.class ?? ''} data-label=${column.label}>${column.cell(row, onOpen)}</td>`)}</tr>`;
  }
}

function Head({ columns, sort, onSort }) {
  const direction = (key) => (sort?.by === key ? (sort.order === 'desc' ? 'descending' : 'ascending') : undefined);
  return html`<thead role="rowgroup"><tr role="row" aria-rowindex="1">${columns.map(({ key, label, sortable, class: name }) => html`<th scope="col" role="columnheader" key=${key}
    class=${name ?? ''} aria-sort=${sortable ? direction(key) ?? 'none' : undefined}>
    ${sortable ? html`<button type="button" onClick=${() => onSort({ by: key, order: sort?.by === key && sort.order !== 'desc' ? 'desc' : 'asc' })}>${label}<i aria-hidden="true"></i></button>`
      : label}</th>`)}</tr></thead>`;
}

/**
 * @param columns key, label, cell (row => what to show), class, sortable, flash (row => the value whose change is shown)
 * @param rows all of them; a row that changes is another object
 * @param onEnd called when the last rows come into sight
 */
export function Table({ label, columns, rows, keyOf = (row) => row.id, sort, onSort, onOpen, onEnd, rowHeight = 46, cardHeight = 118, markOf, children }) {
  const box = useRef(null);
  const phone = usePhone();
  const height = phone ? cardHeight : rowHeight;
  const [view, setView] = useState({ top: 0, height: 700 });
  const look = () => setView((last) => {
    const { scrollTop: top, clientHeight } = box.current;
    return last.top === top && last.height === clientHeight ? last : { top, height: clientHeight };
  });
  useEffect(() => {
    const watching = new ResizeObserver(look);
    watching.observe(box.current);
    return () => watching.disconnect();
  }, []);
  const first = Math.max(0, Math.min(Math.floor(view.top / height), rows.length - 1) - SPARE);
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / height) + SPARE);
  useEffect(() => {
    if (onEnd && last >= rows.length) onEnd();
  }, [last, rows.length, onEnd]);
  return html`<div class="table-box" ref=${box} style=${{ '--card': `${cardHeight}px` }} onScroll=${look} tabindex="0" role="region" aria-label=${label}>
    <table role="table" aria-label=${label} aria-rowcount=${rows.length + 1}>
      <${Head} columns=${columns} sort=${sort} onSort=${onSort} />
      <tbody role="rowgroup">
        <tr class="spacer" aria-hidden="true" role="presentation"><td colspan=${columns.length} style=${{ height: `${first * height}px` }}></td></tr>
        ${rows.slice(first, last).map((row, i) => html`<${Row} key=${keyOf(row)} row=${row} columns=${columns} index=${first + i} onOpen=${onOpen} mark=${markOf?.(row)} />`)}
        <tr class="spacer" aria-hidden="true" role="presentation"><td colspan=${columns.length} style=${{ height: `${Math.max(0, rows.length - last) * height}px` }}></td></tr>
      </tbody>
    </table>${children}</div>`;
}

/** Compares as people do: numbers by size, text by letters, what is missing last. */
export function compare(a, b) {
  if (a === b) return 0;
  if (a === undefined || a === null) return 1;
  if (b === undefined || b === null) return -1;
  return typeof a === 'number' ? a - b : collator.compare(a, b);
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
