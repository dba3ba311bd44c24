'use strict';

// Refresh tokens of 14 days that rotate, and access tokens of 10 minutes.
const sessions = {
  jwtSecret: 'not a secret',
  jwtManagement: 'refresh',
  sessions: { accessTokenLifespan: 600, idleRefreshTokenLifespan: 14 * 86_400 },
  // The tests log in more often than 10 times in a minute.
  ratelimit: { enabled: false },
};

module.exports = () => ({ 'users-permissions': { config: sessions } });
