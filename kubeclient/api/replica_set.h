// apps/v1 ReplicaSet: sizes, status counters and the fingerprint of its template. A Deployment
// usually has ten old ReplicaSets, so the template's text is kept only if a user of the decoder is
// interested in it (decode_interest.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/condition.h"
#include "kubeclient/api/large_annotations.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/result.h"

namespace windlass {

class Decoder;

struct ReplicaSetStatus {
  int64_t observed_generation = 0;
  int32_t replicas = 0;
  int32_t ready_replicas = 0;
  int32_t available_replicas = 0;
  std::optional<int32_t> terminating_replicas;
  std::vector<Condition> conditions;
  bool operator==(const ReplicaSetStatus&) const = default;
};

// The sizes (spec.replicas) that the ReplicaSet controller was told, and whose effect the status
// may not show yet. The controller writes the status from its cache. This cache may
//   - lack Pods that the controller itself created
//   - still have Pods that it deleted
// So code that counts Pods by a status needs these sizes, too.
// Each version of a ReplicaSet has its own values, so a handler of the store can compare them
// before and after a change.
//
// Example of Pods that the status lacks: with spec.replicas 10 the controller creates 10 Pods and
// sees 3 of them. Then spec.replicas becomes 5, and the controller observes that change. Now the
// status shows 3 Pods of 5, while 10 are alive.
struct Told {
  // False if `largest` may be too low, because this process may have missed a value of
  // spec.replicas:
  //   - The store first gets the ReplicaSet, and its generation is above 1.
  //   - The next version has neither the same generation nor the next one. Examples: a list or an
  //     uncached read skipped generations; etcd was restored.
  // NoteCounted sets it to true.
  bool known = true;
  // Up to this many Pods may be alive, even if the status shows fewer.
  //   - Rises with spec.replicas.
  //   - Falls to spec.replicas if a status of the latest generation counts at least `largest` Pods:
  //     such a status lacks no Pod. It does not fall while `known` is false.
  //   - NoteCounted may lower it, too.
  int32_t largest = 0;
  // The controller has kept at least this many of the Pods that the status counts. nullopt: at
  // least all ready ones.
  // Example: a ReplicaSet with 6 available Pods is set to 0, and to 6 again at once. `lowest` is 0:
  // the status still counts 6 Pods, but all six may be gone.
  // `lowest` becomes
  //   - spec.replicas if that falls, unless `lowest` is lower already
  //   - 0 if a version skips generations or goes back to an earlier one (see `known`)
  //   - 0 if the store first gets the ReplicaSet, `known` is false, and the status has not observed
  //     the latest generation
  //   - nullopt if a status of the latest generation counts at most `lowest` Pods, or at most
  //     `lowest` ready Pods
  //   - nullopt if the code that uses the store resets it, long enough after observed_since
  std::optional<int32_t> lowest{};
  // Since when the status has observed the latest generation while `lowest` is set. The code that
  // uses the store sets this (Store::Amend). The function Remember does not set it; it resets it to
  // nullopt if the latest generation is not observed or if `lowest` is nullopt.
  std::optional<WallTime> observed_since{};
};

struct ReplicaSet {
  ObjectMeta meta;       // its annotations lack large_annotations
  int32_t replicas = 1;  // spec.replicas
  int32_t min_ready_seconds = 0;
  Fingerprint template_fingerprint;  // of the template's canonical form
  Fingerprint template_text;         // of the template's bytes
  // spec.template as raw JSON text. Null if DecodeInterests::KeepsTemplate returns false, or if the
  // cache has no room for the object (Cut). Immutable; shared between copies of the object.
  std::shared_ptr<const std::string> template_json;
  ReplicaSetStatus status;
  Told told;  // computed by the store (Remember); not in the API
  LargeAnnotations large_annotations{};
};

// Returns true if the controller has acted upon the latest spec: it now creates Pods only up to
// that spec's size.
inline bool IsObserved(const ReplicaSet& rs) {
  return rs.status.observed_generation >= rs.meta.generation;
}

// Computes now.told from before->told and both versions of the ReplicaSet. The store calls this
// when `now` replaces `before`. If `now` is new to the store, `before` is null.
void Remember(const ReplicaSet* before, ReplicaSet& now);

// Call this after an uncached list showed `live` Pods of `rs` that have not ended and are not being
// deleted. The request must have been sent after the controller observed the latest generation:
// since then the controller creates Pods only up to the present size.
//   - told.known becomes true
//   - told.largest becomes the larger of `live` and spec.replicas
//   - told.lowest stays, because the live Pods may be new ones that are not ready yet
void NoteCounted(ReplicaSet& rs, int32_t live);

// Returns kMalformed if the object has no metadata.name. An absent spec.replicas is 1, an absent
// template is {}. Drops a status of a later generation: it was written for a deleted ReplicaSet of
// the same name (D-261).
Result<ReplicaSet> DecodeReplicaSet(Decoder& decoder, std::string_view object_json);

// These functions do for a ReplicaSet what the functions of the same names in object_meta.h do for
// an ObjectMeta. BytesOf includes sizeof(ReplicaSet). A ReplicaSet that was cut keeps its sizes and
// its status.
size_t BytesOf(const ReplicaSet& object);
void Cut(ReplicaSet& object);

}  // namespace windlass
