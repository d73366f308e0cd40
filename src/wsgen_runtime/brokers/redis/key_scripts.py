"""The scripts for the keys of commands in Redis.

An entry is a hash: `digest` of the payload, `token` of who carries out the command, `state` (running, unknown or
answered), `beat`, which counts the signs of life, and `answer`. Each script may be sent again with the same
arguments, since its first answer may have been lost.
"""

# KEYS: the entry. ARGV: digest, token, time in ms after which the entry is forgotten.
CLAIM = """
local e = redis.call('HMGET', KEYS[1], 'digest', 'token', 'state', 'beat', 'answer')
if not e[2] then
  redis.call('HSET', KEYS[1], 'digest', ARGV[1], 'token', ARGV[2], 'state', 'running', 'beat', 0)
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return {'claimed', ARGV[2], 0, ''}
end
if e[1] ~= ARGV[1] then return {'reused', '', 0, ''} end
if e[3] == 'running' and e[2] == ARGV[2] then return {'claimed', e[2], 0, ''} end
return {e[3], e[2], tonumber(e[4]), e[5] or ''}
"""

# KEYS: entries. ARGV: the time in ms, then a digest and a token for each. An entry that was lost is made again.
BEAT = """
for i, entry in ipairs(KEYS) do
  local token = redis.call('HGET', entry, 'token')
  if not token then
    redis.call('HSET', entry, 'digest', ARGV[2 * i], 'token', ARGV[2 * i + 1], 'state', 'running')
  end
  if not token or token == ARGV[2 * i + 1] then
    redis.call('HINCRBY', entry, 'beat', 1)
    redis.call('PEXPIRE', entry, ARGV[1])
  end
end
return #KEYS
"""

# KEYS: the entry. ARGV: digest, token, time in ms, answer.
ANSWER = """
local token = redis.call('HGET', KEYS[1], 'token')
if token and token ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'digest', ARGV[1], 'token', ARGV[2], 'state', 'answered', 'answer', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
"""

# KEYS: the entry. ARGV: token.
RELEASE = """
local e = redis.call('HMGET', KEYS[1], 'token', 'state')
if e[1] ~= ARGV[1] or e[2] == 'answered' then return 0 end
return redis.call('DEL', KEYS[1])
"""

# KEYS: the entry. ARGV: token, time in ms, the last known sign of life or nothing.
BURY = """
local e = redis.call('HMGET', KEYS[1], 'token', 'state', 'beat')
if e[1] ~= ARGV[1] or e[2] ~= 'running' then return 0 end
if ARGV[3] ~= '' and e[3] ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[1], 'state', 'unknown')
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""
