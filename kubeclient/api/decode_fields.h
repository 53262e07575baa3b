// Reads the parts that several kinds share, from the current value of a JsonReader. A function
// replaces the content of `out` unless its comment says otherwise. The reader records errors, and
// its End() returns them.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "kubeclient/api/condition.h"
#include "kubeclient/api/decode_interest.h"
#include "kubeclient/api/int_or_percent.h"
#include "kubeclient/api/json_reader.h"
#include "kubeclient/api/large_annotations.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/selector.h"

namespace windlass {

// Stands for the spec.template of an object that lacks one.
inline constexpr std::string_view kEmptyTemplate = "{}";

// Which annotations ReadObjectMeta keeps:
//   - kKeep: all, except kubectl.kubernetes.io/last-applied-configuration
//   - kSkip: none
//   - kSome: like kKeep, but only those for which KeepsAnnotation returns true; their values are
//     not interned
enum class Annotations : uint8_t { kKeep, kSkip, kSome };
using KeepsAnnotation = std::function<bool(std::string_view key)>;

// Returns true if the object has annotations, even if none of them is kept. With kSkip, always
// returns false. `keeps` is called only for kSome.
bool ReadObjectMeta(JsonReader& in, SymbolTable& symbols, Annotations annotations, ObjectMeta& out,
                    const KeepsAnnotation& keeps = {});
// Reads annotations like kKeep. Moves an annotation to `large` if `interests` want only its
// fingerprint.
void ReadObjectMeta(JsonReader& in, SymbolTable& symbols, const DecodeInterests& interests,
                    ObjectMeta& out, LargeAnnotations& large);
// Reads annotations like kKeep, and metadata.finalizers.
void ReadObjectMeta(JsonReader& in, SymbolTable& symbols, ObjectMeta& out,
                    std::vector<Symbol>& finalizers);
void ReadOwnerReferences(JsonReader& in, SymbolTable& symbols, std::vector<OwnerReference>& out);
void ReadUid(JsonReader& in, Uid& out);
void ReadTime(JsonReader& in, WallTime& out);
void ReadStringMap(JsonReader& in, SymbolTable& symbols, StringMap& out);
void ReadLabelSelector(JsonReader& in, SymbolTable& symbols, LabelSelector& out);
void ReadConditions(JsonReader& in, SymbolTable& symbols, std::vector<Condition>& out);
void ReadIntOrPercent(JsonReader& in, std::optional<IntOrPercent>& out);

// Drops a status that was written for a deleted object of the same name.
// Example: web-7c9 of generation 4 had 8 Pods and was deleted; the new web-7c9, of generation 1,
// gets a status with 8 replicas and observedGeneration 4.
// Cause: after a conflict, the ReplicaSet controller writes the counts of the deleted object to the
// new one.
template <typename Status>
void DropStatusOfFormer(const ObjectMeta& meta, Status& status) {
  if (meta.generation > 0 && status.observed_generation > meta.generation) status = {};
}

// Each of the four functions below reads the value of the field `key` into `out` and returns true.
// If `key` is not one of its fields, the function reads nothing and returns false. None of them
// reads observedGeneration.

// Reads a counter that the statuses of ReplicaSets, ReplicationControllers, Deployments and
// Rollouts have.
template <typename Status>
bool ReadPodCounter(JsonReader& in, std::string_view key, Status& out) {
  if (key == "replicas")
    out.replicas = in.Int32();
  else if (key == "readyReplicas")
    out.ready_replicas = in.Int32();
  else if (key == "availableReplicas")
    out.available_replicas = in.Int32();
  else
    return false;
  return true;
}

// Reads a counter of the status of a Deployment or Rollout.
template <typename Status>
bool ReadReplicaCounter(JsonReader& in, std::string_view key, Status& out) {
  if (ReadPodCounter(in, key, out)) return true;
  if (key == "updatedReplicas")
    out.updated_replicas = in.Int32();
  else if (key == "unavailableReplicas")
    out.unavailable_replicas = in.Int32();
  else if (key == "terminatingReplicas")
    out.terminating_replicas = in.Int32();
  else if (key == "collisionCount")
    out.collision_count = in.Int32();
  else
    return false;
  return true;
}

// Reads a field that the specs of ReplicaSets, ReplicationControllers, Deployments and Rollouts
// have. Sets `raw_template` to a view of the template, valid until the reader's next Begin. Copying
// the template is left to the caller, who first reads the rest of the object without an error.
template <typename Spec>
bool ReadPodsField(JsonReader& in, std::string_view key, Spec& out,
                   std::string_view& raw_template) {
  if (key == "replicas")
    out.replicas = in.Int32();
  else if (key == "minReadySeconds")
    out.min_ready_seconds = in.Int32();
  else if (key == "template")
    raw_template = in.RawObject();
  else
    return false;
  return true;
}

// Reads a field that the specs of Deployments and Rollouts have under the same name. Does not read
// strategy. Sets `raw_template` to a view, as ReadPodsField does.
template <typename Spec>
bool ReadWorkloadField(JsonReader& in, SymbolTable& symbols, std::string_view key, Spec& out,
                       std::string_view& raw_template) {
  if (ReadPodsField(in, key, out, raw_template)) return true;
  if (key == "selector")
    ReadLabelSelector(in, symbols, out.selector);
  else if (key == "paused")
    out.paused = in.Bool();
  else if (key == "progressDeadlineSeconds")
    out.progress_deadline_seconds = in.Int32();
  else if (key == "revisionHistoryLimit")
    out.revision_history_limit = in.Int32();
  else
    return false;
  return true;
}

// Reads strategy.rollingUpdate of a Deployment or Rollout into max_surge and max_unavailable of
// `out`. Leaves a member of `out` as it is if its field is absent.
template <typename Limits>
void ReadRollingUpdate(JsonReader& in, Limits& out) {
  in.Object([&](std::string_view key) {
    if (key == "maxSurge")
      ReadIntOrPercent(in, out.max_surge);
    else if (key == "maxUnavailable")
      ReadIntOrPercent(in, out.max_unavailable);
  });
}

// Reads the spec of a ReplicationController into replicas, min_ready_seconds and selector of `out`
// only. If spec.replicas is absent, `out.replicas` gets the default of struct Out.
// Sets `raw_template` as ReadPodsField does.
template <typename Out>
void ReadReplicationControllerSpec(JsonReader& in, SymbolTable& symbols, Out& out,
                                   std::string_view& raw_template) {
  out.replicas = Out{}.replicas;
  out.min_ready_seconds = 0;
  out.selector = {};
  raw_template = kEmptyTemplate;
  in.Object([&](std::string_view key) {
    if (ReadPodsField(in, key, out, raw_template)) return;
    if (key == "selector") ReadStringMap(in, symbols, out.selector);
  });
}

// Ends the document. Sets meta.large_json_bytes if the document is large (kLargeJsonBytes). Returns
// the reader's error if there is one; kMalformed if the object has no name.
Status Finish(JsonReader& in, ObjectMeta& meta);

// Reads a whole object. Calls on_metadata(), on_spec() and on_status() for the members of these
// names, and skips all others. on_metadata() must fill in `meta`. Returns what Finish returns.
template <typename OnMetadata, typename OnSpec, typename OnStatus>
Status ReadObject(JsonReader& in, std::string_view object_json, ObjectMeta& meta,
                  OnMetadata&& on_metadata, OnSpec&& on_spec, OnStatus&& on_status) {
  in.Begin(object_json);
  in.Object([&](std::string_view key) {
    if (key == "metadata")
      on_metadata();
    else if (key == "spec")
      on_spec();
    else if (key == "status")
      on_status();
  });
  return Finish(in, meta);
}

}  // namespace windlass
