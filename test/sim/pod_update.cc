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

namespace {

constexpr const char* kQuantityLists[] = {"requests", "limits"};
constexpr const char* kQuantities[] = {"cpu", "memory"};

const Json& QuantityOf(const Json& container, const char* list, const char* resource) {
  return At(container, {"resources", list, resource});
}

void CheckRemoved(Causes& causes, const Json& before, const Json& after, const std::string& field) {
  for (const char* list : kQuantityLists) {
    for (const char* resource : kQuantities) {
      if (QuantityOf(before, list, resource).is_null()) continue;
      if (!QuantityOf(after, list, resource).is_null()) continue;
      causes.push_back(ForbiddenField(field + ".resources." + list,
                                      "resource " + std::string(list) + " cannot be removed"));
      break;
    }
  }
}

// Returns the container without cpu, memory and resizePolicy.
Json WithoutQuantities(Json container) {
  container.erase("resizePolicy");
  for (const char* list : kQuantityLists) {
    if (!At(container, {"resources", list}).is_object()) continue;
    Json& quantities = container["resources"][list];
    for (const char* resource : kQuantities) quantities.erase(resource);
    if (quantities.empty()) container["resources"].erase(list);
  }
  return container;
}

}  // namespace

std::string QosOf(const Json& pod) {
  bool any = false;
  bool guaranteed = true;
  for (const char* containers : {"containers", "initContainers"}) {
    for (const Json& container : At(pod, {"spec", containers})) {
      for (const char* resource : kQuantities) {
        const Json& request = QuantityOf(container, "requests", resource);
        const Json& limit = QuantityOf(container, "limits", resource);
        any = any || !request.is_null() || !limit.is_null();
        guaranteed = guaranteed && !limit.is_null() && request == limit;
      }
    }
  }
  if (!any) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}

Causes ValidatePodResize(const Json& before, const Json& after) {
  Causes causes;
  if (QosOf(before) != QosOf(after)) {
    causes.push_back(
        InvalidValue("spec", QosOf(after), "Pod QOS Class may not change as a result of resizing"));
  }
  for (const Json& status : At(before, {"status", "containerStatuses"})) {
    if (At(status, {"state", "running"}).is_null()) continue;
    if (status.contains("resources")) break;
    causes.push_back(ForbiddenField("spec", "Pod running on node without support for resize"));
    break;
  }
  for (const char* list : {"containers", "initContainers"}) {
    const Json& old = At(before, {"spec", list});
    const Json& wished = At(after, {"spec", list});
    const std::string field = std::string("spec.") + list;
    if (CountOf(old) != CountOf(wished)) {
      causes.push_back(
          ForbiddenField(field, std::string(list) + " may not be added or removed on resize"));
      return causes;
    }
    for (size_t i = 0; i < CountOf(old); ++i) {
      const std::string place = field + "[" + std::to_string(i) + "]";
      if (TextAt(old[i], {"name"}) != TextAt(wished[i], {"name"})) {
        causes.push_back(ForbiddenField(
            place + ".name", std::string(list) + " may not be renamed or reordered on resize"));
        return causes;
      }
      CheckRemoved(causes, old[i], wished[i], place);
      if (WithoutQuantities(old[i]) == WithoutQuantities(wished[i])) continue;
      causes.push_back(ForbiddenField("spec", "only cpu and memory resources are mutable"));
    }
  }
  return causes;
}

}  // namespace windlass::sim
