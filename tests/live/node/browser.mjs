// Acts as a user at a browser: this script controls headless Chromium over its DevTools protocol. The script opens the
// URL, fills in the server's forms, and prints the text of the last page. The arguments are the URL, the program, and
// optionally `deny`, which makes the user cancel the login.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [url, program, deny] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), 'afresh-browser-'));
const browser = spawn(
  program,
  ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--no-proxy-server', '--remote-debugging-pipe',
    `--user-data-dir=${profile}`, 'about:blank'],
  { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
);
const [, , , requests, answers] = browser.stdio;
const waiting = new Map();
let last = 0;
let rest = '';
answers.setEncoding('utf8').on('data', (chunk) => {
  const messages = (rest + chunk).split('\0');
  rest = messages.pop();
  for (const { id, result, error } of messages.map((text) => JSON.parse(text))) {
    waiting.get(id)?.(error ? {} : result);
    waiting.delete(id);
  }
});

function send(method, params = {}, sessionId = undefined) {
  const id = ++last;
  requests.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
  return new Promise((resolve) => waiting.set(id, resolve));
}

// This function runs in the page. The script acts once on each page.
function act(deny) {
  const text = document.body?.innerText ?? '';
  if (document.readyState !== 'complete' || window.acted) return { href: location.href };
  const field = (name) => document.querySelector(`input[name=${name}]`);
  if (field('login')) {
    field('login').value = 'ann';
    field('password').value = 'correct horse';
  }
  const button = deny ? document.querySelector('a[href$="/abort"]') : document.querySelector('[type=submit]');
  if (!button) return { href: location.href, text };
  window.acted = true;
  button.click();
  return { href: location.href };
}

const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
await send('Page.navigate', { url }, sessionId);
let seen = {};
for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
  const expression = `(${act})(${deny === 'deny'})`;
  const { result } = await send('Runtime.evaluate', { expression, returnByValue: true }, sessionId);
  seen = result?.value ?? {};
  // The last page has no button.
  if (seen.text && seen.href !== 'about:blank') break;
}
console.log(JSON.stringify(seen));
browser.once('exit', () => {
  // Chromium's last processes might still write to the profile. A profile that remains in the temporary directory does
  // no harm.
  try {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  } catch {}
  process.exit(seen.text ? 0 : 1);
});
browser.kill();
