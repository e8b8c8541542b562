"""What Redis does in one step, in Lua.

Under the prefix there are: ``answer:*``, a hash for each answer; ``lease:*``, the token of who computes it;
``landings:*``, a stream that tells those who wait how it ended; ``tag:*`` and ``cleared``, when that was last
invalidated; ``clock``.

The clock is Redis's own, in microseconds, and never stands still or goes back. An answer remembers when its computing
began, and holds as long as none of its tags was invalidated since then: so an invalidation is one small write however
many answers it concerns, and reaches those that are still being computed.

Every script takes the prefix as its first argument.
"""

from __future__ import annotations

from hashlib import sha1
from typing import NamedTuple

NOT_STORABLE = b"not storable"
"""Told to those who wait when the answer was for one client only."""


class Script(NamedTuple):
    """A script, and the digest that Redis knows it by once it has run it."""

    lua: str
    digest: str


def _script(body: str) -> Script:
    lua = _COMMON + body
    return Script(lua, sha1(lua.encode(), usedforsecurity=False).hexdigest())


_COMMON = """
local prefix = ARGV[1]
local function tick()
  local time = redis.call('TIME')
  local last = tonumber(redis.call('GET', prefix .. 'clock') or '0')
  local now = math.max(time[1] * 1000000 + time[2], last + 1)
  local written = string.format('%.0f', now)
  redis.call('SET', prefix .. 'clock', written)
  return written
end
local function since(name, begun)
  return tonumber(redis.call('GET', prefix .. name) or '0') >= begun
end
local function holds(begun, tags)
  if since('cleared', begun) then return false end
  for tag in string.gmatch(tags, '%S+') do
    if since('tag:' .. tag, begun) then return false end
  end
  return true
end
local function land(token, outcome)
  if redis.call('GET', KEYS[2]) == token then
    redis.call('DEL', KEYS[2])
    redis.call('XADD', KEYS[3], 'MAXLEN', '1', '*', 'outcome', outcome)
    redis.call('PEXPIRE', KEYS[3], 60000)
  end
end
"""

GET = _script("""
local answer = redis.call('HMGET', KEYS[1], 'data', 'begun', 'tags')
if answer[1] and holds(tonumber(answer[2]), answer[3]) then return answer[1] end
return false
""")
"""KEYS: answer. Returns its data, or nil."""

ACQUIRE = _script("""
local answer = redis.call('HMGET', KEYS[1], 'data', 'begun', 'tags', 'stored_at', 'expires_at')
local is_wanted = answer[1] and tonumber(answer[4]) > tonumber(ARGV[4]) and tonumber(answer[5]) > tonumber(ARGV[5])
if is_wanted and holds(tonumber(answer[2]), answer[3]) then
  return {'answer', answer[1]}
end
if redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3]) then return {'leased', tick()} end
local last = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)
return {'taken', last[1] and last[1][1] or '0-0', redis.call('PTTL', KEYS[2])}
""")
"""KEYS: answer, lease, landings. Arguments: token, the lease's milliseconds, how new an answer must be, the time.

Returns ``answer`` with its data, or ``leased`` with the time, or ``taken`` with the last landing and the milliseconds
the lease has left.
"""

STORE = _script("""
local token, begun, tags = ARGV[2], tonumber(ARGV[3]), ARGV[4]
if not holds(begun, tags) then
  land(token, 'failed')
  return 0
end
local present = redis.call('HGET', KEYS[1], 'begun')
if not present or tonumber(present) <= begun then
  redis.call('HSET', KEYS[1], 'begun', ARGV[3], 'tags', tags, 'data', ARGV[8])
  redis.call('HSET', KEYS[1], 'stored_at', ARGV[5], 'expires_at', ARGV[6])
  redis.call('PEXPIRE', KEYS[1], ARGV[7])
end
land(token, 'stored')
return 1
""")
"""KEYS: answer, lease, landings. Arguments: token, when computing began, tags, stored at, expires at, how many
milliseconds to keep it, data.

Returns 1, or 0 when the answer was invalidated meanwhile.
"""

RELEASE = _script("land(ARGV[2], ARGV[3])")
"""KEYS: answer, lease, landings. Arguments: token, ``failed`` or ``not storable``."""

INVALIDATE = _script("""
local now = tick()
if ARGV[3] == 'all' then redis.call('SET', prefix .. 'cleared', now) end
for tag in string.gmatch(ARGV[2], '%S+') do
  redis.call('SET', prefix .. 'tag:' .. tag, now, 'PX', ARGV[4])
end
return 1
""")
"""KEYS: clock. Arguments: tags, ``all`` or nothing, how many milliseconds the invalidation must be remembered.

Returns 1.
"""
