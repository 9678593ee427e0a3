// Live stock in a table: a snapshot, then every change, read with fetch() so that the token stays in its header.

const records = new Map();
const rows = new Map();
const shown = { limit: 500, words: '' };
const element = (id) => document.getElementById(id);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function developmentToken() {
  const answer = await fetch('/api/auth/dev-token', { method: 'POST' });
  return answer.ok ? (await answer.json()).access_token : null;
}

function askForToken() {
  element('sign-in').hidden = false;
  say('Paste a token to see your stock.');
  return new Promise((resolve) => element('sign-in').addEventListener('submit', (event) => {
    event.preventDefault();
    element('sign-in').hidden = true;
    resolve(element('token').value.trim());
  }, { once: true }));
}

function say(text, stale = false) {
  element('connection').textContent = text;
  element('connection').classList.toggle('stale', stale);
}

/** Yields the events of one stream; fields as the EventSource standard has them. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ''; ;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const blocks = text.split('\n\n');
    text = blocks.pop();
    for (const block of blocks) {
      const event = { name: 'message', data: '', id: null };
      for (const line of block.split('\n')) {
        const [, field, content] = /^([^:]*):? ?(.*)$/.exec(line);
        if (field === 'event') event.name = content;
        else if (field === 'data') event.data += content;
        else if (field === 'id') event.id = content;
      }
      yield event;
    }
  }
}

async function follow(token) {
  let position = null;
  for (let wait = 500; ; wait = Math.min(wait * 2, 10_000)) {
    try {
      const headers = { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' };
      if (position) headers['Last-Event-ID'] = position;
      const answer = await fetch('/api/inventory', { headers });
      if (answer.status === 401) return;
      if (answer.ok) {
        wait = 500;
        for await (const event of events(answer.body)) {
          if (event.id) position = event.id;
          take(event);
        }
      }
    }
    catch (broken) {
      console.info('The stream broke off; it resumes where it stopped.', broken);
    }
    say('Connection lost, numbers may be old. Trying again …', true);
    await pause(wait * (0.5 + Math.random()));
  }
}

function take(event) {
  if (event.name === 'stock') {
    const record = JSON.parse(event.data);
    const known = records.has(record.id);
    records.set(record.id, record);
    if (rows.has(record.id)) fill(rows.get(record.id), record, true);
    else if (known || element('records').dataset.live) draw();
  }
  else if (event.name === 'reset') {
    records.clear();
  }
  else if (event.name === 'ready') {
    element('records').dataset.live = 'yes';
    draw();
    say('Live');
  }
  else if (event.name === 'catalog') {
    const { kind, id, state } = JSON.parse(event.data);
    for (const record of [...records.values()]) {
      const part = kind === 'PRODUCT' ? record.product : record.warehouse;
      if (part?.id !== id) continue;
      if (state.deletedAt) records.delete(record.id);
      else Object.assign(part, kind === 'PRODUCT' ? { sku: state.sku, name: state.name } : { name: state.name });
    }
    draw();
  }
}

function fill(row, record, changed) {
  const cells = [record.product?.name, record.product?.sku, record.warehouse?.name, record.quantity, record.reserved, record.minStock,
    record.maxStock, record.status];
  cells.forEach((cell, i) => { row.children[i].textContent = i === 7 ? cell.replaceAll('_', ' ').toLowerCase() : cell ?? ''; });
  row.children[7].className = record.status;
  if (changed) {
    row.classList.remove('changed');
    void row.offsetWidth; // restarts the animation
    row.classList.add('changed');
  }
}

function draw() {
  const words = shown.words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [...records.values()]
    .filter((r) => words.every((word) => `${r.product?.name} ${r.product?.sku} ${r.warehouse?.name}`.toLowerCase().includes(word)))
    .sort((a, b) => (a.product?.name ?? '').localeCompare(b.product?.name ?? '') || a.id.localeCompare(b.id));
  const visible = found.slice(0, shown.limit);
  rows.clear();
  element('records').replaceChildren(...visible.map((record) => {
    const row = document.createElement('tr');
    for (let i = 0; i < 8; i++) row.append(document.createElement('td'));
    for (let i = 3; i < 7; i++) row.children[i].className = 'number';
    fill(row, record, false);
    rows.set(record.id, row);
    return row;
  }));
  element('count').textContent = found.length > visible.length
    ? `The first ${visible.length} of ${found.length} records: search to see others.` : `${found.length} records`;
}

element('search').addEventListener('input', (event) => {
  shown.words = event.target.value;
  draw();
});

for (;;) {
  await follow(await developmentToken() ?? await askForToken());
}
