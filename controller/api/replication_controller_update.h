// windlass.dev/v1alpha1 ReplicationControllerUpdate: the rolling update of the
// ReplicationController of the same name.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/condition.h"
#include "kubeclient/api/int_or_percent.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/result.h"

namespace windlass {

class Decoder;

// spec.controller: the new ReplicationController, as a manifest describes it. Its name is in
// spec.newName.
struct NewControllerContent {
  StringMap labels;
  StringMap annotations;
  std::optional<int32_t> replicas{};  // absent: as many as the old ReplicationController has
  int32_t min_ready_seconds = 0;
  StringMap selector;                                // empty: the labels of the template
  std::shared_ptr<const std::string> template_json;  // raw JSON text, byte for byte
};

struct ReplicationControllerUpdateSpec {
  std::string new_name;           // "": NewNameOf of replication_controller/run.h finds the name
  std::string image;              // "": the new controller is in `controller`, or exists already
  std::string container;          // the container that gets the image; "": the only container
  std::string image_pull_policy;  // "": the policy stays
  std::optional<NewControllerContent> controller;
  std::string deployment_label_key = "deployment";
  std::string update_period = "1m";  // as ParseDuration of kubeclient/base/duration.h reads it
  std::string timeout = "5m";
  std::optional<IntOrPercent> max_surge;        // absent: 1
  std::optional<IntOrPercent> max_unavailable;  // absent: 0
  int32_t min_ready_seconds = 0;
  // "" means Rename if new_name is empty, and Delete otherwise.
  std::string cleanup;                      // "Delete", "Preserve", "Rename" or ""
  std::string on_external_scale = "Pause";  // or "Adopt", "Override"
  bool rollback = false;
  bool paused = false;
};

// status.scaling: a scaling that is about to be made. The size after the scaling is in old_replicas
// or new_replicas of the status.
struct PendingScaling {
  std::string name;  // of the ReplicationController
  int32_t from = 0;  // spec.replicas before
  bool operator==(const PendingScaling&) const = default;
};

// A larger number in status.earlierRollouts is read as this number.
inline constexpr int64_t kEarlierRolloutsMax = 1'000'000'000;

// old_replicas and new_replicas are spec.replicas of the old and of the new controller, as the
// update last saw or set it. If the present spec.replicas of a controller differs, another client
// has set it (RC-16).
struct ReplicationControllerUpdateStatus {
  int64_t observed_generation = 0;
  int64_t earlier_rollouts = 0;  // rollouts before the present one
  std::string phase;
  std::string message;
  std::string step;       // how far the run is; "" before its first step
  bool rollback = false;  // the run goes back to the old controller
  std::string new_name;   // of the new controller, as NewNameOf of run.h found it
  std::string target;     // what the run makes: TargetOf of run.h
  std::optional<int32_t> desired_replicas{};  // the final size of the controller that is scaled up
  std::optional<int32_t> old_replicas{};      // of the controller that has the update's name
  std::optional<int32_t> new_replicas{};
  std::optional<int32_t> available_replicas{};  // Pods of the controller that is scaled up
  std::optional<PendingScaling> scaling{};      // set before the scaling is made, empty after it
  WallTime last_scale_time;
  WallTime deadline;                 // if there is no progress until then, the update fails (RC-11)
  std::vector<std::string> lines{};  // the last lines that kubectl would have printed (RC-12)
  int64_t line_count = 0;            // how many lines there have been
  std::string journal;               // JSON, to finish a rename after a crash (RC-14)
  std::vector<Condition> conditions{};
  bool operator==(const ReplicationControllerUpdateStatus&) const = default;
};

struct ReplicationControllerUpdate {
  ObjectMeta meta;  // metadata.name is the name of the old ReplicationController
  ReplicationControllerUpdateSpec spec;
  ReplicationControllerUpdateStatus status;
};

// Returns kMalformed if `object_json` cannot be read, or has no metadata.name. Absent fields have
// the defaults above.
Result<ReplicationControllerUpdate> DecodeReplicationControllerUpdate(Decoder& decoder,
                                                                      std::string_view object_json);

//   - BytesOf returns about how much memory the update takes.
//   - TextBytesOf returns how many bytes the texts of its labels, annotations, owners and selector
//     take, as in object_meta.h.
//   - Cut drops large parts of the object: spec.controller, spec.image, status.lines,
//     status.journal, and the parts of the metadata that Cut of object_meta.h drops.
size_t BytesOf(const ReplicationControllerUpdate& object);
size_t TextBytesOf(const ReplicationControllerUpdate& object);
void Cut(ReplicationControllerUpdate& object);

}  // namespace windlass
