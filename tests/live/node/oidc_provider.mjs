// oidc-provider: the authorization code flow, refresh tokens that rotate, and a resource server. Reusing a refresh
// token ends the whole grant. With the argument `challenge`, the resource server responds with 401 and a reason.
// Otherwise, the resource server responds with 403 and no challenge.

import { createHash, randomBytes } from 'node:crypto';
import express from 'express';
import { Provider } from 'oidc-provider';
import { accepted, loggedIn, refused, serve } from './served.mjs';

const challenges = process.argv.includes('challenge');
const REDIRECT = 'http://127.0.0.1:1/callback';
const shared = { grant_types: ['authorization_code', 'refresh_token'], redirect_uris: [REDIRECT], response_types: ['code'] };
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';
const issued = new Set();
let provider;

function configure(base) {
  provider = new Provider(base, {
    clients: [
      { ...shared, client_id: 'app', application_type: 'native', token_endpoint_auth_method: 'none' },
      // This client is a command-line tool. Its redirect URL can have any loopback port (RFC 8252 §7.3).
      {
        ...shared, client_id: 'cli', application_type: 'native', token_endpoint_auth_method: 'none',
        grant_types: [...shared.grant_types, DEVICE], redirect_uris: ['http://127.0.0.1/callback'],
      },
      { ...shared, client_id: 'service', client_secret: 's3cret+/ %', application_type: 'native' },
    ],
    features: { deviceFlow: { enabled: true }, revocation: { enabled: true } },
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    rotateRefreshToken: true,
    ttl: { AccessToken: 600, AuthorizationCode: 60, DeviceCode: 600, Grant: 1209600, IdToken: 600, Interaction: 600, RefreshToken: 1209600, Session: 1209600 },
  });
  const isRefresh = (ctx) => ctx.oidc.params?.grant_type === 'refresh_token';
  provider.on('refresh_token.saved', (token) => issued.add(token.jti));
  provider.on('grant.success', (ctx) => (isRefresh(ctx) ? accepted() : loggedIn()));
  provider.on('grant.error', (ctx, error) => {
    if (isRefresh(ctx)) refused(error.error_detail === 'refresh token already used');
  });

  const app = express();
  app.get('/orders/:id', authenticated, (request, response) => {
    response.json({ id: Number(request.params.id), of: request.token.accountId });
  });
  app.get('/admin', authenticated, (request, response) => response.status(403).json({ error: 'not an admin' }));
  return app.use(provider.callback());
}

async function authenticated(request, response, next) {
  const [, value] = (request.get('authorization') ?? '').match(/^Bearer (.+)$/) ?? [];
  request.token = value && (await provider.AccessToken.find(value));
  if (request.token) return next();
  if (challenges) response.status(401).set('WWW-Authenticate', 'Bearer realm="orders", error="invalid_token"').end();
  else response.status(403).json({ error: 'access denied' });
}

async function live() {
  const found = await Promise.all([...issued].map((value) => provider.RefreshToken.find(value)));
  return found.filter((token) => token && !token.consumed).length;
}

// Acts like a user with a browser: follows the authorization endpoint and its forms until the redirect with the code.
async function code(query) {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const asked = new URLSearchParams({
    client_id: query.get('client'), response_type: 'code', redirect_uri: REDIRECT, prompt: 'consent',
    scope: 'openid offline_access', code_challenge: challenge, code_challenge_method: 'S256',
  });
  const cookies = new Map();
  const forms = [{ prompt: 'login', login: 'ann', password: 'correct horse' }, { prompt: 'consent' }];
  let [next, form] = [`${provider.issuer}/auth?${asked}`, undefined];
  while (!next.startsWith(REDIRECT)) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const answer = await fetch(next, { redirect: 'manual', headers: { cookie }, method: form ? 'POST' : 'GET', body: form });
    for (const set of answer.headers.getSetCookie()) cookies.set(...set.split(';')[0].split(/=(.*)/s).slice(0, 2));
    const moved = answer.headers.get('location');
    form = moved ? undefined : new URLSearchParams(forms.shift());
    if (moved) next = new URL(moved, next).href;
  }
  return { code: new URL(next).searchParams.get('code'), verifier };
}

serve(configure, { live, code });
