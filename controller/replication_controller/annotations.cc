#include "controller/replication_controller/annotations.h"

#include <charconv>

namespace windlass::replication_controller {

std::string SourceIdOf(const ReplicationController& source) {
  return source.meta.name + ":" + source.meta.uid.ToString();
}

std::string_view Annotation(const ReplicationController& controller, std::string_view key) {
  return controller.meta.annotations.Find(key).value_or(std::string_view());
}

std::optional<int32_t> NumberIn(const ReplicationController& controller, std::string_view key) {
  const std::string_view text = Annotation(controller, key);
  int32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc{} || after != end || number < 0) return std::nullopt;
  return number;
}

}  // namespace windlass::replication_controller
