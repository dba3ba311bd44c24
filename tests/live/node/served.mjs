// What every server of this folder has: a clock that can be put forward, counts, and routes for the test to reach
// them. The servers themselves know nothing of it but `accepted`, `refused` and `loggedIn`.

import http from 'node:http';

let ahead = 0;
const Real = Date;
globalThis.Date = class Date extends Real {
  constructor(...given) {
    super(...(given.length ? given : [Date.now()]));
  }
  static now() {
    return Real.now() + ahead;
  }
};

const counts = { logins: 0, refreshed: 0, refused: 0, reused: 0, ok: 0, unauthorized: 0, forbidden: 0 };
const NAMES = { 200: 'ok', 401: 'unauthorized', 403: 'forbidden' };

// While refusals are late, until the next refresh is accepted, every second one is held back until it is.
let late = false;
let refusals = 0;
let held = [];

export const loggedIn = () => counts.logins++;

export function accepted() {
  counts.refreshed++;
  late = false;
  // Not before the answer of the refresh itself is out.
  const released = held;
  held = [];
  setTimeout(() => released.forEach((release) => release()), 50);
}

export function refused(reused) {
  counts.refused++;
  if (reused) counts.reused++;
}

// Listens on a free port of loopback. `build` makes the handler, given the server's base URL; `live` says how many
// refresh tokens would be accepted now; `routes` are what else the test may ask for.
export function serve(build, { live, ...routes }) {
  let handler;
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost');
    if (url.pathname.startsWith('/control/')) return control(url, response);
    if (/^\/(orders|admin)\b/.test(url.pathname)) watch(response);
    handler(request, response);
  });

  async function control(url, response) {
    const answers = {
      counts: async () => ({ ...counts, live: await live() }),
      forward: () => (ahead += 1000 * Number(url.searchParams.get('seconds'))),
      late: () => ((refusals = 0), (late = url.searchParams.get('on') === 'true')),
      ...routes,
    };
    const answer = await answers[url.pathname.slice('/control/'.length)](url.searchParams);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  }

  // On a busy machine a client may take its time between two calls.
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', async () => {
    const { port } = server.address();
    handler = await build(`http://127.0.0.1:${port}`);
    console.log(`listening on ${port}`);
  });
  // The test's end of the pipe closes also when the test is killed.
  process.stdin.on('end', () => process.exit()).resume();
}

function watch(response) {
  const end = response.end.bind(response);
  response.end = (...given) => {
    const name = NAMES[response.statusCode];
    counts[name]++;
    if (late && name !== 'ok' && refusals++ % 2) held.push(() => end(...given));
    else end(...given);
    return response;
  };
}
