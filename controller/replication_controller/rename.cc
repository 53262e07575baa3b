#include "controller/replication_controller/rename.h"

#include <algorithm>
#include <string>
#include <utility>

#include "controller/replication_controller/adopters.h"
#include "controller/replication_controller/annotations.h"
#include "controller/replication_controller/decisions.h"
#include "controller/replication_controller/effect.h"
#include "controller/replication_controller/external_scale.h"
#include "controller/replication_controller/finish.h"
#include "controller/replication_controller/journal.h"
#include "controller/replication_controller/new_controller.h"
#include "controller/replication_controller/patches.h"
#include "controller/replication_controller/status.h"
#include "controller/replication_controller/target.h"
#include "controller/replication_controller/texts.h"
#include "controller/replication_controller/words.h"
#include "kubeclient/api/selector.h"

namespace windlass::replication_controller {
namespace {

// How soon Pods are listed again that have an owner still.
constexpr Duration kListOwnedAgain = seconds(1);

// How many Pods a warning names: a message is for people.
constexpr size_t kPodsNamedMax = 10;

LabelSelector SelectorOf(const Journal& journal) {
  LabelSelector selector;
  selector.present = true;
  selector.match_labels = journal.selector;
  return selector;
}

// Step 3.
Step Become(const Situation& situation, const ReplicationController& old, const Journal& journal) {
  Request list = Request::List(resources::kPods, old.meta.namespace_, ToQuery(SelectorOf(journal)));
  const Outcome* outcome = FindOutcome(situation.learned, list.Identity());
  if (outcome == nullptr || !outcome->said.ok()) {
    return Read{std::move(list), "a Pod that the new one still owns would not be adopted"};
  }
  const bool owned = std::ranges::any_of(outcome->pods, [&](const ListedPod& pod) {
    return pod.controller.ToString() == journal.uid;
  });
  if (owned) {
    return WaitFor(situation, kCleaningUp,
                   "the garbage collector to release the Pods of " + journal.name,
                   Wait{kListOwnedAgain});
  }
  return Effect(situation, BecomeWhatJournalSays(old, journal),
                {decisions::kRename,
                 {{"from", journal.name}, {"to", old.meta.name}, {"replicas", journal.replicas}}});
}

bool HasAdopted(const Situation& situation, const ReplicationController& old,
                const Journal& journal) {
  if (!HasScaledUp(old)) return false;
  const LabelSelector selector = SelectorOf(journal);
  const auto adopted = std::ranges::count_if(situation.view.pods, [&](const Pod* pod) {
    return !pod->meta.deleting() && Owns(old, *pod) && Matches(selector, pod->meta.labels);
  });
  return adopted >= old.replicas;
}

// Returns when the last Pod of `controller` was created; zero if it has none.
WallTime YoungestPod(const Situation& situation, const ReplicationController& controller) {
  WallTime youngest;
  for (const Pod* pod : situation.view.pods) {
    if (!Owns(controller, *pod)) continue;
    youngest = std::max(youngest, pod->meta.creation_timestamp);
  }
  return youngest;
}

// Returns a warning that names the Pods which the old controller has made since the journal was
// noted; an event without a message if there are none. As many Pods are adopted as there were, so
// a Pod that was lost has one of these in its place. Both times are the API server's; a Pod made
// in the second of the youngest one before is not told.
Event WarnAboutCreatedPods(const Situation& situation, const ReplicationController& old,
                           const Journal& journal) {
  if (journal.youngest_pod.IsZero()) return {};
  const LabelSelector selector = SelectorOf(journal);
  size_t count = 0;
  std::string names;
  for (const Pod* pod : situation.view.pods) {
    if (!Owns(old, *pod) || !Matches(selector, pod->meta.labels)) continue;
    if (pod->meta.creation_timestamp <= journal.youngest_pod) continue;
    if (++count > kPodsNamedMax) continue;
    names += (names.empty() ? "" : ", ") + pod->meta.name;
  }
  if (count == 0) return {};
  if (count > kPodsNamedMax) names += ", …";
  return {.type = Event::Type::kWarning,
          .reason = "PodsCreatedByRename",
          .message = Fill(
              "{} {} created while {} was renamed to {}: {}. A rename creates none, "
              "unless Pods end meanwhile, or the replication controller sees late which "
              "Pods there are",
              count, count == 1 ? "Pod was" : "Pods were", journal.name, old.meta.name, names)};
}

// Returns the journal's text: the old controller's, or, if somebody removed that, the status'.
std::string FindJournal(const Situation& situation) {
  const std::string_view noted = Annotation(*situation.old_controller(), kRenameJournal);
  return noted.empty() ? situation.run.journal : std::string(noted);
}

// Returns what the run is for whose first step finishes a rename: the spec's new controller, or
// that of an earlier update.
std::string TargetOfJournal(const Situation& situation, const Journal& journal) {
  const ReplicationControllerUpdateSpec& spec = situation.spec();
  const bool same_name = spec.new_name.empty() || spec.new_name == journal.name;
  const Result<std::string> image = ImageIn(situation, journal.name, journal.template_json);
  const bool same_image = spec.image.empty() || (image.ok() && *image == spec.image);
  return same_name && same_image ? TargetOf(spec) : TargetOfOtherSpec(journal.name);
}

// Stores the journal in a status that lacks it, as that of a client that begins anew: it has to
// last until the run has ended, longer than the annotation.
std::optional<Step> KeepJournal(const Situation& situation, const std::string& text,
                                const Journal& journal) {
  if (situation.run.journal == text && situation.run.step == kStepCleanUp) return std::nullopt;
  StatusDraft draft = BeginDraft(situation);
  draft.step = kStepCleanUp;
  if (draft.target.empty()) draft.target = TargetOfJournal(situation, journal);
  draft.journal = text;
  std::string line = Fill(kRenamingText, journal.name, situation.old_name());
  Say(draft, line);
  SetPhase(situation, draft, kCleaningUp, kCleaningUp, std::move(line));
  return Store(situation, draft);
}

}  // namespace

Step BeginRename(const Situation& situation) {
  const ReplicationController& old = *situation.old_controller();
  const ReplicationController& created = *situation.new_controller();
  // Before the journal, so that an update that is refused here can still be turned elsewhere. The
  // writes below are made in one sync with the deletion, so this asks no oftener than there.
  if (auto step = RefuseAdopters(situation, *created.template_json)) return *std::move(step);
  const std::string text = JournalText(created, YoungestPod(situation, created));
  if (Annotation(old, kRenameJournal) != text) {
    return Effect(situation, Annotate(old, {{kRenameJournal, text}}),
                  {decisions::kNoteRename, {{"from", created.meta.name}, {"to", old.meta.name}}});
  }
  if (situation.run.journal != text) {
    StatusDraft draft = BeginDraft(situation);
    draft.journal = text;
    std::string line = Fill(kRenamingText, created.meta.name, old.meta.name);
    // A journal may be stored anew, because there is another Pod.
    if (situation.run.journal.empty()) Say(draft, line);
    SetPhase(situation, draft, kCleaningUp, kCleaningUp, std::move(line));
    return StoreOrWait(situation, draft, Wait{});
  }
  return Effect(situation,
                Request::Delete(resources::kReplicationControllers, VersionOf(created.meta),
                                DeletionPropagation::kOrphan),
                {decisions::kDeleteController,
                 {{"controller", created.meta.name}, {"propagation", "Orphan"}}});
}

std::optional<Step> FinishRename(const Situation& situation) {
  if (situation.old_controller() == nullptr || situation.new_controller() != nullptr) {
    return std::nullopt;
  }
  const ReplicationController& old = *situation.old_controller();
  const std::string text = FindJournal(situation);
  if (text.empty()) return std::nullopt;
  const std::optional<Journal> journal = ParseJournal(text);
  if (!journal) {
    return Fail(situation, kUnexpectedAnnotations,
                Fill(kUnparsableText, old.meta.name, kRenameJournal, text));
  }
  if (auto store = KeepJournal(situation, text, *journal)) return store;
  if (!HasBecome(old, *journal)) {
    if (auto answer = AnswerScaleBeforeRename(situation, journal->name)) return answer;
    if (!HasScaledDown(situation, old)) {
      return WaitFor(situation, kCleaningUp, "the Pods of " + old.meta.name + " to be deleted");
    }
    return Become(situation, old, *journal);
  }
  if (!HasAdopted(situation, old, *journal)) {
    return WaitFor(situation, kCleaningUp, "the Pods to be adopted by " + old.meta.name);
  }
  if (auto end = RemoveAnnotationsOfOld(old)) {
    return Effect(situation, *std::move(end),
                  {decisions::kRemoveAnnotations, {{"controller", old.meta.name}}});
  }
  return Finish(situation, kSucceeded, Fill(kRollingUpdatedText, old.meta.name),
                WarnAboutCreatedPods(situation, old, *journal));
}

}  // namespace windlass::replication_controller
