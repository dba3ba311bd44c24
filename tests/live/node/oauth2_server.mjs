// @node-oauth/oauth2-server behind Express with an in-memory model: the password grant, refresh tokens that rotate, and 401 with
// `invalid_token` for an expired access token.

import OAuth2Server from '@node-oauth/oauth2-server';
import express from 'express';
import { accepted, loggedIn, refused, serve } from './served.mjs';

const clients = [
  { id: 'app', grants: ['password', 'refresh_token'] },
  { id: 'service', secret: 's3cret+/ %', grants: ['password', 'refresh_token'] },
];
const accesses = new Map();
const refreshes = new Map();
const spent = new Set();

const model = {
  getClient: (id, secret) => clients.find((client) => client.id === id && (!secret || client.secret === secret)),
  getUser: (name, password) => password === 'correct horse' && { name },
  validateScope: (user, client, scope) => scope ?? ['orders'],
  saveToken(token, client, user) {
    const whole = { ...token, client, user };
    accesses.set(token.accessToken, whole);
    refreshes.set(token.refreshToken, whole);
    return whole;
  },
  getAccessToken: (value) => accesses.get(value),
  getRefreshToken: (value) => refreshes.get(value),
  revokeToken(token) {
    spent.add(token.refreshToken);
    accesses.delete(token.accessToken);
    return refreshes.delete(token.refreshToken);
  },
  verifyScope: (token, scope) => scope.every((name) => token.scope.includes(name)),
};

const oauth = new OAuth2Server({
  model,
  accessTokenLifetime: 600,
  requireClientAuthentication: { password: false, refresh_token: false },
});

async function answer(request, response, work) {
  const reply = new OAuth2Server.Response(response);
  try {
    const found = await work(new OAuth2Server.Request(request), reply);
    response.set(reply.headers);
    return found;
  } catch (error) {
    response.set(reply.headers).status(error.code).json({ error: error.name, error_description: error.message });
  }
}

const authenticate = (scope) => async (request, response, next) => {
  request.token = await answer(request, response, (asked, reply) => oauth.authenticate(asked, reply, { scope }));
  if (request.token) next();
};

const app = express().use(express.urlencoded({ extended: false }));

app.post('/token', async (request, response) => {
  const { grant_type: grant, refresh_token: presented } = request.body;
  const found = await answer(request, response, async (asked, reply) => {
    await oauth.token(asked, reply);
    return reply.body;
  });
  if (grant === 'refresh_token') found ? accepted() : refused(spent.has(presented));
  else if (found) loggedIn();
  if (found) response.json(found);
});

app.delete('/session', authenticate(), (request, response) => {
  model.revokeToken(request.token);
  response.status(204).end();
});

app.get('/orders/:id', authenticate(), (request, response) => {
  response.json({ id: Number(request.params.id), of: request.token.user.name });
});

// The library sends a challenge with the reason. The application sends a 403 without a challenge.
app.get('/admin/scope', authenticate(['admin']), (request, response) => response.json({}));
app.get('/admin', authenticate(), (request, response) => response.status(403).json({ error: 'not an admin' }));

serve(() => app, { live: () => refreshes.size });
