// apps/v1 ReplicaSet: sizes, status counters and the fingerprint of its template. Ten old
// ReplicaSets per Deployment are usual, so the template itself is kept only where a user of the
// decoder is interested in it (decode_interest.h).
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

// How many Pods the ReplicaSet controller may have made without counting them in the status. It
// writes each status from the Pods it has seen by then, and has not seen all that it made: not even
// where the status shows the latest generation. A worked example: it is told 10, makes 10 Pods and
// sees 3 of them; it is told 5 instead and observes that; the status then shows 3 Pods of 5 while
// 10 are alive.
struct Told {
  // Whether every spec.replicas since the latest count was held by this process. False after a
  // start, and where a list skips generations.
  bool known = true;
  // The largest spec.replicas in force since the controller counted all Pods it may have made: with
  // the latest generation observed, status.replicas was this or more. Never below spec.replicas.
  int32_t largest = 0;
};

struct ReplicaSet {
  ObjectMeta meta;
  int32_t replicas = 1;  // spec.replicas
  int32_t min_ready_seconds = 0;
  Fingerprint template_fingerprint;  // of what the template means
  Fingerprint template_text;         // of its bytes
  // spec.template: raw JSON text, only where DecodeInterests::KeepsTemplate; else null. Immutable;
  // shared between copies of the object.
  std::shared_ptr<const std::string> template_json;
  ReplicaSetStatus status;
  Told told;  // kept by the store, not by the API
};

// The controller has acted upon the latest spec and makes Pods for no other size any more.
inline bool IsObserved(const ReplicaSet& rs) {
  return rs.status.observed_generation >= rs.meta.generation;
}

// What the store calls when `now` takes the place of `before`, or is held for the first time
// (null): carries Told over.
void Remember(const ReplicaSet* before, ReplicaSet& now);

// An uncached list, asked for after the controller had observed the latest generation, shows
// `live` Pods of `rs`: it makes more only up to its present size.
void NoteCounted(ReplicaSet& rs, int32_t live);

// Error kMalformed without a metadata.name. An absent spec.replicas is 1, an absent template is {}.
Result<ReplicaSet> DecodeReplicaSet(Decoder& decoder, std::string_view object_json);

}  // namespace windlass
