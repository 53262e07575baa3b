// The JSON library, for headers that define types with JSON members. Headers that only declare
// functions on JSON values include nlohmann/json_fwd.hpp.
#pragma once

#include <nlohmann/json.hpp>
