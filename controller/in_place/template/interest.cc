#include "controller/in_place/template/interest.h"

#include <algorithm>

#include "controller/in_place/template/drain.h"
#include "controller/workload/in_place_annotations.h"

namespace windlass::in_place {

bool KeepsTemplate(const ObjectMeta& rs) {
  constexpr std::string_view kDisabled = "disabled";
  const auto value = rs.annotations.Find(kInPlaceKey);
  if (!value) return false;
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return !std::ranges::equal(*value, kDisabled, {}, lower);
}

bool KeepsAllWith(std::string_view key) {
  return key.starts_with(kInPlaceKey) || key.starts_with("internal.windlass.dev/");
}

bool KeepsPodAnnotation(std::string_view key) {
  return key.starts_with("windlass.dev/") || key == "controller.kubernetes.io/pod-deletion-cost";
}

DecodeInterest Interest() {
  return {.keeps_template = KeepsTemplate,
          .keeps_all_with = KeepsAllWith,
          .keeps_pod_annotation = KeepsPodAnnotation,
          .pod_gate = kReadyGate};
}

}  // namespace windlass::in_place
