// OpenID Connect for a public client: authorization code with PKCE (RFC 7636). Tokens stay in memory; what must outlive the
// redirect, the verifier and the state, is in sessionStorage for as long as that takes.

const PENDING = 'stockroom.signing-in';

const encode = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const random = () => encode(crypto.getRandomValues(new Uint8Array(32)));
const redirectUri = () => `${location.origin}/`;

async function discover({ issuer }) {
  const answer = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (!answer.ok) throw new Error(`The issuer's configuration answered ${answer.status}.`);
  const found = await answer.json();
  if (found.issuer !== issuer) throw new Error(`The issuer calls itself ${found.issuer}, and the service expects ${issuer}.`);
  return found;
}

/** Leaves the page for the issuer's own; it comes back with a code. */
export async function begin(signIn) {
  const { authorization_endpoint: endpoint } = await discover(signIn);
  const pending = { state: random(), verifier: random(), page: location.hash };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const challenge = encode(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(pending.verifier)));
  const address = new URL(endpoint);
  for (const [name, value] of Object.entries({ response_type: 'code', client_id: signIn.clientId, redirect_uri: redirectUri(),
    scope: signIn.scope, state: pending.state, code_challenge: challenge, code_challenge_method: 'S256' })) {
    address.searchParams.set(name, value);
  }
  location.assign(address);
}

/** Whether the address is what an issuer sends people back to. */
export const isReturning = () => /[?&](code|error)=/.test(location.search) && sessionStorage.getItem(PENDING) !== null;

/** Trades the code for tokens, and gives the address its old page back. */
export async function complete(signIn) {
  const pending = JSON.parse(sessionStorage.getItem(PENDING));
  const answer = new URLSearchParams(location.search);
  sessionStorage.removeItem(PENDING);
  history.replaceState(null, '', `/${pending.page}`);
  dispatchEvent(new HashChangeEvent('hashchange')); // which replaceState does not tell
  if (answer.get('state') !== pending.state) throw new Error('The answer does not belong to this sign-in.');
  if (answer.has('error')) throw new Error(answer.get('error_description') ?? answer.get('error'));
  return tokens(signIn, { grant_type: 'authorization_code', code: answer.get('code'), redirect_uri: redirectUri(),
    code_verifier: pending.verifier });
}

/** Gets a new token for an old refresh token. */
export const refresh = (signIn, refreshToken) => tokens(signIn, { grant_type: 'refresh_token', refresh_token: refreshToken });

async function tokens(signIn, form) {
  const { token_endpoint: endpoint } = await discover(signIn);
  const answer = await fetch(endpoint, { method: 'POST', body: new URLSearchParams({ ...form, client_id: signIn.clientId }) });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error_description ?? body.error ?? `The issuer answered ${answer.status}.`);
  return body;
}
