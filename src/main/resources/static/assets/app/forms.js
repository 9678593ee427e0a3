// Forms: what is typed, what the service refused of it, and the key that makes sending it again safe.

import { html, useRef, useState } from '../vendor/preact/standalone.module.js';
import { Problem } from './api.js';
import { SignedOut } from './session.js';
import { Trouble } from './ui.js';

/**
 * @param initial what the fields start with
 * @param act does it: (values, key) => promise; the key stays the same while it is not known whether the last attempt was applied
 * @param names the form's field for each of the API's that is called otherwise: (values) => names, by what was sent
 */
export function useForm(initial, act, names = () => ({})) {
  const [values, setValues] = useState(initial);
  const [state, setState] = useState({ busy: false, problem: null, errors: {} });
  const attempt = useRef(null);
  const set = (name, value) => {
    setValues((last) => ({ ...last, [name]: value }));
    setState((last) => ({ ...last, errors: { ...last.errors, [name]: undefined } }));
  };
  const submit = async (event) => {
    event?.preventDefault();
    if (state.busy) return;
    const body = JSON.stringify(values);
    if (attempt.current?.body !== body) attempt.current = { body, key: crypto.randomUUID() };
    setState({ busy: true, problem: null, errors: {} });
    try {
      await act(values, attempt.current.key);
      attempt.current = null;
      setState({ busy: false, problem: null, errors: {} });
    }
    catch (failure) {
      // Refused is final, and would be repeated under the same key; anything else may have been applied.
      if (failure instanceof Problem && failure.status >= 400 && failure.status < 500) attempt.current = null;
      setState({ busy: false, ...sorted(failure, names(values), values) });
    }
  };
  return { values, set, submit, setValues, ...state };
}

/** Errors to the fields that they are about; what no field shows is said above all. */
function sorted(failure, names, values) {
  if (failure instanceof SignedOut) return { problem: null, errors: {} };
  const errors = {};
  const others = [];
  for (const { field, detail } of failure.errors ?? []) {
    const name = names[field] ?? field;
    if (name in values) errors[name] = detail;
    else others.push(`${field}: ${detail}`);
  }
  if (Object.keys(errors).length && !others.length) return { problem: null, errors };
  return { problem: Object.assign(new Error([failure.message, ...others].join(' ')), { title: failure.title }), errors };
}

export function Field({ form, name, label, hint, type = 'text', children, ...others }) {
  const error = form.errors[name];
  const id = `field-${name}`;
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
  const attributes = { id, name, value: form.values[name], 'aria-invalid': error ? 'true' : undefined, 'aria-describedby': described, disabled: form.busy,
    onInput: (event) => form.set(name, event.target.value), ...others };
  return html`<div class=${`field ${error ? 'wrong' : ''}`}><label for=${id}>${label}</label>
    ${children ? html`<select ...${attributes}>${children}</select>`
      : html`<input type=${type} autocomplete="off" ...${attributes} />`}
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${error && html`<p class="error" id=${`${id}-error`}>${error}</p>`}</div>`;
}

export const Pieces = (props) => html`<${Field} type="number" inputmode="numeric" step="1" ...${props} />`;

export const Form = ({ form, action, tone = 'primary', disabled = false, onClose, children }) => html`<form class="form" onSubmit=${form.submit} novalidate>
  <${Trouble} problem=${form.problem} />${children}
  <footer>${onClose && html`<button type="button" class="button" onClick=${onClose}>Cancel</button>`}
    <button class=${`button ${tone}`} disabled=${form.busy || disabled}>${form.busy ? 'Sending …' : action}</button></footer></form>`;

/** What a field of numbers holds, or nothing where it is empty; what is no number the service refuses by name. */
export const count = (text) => (text === '' || text === null || text === undefined ? undefined : Number.isNaN(Number(text)) ? text : Number(text));

/** The lines of a request, one a field: those whose field says how many. */
export const counted = (lines, field, values) => lines.map((line) => ({ line, quantity: count(values[field(line)]) })).filter(({ quantity }) => quantity !== undefined && quantity !== 0);

/** Which field each line of such a request came from. */
export const lineNames = (lines, field) => (values) => Object.fromEntries(counted(lines, field, values).map(({ line }, i) => [`lines[${i}].quantity`, field(line)]));

/** What was typed, or nothing. */
export const text = (typed) => typed?.trim() || undefined;
