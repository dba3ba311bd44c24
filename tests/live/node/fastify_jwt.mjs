// Fastify with @fastify/jwt and @fastify/cookie: the response to an expired token is 401 with an error code, and the
// refresh token is in a signed cookie that rotates.

import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import jwt from '@fastify/jwt';
import Fastify from 'fastify';
import { accepted, loggedIn, refused, serve } from './served.mjs';

const live = new Map();
const spent = new Set();

function hand(reply, user) {
  const refresh = randomUUID();
  live.set(refresh, user);
  return reply.setCookie('refresh', refresh, { httpOnly: true, signed: true, path: '/auth' });
}

const fail = (reply, code, message) => reply.code(code).send({ statusCode: code, message });

async function build() {
  const app = Fastify();
  await app.register(cookie, { secret: 'not a secret' });
  await app.register(jwt, { secret: 'not a secret', sign: { expiresIn: '10m' } });
  const authenticated = { onRequest: (request) => request.jwtVerify() };
  const presented = (request) => request.unsignCookie(request.cookies.refresh ?? '').value;

  app.post('/auth/login', (request, reply) => {
    const { user, password } = request.body;
    if (password !== 'correct horse') return fail(reply, 401, 'wrong password');
    loggedIn();
    hand(reply, user).send({ accessToken: app.jwt.sign({ user }) });
  });

  app.post('/auth/refresh', (request, reply) => {
    const old = presented(request);
    const user = live.get(old);
    if (!user) {
      refused(spent.has(old));
      return fail(reply, 401, 'refresh token is not valid');
    }
    live.delete(old);
    spent.add(old);
    accepted();
    hand(reply, user).send({ accessToken: app.jwt.sign({ user }) });
  });

  app.post('/auth/logout', authenticated, (request, reply) => {
    live.delete(presented(request));
    reply.clearCookie('refresh', { path: '/auth' }).code(204).send();
  });

  app.get('/orders/:id', authenticated, (request) => ({ id: Number(request.params.id), of: request.user.user }));
  app.get('/admin', authenticated, (request, reply) => fail(reply, 403, 'not an admin'));

  await app.ready();
  return app.routing;
}

serve(build, { live: () => live.size });
