// The rename at the end of an update. planner.h lists its steps.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/planner.h"
#include "controller/replication_controller/scale.h"
#include "controller/replication_controller/validate.h"
#include "controller/replication_controller/words.h"
#include "controller/replication_controller/writes.h"
#include "kubeclient/api/pod_list.h"
#include "kubeclient/base/fill.h"

namespace windlass::replication_controller {
namespace {

// How soon the Pods are listed again while some of them still name the deleted controller as owner.
constexpr Duration kListOwnedAgain = seconds(1);

Json Operation(const char* op, const char* path, Json value) {
  return {{"op", op}, {"path", path}, {"value", std::move(value)}};
}

// Step 3 of a rename (planner.h). One write changes selector, template and size together. If the
// selector matched the orphaned Pods before the size was raised from 0, kube-controller-manager
// would adopt these Pods and delete them.
Step Become(const Situation& situation, const ReplicationController& created) {
  const ReplicationController& old = *situation.old_controller();
  const std::string selected = ToQuery(SelectorOf(created.selector));
  Answer answer =
      Ask(situation, ReadPods(situation, selected,
                              "the old controller cannot adopt Pods that the new one still owns"));
  if (answer.step) return *std::move(answer.step);
  const auto& pods = answer.value->value.Get<std::vector<ListedPod>>();
  if (std::ranges::count(pods, created.meta.uid, &ListedPod::controller) > 0) {
    return WaitFor(situation, kCleaningUp,
                   "the garbage collector to release the Pods of " + created.meta.name,
                   Wait{kListOwnedAgain});
  }
  const Json become = {Operation("replace", "/spec/selector", MapJson(created.selector)),
                       Operation("replace", "/spec/template", ParseJson(*created.template_json)),
                       Operation("replace", "/spec/replicas", created.replicas),
                       Operation("add", "/spec/minReadySeconds", created.min_ready_seconds),
                       Operation("add", "/metadata/labels", MapJson(created.meta.labels))};
  return Effect(
      situation,
      Request::JsonPatch(resources::kReplicationControllers, VersionOf(old.meta), DumpJson(become)),
      {Decision{"rename replicationcontroller"},
       {{"from", created.meta.name}, {"to", old.meta.name}, {"replicas", created.replicas}}},
      created.replicas);
}

// Returns the write that stores the journal in the status, with the step kStepCleanUp; nullopt if
// the status has both already. The journal is needed
//   - in the status, because the annotation is removed before the run has ended
//   - in the annotation, for `--local`: a client that runs the update itself stores no status, and
//     finds only the annotation when it is started again
std::optional<Step> KeepJournal(const Situation& situation, const std::string& text,
                                const ReplicationController& created) {
  if (situation.run.journal == text && situation.run.step == kStepCleanUp) return std::nullopt;
  StatusDraft draft = BeginDraft(situation);
  draft.step = kStepCleanUp;
  if (draft.target.empty()) {
    // If the spec asks for the new controller that the journal describes, the status gets the
    // target of the spec. Otherwise the journal is from another update, whose rename the run
    // finishes first. The status then gets a target that is not that of the spec.
    const ReplicationControllerUpdateSpec& spec = situation.spec();
    const bool same_name = spec.new_name.empty() || spec.new_name == created.meta.name;
    // It is enough that one container has spec.image. Which container was to be updated is not
    // known: the old controller may have the content of the new one already.
    const Json containers = At(ParseJson(*created.template_json), "/spec/containers");
    const auto has_image = [&](const Json& one) { return TextAt(one, "/image") == spec.image; };
    const bool same_image = spec.image.empty() || std::ranges::any_of(containers, has_image);
    draft.target = same_name && same_image ? TargetOf(spec) : created.meta.name + "/other";
  }
  draft.journal = text;
  std::string line = Fill("Renaming {} to {}", created.meta.name, situation.old_name());
  // If a user has edited the new controller, the journal is stored once more, but the line is not.
  if (situation.run.journal.empty()) Say(draft, line);
  SetPhase(situation, draft, kCleaningUp, kCleaningUp, std::move(line));
  return Store(situation, draft);
}

}  // namespace

Step BeginRename(const Situation& situation) {
  const ReplicationController& old = *situation.old_controller();
  const ReplicationController& created = *situation.new_controller();
  // RefuseRename comes before the journal is written, so that a refused update can still get
  // another target. It runs again before each write below and the deletion. That costs no request,
  // because a sync sends each read once.
  if (auto step = RefuseRename(situation, created)) return *std::move(step);
  const std::string text = JournalText(created);
  if (Annotation(old, kRenameJournal) != text) {
    return Effect(situation, Annotate(old, {{kRenameJournal, text}}),
                  {Decision{"note rename"}, {{"from", created.meta.name}, {"to", old.meta.name}}});
  }
  if (situation.run.journal != text) {
    return KeepJournal(situation, text, created).value_or(Wait{});
  }
  return Delete(situation, created, DeletionPropagation::kOrphan);
}

std::optional<Step> FinishRename(const Situation& situation) {
  if (situation.old_controller() == nullptr || situation.new_controller() != nullptr) {
    return std::nullopt;
  }
  const ReplicationController& old = *situation.old_controller();
  // The annotation may be gone: a user may have removed it, and the rename itself removes it just
  // before the last write of the run. In this case the journal in the status is used.
  std::string text(Annotation(old, kRenameJournal));
  if (text.empty()) text = situation.run.journal;
  if (text.empty()) return std::nullopt;
  const std::optional<ReplicationController> created = ParseJournal(text);
  if (!created) {
    return Fail(situation, kUnexpectedAnnotations,
                Fill(kUnparsableText, old.meta.name, kRenameJournal, text));
  }
  const bool owns_pods = old.selector == created->selector;
  if (!owns_pods && !old.meta.annotations.Has(kRenameJournal) && IsMadeAnew(old, *created)) {
    return WithoutOldController(situation);
  }
  if (auto store = KeepJournal(situation, text, *created)) return store;
  if (!owns_pods) {
    if (auto answer = AnswerScaleBeforeRename(situation, created->meta.name)) return answer;
    if (!HasScaledDown(situation, old)) {
      return WaitFor(situation, kCleaningUp, "the Pods of " + old.meta.name + " to be deleted");
    }
    return Become(situation, *created);
  }
  const LabelSelector selector = SelectorOf(created->selector);
  const auto adopted = std::ranges::count_if(LivePodsOf(situation, old), [&](const Pod* pod) {
    return Matches(selector, pod->meta.labels);
  });
  if (!HasScaledUp(old) || adopted < old.replicas) {
    return WaitFor(situation, kCleaningUp, "the Pods to be adopted by " + old.meta.name);
  }
  return FinishAs(situation, old, kSucceeded);
}

}  // namespace windlass::replication_controller
