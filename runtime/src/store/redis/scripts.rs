//! Defines the scripts that run in Redis. Redis runs each script atomically.
//!
//! The session's hash has the fields `afresh` (the format version) and `fence`. The first swap adds the fields
//! `revision`, `record` and `writer`. Numbers are compared as strings, because large numbers lose precision in Lua.

use std::ops::Deref;
use std::sync::LazyLock;

use redis::Script;

/// A Lua script whose SHA-1 hash is computed only once.
pub(super) struct Lua(LazyLock<Script>);

impl Deref for Lua {
    type Target = Script;

    fn deref(&self) -> &Script {
        &self.0
    }
}

/// Prepends a check to a script, so that the script returns an error if the session's key belongs to another program.
macro_rules! on_own_key {
    ($then:literal) => {
        Lua(LazyLock::new(|| {
            Script::new(concat!(
                "
local form = redis.call('HGET', KEYS[1], 'afresh')
if form ~= '1' and (form or redis.call('EXISTS', KEYS[1]) == 1) then
    return redis.error_reply('FOREIGN the key belongs to another program')
end
",
                $then
            ))
        }))
    };
}

/// Loads the record. The script's only key is the session's hash. Returns the revision and the record, which are nil if
/// no record has been stored.
pub(super) static LOAD: Lua = on_own_key!("return redis.call('HMGET', KEYS[1], 'revision', 'record')");

/// Stores a record. The script's only key is the session's hash. The arguments are the revision to replace, the next
/// revision, the record, the fencing number or an empty string, the writer, and the channel. Returns 1 if the record is
/// stored, and 0 otherwise. If a response is lost, the same writer can safely run this script again.
pub(super) static SWAP: Lua = on_own_key!(
    "
local now = redis.call('HMGET', KEYS[1], 'revision', 'fence', 'writer')
local revision = now[1] or '0'
if revision == ARGV[2] and now[3] == ARGV[5] then return 1 end
if revision ~= ARGV[1] then return 0 end
if ARGV[4] ~= '' and ARGV[4] ~= now[2] then return 0 end
redis.call('HSET', KEYS[1], 'afresh', '1', 'revision', ARGV[2], 'record', ARGV[3], 'writer', ARGV[5])
redis.pcall('PUBLISH', ARGV[6], ARGV[2])
return 1
"
);

/// Acquires the lock. The script's keys are the session's hash and the lock. The arguments are the lock owner and the
/// lease duration in milliseconds. Returns the fencing number, or 0 if another owner holds the lock. If a response is
/// lost, the same owner can safely run this script again. The steps that can fail run before the script sets the lock.
pub(super) static LOCK: Lua = on_own_key!(
    "
local owner = redis.call('GET', KEYS[2])
if owner == ARGV[1] then return redis.call('HGET', KEYS[1], 'fence') end
if owner then return 0 end
redis.call('HSET', KEYS[1], 'afresh', '1')
local fence = redis.call('HINCRBY', KEYS[1], 'fence', 1)
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return fence
"
);

/// Renews the lock. The script's only key is the lock. The arguments are the lock owner and the lease duration in
/// milliseconds. Returns whether the owner still holds the lock. The script uses `SET` instead of `PEXPIRE`, because
/// the database user might not have permission to run `PEXPIRE`.
pub(super) static RENEW: Lua = Lua(LazyLock::new(|| {
    Script::new(
        "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 1",
    )
}));

/// Releases the lock. The script's only key is the lock, and its only argument is the lock owner. A lock held by
/// another owner is not released.
pub(super) static RELEASE: Lua = Lua(LazyLock::new(|| {
    Script::new(
        "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0",
    )
}));
