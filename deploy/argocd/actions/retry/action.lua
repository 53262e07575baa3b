-- Ends the abort: the Pods follow the template again.
obj.spec.abort = nil
return obj
