"""Scripts of the positions of kept topics, which run in Redis.

The state of a topic is a hash: `epoch`, `seq`, the producer's number `n` of the last update, and `size`, the
bytes of all updates of the epoch so far. `n` is -1 in an epoch that did not begin with its producer, until that
has said which of its numbers were dealt with before. `base` is the number at which the epoch began, and `life`
names the run of the server. Its history is a stream whose ids are the numbers. An entry
has the `mark` of its update, which no other update of the topic has, the `size` before it, the time in
milliseconds, and the label with the data.

Anybody with access to Redis can write there. A value that no process of this app can have written is replaced, as
if the store had lost it, and each script counts what it has replaced of a topic.

Scripts are sent in full, so that they work after Redis has restarted; Redis caches the compiled script.
"""

_COMMON = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number) return string.format('%.0f', number) end
local function generation(epoch) return tonumber(string.match(epoch, '^(%d+)%.')) or 0 end
local replaced = 0
-- Returns nil if the key is of another kind, or holds later entries than the one to add.
local function try(...)
  local answer = redis.pcall(...)
  if type(answer) ~= 'table' or not answer.err then return answer end
  if not string.find(answer.err, 'WRONGTYPE') and not string.find(answer.err, 'smaller') then
    return redis.call(...)
  end
end
local function remove(key)
  redis.call('DEL', key)
  replaced = replaced + 1
end
local function range(history, ...)
  local entries = try('XRANGE', history, ...)
  if not entries then remove(history) end
  return entries or {}
end
local function is_epoch(text)
  local number = string.match(text, '^(%d+)%.[!-~]+$')
  return number and #number < 16 and #text <= 100
end
local function count(text, least)
  local number = tonumber(text or 0)
  return number and number >= least and number <= 9e15 and math.floor(number) == number and number
end
local function load(key)
  local s = try('HMGET', key, 'epoch', 'n', 'seq', 'size', 'base', 'life') or {''}
  local epoch, n, seq, size, base = s[1], count(s[2], -1), count(s[3], 0), count(s[4], 0), count(s[5], 0)
  if epoch and not (is_epoch(epoch) and n and seq and size and base) then
    remove(key)
    epoch, n, seq, size, base = false, 0, 0, 0, 0
  end
  return {key = key, epoch = epoch or '', n = n, seq = seq, size = size, base = base, life = s[6] or ''}
end
local function save(state, life, ttl)
  local n, seq, size, base = text(state.n), text(state.seq), text(state.size), text(state.base)
  local numbers = {'n', n, 'seq', seq, 'size', size, 'base', base}
  redis.call('HSET', state.key, 'epoch', state.epoch, 'life', life, unpack(numbers))
  redis.call('PEXPIRE', state.key, ttl)
end
local function is_older(state, epoch, seq)
  local had, has = generation(epoch), generation(state.epoch)
  if had ~= has then return had > has end
  return had > 0 and (epoch ~= state.epoch or seq > state.seq)
end
local function go_on(state, channel, top, maker, n)
  state.epoch = text(math.max(generation(state.epoch), generation(top)) + 1) .. '.' .. maker
  state.n, state.base = n, state.seq
  redis.call('PUBLISH', channel, '2 b ' .. state.epoch .. ' ' .. text(state.seq))
end
local function begin(state, history, channel, top, maker, n)
  state.seq, state.size = 0, 0
  redis.call('DEL', history)
  go_on(state, channel, top, maker, n)
end
-- Without a producer nobody knows for sure which updates there were before the server has started anew.
local function is_reborn(state, life)
  return state.epoch ~= '' and state.life ~= '' and life ~= '' and state.life ~= life
end
"""

# KEYS: the key of the last batch with updates that have no producer; then lease, state, history for each group.
# ARGV: the name of the batch, '1' if it may have been published, the run of the server; then for each group the
# values that `group` reads, and three for each item: kind, number, content. Returns for each group the outcome,
# the number of keys that were replaced, epoch, seq.
PUBLISH = (
    _COMMON
    + """
local again = ARGV[2] == '1'
local done = again and redis.call('GET', KEYS[1]) == ARGV[1]
local life, at, answers, foreign = ARGV[3], 3, {}, false
local function take() at = at + 1; return ARGV[at] end
local function group()
  local g = {channel = take(), token = take(), maker = take(), epoch = take(), base = tonumber(take())}
  g.dealt = tonumber(take())
  g.top, g.top_seq, g.last = take(), tonumber(take()), tonumber(take())
  g.updates, g.ms, g.bytes = tonumber(take()), tonumber(take()), tonumber(take())
  g.ttl, g.published, g.count = take(), take() == '1', tonumber(take())
  return g
end
local function trim(history, size, g)
  while true do
    local entries = redis.call('XRANGE', history, '-', '+', 'COUNT', 8)
    for _, entry in ipairs(entries) do
      local ms, before = tonumber(entry[2][6] or ''), tonumber(entry[2][4] or '')
      if ms and before and ms >= now - g.ms and size - before <= g.bytes then return end
      redis.call('XDEL', history, entry[1])
    end
    if #entries < 8 then return end
  end
