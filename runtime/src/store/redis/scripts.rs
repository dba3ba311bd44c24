//! The scripts that Redis runs. Each runs atomically.
//!
//! The hash has the fields `afresh` (the version), `fence`, and after the first swap `revision`, `record` and
//! `writer`. Numbers are compared as strings, because Lua numbers lose digits.

use std::ops::Deref;
use std::sync::LazyLock;

use redis::Script;

/// A script whose hash is computed once.
pub(super) struct Lua(LazyLock<Script>);

impl Deref for Lua {
    type Target = Script;

    fn deref(&self) -> &Script {
        &self.0
    }
}

/// Fails if the hash belongs to another program.
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

/// Keys: the hash. Returns the revision and the record, or nothing for both.
pub(super) static LOAD: Lua = on_own_key!("return redis.call('HMGET', KEYS[1], 'revision', 'record')");

/// Keys: the hash. Arguments: the basis, the next revision, the record, the fence or an empty string, the
/// writer, the channel. Returns whether the record is stored. The same writer can run it again after a lost
/// response.
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

/// Keys: the hash, the lock. Arguments: the owner, the lease in milliseconds. Returns the fence, or 0 if
/// another owner has the lock. The same owner can run it again after a lost response. Everything that can
/// fail comes before the lock is set.
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

/// Keys: the lock. Arguments: the owner, the lease in milliseconds. Returns whether the owner still has the lock.
/// `SET` and not `PEXPIRE`, which the user of the database may not have.
pub(super) static RENEW: Lua = Lua(LazyLock::new(|| {
    Script::new(
        "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 1",
    )
}));

/// Keys: the lock. Arguments: the owner. The lock of another owner stays.
pub(super) static RELEASE: Lua = Lua(LazyLock::new(|| {
    Script::new(
        "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0",
    )
}));
