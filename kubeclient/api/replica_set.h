// apps/v1 ReplicaSet: sizes, status counters and the fingerprint of its template. Ten old
// ReplicaSets per Deployment are usual, so the template itself is kept only where Pods are updated
// in place, which compares templates at every step.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/condition.h"
#include "kubeclient/api/object_meta.h"

namespace windlass {

struct ReplicaSetStatus {
  int64_t observed_generation = 0;
  int32_t replicas = 0;
  int32_t ready_replicas = 0;
  int32_t available_replicas = 0;
  std::optional<int32_t> terminating_replicas;
  std::vector<Condition> conditions;
  bool operator==(const ReplicaSetStatus&) const = default;
};

struct ReplicaSet {
  ObjectMeta meta;
  int32_t replicas = 1;  // spec.replicas
  int32_t min_ready_seconds = 0;
  Fingerprint template_fingerprint;  // of what the template means
  Fingerprint template_text;         // of its bytes
  // spec.template: raw JSON text, only where KeepsTemplate; else null. Immutable; shared between
  // copies of the object.
  std::shared_ptr<const std::string> template_json;
  ReplicaSetStatus status;
};

// What a user asks of in-place updates; mirrored from the Deployment to its ReplicaSets.
inline constexpr std::string_view kInPlaceAnnotation = "windlass.dev/in-place";

// Whether a ReplicaSet with these annotations is of a Deployment that may be updated in place: the
// annotation above has a value other than "Disabled", in whatever case.
bool KeepsTemplate(const StringMap& annotations);

}  // namespace windlass
