// The JSON library, for headers whose types hold JSON values. Those that only name them include
// nlohmann/json_fwd.hpp.
#pragma once

#include <nlohmann/json.hpp>
