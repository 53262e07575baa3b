// What users read of a rolling update: the lines and errors of kubectl 1.17, byte for byte (RC-3 to
// RC-7, RC-11, RC-12, RC-15), and our own. The planner and the kubectl plugin share them; errors
// about arguments are the plugin's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kubeclient/api/string_map.h"

namespace windlass::replication_controller {

// --- lines ---

std::string FoundExistingText(std::string_view new_name);  // RC-5
std::string CreatedText(std::string_view name);
std::string ContinuingText(std::string_view name);
// "Scaling up NEW from 0 to 3, scaling down OLD from 3 to 0 (keep 3 pods available, don't exceed 4
// pods)"
struct HeaderFacts {
  std::string_view new_name;
  int32_t new_replicas = 0;
  int32_t desired = 0;
  std::string_view old_name;
  int32_t old_replicas = 0;
  int32_t min_available = 0;
  int64_t max_total = 0;
};
std::string HeaderText(const HeaderFacts& facts);
std::string ScalingUpText(std::string_view name, int32_t replicas);
std::string ScalingDownText(std::string_view name, int32_t replicas);
std::string DeletingText(std::string_view name);
std::string DeletingOldText(std::string_view name);  // before a rename
std::string RenamingText(std::string_view new_name, std::string_view old_name);
std::string SettingReplicasText(std::string_view name, std::string_view replicas);  // RC-15
// The last line: "replicationcontroller/NAME rolling updated".
std::string RollingUpdatedText(std::string_view name);
// The same if the new controller keeps its name: … rolling updated to "NAME".
std::string RollingUpdatedToText(std::string_view name);
// Ours: RC-16.
std::string ScaledByOtherText(std::string_view name, int32_t from, int32_t to);
std::string AdoptingText(std::string_view name, int32_t replicas, int32_t desired);

// --- errors ---

std::string InvalidReplicasText(std::string_view name, int32_t replicas);  // RC-3
// RC-4. `file` is the file with the new controller, or what stands for it.
std::string SameNameText(std::string_view file, std::string_view old_name);
std::string NoDifferentKeyText(std::string_view file, std::string_view old_name);
// RC-5
std::string OtherImageText(std::string_view image);
inline constexpr std::string_view kMustNameContainer =
    "must specify container to update when updating a multi-container pod";
std::string OtherNameText(std::string_view old_name, std::string_view under_way,
                          std::string_view wanted);  // ours: RC-21
std::string NoSuchContainerText(std::string_view container);
std::string NoContainersText(std::string_view name);
inline constexpr std::string_view kMustSetPullPolicy =
    "--image-pull-policy (Always|Never|IfNotPresent) must be provided when --image is the same as "
    "existing container image";
// RC-7
std::string UnexpectedAnnotationsText(std::string_view name, std::string_view source_id,
                                      const StringMap& annotations);
std::string UnparsableText(std::string_view name, std::string_view key, std::string_view value);
// RC-11
inline constexpr std::string_view kTimedOutText =
    "timed out waiting for any update progress to be made";
// RC-14
std::string NoSourceText(std::string_view namespace_, std::string_view name);
std::string NotFoundText(std::string_view name);
// Ours: the controller that is scaled down is gone in the middle.
std::string OldIsGoneText(std::string_view old_name, std::string_view new_name, int32_t replicas,
                          int32_t desired);
// RC-15. An empty name says also which annotation is missing.
std::string NothingToRollBackText(std::string_view new_name, std::string_view old_name);
std::string NoOriginalReplicasText(std::string_view name);

}  // namespace windlass::replication_controller
