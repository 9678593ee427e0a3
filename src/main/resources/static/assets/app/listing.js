// Lists that the service pages: read as one scrolls, and changed as the catalogue's events say.

import { useCallback, useEffect, useRef, useState } from '../vendor/preact/standalone.module.js';
import { get } from './api.js';
import { session } from './session.js';

const PAGE = 100;

/**
 * @param path what to read
 * @param parameters its filters and order
 * @param changes what tells of changes: (kind, state)
 * @param kind which of them this list is about
 * @param keep whether a changed item still belongs to the list
 */
export function useListing(path, parameters, changes, kind, keep = () => true) {
  const [state, tell] = useState({ items: [], cursor: null, total: null, problem: null, ready: false });
  const busy = useRef(false);
  const key = JSON.stringify(parameters);
  const current = useRef(null);
  current.current = key;
  const read = useCallback((cursor) => {
    busy.current = true;
    return get(path, { ...parameters, limit: PAGE, cursor }).then((page) => {
      if (current.current !== key) return;
      tell((last) => ({ items: cursor ? unite(last.items, page.items) : page.items, cursor: page.nextCursor ?? null, total: page.total ?? last.total, problem: null, ready: true }));
    }, (problem) => current.current === key && tell((last) => ({ ...last, problem }))).finally(() => { busy.current = false; });
  }, [path, key]);
  useEffect(() => { read(); }, [read, session.opened]);
  useEffect(() => changes.on((about, item) => {
    if (about === 'ALL') read();
    else if (about === kind && item.version) tell((last) => ({ ...last, items: changed(last.items, item, keep) }));
  }), [changes, kind, read]);
  const more = useCallback(() => { if (!busy.current && state.cursor) read(state.cursor); }, [read, state.cursor]);
  return { ...state, more, again: () => read() };
}

const unite = (items, others) => [...items, ...others.filter((other) => !items.some((item) => item.id === other.id))];

/** A changed item stays where it is, a new one comes first, and what does not belong here any more goes. */
function changed(items, item, keep) {
  const at = items.findIndex((known) => known.id === item.id);
  if (at >= 0 && items[at].version >= item.version) return items;
  if (!keep(item)) return at >= 0 ? items.filter((_, i) => i !== at) : items;
  return at >= 0 ? items.map((known, i) => (i === at ? item : known)) : [item, ...items];
}
