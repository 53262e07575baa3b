// The names by which API servers know Windlass. Its programs hand them to kubeclient, which has no
// names of its own.
#pragma once

#include <string_view>

namespace windlass {

// managedFields shows this name for each field that the daemon writes.
inline constexpr std::string_view kOwnFieldManager = "windlass";

// Of the custom resources of Windlass.
inline constexpr std::string_view kOwnApiGroup = "windlass.dev";

}  // namespace windlass
