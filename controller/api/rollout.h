// windlass.dev/v1alpha1 Rollout: the fields of a Deployment, under the same names, and what only a
// Rollout has.
//
// Unlike the template of a Deployment, the stored template has none of the API server's defaults:
// the schema of a Rollout does not know the fields of a Pod. A ReplicaSet made of the template has
// the defaults.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/condition.h"
#include "kubeclient/api/int_or_percent.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/selector.h"
#include "kubeclient/base/result.h"

namespace windlass {

class Decoder;

// An element of spec.strategy.steps. The schema demands exactly one of setUpdated and pause.
struct RolloutStep {
  std::optional<IntOrPercent> set_updated{};
  bool pause = false;
  std::optional<std::string> duration{};  // of the pause: "1h30m"; nullopt: until promoted
  bool operator==(const RolloutStep&) const = default;
};

// spec.strategy.services: names of Services; "" for a Service that is not named.
struct RolloutServices {
  std::string stable{};
  std::string canary{};
  bool operator==(const RolloutServices&) const = default;
};

struct RolloutStrategy {
  Symbol type;  // "RollingUpdate", "Recreate", "InPlaceIfPossible", "InPlaceOnly", or other
  std::optional<IntOrPercent> max_surge{};
  std::optional<IntOrPercent> max_unavailable{};
  std::optional<IntOrPercent> partition{};  // Pods that keep the old revision
  std::vector<RolloutStep> steps{};
  RolloutServices services{};
  // The fields of inPlace by name, each value as text: "Auto", "25%", "3", "true". drainLabel has
  // no entry of its own. If drain is Label, the entry of drain contains it:
  // "Label:<key>=<serving>/<drained>".
  std::map<std::string, std::string, std::less<>> in_place{};
  bool operator==(const RolloutStrategy&) const = default;
};

struct RolloutSpec {
  int32_t replicas = 1;
  LabelSelector selector;
  RolloutStrategy strategy;
  int32_t min_ready_seconds = 0;
  bool paused = false;
  bool abort = false;
  // The revision of spec.rollbackTo. 0 means the revision before the present one; a rollbackTo of
  // {} counts as 0. nullopt: no rollback is asked for.
  std::optional<int64_t> rollback_to;
  std::optional<int32_t> progress_deadline_seconds;  // kUnlimited = none
  std::optional<int32_t> revision_history_limit;     // kUnlimited = keep all
  // spec.template: raw JSON text, byte for byte. Immutable; shared between copies of the object.
  std::shared_ptr<const std::string> template_json;
  Fingerprint template_fingerprint;  // of the template's canonical form
  Fingerprint template_text;         // of the template's bytes
};

// status.step: where the rollout of one template stands among its steps.
struct RolloutStepStatus {
  int32_t index = 0;  // of the step under way, from 1; above `total` when all steps are done
  int32_t total = 0;
  WallTime started_at;
  int64_t revision = 0;       // of the rollout
  std::string template_id{};  // of the requested template
  // The size by which the step is judged: the largest spec.replicas with which this or an earlier
  // step began. Example: 10, if step 1 began with 10 and step 2 with 4. The size decides whether
  // the step asks for all Pods, and whether a scale-down has left it without Pods (RO-190, RO-192).
  // Special values:
  //   - 0: the step began without replicas. The first spec.replicas above 0 becomes the size
  //   - 1, if the step asks for 0 of 1 Pods: the first spec.replicas above 1 becomes the size
  //   - nullopt: not stored, as by v0.1.0
  std::optional<int32_t> replicas{};
  // The next three are zero except while the time of a pause runs. A step with `shortened_from`
  // counts as a pause, too (RO-132).
  //   - `available_since`: since when the Pods of the pause have been available. CountTime in
  //     controller/rollout/steps.cc says when this time begins anew.
  //   - `available`: how many Pods the step asked for when all of them were last available.
  //     Example: 2 of 10. After a scale-up to 20, it stays 2 until 4 are available.
  //   - `available_of`: spec.replicas when `available` was set
  WallTime available_since{};
  int32_t available = 0;
  int32_t available_of = 0;
  // Set if a user has cut the present step off the end of the list: the index that the step had in
  // the longer list. Otherwise 0, and 0 again as soon as the list has that many steps again.
  // Example: 3, if a list of 4 steps was cut to 2 in step 3.
  int32_t shortened_from = 0;
  bool operator==(const RolloutStepStatus&) const = default;
};

// A ReplicaSet as the status names it; both fields are empty if it names none.
struct NamedReplicaSet {
  Symbol name{};
  Symbol template_hash{};  // its label pod-template-hash
  bool operator==(const NamedReplicaSet&) const = default;
};

// status.rolledBack: the last rollback.
struct RolledBack {
  int64_t revision = 0;    // as asked for
  int64_t became = 0;      // the number that this revision has since the rollback
  int64_t generation = 0;  // metadata.generation after the rollback
  // True if the user asked for 0, the revision before the present one. `revision` is then the
  // number that the target of the rollback had before it.
  bool to_previous = false;
  bool operator==(const RolledBack&) const = default;
};

struct RolloutStatus {
  // 0 before the first status. The API server then shows -1, the default of the CRD, which is read
  // as 0 (RO-060).
  int64_t observed_generation = 0;
  int32_t replicas = 0;
  int32_t updated_replicas = 0;
  int32_t ready_replicas = 0;
  int32_t available_replicas = 0;
  int32_t unavailable_replicas = 0;
  std::optional<int32_t> terminating_replicas;  // absent is not 0 (D-403)
  std::optional<int32_t> collision_count;
  std::string selector;                    // in query form, for the scale subresource
  std::string current_revision;            // a number as text, as ReplicaSets have it; or ""
  std::optional<int64_t> stable_revision;  // the last complete revision
  std::string stable_template;             // the requested template of stable_revision
  NamedReplicaSet current_replica_set;     // of current_revision
  NamedReplicaSet stable_replica_set;      // of stable_revision
  Symbol images;                           // the images that new Pods get now: "app:v2,agent:v1"
  Symbol stable_images;                    // the images of stable_revision
  Symbol step_text;                        // "2/4"; "done": all steps are over
  std::string phase;
  std::string message;
  std::optional<RolloutStepStatus> step;
  std::optional<RolledBack> rolled_back;
  std::vector<Condition> conditions;
  bool operator==(const RolloutStatus&) const = default;
};

struct Rollout {
  ObjectMeta meta;
  RolloutSpec spec;
  RolloutStatus status;
};

// Returns kMalformed if `object_json` cannot be read, or has no metadata.name. An absent
// spec.replicas is 1, an absent template is {}.
Result<Rollout> DecodeRollout(Decoder& decoder, std::string_view object_json);

//   - BytesOf returns about how much memory the Rollout takes.
//   - TextBytesOf returns how many bytes the texts of its labels, annotations, owners and selector
//     take, as in object_meta.h.
//   - Cut drops large parts of the object: the template, a spec.selector or status.selector of more
//     than kLabelBytesOfCut bytes, and the parts of the metadata that Cut of object_meta.h drops.
size_t BytesOf(const Rollout& object);
size_t TextBytesOf(const Rollout& object);
void Cut(Rollout& object);

}  // namespace windlass
