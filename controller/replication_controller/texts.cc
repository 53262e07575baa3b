#include "controller/replication_controller/texts.h"

#include <initializer_list>

#include "controller/replication_controller/annotations.h"

namespace windlass::replication_controller {
namespace {

std::string Join(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

std::string Quoted(std::string_view text) { return Join({"\"", text, "\""}); }

// As Go prints a map: "map[a:b c:d]".
std::string GoMap(const StringMap& map) {
  std::string text = "map[";
  for (const auto& [key, value] : map) {
    if (text.size() > 4) text += ' ';
    text += Join({key.text(), ":", value.text()});
  }
  return text + "]";
}

}  // namespace

std::string FoundExistingText(std::string_view new_name) {
  return Join({"Found existing update in progress (", new_name, "), resuming."});
}

std::string CreatedText(std::string_view name) { return Join({"Created ", name}); }

std::string ContinuingText(std::string_view name) {
  return Join({"Continuing update with existing controller ", name, "."});
}

std::string HeaderText(const HeaderFacts& facts) {
  return Join({"Scaling up ", facts.new_name, " from ", std::to_string(facts.new_replicas), " to ",
               std::to_string(facts.desired), ", scaling down ", facts.old_name, " from ",
               std::to_string(facts.old_replicas), " to 0 (keep ",
               std::to_string(facts.min_available), " pods available, don't exceed ",
               std::to_string(facts.max_total), " pods)"});
}

std::string ScalingUpText(std::string_view name, int32_t replicas) {
  return Join({"Scaling ", name, " up to ", std::to_string(replicas)});
}

std::string ScalingDownText(std::string_view name, int32_t replicas) {
  return Join({"Scaling ", name, " down to ", std::to_string(replicas)});
}

std::string DeletingText(std::string_view name) {
  return Join({"Update succeeded. Deleting ", name});
}

std::string DeletingOldText(std::string_view name) {
  return Join({"Update succeeded. Deleting old controller: ", name});
}

std::string RenamingText(std::string_view new_name, std::string_view old_name) {
  return Join({"Renaming ", new_name, " to ", old_name});
}

std::string SettingReplicasText(std::string_view name, std::string_view replicas) {
  return Join({"Setting ", Quoted(name), " replicas to ", replicas});
}

std::string RollingUpdatedText(std::string_view name) {
  return Join({"replicationcontroller/", name, " rolling updated"});
}

std::string RollingUpdatedToText(std::string_view name) {
  return Join({"replicationcontroller/", name, " rolling updated to ", Quoted(name)});
}

std::string ScaledByOtherText(std::string_view name, int32_t from, int32_t to) {
  return Join({"somebody else scaled ReplicationController ", name, " from ", std::to_string(from),
               " to ", std::to_string(to)});
}
std::string AdoptingText(std::string_view name, int32_t replicas, int32_t desired) {
  return Join({"Adopting the scaling of ", name, " to ", std::to_string(replicas),
               " by somebody else: ", std::to_string(desired), " replicas are desired now"});
}

std::string InvalidReplicasText(std::string_view name, int32_t replicas) {
  return Join({"Invalid controller spec for ", name,
               "; required: > 0 replicas, actual: ", std::to_string(replicas)});
}

std::string SameNameText(std::string_view file, std::string_view old_name) {
  return Join(
      {file, " cannot have the same name as the existing ReplicationController ", old_name});
}

std::string NoDifferentKeyText(std::string_view file, std::string_view old_name) {
  return Join(
      {file, " must specify a matching key with non-equal value in Selector for ", old_name});
}

std::string OtherImageText(std::string_view image) {
  return Join({"Found existing in-progress update to image (", image,
               ").\nEither continue in-progress update with --image=", image,
               " or rollback with --rollback"});
}

std::string OtherNameText(std::string_view old_name, std::string_view under_way,
                          std::string_view wanted) {
  return Join({"ReplicationController ", old_name, " is in the middle of an update to ", under_way,
               ", so it cannot be updated to ", wanted, ". Set spec.newName to ", under_way,
               " to go on with that, and spec.rollback to true, too, to undo it"});
}
std::string NoSuchContainerText(std::string_view container) {
  return Join({"container ", container, " not found in pod"});
}

std::string NoContainersText(std::string_view name) {
  return Join({"pod has no containers! (", name, ")"});
}

std::string UnexpectedAnnotationsText(std::string_view name, std::string_view source_id,
                                      const StringMap& annotations) {
  return Join({"Missing/unexpected annotations for controller ", name, ", expected ", source_id,
               " : ", GoMap(annotations)});
}

std::string UnparsableText(std::string_view name, std::string_view key, std::string_view value) {
  return Join({"Unable to parse annotation for ", name, ": ", key, "=", value});
}

std::string NoSourceText(std::string_view namespace_, std::string_view name) {
  return Join({"couldn't find a replication controller with source id == ", namespace_, "/", name});
}

std::string NotFoundText(std::string_view name) {
  return Join({"replicationcontrollers ", Quoted(name), " not found"});
}

std::string OldIsGoneText(std::string_view old_name, std::string_view new_name, int32_t replicas,
                          int32_t desired) {
  return Join({"ReplicationController ", old_name,
               " was deleted on the way, so its update cannot end. ", new_name, " has ",
               std::to_string(replicas), " of ", std::to_string(desired),
               " replicas: scale it with kubectl scale rc ", new_name,
               " --replicas=", std::to_string(desired), ", and delete the update"});
}
std::string NothingToRollBackText(std::string_view new_name, std::string_view old_name) {
  std::string text = Join({"Could not find ", new_name, " to rollback."});
  if (new_name.empty()) {
    text += Join({" ReplicationController ", old_name, " has no annotation ", kNextControllerId,
                  ": name the new controller"});
  }
  return text;
}

std::string NoOriginalReplicasText(std::string_view name) {
  return Join({"couldn't find original replica count of ", Quoted(name)});
}

}  // namespace windlass::replication_controller
