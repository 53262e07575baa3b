#include "controller/rollout/rollout_controller.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "controller/api/custom_resources.h"
#include "controller/core/object_fault.h"
#include "controller/in_place/phases/exchange.h"
#include "controller/in_place/phases/extension.h"
#include "controller/in_place/phases/rollout_mode.h"
#include "controller/in_place/watch/feature.h"
#include "controller/in_place/watch/in_place_metrics.h"
#include "controller/in_place/watch/rollouts.h"
#include "controller/kind/conditions.h"
#include "controller/rollout/crd.h"
#include "controller/rollout/dry_run.h"
#include "controller/rollout/reasons.h"
#include "controller/rollout/stable.h"
#include "controller/runtime/needed_right.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/conditions.h"
#include "controller/workload/ownership/claim.h"
#include "controller/workload/planner/planner.h"
#include "controller/workload/watch/old_counts.h"
#include "controller/workload/watch/rollout_metrics.h"
#include "kubeclient/api/fingerprint_text.h"

namespace windlass {
namespace {

constexpr std::string_view kManifest = rollout::kCrd.rights;

// Returns true if the requested template was rolled out completely with at least one Pod. The
// Rollout may have been scaled to 0 or have lost a Pod since. The answers to the template's dry
// runs are then not needed any more (RO-093). Returns false
//   - while the template is not rolled out completely
//   - if the rollout is stalled, for example because the template is refused
//   - if Progressing has another reason than NewReplicaSetAvailable, for example during a pause
bool IsRolledOut(const Rollout& rollout) {
  const RolloutStatus& status = rollout.status;
  if (status.observed_generation < rollout.meta.generation) return false;
  if (status.updated_replicas != status.replicas) return false;
  if (status.stable_template != TextOf(rollout.spec.template_fingerprint)) return false;
  if (FindCondition(status.conditions, kind::kStalledCondition) != nullptr) return false;
  const Condition* progressing = FindCondition(status.conditions, workload::kProgressing);
  return progressing == nullptr || progressing->reason == workload::kAvailableReason;
}

RolloutWords Words() {
  RolloutWords words = InPlaceWords(resources::kRollouts.kind);
  words.causes.insert(words.causes.end(), {rollout::kInvalidTemplate, rollout::kNothingToAbortTo});
  words.phases.push_back(workload::kAbortingPhase);
  words.triggers.push_back(kTriggerAbort);
  words.outcomes.push_back(kOutcomeAborted);
  return words;
}

}  // namespace

RolloutStore::RolloutStore(Informers& informers)
    : WorkloadStoreOf(
          informers,
          {"rollouts", informers.All(resources::kRollouts), &DecodeRollout,
           ReplyFolding<Rollout>{.removes = true}},
          [this](const Rollout& object) { return rollout::AsWorkload(kind_, object); }) {}

RolloutController::RolloutController(ControllerHost& host)
    : RolloutController(host, std::make_shared<RolloutStore>(host.informers())) {}

RolloutController::RolloutController(ControllerHost& host,
                                     const std::shared_ptr<RolloutStore>& rollouts)
    : WorkloadController(host, rollouts, Words()),
      rollouts_(*rollouts),
      services_(host, rollouts_.objects()),
      extension_(
          in_place::InPlaceExtension(),
          [this](const Workload& workload, WallTime now) { return FactsOf(workload, now); },
          [this](const Workload& workload) { return services_.FactsOf(KeyOf(workload.meta)); }),
      in_place_(std::make_unique<InPlaceFeature>(host, own_cache())),
      crd_(rollout::kCrd, host, rollouts_.informer().on_not_served(),
           rollouts_.informer().on_recovered()) {
  Extend(*in_place_);
  own_cache().overlaps().Count([](const OwnerReference&) { return true; });
  rollouts_.kind().Extend(extension_);
  rollouts_.objects().OnChange([this](const Change<Rollout>& change) { RolloutChanged(change); });
}

RolloutController::~RolloutController() { host().informers().environment().timers.Cancel(sweep_); }

const InPlaceCache& RolloutController::in_place() const { return in_place_->cache(); }

void RolloutController::Start() {
  crd_.Start();
  services_.Start();
  WorkloadController::Start();
}

void RolloutController::Stop() {
  crd_.Stop();
  services_.Stop();
  WorkloadController::Stop();
}

void RolloutController::TermEnds() {
  services_.ForgetPlans();
  WorkloadController::TermEnds();
}

std::optional<Step> RolloutController::Next(const ObjectKey& key, const Learned& learned,
                                            WallTime now) {
  services_.Learn(key, learned, now);
  if (const Rollout* rollout = rollouts_.objects().Find(key)) {
    TrustOldCounts(own_cache().replica_sets().store(), rollout->meta.uid, now);
  }
  std::optional<View> view = Look(key, now);
  if (!view) return NextUnseen(key);
  in_place_->lost_settings().Note(*view, learned, now);
  Step step = workload::Next(*view, learned, now);
  services_.Plan(key, step);
  return step;
}

std::optional<View> RolloutController::Look(const ObjectKey& key, WallTime now) const {
  std::optional<View> view = ViewOf(key);
  if (!view) return std::nullopt;
  // Windlass needs the defaults of the template to recognise the ReplicaSet that has the template
  // (rule 3 of FindNewReplicaSet, new_replica_set.h).
  view->workload.defaulted = FactsOf(view->workload, now).checks.defaulted;
  in_place_->lost_settings().Fill(*view);
  rollout::RecoverStable(*view, {.exchanges = in_place::HasStash, .is_host = in_place::IsHost});
  return view;
}

void RolloutController::BeforeWrite(const ObjectKey& key, const Request& write) {
  services_.BeforeWrite(key, write);
}

Controller::ReadListener RolloutController::BeforeRead(const ObjectKey& key, const Request& read) {
  const WallTime now = host().informers().environment().clock.Wall();
  if (read.verb() == Verb::kList && read.list_options().limit > 0) {
    const std::optional<View> view = Look(key, now);
    if (!view) return nullptr;
    const Learned none;
    const workload::Situation situation =
        workload::MakeSituation(*view, workload::ClaimReplicaSets(*view), none, now);
    return Noted(key,
                 rollout::NoteStuckIn(stuck_, situation, FactsOf(view->workload, now).steps, read));
  }
  if (const std::optional<Workload> workload = rollouts_.Find(key)) {
    if (auto note = rollout::NoteAnswerIn(templates_, *workload, read, now)) {
      // If the template is rolled out already, the answer may lead to no change of the Rollout, and
      // then RolloutChanged is not called. So this listener itself forgets the answer if the
      // Rollout has another template now or is gone.
      return Noted(key, [this, key, uid = workload->meta.uid, note](const Outcome& outcome) {
        const Rollout* rollout = rollouts_.objects().FindByUid(key, uid);
        // Rest is called first, before `note` stores this answer, because Rest makes `templates_`
        // forget the times of earlier answers without the defaults.
        const bool rests = rollout != nullptr && IsRolledOut(*rollout);
        if (rests) Rest(uid);
        note(outcome);
        ForgetOldTemplate(uid, rollout);
        if (rests) templates_.StayAtRest(uid);
      });
    }
  }
  return WorkloadController::BeforeRead(key, read);
}

// Returns a listener that calls `listener` for a read of the Rollout `key`; null if `listener` is
// null. If `listener` throws, the fault is caught and logged (object_fault.h). Even then `listener`
// has stored an answer in full or not at all, because it judges the answer before it stores the
// result.
Controller::ReadListener RolloutController::Noted(const ObjectKey& key,
                                                  ReadListener listener) const {
  if (!listener) return nullptr;
  return [this, key, listener = std::move(listener)](const Outcome& outcome) {
    FaultLog& faults = host().informers().faults();
    CatchFault([&] { listener(outcome); },
               [&](const char* fault) { faults.Note(resources::kRollouts, key, fault); });
  };
}

rollout::RolloutFacts RolloutController::FactsOf(const Workload& workload, WallTime now) const {
  const auto subject = rollout::TemplateDefaults::SubjectOf(workload);
  rollout::RolloutFacts facts{.steps = {},
                              .checks = templates_.Find(subject, now),
                              .stuck = stuck_.Find(workload.meta.uid)};
  const Rollout* object = rollouts_.objects().Find(KeyOf(workload.meta));
  if (object != nullptr) facts.steps = object->spec.strategy.steps;
  return facts;
}

void RolloutController::RolloutChanged(const Change<Rollout>& change) {
  services_.RolloutChanged(change);
  const bool gone = change.new_object == nullptr;
  if (!gone && templates_.size() == 0 && stuck_.size() == 0) return;
  const Uid& uid = gone ? change.old_object->meta.uid : change.new_object->meta.uid;
  ForgetOldTemplate(uid, change.new_object);
  const auto is_rolled_out = [&] { return gone || IsRolledOut(*change.new_object); };
  const ObjectMeta& meta = (gone ? change.old_object : change.new_object)->meta;
  FaultLog& faults = host().informers().faults();
  if (!KnownOf(faults, resources::kRollouts, meta, is_rolled_out).value_or(false)) return;
  if (gone || ShowsItsTemplate(*change.new_object)) {
    templates_.Forget(uid);
  } else {
    Rest(uid);
  }
  stuck_.Forget(uid);
}

void RolloutController::Rest(const Uid& uid) {
  templates_.Rest(uid);
  if (sweep_ == 0) SweepLater();
}

void RolloutController::SweepLater() {
  const InformerEnvironment& environment = host().informers().environment();
  const auto sweep = [this, &clock = environment.clock] {
    sweep_ = 0;
    if (templates_.ForgetOver(clock.Wall())) SweepLater();
  };
  sweep_ = environment.timers.At(environment.clock.Now() + rollout::kAnswerAtRestCounts, sweep);
}

bool RolloutController::ShowsItsTemplate(const Rollout& rollout) const {
  const Fingerprint& fingerprint = rollout.spec.template_fingerprint;
  const std::string requested = TextOf(fingerprint);
  const auto shows = [&](const ReplicaSet* rs) {
    return rs->template_fingerprint == fingerprint ||
           rs->meta.annotations.Find(workload::kRequestedTemplate) == requested;
  };
  const std::vector<const ReplicaSet*> owned = cache().ReplicaSetsOf(rollout.meta.uid);
  return owned.empty() || std::ranges::any_of(owned, shows);
}

void RolloutController::ForgetOldTemplate(const Uid& uid, const Rollout* rollout) {
  if (rollout == nullptr) return templates_.Forget(uid);
  templates_.ForgetOthers(uid, TextOf(rollout->spec.template_fingerprint));
}

// Each right names the manifest that grants it. WorkloadController names the default manifest,
// deploy/base/rbac.yaml, which is for Deployments. This function names kManifest instead. Rights
// for updates in place keep their manifest, which grants them for Deployments and Rollouts. Without
// the optional right to create Pods, there is no dry run of a Pod.
std::vector<NeededRight> RolloutController::RightsNeeded() const {
  std::vector<NeededRight> needed = WorkloadController::RightsNeeded();
  for (NeededRight& right : needed) {
    if (right.manifest == NeededRight{}.manifest) right.manifest = kManifest;
  }
  RightsList more(host().informers().watched_namespace(), {.right = {}, .manifest = kManifest});
  more.AddOptional(resources::kPods, {"create"});
  more.Add(kind::RightToRead(rollout::kCrd));
  for (NeededRight& right : std::move(more).Take()) needed.push_back(std::move(right));
  for (NeededRight& right : services_.RightsNeeded()) needed.push_back(std::move(right));
  return needed;
}

// Adds one line to the troubles of WorkloadController if the CustomResourceDefinition is older than
// this program needs. Adds none if the API server does not serve Rollouts at all: the line of
// WorkloadController about that has the same remedy.
std::vector<std::string> RolloutController::Troubles() const {
  std::vector<std::string> troubles = WorkloadController::Troubles();
  if (crd_.is_older()) troubles.push_back(crd_.Trouble());
  return troubles;
}

// Rollouts go on even if Windlass cannot read Services. So the text about Services is a note and
// not a trouble, and Windlass stays ready.
std::vector<std::string> RolloutController::Notes() const {
  std::vector<std::string> notes = WorkloadController::Notes();
  if (std::string note = services_.Note(); !note.empty()) notes.push_back(std::move(note));
  return notes;
}

ControllerEntry RolloutControllerEntry(const RolloutController** made) {
  std::vector<MetricSection> metrics = RolloutMetrics();
  metrics.push_back(InPlaceMetrics());
  const auto make = [made](ControllerHost& host) {
    auto controller = std::make_unique<RolloutController>(host);
    if (made != nullptr) *made = controller.get();
    return controller;
  };
  return {"rollout",
          make,
          "rolls out objects of the kind Rollout; kube-controller-manager's Deployment controller "
          "can keep running",
          std::move(metrics),
          resources::kRollouts,
          LabelWordsOf(Words())};
}

}  // namespace windlass
