// What users read of a rolling update: the lines and errors of kubectl 1.17, byte for byte (RC-3 to
// RC-7, RC-11, RC-12, RC-15), and our own that are said more than once. The planner and the kubectl
// plugin share them; errors about arguments are the plugin's.
#pragma once

#include <string_view>

namespace windlass::replication_controller {

// --- lines; NAME, OLD and NEW are ReplicationControllers ---

inline constexpr std::string_view kFoundExistingText =  // NEW; RC-5
    "Found existing update in progress ({}), resuming.";
inline constexpr std::string_view kCreatedText = "Created {}";
inline constexpr std::string_view kContinuingText =
    "Continuing update with existing controller {}.";
inline constexpr std::string_view kHeaderText =
    "Scaling up {} from {} to {}, scaling down {} from {} to 0 (keep {} pods available, don't "
    "exceed {} pods)";
inline constexpr std::string_view kScalingUpText = "Scaling {} up to {}";
inline constexpr std::string_view kScalingDownText = "Scaling {} down to {}";
inline constexpr std::string_view kDeletingText = "Update succeeded. Deleting {}";
inline constexpr std::string_view kDeletingOldText =  // before a rename
    "Update succeeded. Deleting old controller: {}";
inline constexpr std::string_view kRenamingText = "Renaming {} to {}";
inline constexpr std::string_view kSettingReplicasText = "Setting \"{}\" replicas to {}";  // RC-15
// The last line; with another one if the new controller keeps its name.
inline constexpr std::string_view kRollingUpdatedText = "replicationcontroller/{} rolling updated";
inline constexpr std::string_view kRollingUpdatedToText =
    "replicationcontroller/{} rolling updated to \"{}\"";
inline constexpr std::string_view kScaledByOtherText =  // ours: RC-16
    "somebody else scaled ReplicationController {} from {} to {}";

// --- errors ---

inline constexpr std::string_view kInvalidReplicasText =  // RC-3
    "Invalid controller spec for {}; required: > 0 replicas, actual: {}";
// RC-4. The first is the file with the new controller, or what stands for it; the other is OLD.
inline constexpr std::string_view kSameNameText =
    "{} cannot have the same name as the existing ReplicationController {}";
inline constexpr std::string_view kNoDifferentKeyText =
    "{} must specify a matching key with non-equal value in Selector for {}";
// RC-5
inline constexpr std::string_view kOtherImageText =  // the image, twice
    "Found existing in-progress update to image ({}).\nEither continue in-progress update with "
    "--image={} or rollback with --rollback";
inline constexpr std::string_view kMustNameContainer =
    "must specify container to update when updating a multi-container pod";
inline constexpr std::string_view kNoSuchContainerText = "container {} not found in pod";
inline constexpr std::string_view kNoContainersText = "pod has no containers! ({})";
inline constexpr std::string_view kMustSetPullPolicy =
    "--image-pull-policy (Always|Never|IfNotPresent) must be provided when --image is the same as "
    "existing container image";
// RC-7
inline constexpr std::string_view kUnexpectedAnnotationsText =  // as Go prints a map: [a:b c:d]
    "Missing/unexpected annotations for controller {}, expected {} : map[{}]";
inline constexpr std::string_view kUnparsableText = "Unable to parse annotation for {}: {}={}";
inline constexpr std::string_view kTimedOutText =  // RC-11
    "timed out waiting for any update progress to be made";
inline constexpr std::string_view kNoSourceText =  // namespace and NAME; RC-14
    "couldn't find a replication controller with source id == {}/{}";
inline constexpr std::string_view kNotFoundText = "replicationcontrollers \"{}\" not found";
inline constexpr std::string_view kNothingToRollBackText =
    "Could not find {} to rollback.";  // RC-15
inline constexpr std::string_view kNoOriginalReplicasText =
    "couldn't find original replica count of \"{}\"";

}  // namespace windlass::replication_controller
