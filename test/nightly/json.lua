-- Reads JSON. `json.read` returns the value of a text, or ends with an error if the text is not
-- JSON. Objects and arrays are tables, null is `json.null`. It is meant for files of this
-- repository: of the escapes it knows \" \\ \/ \n and \t.

local json = { null = {} }

local escapes = { ['"'] = '"', ["\\"] = "\\", ["/"] = "/", n = "\n", t = "\t" }
local words = { ["true"] = true, ["false"] = false, ["null"] = json.null }

function json.read(text)
  local at = 1
  local value -- the function below, which calls itself

  local function fail(what)
    local _, line = text:sub(1, at):gsub("\n", "")
    error("line " .. line + 1 .. ": expected " .. what, 0)
  end
  local function skip()
    at = text:find("%S", at) or #text + 1
    return text:sub(at, at)
  end
  local function take(byte)
    if skip() ~= byte then
      fail(byte)
    end
    at = at + 1
  end
  local function string()
    take('"')
    local parts = {}
    while true do
      local stop = text:find('["\\]', at) or fail('"')
      parts[#parts + 1] = text:sub(at, stop - 1)
      at = stop + 1
      if text:sub(stop, stop) == '"' then
        return table.concat(parts)
      end
      parts[#parts + 1] = escapes[text:sub(at, at)] or fail("an escape that is known here")
      at = at + 1
    end
  end
  -- Reads elements up to the closing bracket; `element` reads one and puts it into the table.
  local function elements(open, close, element)
    local all = {}
    take(open)
    if skip() == close then
      at = at + 1
      return all
    end
    while true do
      element(all)
      if skip() == close then
        at = at + 1
        return all
      end
      take(",")
    end
  end

  function value()
    local first = skip()
    if first == "{" then
      return elements("{", "}", function(all)
        local key = string()
        take(":")
        all[key] = value()
      end)
    elseif first == "[" then
      return elements("[", "]", function(all)
        all[#all + 1] = value()
      end)
    elseif first == '"' then
      return string()
    end
    local word = text:match("^[%w+.-]+", at) or fail("a value")
    at = at + #word
    if words[word] ~= nil then
      return words[word]
    end
    return tonumber(word) or fail("a value")
  end

  local read = value()
  if skip() ~= "" then
    fail("the end")
  end
  return read
end

return json
