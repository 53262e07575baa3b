// Labels and annotations of a template: what changes, and what of it a running Pod would not notice
// (P-007).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/in_place/changes.h"
#include "controller/in_place/json_diff.h"

namespace windlass::in_place {

// A label that only we write, in every patch of a Pod (P-028).
inline constexpr std::string_view kRevisionLabel = "windlass.dev/revision";

// `from` and `to` are maps of texts; anything else counts as an empty one.
TextChanges CompareMaps(const Json& from, const Json& to);

// The first key among the changes that the API server or we refuse to change in a Pod, or that is
// only looked at when a container is created; as a pointer into the template.
std::optional<std::string> FindFrozenKey(const TextChanges& labels, const TextChanges& annotations);
// Leaves such keys out.
void DropFrozenKeys(TextChanges& labels, TextChanges& annotations);

// The first changed label that a matchLabelKeys or mismatchLabelKeys of `spec` names: its value was
// written into the Pod's spec when the Pod was made. As a pointer into the template.
std::optional<std::string> FindMatchLabelKey(const TextChanges& labels, const Json& spec);

// The first environment variable of `container` that is read from a changed label or annotation,
// and so keeps its old value until the container is created anew; as a pointer into the container.
std::optional<std::string> FindEnvOf(const Json& container, const TextChanges& labels,
                                     const TextChanges& annotations);

}  // namespace windlass::in_place
