#include "kubeclient/config/client_config.h"

#include <cstdlib>

namespace windlass {

std::optional<std::string> ProcessEnvironment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

}  // namespace windlass
