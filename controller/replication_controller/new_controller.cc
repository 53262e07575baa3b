#include "controller/replication_controller/new_controller.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/words.h"
#include "controller/replication_controller/writes.h"
#include "kubeclient/api/pod_list.h"
#include "kubeclient/base/fill.h"

namespace windlass::replication_controller {
namespace {

Error Invalid(std::string_view message) { return {ErrorKind::kInvalid, std::string(message)}; }

// Returns the container with the name `wanted`, or the first container if `wanted` is "". `name` is
// the name of the controller, for the error.
Result<Json*> ContainerIn(Json& pod_template, const std::string& wanted, const std::string& name) {
  if (At(pod_template, "/spec/containers").is_array()) {
    for (Json& container : pod_template["spec"]["containers"]) {
      if (wanted.empty() || TextAt(container, "/name") == wanted) return &container;
    }
  }
  return Invalid(wanted.empty() ? Fill("pod has no containers! ({})", name)
                                : Fill("container {} not found in pod", wanted));
}

// Sets the image. If the image is the same as before, also sets spec.imagePullPolicy, which must
// then be given (RC-5).
Status SetImage(const Situation& situation, Json& pod_template) {
  const ReplicationControllerUpdateSpec& spec = situation.spec();
  const size_t containers = At(pod_template, "/spec/containers").size();
  if (spec.container.empty() && containers > 1) {
    return Invalid("must specify container to update when updating a multi-container pod");
  }
  WINDLASS_TRY(Json* const container,
               ContainerIn(pod_template, spec.container, situation.old_name()));
  const bool same = TextAt(*container, "/image") == spec.image;
  if (same && spec.image_pull_policy.empty()) {
    return Invalid(
        "--image-pull-policy (Always|Never|IfNotPresent) must be provided when --image is the same "
        "as existing container image");
  }
  (*container)["image"] = spec.image;
  if (same) (*container)["imagePullPolicy"] = spec.image_pull_policy;
  return Unit{};
}

// Returns the content of the new controller: a copy of the old one with spec.image, and with
// another value of the label spec.deploymentLabelKey in template and selector.
Result<NewControllerContent> CopyWithImage(const Situation& situation) {
  const ReplicationController& old = *situation.old_controller();
  const std::string& key = situation.spec().deployment_label_key;
  Json pod_template = ParseJson(*old.template_json);
  WINDLASS_TRY([[maybe_unused]] const Unit set, SetImage(situation, pod_template));
  // If Windlass made up the name of the new controller, the name ends with a hash. The label then
  // gets this hash as its value.
  const std::string hash = IsMadeUp(situation.new_name, old.meta.name)
                               ? situation.new_name.substr(old.meta.name.size() + 1)
                               : HashOf(old, key, situation.spec().image);
  pod_template.merge_patch({{"metadata", {{"labels", {{key, hash}}}}}});
  NewControllerContent copy{
      .labels = old.meta.labels,
      .annotations = old.meta.annotations,
      .min_ready_seconds = old.min_ready_seconds,
      .selector = old.selector,
      .template_json = std::make_shared<const std::string>(DumpJson(pod_template))};
  copy.selector.Set(key, hash);
  for (const std::string_view ours : kEndWithUpdate) copy.annotations.Erase(ours);
  return copy;
}

// --- the label of the old controller ---

// How soon Windlass lists the Pods again if a list shows Pods without the label. The cache is then
// late: it does not show these Pods yet, so they could not be labelled.
constexpr Duration kListUnlabelledAgain = seconds(1);

// Step 4 of LabelOld. Returns the step that lists the Pods which `old` selects and whose label
// `key` does not have `value`. If a Pod in the list belongs to `old` and is not being deleted,
// returns a wait until the next list. If there is no such Pod, returns nullopt.
std::optional<Step> CheckList(const Situation& situation, const ReplicationController& old,
                              const std::string& key, const std::string& value) {
  const std::string selected = ToQuery(SelectorOf(old.selector));
  Answer answer =
      Ask(situation, ReadPods(situation, Fill("{},{}!={}", selected, key, value),
                              "each Pod must have the label before the selector has it"));
  if (answer.step) return std::move(answer.step);
  const auto& pods = answer.value->value.Get<std::vector<ListedPod>>();
  const bool without = std::ranges::any_of(
      pods, [&](const ListedPod& pod) { return pod.controller == old.meta.uid && !pod.deleting; });
  if (!without) return std::nullopt;
  return WaitFor(situation, kPreparing, "Pods of " + old.meta.name + " to get the label " + key,
                 Wait{kListUnlabelledAgain});
}

Step Relabel(const Situation& situation, const ReplicationController& old, const std::string& key,
             const std::string& value) {
  if (!IsObserved(old)) {
    return WaitFor(situation, kPreparing,
                   "the replication controller to observe the template of " + old.meta.name);
  }
  const Json label = {{"metadata", {{"labels", {{key, value}}}}}};
  for (const Pod* pod : LivePodsOf(situation, old)) {
    if (pod->meta.labels.Find(key) == value) continue;
    Step step = Effect(
        situation, Request::MergePatch(resources::kPods, VersionOf(pod->meta), "", DumpJson(label)),
        {Decision{"label pod"}, {{"pod", pod->meta.name}, {"value", value}}});
    // Effect may return the write of a status instead, which says that the label was dropped.
    auto* write = std::get_if<Write>(&step);
    if (write != nullptr && write->request.resource() == resources::kPods) {
      write->needs_recent_view = true;
    }
    return step;
  }
  if (auto listed = CheckList(situation, old, key, value)) return *std::move(listed);
  // Step 5 of LabelOld. Like fullyLabeledReplicas, `labelled` counts only Pods that have all labels
  // of the template. If it also counted a Pod that lacks another label, this wait would never end.
  const LabelSelector all = SelectorOf(LabelsOfTemplate(*old.template_json));
  const auto labelled = std::ranges::count_if(
      LivePodsOf(situation, old), [&](const Pod* pod) { return Matches(all, pod->meta.labels); });
  if (old.status.fully_labeled_replicas < labelled) {
    return WaitFor(situation, kPreparing,
                   "the replication controller to see the label " + key + " of its Pods");
  }
  return Effect(situation, Patch(old, {{"spec", {{"selector", {{key, value}}}}}}),
                {Decision{"select by label"}, {{"controller", old.meta.name}, {"value", value}}});
}

}  // namespace

Result<std::string> ImageIn(const Situation& situation, const std::string& template_json) {
  Json of_old = ParseJson(*situation.old_controller()->template_json);
  WINDLASS_TRY(const Json* const named,
               ContainerIn(of_old, situation.spec().container, situation.old_name()));
  Json pod_template = ParseJson(template_json);
  auto container = ContainerIn(pod_template, TextAt(*named, "/name"), situation.new_name);
  if (!container.ok() && situation.spec().container.empty()) {
    container = ContainerIn(pod_template, "", situation.new_name);
  }
  if (!container.ok()) return container.error();
  return TextAt(**container, "/image");
}

namespace {

// Returns the error of an update to a new controller without replicas. It begins with kubectl's
// words. These name the new controller, unless Windlass made up its name (IsMadeUp): no user knows
// such a name.
Error NoReplicas(const Situation& situation, int32_t desired) {
  const std::string& old = situation.old_name();
  const auto& given = situation.spec().controller;
  const bool is_given = given && given->replicas;
  return Invalid(
      Fill("Invalid controller spec for {}; required: > 0 replicas, actual: {}. ",
           IsMadeUp(situation.new_name, old) ? old : situation.new_name, desired) +
      (is_given ? "Give the new ReplicationController at least 1 replica"
                : Fill("ReplicationController {} has 0 replicas, so there are no Pods to replace. "
                       "Scale it up, and begin this update again",
                       old)));
}

}  // namespace

Result<ReplicationController> MakeNewController(const Situation& situation, int32_t size_before) {
  const ReplicationController& old = *situation.old_controller();
  const auto& given = situation.spec().controller;
  const int32_t desired = given ? given->replicas.value_or(size_before) : size_before;
  if (desired <= 0) return NoReplicas(situation, desired);
  WINDLASS_TRY(NewControllerContent content,
               given ? Result<NewControllerContent>(*given) : CopyWithImage(situation));
  ReplicationController made;
  made.replicas = 0;
  made.min_ready_seconds = content.min_ready_seconds;
  made.selector = std::move(content.selector);
  // The API server sets the same default for an empty selector.
  if (made.selector.empty()) made.selector = LabelsOfTemplate(*content.template_json);
  made.template_json = std::move(content.template_json);
  made.meta.name = situation.new_name;
  made.meta.namespace_ = old.meta.namespace_;
  made.meta.labels = std::move(content.labels);
  made.meta.annotations = std::move(content.annotations);
  made.meta.annotations.Set(kDesiredReplicas, std::to_string(desired));
  made.meta.annotations.Set(kSourceId, SourceIdOf(old));
  made.meta.annotations.Set(kCleanup, situation.cleanup());
  return made;
}

OrStep<int32_t> FirstSize(const Situation& situation, const ReplicationController& made) {
  Answer answer =
      Ask(situation, ReadPods(situation, ToQuery(SelectorOf(made.selector)),
                              "the new controller adopts Pods without an owner, and deletes those "
                              "that exceed its size"));
  if (answer.step) return {.step = std::move(answer.step)};
  const auto& pods = answer.value->value.Get<std::vector<ListedPod>>();
  const int64_t adopted = std::ranges::count_if(
      pods, [](const ListedPod& pod) { return pod.controller.IsZero() && !pod.deleting; });
  const int64_t desired = NumberIn(made, kDesiredReplicas).value_or(0);
  return {static_cast<int32_t>(std::min(adopted, desired))};
}

Request CreateRequest(const ReplicationController& made, bool dry) {
  Json spec = {{"replicas", made.replicas}};
  if (made.min_ready_seconds > 0) spec["minReadySeconds"] = made.min_ready_seconds;
  if (!made.selector.empty()) spec["selector"] = MapJson(made.selector);
  spec["template"] = ParseJson(*made.template_json);
  const Json body = {{"apiVersion", "v1"},
                     {"kind", "ReplicationController"},
                     {"metadata",
                      {{"name", made.meta.name},
                       {"namespace", made.meta.namespace_.text()},
                       {"labels", MapJson(made.meta.labels)},
                       {"annotations", MapJson(made.meta.annotations)}}},
                     {"spec", std::move(spec)}};
  const auto create = dry ? &Request::DryRunCreate : &Request::Create;
  return create(resources::kReplicationControllers, KeyOf(made.meta), DumpJson(body));
}

ReplicationController LabelledOld(const Situation& situation) {
  ReplicationController old = *situation.old_controller();
  const std::string& key = situation.spec().deployment_label_key;
  if (situation.spec().image.empty() || old.selector.Has(key)) return old;
  std::string value(LabelsOfTemplate(*old.template_json).Find(key).value_or(""));
  // kubectl adds the same suffix. A new controller gets a hash without a suffix, so the two values
  // always differ.
  if (value.empty()) value = HashOf(old, key, "") + "-orig";
  old.selector.Set(key, value);
  return old;
}

std::optional<Step> LabelOld(const Situation& situation, const ReplicationController& labelled) {
  if (situation.spec().image.empty()) return std::nullopt;
  const ReplicationController& old = *situation.old_controller();
  const std::string& key = situation.spec().deployment_label_key;
  const std::string& next = situation.new_name;
  const bool noted = Annotation(old, kNextControllerId) == next;
  if (old.selector.Has(key)) {
    if (noted) return std::nullopt;
    return Effect(situation, Annotate(old, {{kNextControllerId, next}}),
                  {Decision{"note next controller"}, {{"next", next}}});
  }
  const std::string value(labelled.selector.Find(key).value_or(""));
  if (LabelsOfTemplate(*old.template_json).Find(key) != value || !noted) {
    const Json labels = {{"metadata", {{"labels", {{key, value}}}}}};
    const Json annotations = {{std::string(kNextControllerId), next}};
    return Effect(situation,
                  Patch(old, {{"metadata", {{"annotations", annotations}}},
                              {"spec", {{"template", labels}}}}),
                  {Decision{"label template"}, {{"key", key}, {"value", value}}});
  }
  return Relabel(situation, old, key, value);
}

}  // namespace windlass::replication_controller
