// What a scalar without quotes means in a Kubernetes manifest: YAML 1.1 as kubectl reads it
// (sigs.k8s.io/yaml 1.6).
#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace windlass {

using YamlScalar = std::variant<std::nullptr_t, bool, int64_t, uint64_t, double, std::string>;

// Returns the value of the plain scalar `text`:
//
//   "", ~, null            null
//   true, Yes, on, y       true
//   false, No, off, n      false
//   12, 1_000, 0x1F, 0b11  whole numbers; 0644 and 0o644 are octal: 420
//   1.5, .5, 1e3           numbers
//   anything else          a text; also 2001-12-14 and 1:30
YamlScalar ResolveYamlScalar(const std::string& text);

}  // namespace windlass
