// The REST API: JSON in and out, every failure a Problem.

import { session, SignedOut } from './session.js';

const ATTEMPTS = 4;

/** How long an answer may take: a connection that a sleep has killed would never give one, in ms. */
const PATIENCE = 30_000;

/** The same for whole files. */
const FILE_PATIENCE = 600_000;

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const IDS = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** What people call what has an id, where that is known. */
export const names = { of: () => null };

/** A refusal of the service (RFC 9457), or of the network. */
export class Problem extends Error {
  constructor(status, document) {
    super((document.detail ?? document.title ?? `The service answered ${status}.`).replace(IDS, (id) => names.of(id) ?? id));
    this.status = status;
    this.code = (document.type ?? '').replace('urn:stockroom:', '');
    this.title = document.title;
    this.errors = document.errors ?? [];
    this.members = document;
  }
}

const offline = () => new Problem(0, { type: 'urn:stockroom:offline', title: 'No answer',
  detail: 'The service cannot be reached. Check the network; the page goes on by itself when it is back.' });

export function query(parameters = {}) {
  const pairs = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== '' && value !== false);
  return pairs.length ? `?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))}` : '';
}

async function ask(path, init, tenant, patience = PATIENCE) {
  let answer;
  try {
    answer = await session.fetch(path, { signal: AbortSignal.timeout(patience), ...init }, tenant);
  }
  catch (failure) {
    if (failure instanceof SignedOut || failure.name === 'AbortError') throw failure;
    throw offline();
  }
  if (answer.ok) return answer;
  const document = await answer.json().catch(() => ({}));
  const problem = new Problem(answer.status, document);
  problem.retryAfter = Number(answer.headers.get('Retry-After')) * 1000 || 0;
  throw problem;
}

const json = async (answer) => (answer.status === 204 ? null : answer.json());

export async function get(path, parameters, init) {
  return json(await ask(path + query(parameters), { ...init, headers: { Accept: 'application/json' } }));
}

/** For one tenant of several, before one is chosen. */
export const getAs = async (tenant, path) => json(await ask(path, { headers: { Accept: 'application/json' } }, tenant));

export async function send(method, path, body, headers = {}) {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const init = { method, headers: { Accept: 'application/json', ...headers } };
  if (body !== undefined) Object.assign(init, { body: JSON.stringify(body), headers: { ...init.headers, 'Content-Type': type } });
  return json(await ask(path, init));
}

/**
 * A POST that moves stock. Sent again with the same key while nobody knows whether it arrived: the service applies it once.
 */
export async function post(path, body, key = crypto.randomUUID()) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send('POST', path, body, { 'Idempotency-Key': key });
    }
    catch (problem) {
      const unknown = problem.status === 0 || problem.status === 503 || problem.status === 429;
      if (!unknown || attempt === ATTEMPTS) throw problem;
      await pause(Math.min(problem.retryAfter || 400 * attempt, 5000));
    }
  }
}

/** Sends a file as it is. */
export async function upload(path, file, type, headers = {}) {
  return json(await ask(path, { method: 'POST', body: file, headers: { Accept: 'application/json', 'Content-Type': type, ...headers } },
    undefined, FILE_PATIENCE));
}

/** Saves the whole result of a list as a file. */
export async function download(path, parameters, type, name) {
  const answer = await ask(path + query(parameters), { headers: { Accept: type } }, undefined, FILE_PATIENCE);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
