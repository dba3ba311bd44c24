// The code that all servers in this directory share: a clock that can be moved forward, counters, and routes for the
// test. The servers call only `accepted`, `refused` and `loggedIn`.

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

// While refusals are delayed, every second refusal waits until the next refresh is accepted.
let late = false;
let refusals = 0;
let held = [];

export const loggedIn = () => counts.logins++;

export function accepted() {
  counts.refreshed++;
  late = false;
  // The delayed refusals are sent after the response to the refresh.
  const released = held;
  held = [];
  setTimeout(() => released.forEach((release) => release()), 50);
}

export function refused(reused) {
  counts.refused++;
  if (reused) counts.reused++;
}

// Listens on a free loopback port. `build` returns the handler for the server's base URL, `live` returns the number of valid refresh
// tokens, and `routes` contains additional routes for the test.
export function serve(build, { live, ...routes }) {
  let handler;
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost');
    if (url.pathname.startsWith('/control/')) return control(url, response);
    if (/^\/(api\/)?(orders|users|admin)\b/.test(url.pathname)) watch(response);
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

  // On a busy machine, a client can pause for a long time between two calls.
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', async () => {
    const { port } = server.address();
    handler = await build(`http://127.0.0.1:${port}`);
    console.log(`listening on ${port}`);
  });
  // The operating system closes the test's end of the pipe even if the test is killed.
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
