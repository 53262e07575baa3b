#include "controller/in_place/template/metadata.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace windlass::in_place {
namespace {

// Annotations that are immutable, or whose changes have an effect only on new containers.
constexpr std::string_view kFrozenPrefixes[] = {"container.apparmor.security.beta.kubernetes.io/",
                                                "container.seccomp.security.alpha.kubernetes.io/",
                                                "seccomp.security.alpha.kubernetes.io/"};
constexpr std::string_view kMirror = "kubernetes.io/config.mirror";

bool IsFrozen(std::string_view annotation) {
  return annotation == kPodState || annotation == kMirror ||
         std::ranges::any_of(kFrozenPrefixes, [&](std::string_view prefix) {
           return annotation.starts_with(prefix);
         });
}

bool IsTextMap(const Json& json) {
  return json.is_object() &&
         std::ranges::all_of(json, [](const Json& value) { return value.is_string(); });
}

// Calls on_term(term) for every part of `spec` that can have matchLabelKeys.
template <typename OnTerm>
void VisitTerms(const Json& spec, OnTerm&& on_term) {
  for (const Json& constraint : Member(spec, "topologySpreadConstraints")) on_term(constraint);
  for (const char* affinity : {"podAffinity", "podAntiAffinity"}) {
    const Json& terms = Member(Member(spec, "affinity"), affinity);
    for (const Json& term : Member(terms, "requiredDuringSchedulingIgnoredDuringExecution")) {
      on_term(term);
    }
    for (const Json& weighted : Member(terms, "preferredDuringSchedulingIgnoredDuringExecution")) {
      on_term(Member(weighted, "podAffinityTerm"));
    }
  }
}

// Returns true if `path` is "metadata.<map>['<key>']" with a key that changes.
bool Reads(std::string_view path, std::string_view map, const TextChanges& changes) {
  const std::string prefix = "metadata." + std::string(map) + "['";
  if (!path.starts_with(prefix) || !path.ends_with("']")) return false;
  path.remove_prefix(prefix.size());
  if (path.size() < 2) return false;
  path.remove_suffix(2);
  return changes.contains(std::string(path));
}

}  // namespace

TextChanges CompareMaps(const Json& from, const Json& to) {
  const Json empty = Json::object();
  const Json& before = IsTextMap(from) ? from : empty;
  const Json& after = IsTextMap(to) ? to : empty;
  TextChanges changes;
  for (const auto& [key, value] : before.items()) {
    if (!after.contains(key)) changes[key] = std::nullopt;
  }
  for (const auto& [key, value] : after.items()) {
    if (Member(before, key) != value) changes[key] = value.get<std::string>();
  }
  return changes;
}

std::optional<std::string> FindFrozenKey(const TextChanges& labels,
                                         const TextChanges& annotations) {
  for (const auto& [key, value] : annotations) {
    if (IsFrozen(key)) return "/metadata/annotations" + PointerTo(key);
  }
  const std::string ours(kRevisionLabel);
  if (labels.contains(ours)) return "/metadata/labels" + PointerTo(ours);
  return std::nullopt;
}

void DropFrozenKeys(TextChanges& labels, TextChanges& annotations) {
  std::erase_if(annotations, [](const auto& change) { return IsFrozen(change.first); });
  labels.erase(std::string(kRevisionLabel));
}

std::optional<std::string> FindMatchLabelKey(const TextChanges& labels, const Json& spec) {
  std::optional<std::string> found;
  VisitTerms(spec, [&](const Json& term) {
    for (const char* list : {"matchLabelKeys", "mismatchLabelKeys"}) {
      for (const Json& key : Member(term, list)) {
        if (found || !key.is_string() || !labels.contains(key.get<std::string>())) continue;
        found = "/metadata/labels" + PointerTo(key.get<std::string>());
      }
    }
  });
  return found;
}

std::optional<std::string> FindEnvOf(const Json& container, const TextChanges& labels,
                                     const TextChanges& annotations) {
  const Json& env = Member(container, "env");
  for (size_t i = 0; env.is_array() && i < env.size(); ++i) {
    const Json& path = At(env[i], "/valueFrom/fieldRef/fieldPath");
    if (!path.is_string()) continue;
    const auto& text = path.get_ref<const std::string&>();
    if (Reads(text, "labels", labels) || Reads(text, "annotations", annotations)) {
      return "/env" + PointerTo(i) + "/valueFrom/fieldRef/fieldPath";
    }
  }
  return std::nullopt;
}

}  // namespace windlass::in_place
