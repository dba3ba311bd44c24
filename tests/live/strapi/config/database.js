'use strict';

// pglite accepts one connection.
module.exports = () => ({
  connection: {
    client: 'postgres',
    connection: { host: '127.0.0.1', port: Number(process.env.PGPORT), database: 'postgres', user: 'postgres' },
    pool: { min: 1, max: 1 },
  },
});