end
local function publish(g, state, history)
  local produced, added = g.token ~= '', false
  if produced and state.n < 0 then state.n = g.dealt end
  local skipped = not produced and again
  local function number(n)
    if n > state.n then
      state.seq, state.n = state.seq + n - state.n, n
      redis.call('PUBLISH', g.channel, '2 n ' .. state.epoch .. ' ' .. text(state.seq))
    end
  end
  if not produced and g.last > 0 and not done then
    state.seq, foreign = state.seq + g.last, true
    redis.call('PUBLISH', g.channel, '2 n ' .. state.epoch .. ' ' .. text(state.seq))
  end
  for _ = 1, g.count do
    local kind, n, content = take(), tonumber(take()), take()
    if kind == 's' then
      if n > state.n then state.seq, state.n = state.seq + n - state.n, n end
      -- In a batch that is sent again, updates behind it may have been published.
      local seq = text(math.max(0, state.seq - (state.n - n)))
      redis.call('PUBLISH', g.channel, '2 s ' .. state.epoch .. ' ' .. seq .. ' ' .. content)
    elseif not skipped and (not produced or n > state.n) then
      local mark = text(n)
      if produced then
        state.seq, state.n = state.seq + n - state.n, n
      else
        state.seq, foreign = state.seq + 1, true
        mark = ARGV[1] .. ':' .. mark
      end
      local seq = text(state.seq)
      if kind == 'u' then
        if g.updates > 0 then
          local size, ms = text(state.size), text(now)
          local id, fields = seq .. '-0', {'mark', mark, 'size', size, 'ms', ms, 'data', content}
          if not try('XADD', history, 'MAXLEN', g.updates, id, unpack(fields)) then
            remove(history)
            redis.call('XADD', history, id, unpack(fields))
          end
          added = true
        end
        state.size = state.size + #content
        content = mark .. ' ' .. content
      end
      redis.call('PUBLISH', g.channel, '2 ' .. kind .. ' ' .. state.epoch .. ' ' .. seq .. ' ' .. content)
    end
  end
  if produced then
    number(g.last)
  end
  if added then
    trim(history, state.size, g)
    redis.call('PEXPIRE', history, g.ms)
  end
  save(state, life, g.ttl)
end
for i = 2, #KEYS, 3 do
  local g, state, outcome = group(), nil, 0
  local after = at + 3 * g.count
  replaced = 0
  if g.token ~= '' and redis.pcall('GET', KEYS[i]) ~= g.token then
    outcome = 1
    state = {epoch = '', seq = 0}
  else
    state = load(KEYS[i + 1])
    if g.token == '' then
      local older = state.epoch == '' or is_older(state, g.top, g.top_seq)
      if older then
        begin(state, KEYS[i + 2], g.channel, g.top, g.maker, -1)
      elseif g.published and is_reborn(state, life) then
        older = true
        go_on(state, g.channel, g.top, g.maker, -1)
      end
      if again and not done then
        if g.epoch == state.epoch and not older then
          again = false
          publish(g, state, KEYS[i + 2])
          again = true
        else
          g.last = g.last + g.count
          publish(g, state, KEYS[i + 2])
        end
      else
        publish(g, state, KEYS[i + 2])
      end
    elseif g.epoch == '' then
      local begun = string.match(state.epoch, '%.(.*)$') == g.maker
      if not begun and again then
        outcome = 2
      else
        if not begun then begin(state, KEYS[i + 2], g.channel, g.top, g.maker, g.base) end
        publish(g, state, KEYS[i + 2])
      end
    elseif is_older(state, g.top, g.top_seq) or state.epoch ~= g.epoch and (again or state.n >= 0) then
      outcome = 2
    else
      publish(g, state, KEYS[i + 2])
    end
  end
  at = after
  answers[#answers + 1] = {outcome, replaced, state.epoch, text(state.seq)}
end
if foreign then redis.call('SET', KEYS[1], ARGV[1], 'PX', 600000) end
return answers
"""
)

# KEYS: state, history for each topic. ARGV: the run of the server, then the eleven values of each topic that are
# read below. Returns epoch, seq, the number at which the epoch began, the number of keys that were replaced, and
# a list of number, mark and content of the updates after the known one, or of all that are kept if the epoch is
# another one. With 'check', the list is empty; with 'renew', the epoch is another one in any case. When the lists
# have become too large for one answer, each topic that is left has an empty list.
READ = (
    _COMMON
    + """
local life, answers, at, size = ARGV[1], {}, 1, 0
local function take() at = at + 1; return ARGV[at] end
for i = 1, #KEYS, 2 do
  local channel, mode, create, maker = take(), take(), take(), take()
  local top, top_seq = take(), tonumber(take())
  local known, known_seq, known_mark = take(), tonumber(take()), take()
  local ms, ttl = tonumber(take()), take()
  if size > 1048576 then
    answers[#answers + 1] = {}
  else
    replaced = 0
    local state, entries = load(KEYS[i]), {}
    local renews = mode == 'renew' or is_older(state, top, top_seq)
    if not renews and known_mark ~= '' and known == state.epoch then
      for _, entry in ipairs(range(KEYS[i + 1], text(known_seq), text(known_seq))) do
        renews = entry[2][2] ~= known_mark
      end
    end
    if renews or (create == '1' and state.epoch == '') then
      begin(state, KEYS[i + 1], channel, top, maker, -1)
      save(state, life, ttl)
    elseif create == '1' and is_reborn(state, life) then
      go_on(state, channel, top, maker, -1)
      save(state, life, ttl)
    elseif state.epoch ~= '' then
      redis.call('PEXPIRE', KEYS[i], ttl)
    end
    if mode ~= 'check' and ms > 0 then
      local first = known == state.epoch and text(known_seq + 1) or '-'
      for _, entry in ipairs(range(KEYS[i + 1], first, '+')) do
        if (tonumber(entry[2][6] or '') or 0) >= now - ms and entry[2][8] then
          entries[#entries + 1] = string.match(entry[1], '^%d+')
          entries[#entries + 1] = entry[2][2]
          entries[#entries + 1] = entry[2][8]
          size = size + #entry[2][8]
        end
      end
    end
    answers[#answers + 1] = {state.epoch, text(state.seq), text(state.base), replaced, entries}
  end
end
return answers
"""
)
