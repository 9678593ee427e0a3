import { useEffect, useReducer, useState } from '../vendor/preact/standalone.module.js';
import { session } from './session.js';

/** Draws again when an emitter says so. */
export function useChanges(emitter) {
  const [, redraw] = useReducer((count) => count + 1, 0);
  const drawn = emitter?.changes;
  useEffect(() => {
    // An effect comes a frame after its drawing, and later in a busy browser: a change in between has told nobody here.
    if (emitter?.changes !== drawn) redraw();
    return emitter?.on(redraw);
  }, [emitter]);
}

/** Draws again every so often. */
export function useTick(ms) {
  const [, redraw] = useReducer((count) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(redraw, ms);
    return () => clearInterval(timer);
  }, [ms]);
}

export function useMedia(question) {
  const [media] = useState(() => matchMedia(question));
  const [matches, tell] = useState(media.matches);
  useEffect(() => {
    const listener = () => tell(media.matches);
    listener();
    media.addEventListener('change', listener);
    return () => media.removeEventListener('change', listener);
  }, [media]);
  return matches;
}

export const usePhone = () => useMedia('(max-width: 760px)');

/** Reads something, again when what it depends on changes or somebody signs in again. */
export function useAnswer(read, on) {
  const [answer, tell] = useState({ value: null, problem: null });
  const [asked, again] = useReducer((count) => count + 1, 0);
  useEffect(() => {
    let wanted = true;
    Promise.resolve(read()).then((value) => wanted && tell({ value, problem: null }), (problem) => wanted && tell((last) => ({ ...last, problem })));
    return () => { wanted = false; };
  }, [...on, asked, session.opened]);
  return { ...answer, again };
}

/** What somebody types, once they pause. */
export function useSettled(value, ms = 250) {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), ms);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
