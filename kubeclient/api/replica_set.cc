#include "kubeclient/api/replica_set.h"

#include <algorithm>

namespace windlass {

bool KeepsTemplate(const StringMap& annotations) {
  constexpr std::string_view kDisabled = "disabled";
  const auto value = annotations.Find(kInPlaceAnnotation);
  if (!value) return false;
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return !std::ranges::equal(*value, kDisabled, {}, lower);
}

}  // namespace windlass
