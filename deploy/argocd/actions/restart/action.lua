-- Replaces all Pods, with the annotation that kubectl rollout restart writes.
local os = require("os")
local template = obj.spec.template
if template.metadata.annotations == nil then
  template.metadata.annotations = {}
end
template.metadata.annotations["kubectl.kubernetes.io/restartedAt"] = os.date("!%Y-%m-%dT%H:%M:%SZ")
return obj
