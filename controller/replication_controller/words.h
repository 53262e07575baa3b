// The words of a ReplicationControllerUpdate's spec and status, and the texts that the planner or
// the kubectl plugin say more than once.
#pragma once

#include <string_view>

namespace windlass::replication_controller {

// status.phase
inline constexpr std::string_view kPreparing = "Preparing";      // until the first scaling
inline constexpr std::string_view kProgressing = "Progressing";  // scaling
inline constexpr std::string_view kCleaningUp = "CleaningUp";    // deleting or renaming
inline constexpr std::string_view kPaused = "Paused";
inline constexpr std::string_view kSucceeded = "Succeeded";
inline constexpr std::string_view kRolledBack = "RolledBack";
inline constexpr std::string_view kFailed = "Failed";

// status.step: how far the run is. In kStepPrepare, the run is about to create the new controller
// or to begin a rollback; other runs skip this step. Nothing is scaled in it. Exception: a rollback
// without a new controller gives the old one its size back.
// The step of a run goes back in three cases:
//   - to no step, if the run fails before there is a new controller
//   - to kStepPrepare, if the new controller is deleted while a rollback is at kStepScale
//   - to kStepScale, if another client scales during kStepCleanUp and spec.onExternalScale is Adopt
inline constexpr std::string_view kStepPrepare = "Prepare";
inline constexpr std::string_view kStepScale = "Scale";
inline constexpr std::string_view kStepCleanUp = "CleanUp";
inline constexpr std::string_view kStepDone = "Done";

// Reasons of the conditions Ready, Reconciling and Stalled. The words of status.phase are reasons,
// too. With kWaiting, the message says what the update waits for; such a wait has no timeout.
inline constexpr std::string_view kWaiting = "Waiting";
inline constexpr std::string_view kTimedOut = "TimedOut";
inline constexpr std::string_view kExternalScale = "ExternalScale";
inline constexpr std::string_view kOwnedByOther = "OwnedByAnother";
inline constexpr std::string_view kSelectedByOther = "SelectedByAnother";
inline constexpr std::string_view kAutoscaled = "Autoscaled";
inline constexpr std::string_view kNotFound = "NotFound";
inline constexpr std::string_view kOldDeleted = "OldControllerDeleted";  // during the update
inline constexpr std::string_view kInvalidUpdate = "InvalidUpdate";
inline constexpr std::string_view kUnexpectedAnnotations = "UnexpectedAnnotations";
inline constexpr std::string_view kOtherImage = "OtherImage";
inline constexpr std::string_view kOtherContent = "OtherContent";
inline constexpr std::string_view kOtherName = "OtherName";
inline constexpr std::string_view kNothingToRollBack = "NothingToRollBack";
inline constexpr std::string_view kWriteRefused = "WriteRefused";

// spec.cleanup
inline constexpr std::string_view kDelete = "Delete";
inline constexpr std::string_view kPreserve = "Preserve";
inline constexpr std::string_view kRename = "Rename";

// spec.onExternalScale
inline constexpr std::string_view kAdopt = "Adopt";
inline constexpr std::string_view kOverride = "Override";

// kubectl 1.17's texts, byte for byte (RC-4, RC-7, RC-12, RC-14, RC-15), except for
// kScaledByOtherText.
inline constexpr std::string_view kRollingUpdatedText = "replicationcontroller/{} rolling updated";
inline constexpr std::string_view kSettingReplicasText = "Setting \"{}\" replicas to {}";
// The first {} is the new controller's file, or its name if there is no file; the second {} is the
// old controller's name.
inline constexpr std::string_view kSameNameText =
    "{} cannot have the same name as the existing ReplicationController {}";
inline constexpr std::string_view kNoDifferentKeyText =
    "{} must specify a matching key with non-equal value in Selector for {}";
inline constexpr std::string_view kUnparsableText = "Unable to parse annotation for {}: {}={}";
// For an update with cleanup Rename whose old controller does not exist. The two {} are the
// namespace and the name of that controller.
inline constexpr std::string_view kNoSourceText =
    "couldn't find a replication controller with source id == {}/{}";
inline constexpr std::string_view kNotFoundText = "replicationcontrollers \"{}\" not found";
inline constexpr std::string_view kScaledByOtherText =
    "another client scaled ReplicationController {} from {} to {}";
// The end of the text of CheckSize: what to do if the API server does not keep a size.
// kSizeAgainText does not say who writes the size: in the cluster it is Windlass, but with
// rolling-update --local it is the user.
inline constexpr std::string_view kSizeAgainText =
    "exempt this ReplicationController from it, so that the update can go on";
inline constexpr std::string_view kSizeOnceText =
    "exempt this ReplicationController from it. Once the update has ended, look at the size, and "
    "correct it if it is wrong";

}  // namespace windlass::replication_controller
