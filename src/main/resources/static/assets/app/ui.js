// The parts that pages are made of.

import { html, useEffect, useLayoutEffect, useRef } from '../vendor/preact/standalone.module.js';
import { useChanges } from './hooks.js';
import { Icon } from './icons.js';
import { notices } from './notices.js';
import { word } from './format.js';

/** A state as text with a sign, so that nobody needs the colour. */
export const Status = ({ of, label }) => html`<span class=${`chip is-${of}`}><i aria-hidden="true"></i>${label ?? word(of)}</span>`;

export const Button = ({ icon, children, tone = '', small, label, ...others }) => html`<button type="button"
  class=${`button ${tone} ${small ? 'small' : ''} ${children ? '' : 'bare'}`} aria-label=${label} title=${label} ...${others}>
  ${icon && html`<${Icon} name=${icon} size=${small ? 15 : 17} />`}${children && html`<span>${children}</span>`}</button>`;

/** What a page is called, and what can be done on it. */
export const Heading = ({ title, about, polite, children }) => html`<header class="heading">
  <div><h1>${title}</h1>${about && html`<p class="quiet" role=${polite ? 'status' : undefined}>${about}</p>`}</div>
  <div class="actions">${children}</div></header>`;

export const Empty = ({ icon = 'inventory', title, children }) => html`<div class="empty"><span class="emblem"><${Icon} name=${icon} size=${26} /></span>
  <h2>${title}</h2><p>${children}</p></div>`;

/** A refusal as a person reads it. */
export function Trouble({ problem, again }) {
  if (!problem) return null;
  return html`<div class="trouble" role="alert"><strong>${problem.title ?? 'That did not work'}</strong> <span>${problem.message}</span>
    ${again && html`<${Button} small onClick=${again}>Try again<//>`}</div>`;
}

export const Waiting = ({ children = 'Loading' }) => html`<div class="waiting" role="status"><span class="spinner" aria-hidden="true"></span>${children} …</div>`;

/**
 * A dialog above the page: the browser keeps the focus in it, closes it on Escape and makes the rest inert. The focus goes back to where it
 * was, also if the dialog goes together with what it belongs to.
 */
export function Dialog({ title, onClose, children, kind = 'box', busy }) {
  const dialog = useRef(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    element.showModal();
    return () => {
      element.close();
      if (before?.isConnected) before.focus();
    };
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    if (!busy) onClose?.();
  };
  const outside = (event) => {
    if (event.target === dialog.current && onClose && !busy) onClose();
  };
  return html`<dialog ref=${dialog} class=${kind} aria-labelledby="dialog-title" onCancel=${cancel} onMouseDown=${outside}>
    <div class="sheet"><header><h2 id="dialog-title">${title}</h2>
      ${onClose && html`<${Button} icon="close" label="Close" tone="ghost" onClick=${onClose} />`}</header>
    <div class="body">${children}</div></div></dialog>`;
}

export function Confirm({ title, children, action, tone = 'danger', form, onClose }) {
  return html`<${Dialog} title=${title} onClose=${onClose} busy=${form.busy}>
    <form class="form" onSubmit=${form.submit}><p>${children}</p><${Trouble} problem=${form.problem} />
      <footer><${Button} onClick=${onClose}>Keep as it is<//><button class=${`button ${tone}`} disabled=${form.busy}>${action}</button></footer></form><//>`;
}

/** One choice of several, as a row of buttons. */
export const Segments = ({ label, options, value, onChange }) => html`<div class="segments" role="group" aria-label=${label}>
  ${options.map(([key, text, icon]) => html`<button type="button" key=${key} aria-pressed=${key === value ? 'true' : 'false'} onClick=${() => onChange(key)}>
    ${icon && html`<${Icon} name=${icon} size=${15} />`}${text}</button>`)}</div>`;

export const Search = ({ label, value, onInput, placeholder }) => html`<label class="search"><${Icon} name="search" size=${16} />
  <input type="search" aria-label=${label} placeholder=${placeholder ?? label} value=${value} onInput=${(event) => onInput(event.target.value)} /></label>`;

export const Select = ({ label, value, onChange, options }) => html`<label class="select"><span class="unseen">${label}</span>
  <select aria-label=${label} value=${value ?? ''} onChange=${(event) => onChange(event.target.value)}>
    ${options.map(([key, text]) => html`<option key=${key} value=${key} selected=${key === (value ?? '')}>${text}</option>`)}</select></label>`;

export const Facts = ({ of }) => html`<dl class="facts">${of.filter(Boolean).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

/** A line of the last quantities, with the place where it stands now. */
export function Spark({ values, width = 92, height = 26 }) {
  if (!values || values.length < 2) return html`<span class="spark" aria-hidden="true"></span>`;
  const low = Math.min(...values);
  const range = Math.max(...values) - low || 1;
  const x = (i) => 2 + (i * (width - 6)) / (values.length - 1);
  const y = (value) => height - 4 - ((value - low) * (height - 8)) / range;
  const line = values.map((value, i) => `${i ? `H${x(i).toFixed(1)}V` : `M${x(i).toFixed(1)} `}${y(value).toFixed(1)}`).join('');
  return html`<svg class="spark" width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} aria-hidden="true">
    <path class="area" d=${`${line}V${height}H2Z`} /><path class="line" d=${line} /><circle cx=${x(values.length - 1)} cy=${y(values.at(-1))} r="2.2" /></svg>`;
}

export function Notices() {
  useChanges(notices);
  const box = useRef(null);
  // The last to be shown is the uppermost: above a dialog too.
  useLayoutEffect(() => {
    if (box.current.matches(':popover-open')) box.current.hidePopover();
    if (notices.list.length) box.current.showPopover();
  }, [notices.list]);
  return html`<div class="notices" ref=${box} popover="manual" role="status" aria-live="polite">${notices.list.map(({ id, text, tone }) => html`<div key=${id} class=${`notice ${tone}`}>
    <span>${text}</span><${Button} icon="close" label="Dismiss" tone="ghost" small onClick=${() => notices.dismiss(id)} /></div>`)}</div>`;
}

/** Puts the page's name into the window's. */
export function useTitle(title) {
  useEffect(() => { document.title = title ? `${title} · Stockroom` : 'Stockroom'; }, [title]);
}
