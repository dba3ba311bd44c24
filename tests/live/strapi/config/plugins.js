'use strict';

// Access tokens expire after 10 minutes. Refresh tokens rotate and expire after 14 days.
const sessions = {
  jwtSecret: 'not a secret',
  jwtManagement: 'refresh',
  sessions: { accessTokenLifespan: 600, idleRefreshTokenLifespan: 14 * 86_400 },
  // The tests log in more often than 10 times in a minute.
  ratelimit: { enabled: false },
};

module.exports = () => ({ 'users-permissions': { config: sessions } });
