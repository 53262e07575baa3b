#include "controller/runtime/watching_controller.h"

#include <algorithm>
#include <span>

namespace windlass {

std::vector<std::string_view> ValuesOf(const MetricLabel& label,
                                       const ControllerList& controllers) {
  std::vector<std::string_view> values;
  const auto add = [&values](std::span<const std::string_view> more) {
    for (const std::string_view value : more) {
      if (std::ranges::count(values, value) == 0) values.push_back(value);
    }
  };
  for (const ControllerEntry& entry : controllers) {
    for (const LabelWords& words : entry.label_words) {
      if (label.open && words.label == label.name) add(words.values);
    }
  }
  add(label.values);
  return values;
}

}  // namespace windlass
