// Express with jsonwebtoken: the access token has no scheme, the refresh token is in a cookie, and the response to an
// expired token is 403. With the argument `keeps`, the refresh token does not rotate.

import { randomUUID } from 'node:crypto';
import cookieParser from 'cookie-parser';
import express from 'express';
import jwt from 'jsonwebtoken';
import { accepted, loggedIn, refused, serve } from './served.mjs';

const SECRET = 'not a secret';
const rotates = !process.argv.includes('keeps');
const live = new Set();
const spent = new Set();

const fail = (response, status, text) => response.status(status).json({ status: { text, severity: 'error' } });

function hand(response, user) {
  const refresh = jwt.sign({ user, use: 'refresh', jti: randomUUID() }, SECRET, { expiresIn: '14d' });
  live.add(refresh);
  response.cookie('refresh_token', refresh, { httpOnly: true, sameSite: 'strict', path: '/api/user' });
}

const access = (user) => jwt.sign({ user, use: 'access' }, SECRET, { expiresIn: '10m' });

function authenticated(request, response, next) {
  jwt.verify(request.get('authorization') ?? '', SECRET, (error, claims) => {
    if (error) return fail(response, 403, error.message);
    request.user = claims.user;
    next();
  });
}

const app = express().use(express.json(), cookieParser());

app.post('/api/user/login', (request, response) => {
  if (request.body.password !== 'correct horse') return fail(response, 403, 'wrong password');
  loggedIn();
  hand(response, request.body.user);
  response.json({ access_token: access(request.body.user) });
});

app.post('/api/user/refresh_token', (request, response) => {
  const old = request.cookies.refresh_token;
  if (!live.has(old)) {
    refused(spent.has(old));
    return fail(response, 403, 'refresh token is not valid');
  }
  const { user } = jwt.verify(old, SECRET);
  if (rotates) {
    live.delete(old);
    spent.add(old);
    hand(response, user);
  }
  accepted();
  response.json({ access_token: access(user) });
});

app.post('/api/user/logout', authenticated, (request, response) => {
  live.delete(request.cookies.refresh_token);
  response.clearCookie('refresh_token', { path: '/api/user' }).json({});
});

app.get('/orders/:id', authenticated, (request, response) => {
  response.json({ id: Number(request.params.id), of: request.user });
});

app.get('/admin', authenticated, (request, response) => fail(response, 403, 'not an admin'));

serve(() => app, { live: () => live.size });
