// Finds what the schema of a CRD refuses: wrong types, missing fields, values that are not in the
// enumeration, numbers and lengths out of bounds, and two elements of a list with the same key.
// CEL rules are not part of it.
#pragma once

#include <string>

#include "test/sim/api_answer.h"
#include "test/sim/object.h"

namespace windlass::sim {

// `path` is where `value` is in its object: "status", or "" for the whole object.
Causes ValidateSchema(const Json& schema, const Json& value, const std::string& path);

}  // namespace windlass::sim
