-- Ends the pause that the rollout waits at. The value names step and revision, so that it says
-- nothing about a later rollout.
local step = obj.status.step
if step == nil then
  error("the Rollout waits at no step", 0)
end
if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
obj.metadata.annotations["windlass.dev/promote"] = (step.shortenedFrom or step.index) .. "@" .. step.revision
return obj
