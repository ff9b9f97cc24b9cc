-- Says whether a value has the shape that its module documents.
-- Must allow nothing more: a field that the form does not name is a fault.

local shape = {}

local function plain_fault(value, form, path)
  local optional = form:sub(-1) == "?"
  if value == nil and optional then return nil end
  local kind = optional and form:sub(1, -2) or form
  if kind == "integer" and math.type(value) == "integer" or type(value) == kind then return nil end
  return ("%s is a %s, not a %s"):format(path, math.type(value) or type(value), kind)
end

local function table_fault(value, form, path)
  if value == nil and form.optional then return nil end
  if type(value) ~= "table" then return ("%s is a %s, not a table"):format(path, type(value)) end
  for key in pairs(value) do
    if form[key] == nil then return ("%s has a field %s"):format(path, tostring(key)) end
  end
  for key, inner in pairs(form) do
    local why = key ~= "optional" and shape.fault(value[key], inner, path .. "." .. key)
    if why then return why end
  end
end

local function list_fault(value, form, path)
  if value == nil and form.optional then return nil end
  if type(value) ~= "table" then return ("%s is a %s, not a table"):format(path, type(value)) end
  local count = 0
  for _ in pairs(value) do count = count + 1 end
  if count ~= #value then return path .. " is not a plain array" end
  for index, inner in ipairs(value) do
    local why = shape.fault(inner, form.each, ("%s[%d]"):format(path, index))
    if why then return why end
  end
end

--- What is wrong with a value, or nil.
-- @param form "string", "integer?" …; { field = form, optional = true|nil }; { each = form, optional = true|nil } for an array
function shape.fault(value, form, path)
  path = path or "the answer"
  if type(form) == "string" then return plain_fault(value, form, path) end
  if form.each then return list_fault(value, form, path) end
  return table_fault(value, form, path)
end

--- The answer of a function that hands out a value of this shape, or nil and a message.
function shape.answer_fault(form, value, message)
  if value == nil then return plain_fault(message, "string", "the message") end
  return shape.fault(value, form)
end

return shape
