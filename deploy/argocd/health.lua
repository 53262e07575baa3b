-- Health of windlass.dev/Rollout for Argo CD. It reads the conditions, which are those of kstatus:
-- Stalled is absent unless the rollout cannot go on, and Ready is there from the first status on.
--
--   Degraded     Stalled: the rollout failed, or it was aborted
--   Healthy      Ready: all Pods run the requested template and are available
--   Suspended    Ready is False because the Rollout is paused, or waits at a step
--   Progressing  everything else, also a generation that Windlass has not seen yet
--
-- Argo CD runs this without the Lua libraries for strings and input.

-- Returns the condition of this type, or nil.
local function find(kind)
  for _, condition in ipairs(obj.status.conditions or {}) do
    if condition.type == kind then
      return condition
    end
  end
  return nil
end

local health = {
  status = "Progressing",
  message = "Windlass has not seen this generation yet",
}
if obj.status == nil or obj.status.observedGeneration == nil
    or obj.status.observedGeneration < obj.metadata.generation then
  return health
end

local ready = find("Ready")
local stalled = find("Stalled")
health.message = obj.status.message or ""
if stalled ~= nil and stalled.status == "True" then
  health.status = "Degraded"
elseif ready ~= nil and ready.status == "True" then
  health.status = "Healthy"
elseif ready ~= nil and ready.reason == "Paused" then
  health.status = "Suspended"
end
return health
