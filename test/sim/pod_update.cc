#include "test/sim/pod_update.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace windlass::sim {
namespace {

constexpr std::string_view kForbidden =
    "pod updates may not change fields other than `spec.containers[*].image`,"
    "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
    "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set "
    "to 1 if it was previously negative)";

size_t CountOf(const Json& list) { return list.is_array() ? list.size() : 0; }

// Returns false if the lists cannot be compared container by container.
bool CheckContainers(Causes& causes, const Json& before, const Json& after, const char* list) {
  const Json& containers = At(after, {"spec", list});
  const std::string field = std::string("spec.") + list;
  if (CountOf(containers) != CountOf(At(before, {"spec", list}))) {
    causes.push_back(ForbiddenField(field, "pod updates may not add or remove containers"));
    return false;
  }
  for (size_t i = 0; i < CountOf(containers); ++i) {
    const std::string image = TextAt(containers[i], {"image"});
    if (image.empty() || (image.front() != ' ' && image.back() != ' ')) continue;
    causes.push_back(InvalidValue(field + "[" + std::to_string(i) + "].image", image,
                                  "must not have leading or trailing whitespace"));
  }
  return true;
}

void CheckTolerations(Causes& causes, const Json& before, const Json& after) {
  const auto timeless = [](Json toleration) {
    if (toleration.is_object()) toleration.erase("tolerationSeconds");
    return toleration;
  };
  const Json& present = At(after, {"spec", "tolerations"});
  for (const Json& old : At(before, {"spec", "tolerations"})) {
    const bool kept = present.is_array() && std::ranges::any_of(present, [&](const Json& one) {
                        return timeless(one) == timeless(old);
                      });
    if (kept) continue;
    causes.push_back(
        ForbiddenField("spec.tolerations",
                       "existing toleration can not be modified except its tolerationSeconds"));
    return;
  }
}

void CheckDeadline(Causes& causes, const Json& before, const Json& after) {
  const Json& old = At(before, {"spec", "activeDeadlineSeconds"});
  const Json& wished = At(after, {"spec", "activeDeadlineSeconds"});
  if (old.is_null() || (wished.is_number_integer() && wished <= old)) return;
  causes.push_back(InvalidValue("spec.activeDeadlineSeconds", wished,
                                "must be less than or equal to previous value"));
}

// Returns the spec of `after` with all changes undone that are allowed.
Json Fixed(const Json& before, const Json& after) {
  Json spec = At(after, {"spec"});
  for (const char* list : {"containers", "initContainers"}) {
    const Json& old = At(before, {"spec", list});
    for (size_t i = 0; i < CountOf(old); ++i) spec[list][i]["image"] = old[i]["image"];
  }
  for (const char* field : {"tolerations", "activeDeadlineSeconds"}) {
    const Json& old = At(before, {"spec", field});
    spec.erase(field);
    if (!old.is_null()) spec[field] = old;
  }
  return spec;
}

}  // namespace

Causes ValidatePodUpdate(const Json& before, const Json& after) {
  Causes causes;
  for (const char* list : {"containers", "initContainers"}) {
    if (!CheckContainers(causes, before, after, list)) return causes;
  }
  CheckDeadline(causes, before, after);
  CheckTolerations(causes, before, after);
  if (Fixed(before, after) != At(before, {"spec"})) {
    causes.push_back(ForbiddenField("spec", kForbidden));
  }
  return causes;
}

}  // namespace windlass::sim
