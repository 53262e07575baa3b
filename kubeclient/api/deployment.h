// apps/v1 Deployment: what a rollout needs, plus the template as the server sent it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/condition.h"
#include "kubeclient/api/int_or_percent.h"
#include "kubeclient/api/large_annotations.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/selector.h"
#include "kubeclient/api/unlimited.h"
#include "kubeclient/base/result.h"

namespace windlass {

class Decoder;

struct DeploymentStatus {
  int64_t observed_generation = 0;
  int32_t replicas = 0;
  int32_t updated_replicas = 0;
  int32_t ready_replicas = 0;
  int32_t available_replicas = 0;
  int32_t unavailable_replicas = 0;
  std::optional<int32_t> terminating_replicas;  // nullopt: not known (D-403)
  std::optional<int32_t> collision_count;
  std::vector<Condition> conditions;  // order matters for comparison (D-405)
  bool operator==(const DeploymentStatus&) const = default;
};

struct DeploymentSpec {
  int32_t replicas = 1;
  LabelSelector selector;
  Symbol strategy_type;  // "RollingUpdate", "Recreate", or another text, as written
  std::optional<IntOrPercent> max_surge;
  std::optional<IntOrPercent> max_unavailable;
  int32_t min_ready_seconds = 0;
  bool paused = false;
  std::optional<int32_t> progress_deadline_seconds;  // kUnlimited: no deadline
  std::optional<int32_t> revision_history_limit;     // kUnlimited: keep all
  // spec.template as raw JSON text, byte for byte. Immutable; shared between copies of the object.
  //   - Set while the status has not observed the latest generation, because a rollout may then
  //     begin and need the text.
  //   - After that, set only if DecodeInterests::KeepsTemplate returns true. Otherwise null,
  //     because templates of 64 KiB in 20,000 Deployments would take 1.3 GB.
  //   - In both cases null if the cache has no room for the text (Slim, Cut).
  std::shared_ptr<const std::string> template_json;
  Fingerprint template_fingerprint;  // of the template's canonical form
  Fingerprint template_text;         // of the template's bytes
};

struct Deployment {
  ObjectMeta meta;  // its annotations lack large_annotations
  DeploymentSpec spec;
  DeploymentStatus status;
  LargeAnnotations large_annotations{};
};

// Returns kMalformed if the object has no metadata.name. An absent spec.replicas is 1, an absent
// template is {}.
Result<Deployment> DecodeDeployment(Decoder& decoder, std::string_view object_json);

// These do for a Deployment what the functions of the same names in object_meta.h do for an
// ObjectMeta.
//   - BytesOf includes sizeof(Deployment).
//   - Cut also drops large_annotations, the text of the template, and the selector if it is large
//     (selector.h). It keeps all else.
size_t BytesOf(const Deployment& object);
size_t TextBytesOf(const Deployment& object);
void Cut(Deployment& object);
// Drops the text of the template, which can be read from the API server again. Returns false if
// there is no text.
bool Slim(Deployment& object);

}  // namespace windlass
