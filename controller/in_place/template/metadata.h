// Compares the labels and annotations of two templates: which of them change, and which changes a
// running Pod would not notice (P-007).
#pragma once

#include <optional>
#include <string>

#include "controller/in_place/template/changes.h"
#include "controller/in_place/template/json_diff.h"
#include "controller/workload/in_place_annotations.h"

namespace windlass::in_place {

// The label of a Pod that names its revision. Our patches of Pods write it, and no template may
// change it (P-028).
inline constexpr std::string_view kRevisionLabel = "windlass.dev/revision";

// Returns the changes from map `from` to map `to`. A value that is not a JSON object of texts
// counts as an empty map.
TextChanges CompareMaps(const Json& from, const Json& to);

// Returns the first changed key that cannot change in a running Pod, as a pointer into the
// template; nullopt if there is none. The API server or Windlass refuses to change the key, or its
// change has an effect only on new containers.
std::optional<std::string> FindFrozenKey(const TextChanges& labels, const TextChanges& annotations);
// Removes from the changes all keys that FindFrozenKey looks for.
void DropFrozenKeys(TextChanges& labels, TextChanges& annotations);

// Returns the first changed label that matchLabelKeys or mismatchLabelKeys in `spec` name, as a
// pointer into the template; nullopt if there is none. When a Pod is created, its spec gets a copy
// of that label's value. A later change of the label does not change this copy.
std::optional<std::string> FindMatchLabelKey(const TextChanges& labels, const Json& spec);

// Finds the first environment variable of `container` that is read from a changed label or
// annotation: it keeps its old value until the container is created anew. Returns a pointer,
// relative to the container, to the field that names the label or annotation, such as
// "/env/2/valueFrom/fieldRef/fieldPath"; nullopt if there is none.
std::optional<std::string> FindEnvOf(const Json& container, const TextChanges& labels,
                                     const TextChanges& annotations);

}  // namespace windlass::in_place
