-- Brings the Pods back to status.stableRevision. The template stays as it is.
obj.spec.abort = true
return obj
