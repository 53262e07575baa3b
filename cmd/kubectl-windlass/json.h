// The JSON library, for headers whose types hold JSON values. Headers that only name such values
// include nlohmann/json_fwd.hpp.
#pragma once

#include <nlohmann/json.hpp>
