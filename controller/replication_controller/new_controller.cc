#include "controller/replication_controller/new_controller.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/journal.h"
#include "controller/replication_controller/json.h"
#include "controller/replication_controller/run.h"
#include "controller/replication_controller/texts.h"

namespace windlass::replication_controller {
namespace {

Error Invalid(std::string message) { return {ErrorKind::kInvalid, std::move(message)}; }

Json TemplateOf(const std::string& text) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_object() ? std::move(json) : Json::object();
}

// Returns the member, which is made an object if it is none.
Json& ObjectIn(Json& parent, const char* key) {
  Json& member = parent[key];
  if (!member.is_object()) member = Json::object();
  return member;
}

std::string TextIn(const Json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto member = object.find(key);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

// Returns the containers of the template; null if there are none.
Json* ContainersIn(Json& pod_template) {
  if (!pod_template.contains("spec") || !pod_template["spec"].is_object()) return nullptr;
  Json& spec = pod_template["spec"];
  const auto containers = spec.find("containers");
  if (containers == spec.end() || !containers->is_array() || containers->empty()) return nullptr;
  return &*containers;
}

// Returns the container that spec.image is for (RC-5).
Result<Json*> ContainerIn(const Situation& situation, const std::string& name, Json& pod_template) {
  const std::string& wanted = situation.spec().container;
  Json* const containers = ContainersIn(pod_template);
  if (containers == nullptr) {
    return Invalid(wanted.empty() ? Fill(kNoContainersText, name)
                                  : Fill(kNoSuchContainerText, wanted));
  }
  if (wanted.empty()) {
    if (containers->size() > 1) return Invalid(std::string(kMustNameContainer));
    return &containers->front();
  }
  const auto found = std::ranges::find_if(
      *containers, [&](const Json& container) { return TextIn(container, "name") == wanted; });
  if (found == containers->end()) return Invalid(Fill(kNoSuchContainerText, wanted));
  return &*found;
}

// What both forms of the new controller have in common.
Request CreateRequest(const Situation& situation, Json labels, Json annotations, int32_t desired,
                      Json spec) {
  const ReplicationController& old = *situation.old_controller();
  annotations[std::string(kDesiredReplicas)] = std::to_string(desired);
  annotations[std::string(kSourceId)] = SourceIdOf(old);
  const Json body = {{"apiVersion", "v1"},
                     {"kind", "ReplicationController"},
                     {"metadata",
                      {{"name", situation.new_name},
                       {"namespace", old.meta.namespace_.text()},
                       {"labels", std::move(labels)},
                       {"annotations", std::move(annotations)}}},
                     {"spec", std::move(spec)}};
  return Request::Create(resources::kReplicationControllers,
                         {old.meta.namespace_, situation.new_name}, Dump(body));
}

// Sets the image, and the pull policy if the image is the same (RC-5).
Status SetImage(const Situation& situation, Json& pod_template) {
  const ReplicationControllerUpdateSpec& spec = situation.spec();
  WINDLASS_TRY(Json* const container, ContainerIn(situation, situation.old_name(), pod_template));
  const bool same = TextIn(*container, "image") == spec.image;
  if (same && spec.image_pull_policy.empty()) return Invalid(std::string(kMustSetPullPolicy));
  (*container)["image"] = spec.image;
  if (same) (*container)["imagePullPolicy"] = spec.image_pull_policy;
  return Unit{};
}

// Returns the label value of the new Pods. If the name was made up, it is the hash in the name.
std::string HashFor(const Situation& situation) {
  const ReplicationController& old = *situation.old_controller();
  const std::string prefix = old.meta.name + "-";
  const std::string hash =
      HashOf(old, situation.spec().deployment_label_key, situation.spec().image);
  const std::string& name = situation.new_name;
  const bool made_up = name.starts_with(prefix) && name.size() == prefix.size() + hash.size() &&
                       name.find_first_not_of("0123456789abcdef", prefix.size()) == name.npos;
  return made_up ? name.substr(prefix.size()) : hash;
}

Result<Request> CreateWithImage(const Situation& situation, int32_t size_before) {
  const ReplicationController& old = *situation.old_controller();
  const std::string& key = situation.spec().deployment_label_key;
  if (size_before <= 0) return Invalid(Fill(kInvalidReplicasText, situation.new_name, size_before));
  Json pod_template = TemplateOf(*old.template_json);
  WINDLASS_TRY([[maybe_unused]] const Unit set, SetImage(situation, pod_template));
  const std::string hash = HashFor(situation);
  ObjectIn(ObjectIn(pod_template, "metadata"), "labels")[key] = hash;
  Json selector = MapJson(old.selector);
  selector[key] = hash;
  Json annotations = MapJson(old.meta.annotations);
  for (const std::string_view ours : kEndWithUpdate) annotations.erase(std::string(ours));
  Json spec = {{"replicas", 0}, {"selector", std::move(selector)}};
  if (old.min_ready_seconds > 0) spec["minReadySeconds"] = old.min_ready_seconds;
  spec["template"] = std::move(pod_template);
  return CreateRequest(situation, MapJson(old.meta.labels), std::move(annotations), size_before,
                       std::move(spec));
}

Result<Request> CreateWithContent(const Situation& situation, int32_t size_before) {
  const NewControllerContent& content = *situation.spec().controller;
  const int32_t desired = content.replicas.value_or(size_before);
  if (desired <= 0) return Invalid(Fill(kInvalidReplicasText, situation.new_name, desired));
  Json spec = {{"replicas", 0}};
  if (content.min_ready_seconds > 0) spec["minReadySeconds"] = content.min_ready_seconds;
  if (!content.selector.empty()) spec["selector"] = MapJson(content.selector);
  spec["template"] = TemplateOf(*content.template_json);
  return CreateRequest(situation, MapJson(content.labels), MapJson(content.annotations), desired,
                       std::move(spec));
}

}  // namespace

std::string NewNameOf(const ReplicationControllerUpdate& update,
                      const ReplicationController* old_controller) {
  const ReplicationControllerUpdateStatus run = StatusOfRun(update);
  if (!run.step.empty() && !run.new_name.empty()) return run.new_name;
  const std::string& named = update.spec.new_name;
  if (old_controller == nullptr) return named;
  for (const std::string_view text :
       {Annotation(*old_controller, kRenameJournal), std::string_view(run.journal)}) {
    if (const auto journal = ParseJournal(text)) return journal->name;
  }
  if (!named.empty()) return named;
  const std::string_view next = Annotation(*old_controller, kNextControllerId);
  if (!next.empty()) return std::string(next);
  if (update.spec.image.empty() || update.spec.rollback) return {};
  return old_controller->meta.name + "-" +
         HashOf(*old_controller, update.spec.deployment_label_key, update.spec.image);
}

std::string HashOf(const ReplicationController& controller, std::string_view key,
                   std::string_view image) {
  Json pod_template = TemplateOf(*controller.template_json);
  Json& labels = ObjectIn(ObjectIn(pod_template, "metadata"), "labels");
  labels.erase(std::string(key));
  // The present value makes a difference when the same image is rolled out once more.
  const std::string_view present = controller.selector.Find(key).value_or(std::string_view());
  const Json hashed = {controller.meta.uid.ToString(), present, image, std::move(pod_template)};
  return HashOfJson(hashed);
}

Result<std::string> ImageIn(const Situation& situation, const std::string& name,
                            const std::string& template_json) {
  Json pod_template = TemplateOf(template_json);
  const bool named = !situation.spec().container.empty();
  if (!named) {
    // Of an update that is under way kubectl compares the first container.
    Json* const containers = ContainersIn(pod_template);
    if (containers == nullptr) return Invalid(Fill(kNoContainersText, name));
    return TextIn(containers->front(), "image");
  }
  WINDLASS_TRY(Json* const container, ContainerIn(situation, name, pod_template));
  return TextIn(*container, "image");
}

bool HaveDifferentKey(const StringMap& old_selector, const StringMap& new_selector) {
  return std::ranges::any_of(old_selector, [&](const StringMap::Pair& pair) {
    const auto other = new_selector.Find(pair.first);
    return other && *other != pair.second.text();
  });
}

Result<Request> CreateNewController(const Situation& situation, int32_t size_before) {
  return situation.spec().controller ? CreateWithContent(situation, size_before)
                                     : CreateWithImage(situation, size_before);
}

}  // namespace windlass::replication_controller
