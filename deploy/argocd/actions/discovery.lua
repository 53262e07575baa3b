-- The actions that Argo CD offers for a windlass.dev/Rollout. Those that would do nothing now are
-- disabled.
--
--   promote  ends the pause among the steps that the rollout waits at
--   abort    brings the Pods back to the last revision that was rolled out completely
--   retry    ends the abort: the rollout is tried again
--   pause    stops the rollout where it is
--   resume   ends the pause of the spec, not the one of a step
--   restart  replaces all Pods, as kubectl rollout restart does with a Deployment

local status = obj.status or {}
local strategy = obj.spec.strategy or {}

-- Returns true if Ready is True: there is no rollout to abort or to pause.
local function settled()
  for _, condition in ipairs(status.conditions or {}) do
    if condition.type == "Ready" then
      return condition.status == "True"
    end
  end
  return false
end

-- Returns true if the rollout waits at a pause among its steps that was not promoted yet.
local function waits()
  if status.phase ~= "Paused" or status.step == nil or strategy.steps == nil then
    return false
  end
  local at = status.step
  local step = strategy.steps[at.index]
  -- After a list was shortened below the step, its last step is a pause whatever it says.
  if at.shortenedFrom == nil and (step == nil or step.pause == nil) then
    return false
  end
  local promoted = (obj.metadata.annotations or {})["windlass.dev/promote"]
  for _, step_text in ipairs({ tostring(at.shortenedFrom or at.index), "full" }) do
    local value = step_text .. "@" .. at.revision
    if promoted == value or promoted == value .. "/force" then
      return false
    end
  end
  return true
end

local paused = obj.spec.paused == true
local aborted = obj.spec.abort == true

return {
  promote = {
    disabled = paused or aborted or not waits(),
    iconClass = "fa fa-fw fa-forward",
  },
  abort = {
    disabled = aborted or settled() or status.stableRevision == nil,
    iconClass = "fa fa-fw fa-stop-circle",
  },
  retry = {
    disabled = not aborted,
    iconClass = "fa fa-fw fa-sync",
  },
  pause = {
    disabled = paused,
    iconClass = "fa fa-fw fa-pause-circle",
  },
  resume = {
    disabled = not paused,
    iconClass = "fa fa-fw fa-play-circle",
  },
  restart = {
    -- An annotation cannot be rolled out in place, so with InPlaceOnly the rollout would wait.
    disabled = strategy.type == "InPlaceOnly",
    iconClass = "fa fa-fw fa-redo",
  },
}
