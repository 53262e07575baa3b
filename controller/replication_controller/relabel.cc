#include "controller/replication_controller/relabel.h"

#include <algorithm>
#include <string>
#include <utility>

#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/patches.h"
#include "controller/replication_controller/status.h"
#include "controller/replication_controller/texts.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/api/selector.h"

namespace windlass::replication_controller {
namespace {

// How soon Pods are listed again that still lack the label: the cache may be late.
constexpr Duration kListUnlabelledAgain = seconds(1);

// Step 4: asks for the Pods that the controller selects and that lack the label.
std::optional<Step> CheckList(const Situation& situation, const ReplicationController& old,
                              const std::string& key, const std::string& value) {
  const std::string selected = ToQuery({.present = true, .match_labels = old.selector});
  Answer answer = Ask(situation, {Request::List(resources::kPods, old.meta.namespace_,
                                                Fill("{},{}!={}", selected, key, value)),
                                  "each Pod must have the label before it is selected by"});
  if (answer.ask) return std::move(answer.ask);
  const bool without = std::ranges::any_of(answer.outcome->pods, [&](const ListedPod& pod) {
    return pod.controller == old.meta.uid && !pod.deleting;
  });
  if (!without) return std::nullopt;
  return WaitFor(situation, kPreparing, "Pods of " + old.meta.name + " to get the label " + key,
                 Wait{kListUnlabelledAgain});
}

// Step 5. The replication controller makes another Pod for each one that has no label yet in its
// own cache. Its status says how many it has seen with all labels of the template; Pods that lack
// another one of these are not waited for.
bool HaveBeenSeen(const Situation& situation, const ReplicationController& old,
                  const StringMap& template_labels) {
  const auto labelled = std::ranges::count_if(LivePodsOf(situation, old), [&](const Pod* pod) {
    return HasLabels(pod->meta, template_labels);
  });
  return old.status.fully_labeled_replicas >= labelled;
}

// Steps 2 to 6.
Step Relabel(const Situation& situation, const ReplicationController& old, const std::string& key,
             const OldLabel& label) {
  const std::string& value = label.value;
  if (!IsObserved(old)) {
    return WaitFor(situation, kPreparing,
                   "the replication controller to observe the template of " + old.meta.name);
  }
  for (const Pod* pod : LivePodsOf(situation, old)) {
    if (pod->meta.labels.Find(key) == value) continue;
    return Effect(situation, LabelPod(*pod, key, value),
                  {decisions::kLabelPod, {{"pod", pod->meta.name}, {"value", value}}});
  }
  if (auto listed = CheckList(situation, old, key, value)) return *std::move(listed);
  if (!HaveBeenSeen(situation, old, label.template_labels)) {
    return WaitFor(situation, kPreparing,
                   "the replication controller to see the label " + key + " of its Pods");
  }
  return Effect(situation, SelectBy(old, key, value),
                {decisions::kSelectByLabel, {{"controller", old.meta.name}, {"value", value}}});
}

}  // namespace

OldLabel FindOldLabel(const Situation& situation) {
  const ReplicationController& old = *situation.old_controller();
  const std::string& key = situation.spec().deployment_label_key;
  OldLabel label{.value = std::string(old.selector.Find(key).value_or("")),
                 .template_labels = LabelsOfTemplate(*old.template_json),
                 .selector = old.selector};
  if (old.selector.Has(key)) return label;
  label.value = label.template_labels.Find(key).value_or("");
  // As kubectl: the hash of an update to the same image would not be distinct without the suffix.
  if (label.value.empty()) label.value = HashOf(old, key, "") + "-orig";
  label.selector.Set(key, label.value);
  return label;
}

std::optional<Step> PrepareOldController(const Situation& situation, const OldLabel& label) {
  const ReplicationController& old = *situation.old_controller();
  const std::string& key = situation.spec().deployment_label_key;
  const std::string& next = situation.new_name;
  const bool noted = Annotation(old, kNextControllerId) == next;
  if (old.selector.Has(key)) {
    if (noted) return std::nullopt;
    return Effect(situation, Annotate(old, {{kNextControllerId, next}}),
                  {decisions::kNoteNextController, {{"next", next}}});
  }
  if (label.template_labels.Find(key) != label.value || !noted) {
    return Effect(situation, LabelTemplate(old, key, label.value, next),
                  {decisions::kLabelTemplate, {{"key", key}, {"value", label.value}}});
  }
  return Relabel(situation, old, key, label);
}

}  // namespace windlass::replication_controller
