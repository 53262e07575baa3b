-- Ends the pause of the spec. A pause that is a step is left by the action promote.
obj.spec.paused = nil
return obj
