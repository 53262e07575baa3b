-- Runs deploy/argocd as Argo CD does, on each row of test/conditions/rows.json: the health, the
-- actions that are offered, and what each action changes.
--
--   lua5.1 test/nightly/argocd_test.lua ACTION…    # in the root of the repository
--
-- ACTION…: the folders of deploy/argocd/actions. Argo CD gives its scripts the basic library and
-- those for tables and times, and no others; so does this.

package.path = "test/nightly/?.lua;" .. package.path
local json = require("json")

local failures, checks = 0, 0
local function expect(what, found, expected)
  checks = checks + 1
  if found ~= expected then
    failures = failures + 1
    print(("FAILED: %s: expected %s, got %s"):format(what, tostring(expected), tostring(found)))
  end
end

local function read(path)
  local file = assert(io.open(path))
  local text = file:read("*a")
  file:close()
  return text
end

local function copy(value)
  if type(value) ~= "table" or value == json.null then
    return value
  end
  local new = {}
  for key, inner in pairs(value) do
    new[key] = copy(inner)
  end
  return new
end

-- Returns a text that two tables share only if they are equal.
local function text_of(value)
  if type(value) ~= "table" then
    return tostring(value)
  end
  local keys = {}
  for key in pairs(value) do
    keys[#keys + 1] = tostring(key)
  end
  table.sort(keys)
  for i, key in ipairs(keys) do
    local inner = value[key]
    if inner == nil then
      inner = value[tonumber(key)]
    end
    keys[i] = key .. "=" .. text_of(inner)
  end
  return "{" .. table.concat(keys, ",") .. "}"
end

-- Returns the object of a row.
local function object_of(rows, row)
  local object = copy(rows.base)
  for _, part in ipairs({ "metadata", "spec", "status" }) do
    if row[part] == json.null then
      object[part] = nil
    else
      for key, value in pairs(row[part] or {}) do
        object[part][key] = copy(value)
        if value == json.null then
          object[part][key] = nil
        end
      end
    end
  end
  if object.status ~= nil then
    object.status.conditions = {}
    for _, condition in ipairs(row.conditions) do
      local kind, status, reason = condition:match("^(%w+) (%w+) (%w+)$")
      table.insert(object.status.conditions, {
        type = kind,
        status = status,
        reason = reason,
        message = object.status.message,
        observedGeneration = object.status.observedGeneration,
        lastUpdateTime = "2026-01-02T03:04:05Z",
        lastTransitionTime = "2026-01-02T03:04:05Z",
      })
    end
  end
  return object
end

-- What scripts of Argo CD can reach.
local function sandbox(object)
  local safe_os = { date = os.date, time = os.time }
  local names = {
    "assert", "error", "ipairs", "next", "pairs", "pcall", "print", "rawequal", "rawget", "rawset",
    "select", "setmetatable", "tonumber", "tostring", "type", "unpack", "xpcall", "table",
  }
  local env = { obj = object, os = safe_os, actionParams = {} }
  for _, name in ipairs(names) do
    env[name] = _G[name]
  end
  env.require = function(name)
    return name == "os" and safe_os or error("there is no module " .. name)
  end
  return env
end

-- Returns what the script returns for the object.
local function run(path, object)
  local source, env = read("deploy/argocd/" .. path), sandbox(object)
  local script
  if setfenv then -- Lua 5.1
    script = assert(loadstring(source, "=" .. path))
    setfenv(script, env)
  else
    script = assert(load(source, "=" .. path, "t", env))
  end
  -- Without the library for strings, ("x"):find does not work either.
  local strings = getmetatable("")
  local index = strings.__index
  strings.__index = nil
  local ok, result = pcall(script)
  strings.__index = index
  if not ok then
    error(path .. ": " .. tostring(result), 0)
  end
  return result
end

-- Returns the object with one field changed; value nil removes it.
local function with(object, path, value)
  local changed = copy(object)
  local at = changed
  for i = 1, #path - 1 do
    at[path[i]] = at[path[i]] or {}
    at = at[path[i]]
  end
  at[path[#path]] = value
  return changed
end

local rows = json.read(read("test/conditions/rows.json"))
local objects = {}
for _, row in ipairs(rows.rows) do
  local object = object_of(rows, row)
  objects[row.name] = object
  if row.argocd then
    local health = run("health.lua", copy(object))
    expect(row.name .. ": health", health.status, row.argocd)
    expect(row.name .. ": type of the message", type(health.message), "string")
    if object.status ~= nil and object.status.observedGeneration == object.metadata.generation then
      expect(row.name .. ": message", health.message, object.status.message or "")
    end

    local offered, enabled = {}, {}
    for name, action in pairs(run("actions/discovery.lua", copy(object))) do
      offered[#offered + 1] = name
      expect(row.name .. ": type of disabled of " .. name, type(action.disabled), "boolean")
      if not action.disabled then
        enabled[#enabled + 1] = name
      end
    end
    table.sort(offered)
    table.sort(enabled)
    expect(row.name .. ": actions", table.concat(enabled, " "), table.concat(row.actions, " "))
    table.sort(arg)
    expect(row.name .. ": folders", table.concat(offered, " "), table.concat(arg, " "))
    for _, name in ipairs(enabled) do
      local after = run("actions/" .. name .. "/action.lua", copy(object))
      local what = row.name .. ": " .. name
      expect(what .. " changes nothing", text_of(after) == text_of(object), false)
      expect(what .. ": status", text_of(after.status), text_of(object.status))
    end
  end
end

-- What each action changes: one field, and no other.
local promoted = { "metadata", "annotations", "windlass.dev/promote" }
for _, case in ipairs({
  { "promote", "paused at a step until promoted", promoted, "2@8" },
  { "promote", "paused at a step, and an earlier rollout was promoted", promoted, "2@8" },
  { "abort", "progressing", { "spec", "abort" }, true },
  { "retry", "aborted", { "spec", "abort" }, nil },
  { "pause", "progressing", { "spec", "paused" }, true },
  { "resume", "paused by its spec", { "spec", "paused" }, nil },
}) do
  local action, name, path = case[1], case[2], case[3]
  local before = assert(objects[name], name)
  local after = run("actions/" .. action .. "/action.lua", copy(before))
  expect(action .. " of " .. name, text_of(after), text_of(with(before, path, case[4])))
end

local restarted = run("actions/restart/action.lua", copy(objects.healthy))
local annotations = restarted.spec.template.metadata.annotations
local time = annotations["kubectl.kubernetes.io/restartedAt"]
expect("the time of a restart", time:match("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ$"), time)
local path = { "spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt" }
expect("restart", text_of(restarted), text_of(with(objects.healthy, path, time)))

-- An action on an object that it does not fit ends with words for the user.
local ok, said = pcall(run, "actions/promote/action.lua", copy(objects.progressing))
expect("promote without a step succeeds", ok, false)
expect("promote without a step", said,
  "actions/promote/action.lua: the Rollout waits at no step")

print(("%d rows, %d checks, %d failures"):format(#rows.rows, checks, failures))
os.exit(failures == 0 and 0 or 1)
