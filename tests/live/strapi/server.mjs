// Starts Strapi 5 with its session management. Strapi sends `jwt` and `refreshToken` in JSON, rejects an expired token with 401, rotates
// refresh tokens, sends lists with numbered pages, and stores uploaded files.

import { accepted, loggedIn, refused, serve } from './served.mjs';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

const ORDERS = 120;
const spent = new Set();
let strapi;

async function startDatabase() {
  const server = new PGLiteSocketServer({ db: await PGlite.create(), host: '127.0.0.1', port: 0 });
  await server.start();
  process.env.PGPORT = server.server.address().port;
}

// Creates the user `ann`, the orders, and the permissions to read orders and to upload files. Strapi permits login, refresh and logout by
// default.
async function seed() {
  const role = await strapi.db.query('plugin::users-permissions.role').findOne({ where: { type: 'authenticated' } });
  const actions = ['api::order.order.find', 'plugin::upload.content-api.upload'];
  for (const action of actions) {
    await strapi.db.query('plugin::users-permissions.permission').create({ data: { action, role: role.id } });
  }
  const user = { username: 'ann', email: 'ann@shop.example', password: 'correct horse', provider: 'local' };
  await strapi.plugin('users-permissions').service('user').add({ ...user, confirmed: true, role: role.id });
  const data = Array.from({ length: ORDERS }, (_, number) => ({ documentId: randomUUID(), number, customer: 'ann' }));
  await strapi.db.query('api::order.order').createMany({ data });
}

// Counts logins, refreshes and refused refreshes.
async function count(context, next) {
  const token = context.request.body?.refreshToken;
  await next();
  const done = context.status === 200;
  if (context.path === '/api/auth/local' && done) loggedIn();
  if (context.path !== '/api/auth/refresh') return;
  if (!done) return refused(spent.has(token));
  spent.add(token);
  accepted();
}

async function build() {
  await startDatabase();
  process.env.NODE_ENV = 'production';
  const folder = import.meta.dirname;
  mkdirSync(`${folder}/public/uploads`, { recursive: true });
  const { createStrapi } = createRequire(import.meta.url)('@strapi/strapi');
  strapi = await createStrapi({ appDir: folder, distDir: folder }).load();
  await seed();
  strapi.server.use(count);
  strapi.server.mount();
  return strapi.server.app.callback();
}

const live = () => strapi.db.query('admin::session').count({ where: { status: 'active' } });

serve(build, { live });
