// ConfigMaps as the toy controller reads and writes them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "test/sim/world.h"

namespace windlass::sim {

// Returns a ConfigMap that gives its text `value` to the ConfigMap `copy_to`. Both may be empty.
inline Json CopiedMap(const std::string& name, const std::string& copy_to,
                      const std::string& value) {
  Json map = {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", name}}}};
  if (!copy_to.empty()) map["metadata"]["annotations"]["toy.windlass.dev/copy-to"] = copy_to;
  if (!value.empty()) map["data"]["value"] = value;
  return map;
}

// Returns the text that the ConfigMap was given; "" if there is none.
inline std::string ValueOf(World& world, const std::string& name) {
  const Object map = world.api().Find({resources::kConfigMaps, "default", name});
  return map == nullptr ? "" : AnnotationOf(*map, "toy.windlass.dev/value");
}

}  // namespace windlass::sim
