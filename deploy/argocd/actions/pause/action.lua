-- Stops the rollout where it is. Scaling still works.
obj.spec.paused = true
return obj
