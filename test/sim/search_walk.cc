#include "test/sim/search_walk.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "kubeclient/cache/work_queue.h"
#include "kubeclient/client/call_deadlines.h"
#include "test/sim/owners.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim {
namespace {

// What a rollout takes beyond back-off and lags: I-29.
constexpr Duration kConverges = seconds(60);
// For each Pod: pulling, starting, becoming ready and stopping, seen from end to end.
constexpr Duration kPerPod = seconds(12);
constexpr Duration kQuiet = seconds(60);
constexpr Duration kInFlight = seconds(1);
constexpr std::string_view kUser = "user";  // who does the deeds
// Annotations of a Deployment that are a part of its history.
constexpr std::string_view kOfHistory[] = {
    "deployment.kubernetes.io/revision", "deployment.kubernetes.io/revision-history",
    "internal.windlass.dev/mode", "internal.windlass.dev/exchange"};
const std::set<std::string> kLateLines = {"lag", "jitter", "replica", "pinned"};  // faults
constexpr int64_t kMillion = 1'000'000;
constexpr Duration kOldView = seconds(120) + kInFlight;

WorldOptions OptionsOf(const Plan& plan, bool traced) {
  WorldOptions options;
  options.traced = traced;
  for (ReplicaSetControllerOptions* lags :
       {&options.replica_sets, &options.replication_controllers}) {
    lags->replica_set_view_lag_max = milliseconds(plan.Setting("lag-replica-sets"));
    lags->pod_view_lag_max = milliseconds(plan.Setting("lag-pods"));
    lags->status_lag_max = milliseconds(plan.Setting("lag-status"));
  }
  return options;
}

}  // namespace

SearchWalk::SearchWalk(Plan plan, bool traced)
    : plan_(std::move(plan)),
      world_(std::make_unique<World>(plan_.seed, OptionsOf(plan_, traced))),
      fates_(std::make_unique<CallFates>(world_->api(), plan_.faults, plan_.seed,
                                         MonotonicTime{milliseconds(plan_.Setting("calm"))},
                                         MonotonicTime{milliseconds(plan_.Setting("end"))})) {
  const auto small = static_cast<size_t>(plan_.Setting("small", 1));
  ServerLimits limits;
  limits.object_bytes_max /= small;
  limits.annotation_bytes_max /= small;
  world_->api().SetLimits(limits);
  for (const char* name : {"other", "windlass-system"}) {
    world_->api().Create("setup", resources::kNamespaces, "", SampleNamespace(name));
  }
  lags_ = milliseconds(plan_.Setting("lag-replica-sets") + plan_.Setting("lag-pods") +
                       plan_.Setting("lag-status"));
  for (const PlannedWorkload& planned : plan_.workloads) {
    workloads_.push_back(std::make_unique<SearchWorkload>(*world_, planned));
    if (workloads_.back()->in_place() && in_place_ == nullptr) {
      in_place_ = std::make_unique<InPlaceInvariants>(*world_);
    }
    if (workloads_.back()->is_controller() && updates_ == nullptr) {
      updates_ = std::make_unique<UpdateInvariants>(*world_, std::set<std::string>{"windlass"});
      updates_->Lagging(plan_.Setting("lag-pods") > 0 || plan_.Setting("lag-replica-sets") > 0);
    }
  }
  // After the invariants, which judge the same change.
  world_->api().store().OnChange([this](const Change& change) { OnChange(change); });
}

void SearchWalk::OnChange(const Change& change) {
  const ResourceId& resource = change.key.resource;
  if (change.actor == "windlass" && resource != resources::kLeases &&
      resource != resources::kEvents) {
    ++writes_;
    last_ = change.request;
  }
  JudgeAge(change);
  NoteOldView(change);
  NoteUser(change);
  const auto judge = [&](const std::string& invariant, const std::string& text,
                         const std::string& owner = {}) {
    if (Blames(invariant, change, owner)) Break(invariant, text);
  };
  const std::vector<Violation>& all = world_->invariants().violations();
  for (; seen_ < all.size(); ++seen_) {
    judge(all[seen_].invariant, all[seen_].Text(), all[seen_].owner);
  }
  if (in_place_ != nullptr) {
    const std::vector<Violation>& more = in_place_->violations();
    for (; seen_in_place_ < more.size(); ++seen_in_place_) {
      judge(more[seen_in_place_].invariant, more[seen_in_place_].Text());
    }
  }
  if (updates_ != nullptr) {
    const std::vector<std::string>& more = updates_->violations();
    for (; seen_updates_ < more.size(); ++seen_updates_) {
      judge(more[seen_updates_].substr(0, 4), more[seen_updates_]);
    }
  }
}

SearchWorkload* SearchWalk::Workload(size_t id) {
  for (size_t i = 0; i < workloads_.size(); ++i) {
    if (plan_.workloads[i].id == id) return workloads_[i].get();
  }
  return nullptr;
}

void SearchWalk::Begin() {
  slots_.resize(static_cast<size_t>(plan_.Setting("daemons", 2)));
  for (size_t i = 0; i < slots_.size(); ++i) {
    slots_[i].clock = std::make_unique<LocalClock>(
        world_->loop().clock(), plan_.Setting("drift-" + std::to_string(i)),
        seconds(plan_.Setting("wall-" + std::to_string(i))));
    StartDaemon(slots_[i]);
  }
  world_->invariants().ClocksApart(seconds(std::abs(plan_.Setting("wall-0"))));
  for (const auto& workload : workloads_) workload->Create();
}

void SearchWalk::StartDaemon(DaemonSlot& slot) {
  const auto small = static_cast<size_t>(plan_.Setting("small", 1));
  SimDaemon::Options options;
  options.identity =
      "daemon-" + std::to_string(&slot - slots_.data()) + "_" + std::to_string(++slot.starts);
  options.clock = slot.clock.get();
  options.line_bytes_max /= small;
  options.body_bytes_max /= small;
  options.fate_of_call = [this, client = options.identity](const HttpRequest& request) {
    return fates_->OfCall(request, client);
  };
  options.fate_of_stream = [this, client = options.identity](const HttpRequest& request) {
    return fates_->OfStream(request, client);
  };
  slot.stopping = false;
  slot.daemon = std::make_unique<SimDaemon>(*world_, options);
  // What one object, or a policy for one namespace, brings about says nothing of the server.
  slot.daemon->on_away = [this] {
    if (plan_.faults.empty() && !UsedDeed("offline") && !UsedDeed("hold")) {
      Break("C-012", "a daemon takes the server to be away, which answers every call");
    }
  };
}

// A process that is away already does not come back sooner.
void SearchWalk::Crash(size_t daemon, Duration away) {
  DaemonSlot& slot = Slot(daemon);
  if (slot.daemon == nullptr) return;
  slot.daemon.reset();
  world_->loop().After(away, [this, &slot] { StartDaemon(slot); });
}

// As Kubernetes does, it kills the process if it has not ended after its grace period.
void SearchWalk::Stop(size_t daemon, Duration away) {
  DaemonSlot& slot = Slot(daemon);
  if (slot.daemon == nullptr || std::exchange(slot.stopping, true)) return;
  slot.daemon->Stop();
  world_->loop().After(seconds(10), [this, &slot, daemon, away] {
    if (slot.stopping) Crash(daemon, away);
  });
}

void SearchWalk::Hold(size_t daemon, Duration duration) {
  Slot(daemon).clock->HoldUntil(world_->loop().clock().Now() + duration);
}

void SearchWalk::Offline(size_t daemon, Duration duration) {
  DaemonSlot& slot = Slot(daemon);
  if (slot.daemon == nullptr) return;
  slot.daemon->network().SetDown(true);
  const int starts = slot.starts;
  world_->loop().After(duration, [&slot, starts] {
    if (slot.daemon != nullptr && slot.starts == starts) slot.daemon->network().SetDown(false);
  });
}

void SearchWalk::Do(const PlannedDeed& deed) {
  if (deed.what == "autoscale") return Autoscale(deed);
  if (!DoToAll(*world_, *this, deed)) DoTo(*world_, Workload(deed.who), deed);
}

void SearchWalk::Autoscale(const PlannedDeed& deed) {
  const SearchWorkload* workload = Workload(deed.who);
  const auto scales_it = [&](const auto& autoscaler) {
    return &autoscaler->workload() == workload;
  };
  if (workload == nullptr || std::ranges::any_of(autoscalers_, scales_it)) return;
  autoscalers_.push_back(std::make_unique<SearchAutoscaler>(
      *world_, *workload, deed, plan_.seed, MonotonicTime{milliseconds(plan_.Setting("end"))}));
}

std::string SearchWalk::Go() {
  Begin();
  for (const PlannedDeed& deed : plan_.deeds) {
    RunTo(milliseconds(deed.at));
    if (IsBroken()) break;
    Do(deed);
  }
  if (!IsBroken()) EndFaults();
  if (!IsBroken()) AwaitUntouched();
  if (!IsBroken()) AwaitFinished();
  if (!IsBroken()) AwaitQuiet();
  return IsBroken() ? broken_ + ": " + detail_ : "";
}

void SearchWalk::RunTo(Duration time) {
  constexpr Duration kLook = seconds(5);
  while (Now() < time && !IsBroken()) world_->RunFor(std::min(kLook, time - Now()));
}

// Pods are removed only by owners and ReplicaSets that were seen lately (S-012). How long a line
// was on its way nobody can know, and a request that is late says nothing about what its sender
// knew.
void SearchWalk::JudgeAge(const Change& change) {
  const bool replica_set = change.key.resource == resources::kReplicaSets;
  const bool judged = replica_set && !change.late && change.shown_of != nullptr;
  if (change.actor != "windlass" || !judged) return;
  if (change.before == nullptr || change.after == nullptr) return;
  if (ReplicasOf(*change.after) >= ReplicasOf(*change.before)) return;
  const MonotonicTime now = world_->loop().clock().Now();
  uint64_t shown = kAllShown;
  const Json& owner = ControllerOf(*change.before);
  const ApiResource* kind = FindKind(TextAt(owner, {"apiVersion"}), TextAt(owner, {"kind"}));
  std::string oldest;
  for (const auto& [watched, revision] : *change.shown_of) {
    const bool needed =
        watched == change.key.resource || (kind != nullptr && watched == kind->resource);
    if (!needed || revision >= shown) continue;
    shown = revision;
    oldest = watched.plural;
  }
  const Duration age = now - world_->api().store().TimeAfter(shown, now);
  // A slow clock takes longer to say that the time is over.
  const int64_t slowest =
      std::min({int64_t{0}, plan_.Setting("drift-0"), plan_.Setting("drift-1")});
  const Duration old = kOldView * kMillion / (kMillion + slowest);
  if (age < old + LongestOf(kLateLines)) return;
  Break("S-012", change.request + " removes Pods by a view of " + oldest + " that is " +
                     std::to_string(age / seconds(1)) + " s old");
}

// These judge by what the process could know, or by what it must never do whatever it knows. All
// others judge by the truth of the last five seconds: what a daemon decides on an older view is not
// its fault. Nor is what users do to ReplicaSets that are the history.
bool SearchWalk::Blames(const std::string& invariant, const Change& change,
                        const std::string& of_rest) const {
  const std::string owner = of_rest.empty() ? OwnerOf(change) : of_rest;
  static const std::set<std::string> kAlways = {"I-01", "I-02", "I-11", "I-14",
                                                "I-16", "I-35", "I-43"};
  // These remember what was decided earlier.
  static const std::set<std::string> kRemember = {"I-56", "I-62", "I-63", "I-64", "I-65", "I-66"};
  if (invariant == "I-56" && (LosesHistory(owner) || staged_late_.contains(owner))) return false;
  if (invariant == "I-75" && MayNotKnowOfGone(change)) return false;
  if (invariant == "I-71" && MayNotKnowSize(change)) return false;
  if (kAlways.contains(invariant)) return true;
  if (kRemember.contains(invariant) && decided_late_.contains(owner)) return false;
  const bool robbed = robbed_.contains(owner);
  if (invariant == "I-52" && (robbed || enlarged_.contains(owner))) return false;
  if (invariant == "I-54" && enlarged_.contains(owner)) return false;
  // Without Pods of another revision nothing is held back, and nothing ahead keeps a revision from
  // being the stable one.
  if ((invariant == "I-62" || invariant == "I-63") && robbed) return false;
  return !of_rest.empty() || Lateness(change) < Invariants::kBlindSpot - kInFlight;
}

// Returns true if the sender may not have seen yet that the update is gone.
bool SearchWalk::MayNotKnowOfGone(const Change& change) const {
  const Duration since_gone = world_->loop().clock().Now() - update_gone_;
  if (since_gone < Lateness(change) + Invariants::kBlindSpot) return true;
  if (change.shown_of == nullptr) return false;
  const auto shown = change.shown_of->find(resources::kReplicationControllerUpdates);
  return shown != change.shown_of->end() && shown->second < update_gone_revision_;
}

// Returns true if the sender has not seen yet that a user changed a ReplicationController, such as
// the size of the other one of an update. It may have seen later changes of other resources.
bool SearchWalk::MayNotKnowSize(const Change& change) const {
  if (change.shown_of == nullptr) return false;
  const auto shown = change.shown_of->find(resources::kReplicationControllers);
  return shown != change.shown_of->end() && shown->second < controller_edited_revision_;
}

// Returns true if a user has edited the history of an owner, or made it so large that two
// ReplicaSets cannot exchange their revisions: the server has no room for the note of it.
bool SearchWalk::LosesHistory(const std::string& owner) const {
  if (edited_.contains(owner)) return true;
  return std::ranges::any_of(workloads_, [&](const auto& workload) {
    const Object now = workload->Present();
    return now != nullptr && UidOf(*now) == owner && workload->IsTooLarge();
  });
}

Duration SearchWalk::Lateness(const Change& change) const {
  const MonotonicTime now = world_->loop().clock().Now();
  return now - world_->api().store().TimeAfter(change.seen, now) + lags_;
}

void SearchWalk::NoteOldView(const Change& change) {
  if (change.actor != "windlass" || Lateness(change) < Invariants::kBlindSpot - kInFlight) return;
  const std::string owner = OwnerOf(change);
  if (!owner.empty()) decided_late_.insert(owner);
}

// What users do to the objects that Windlass counts on:
//   - ReplicaSets are the history, and so are the annotations of their owners (I-56)
//   - a ReplicaSet that they take away, or Pods of it, cannot be held back (I-62, I-63, RO-045)
//   - a second ReplicaSet that they give Pods has to lose them again; and where they take Pods from
//     the first, stand-ins that there is no room for go while it is short (I-52)
//   - where they give Pods to the ReplicaSet that waits, Pods are replaced from then on; and a Pod
//     that is to keep the old revision after all goes back to it, for one reason more (I-54, P-068)
//   - an update that is gone asks for nothing (I-75)
void SearchWalk::NoteUser(const Change& change) {
  if (change.before == nullptr) return;
  const ResourceId& resource = change.key.resource;
  const bool gone = change.after == nullptr || IsDeleting(*change.after);
  if (resource == resources::kReplicationControllerUpdates && gone) {
    update_gone_ = change.at;
    update_gone_revision_ = change.revision;
  }
  if (change.actor != kUser) return;
  if (resource == resources::kReplicationControllers) controller_edited_revision_ = change.revision;
  if (IsOwnerKind(resource)) {
    const bool edited = !gone && std::ranges::any_of(kOfHistory, [&](std::string_view key) {
      return AnnotationOf(*change.before, key) != AnnotationOf(*change.after, key);
    });
    if (edited) edited_.insert(UidOf(*change.after));
    return;
  }
  if (resource != resources::kReplicaSets) return;
  const std::string owner = ControllerUidOf(*change.before);
  if (owner.empty()) return;
  edited_.insert(owner);
  const bool taken = gone || ReplicasOf(*change.after) < ReplicasOf(*change.before) ||
                     LabelOf(*change.after, "app") != LabelOf(*change.before, "app");
  if (taken) robbed_.insert(owner);
  if (!gone && ReplicasOf(*change.after) > ReplicasOf(*change.before)) enlarged_.insert(owner);
}

// Returns the uid of the Deployment or Rollout that a write concerns; "" if there is none.
std::string SearchWalk::OwnerOf(const Change& change) const {
  const Json& object = change.after != nullptr ? *change.after : *change.before;
  if (IsOwnerKind(change.key.resource)) return UidOf(object);
  if (change.key.resource == resources::kReplicaSets) return ControllerUidOf(object);
  if (change.key.resource != resources::kPods) return "";
  const Object rs = world_->api().Find(
      {resources::kReplicaSets, change.key.namespace_, TextAt(ControllerOf(object), {"name"})});
  return rs == nullptr ? "" : ControllerUidOf(*rs);
}

bool SearchWalk::IsBroken() const { return !broken_.empty(); }

void SearchWalk::Break(const std::string& invariant, const std::string& detail) {
  if (!broken_.empty()) return;
  broken_ = invariant;
  detail_ = detail;
}

void SearchWalk::EndFaults() {
  RunTo(milliseconds(plan_.Setting("end")));
  ClearTheWay(*world_);
}

bool SearchWalk::UsedDeed(const std::string& what) const {
  return std::ranges::any_of(plan_.deeds,
                             [&](const PlannedDeed& deed) { return deed.what == what; });
}

bool SearchWalk::HasFault(const std::string& kind) const {
  return std::ranges::any_of(plan_.faults,
                             [&](const PlannedFault& fault) { return fault.kind == kind; });
}

Duration SearchWalk::LongestOf(const std::set<std::string>& kinds) const {
  Duration all{0};
  for (const PlannedFault& fault : plan_.faults) {
    if (kinds.contains(fault.kind)) all += milliseconds(fault.most);
  }
  return all;
}

// Back-off is drawn up to half as much again.
Duration SearchWalk::LongestBackOff() const {
  const bool policy = UsedDeed("quota") || UsedDeed("webhook") || UsedDeed("fat");
  return (policy ? kPolicyRetryMax : kRetryMax) * 3 / 2;
}

// What may pass before the last rollout has begun to move, and what the slowest one takes.
Duration SearchWalk::TimeToConverge() const {
  Duration time = kConverges + LongestBackOff();
  for (const PlannedFault& fault : plan_.faults) time += milliseconds(fault.most);
  if (HasFault("dead")) time += kDeadNoticedMax;
  if (HasFault("mute")) time += kWatchIdle;
  // Whether a container has restarted is told by the clock of its kubelet and by ours, for each Pod
  // if ours is behind (docs/high-availability.md), and when a pause ends by those of two leaders.
  const Duration behind = seconds(std::max<int64_t>(-plan_.Setting("wall-0"), 0));
  const bool by_the_wall =
      in_place_ != nullptr || std::ranges::any_of(plan_.workloads, [](const auto& workload) {
        return workload.kind == "rollout";
      });
  if (by_the_wall) time += seconds(std::abs(plan_.Setting("wall-0")));
  for (const PlannedDeed& deed : plan_.deeds) {
    const bool pauses = deed.what == "hold" || deed.what == "offline" || deed.what == "crash" ||
                        deed.what == "stop";
    if (pauses) time = std::max(time, milliseconds(deed.at + deed.a) - Now() + kConverges);
  }
  const Duration lags = milliseconds(plan_.Setting("lag-replica-sets") + plan_.Setting("lag-pods") +
                                     plan_.Setting("lag-status"));
  Duration slowest{0};
  for (const PlannedWorkload& workload : plan_.workloads) {
    const int64_t pods = 2 * (NumberIn(workload.numbers, "replicas") + 8);
    Duration each = kPerPod + 2 * lags + seconds(NumberIn(workload.numbers, "min-ready"));
    if (in_place_ != nullptr) each += behind;
    slowest = std::max(slowest, pods * each);
  }
  return time + slowest;
}

bool SearchWalk::SomebodyIsIdle() const {
  return std::ranges::any_of(slots_, [](const DaemonSlot& slot) {
    return slot.daemon != nullptr && slot.daemon->leading() && slot.daemon->runtime().idle();
  });
}

void SearchWalk::AwaitUntouched() {
  const auto is_done = [this] {
    return std::ranges::all_of(
        workloads_, [](const auto& workload) { return workload->IsDone() || !workload->CanEnd(); });
  };
  const Duration limit = Now() + TimeToConverge();
  // A workload is done only once its last deed has been seen.
  RunTo(Now() + LongestOf(kLateLines) + kInFlight);
  while (!IsBroken() && Now() < limit && !is_done()) world_->RunFor(seconds(1));
  if (IsBroken() || is_done()) return;
  std::string text = "untouched since the faults ended, and not done after " +
                     std::to_string(TimeToConverge() / seconds(1)) + " s:";
  for (const auto& workload : workloads_) {
    if (workload->CanEnd() && !workload->IsDone()) text += "\n" + workload->State();
  }
  for (const DaemonSlot& slot : slots_) {
    text += "\ndaemon: " + (slot.daemon == nullptr ? "dead" : slot.daemon->State());
  }
  Break(SomebodyIsIdle() ? "I-34" : "I-29", text);
}

// Returns true if nothing can end the rollout:
//   - The workload is too large, or shares a PodDisruptionBudget with one that is: a Pod that is
//     too large may never be reported ready, and then uses up the budget of both.
//   - It is an update of a ReplicationController, and the list of ReplicaSets in its namespace is
//     larger than an answer may be. Such an update is refused, and says so, because any of these
//     ReplicaSets may act on its Pods.
bool SearchWalk::IsOutOfReach(const SearchWorkload& workload) const {
  const bool under_budget = workload.IsUnderBudget();
  const bool too_large = std::ranges::any_of(workloads_, [&](const auto& other) {
    const bool shares_budget = under_budget && other->app() == workload.app() &&
                               other->namespace_name() == workload.namespace_name();
    return (other.get() == &workload || shares_budget) && other->IsTooLarge();
  });
  if (too_large) return true;
  if (!workload.is_controller()) return false;
  HttpRequest list;
  list.target = "/apis/apps/v1/namespaces/" + workload.namespace_name() + "/replicasets";
  const size_t most =
      SimDaemon::Options{}.body_bytes_max / static_cast<size_t>(plan_.Setting("small", 1));
  return world_->api().Handle(list, "judge").body.size() > most;
}

void SearchWalk::AwaitFinished() {
  // What was staged on an old view stays in the history.
  staged_late_ = std::exchange(decided_late_, {});
  for (const auto& workload : workloads_) workload->Finish();
  const auto is_done = [this] {
    return std::ranges::all_of(workloads_, [this](const auto& workload) {
      return workload->IsDone() || IsOutOfReach(*workload);
    });
  };
  // Pauses of steps take their time, and an update that failed turns twice.
  const Duration limit = Now() + TimeToConverge() + seconds(900);
  while (!IsBroken() && Now() < limit && !is_done()) {
    world_->RunFor(seconds(1));
    for (const auto& workload : workloads_) workload->GoOn();
  }
  if (IsBroken() || is_done()) return;
  std::string text = "the last images are not rolled out:";
  for (const auto& workload : workloads_) {
    if (!workload->IsDone() && !IsOutOfReach(*workload)) text += "\n" + workload->State();
  }
  for (const DaemonSlot& slot : slots_) {
    text += "\ndaemon: " + (slot.daemon == nullptr ? "dead" : slot.daemon->State());
  }
  Break(SomebodyIsIdle() ? "I-34" : "I-29", text);
}

// Converged: no write for a minute (I-31).
void SearchWalk::AwaitQuiet() {
  // What has no room is tried again and again.
  const bool no_room =
      std::ranges::any_of(workloads_, [](const auto& workload) { return workload->IsTooLarge(); });
  if (no_room) return;
  // A watch that died before the faults ended may be believed until now.
  if (HasFault("dead")) world_->RunFor(kDeadNoticedMax);
  if (HasFault("mute")) world_->RunFor(kWatchIdle);
  world_->RunFor(LongestOf({"twice"}));  // a write that arrives again may have to be undone
  const bool rests = world_->Rest(TimeToConverge() + seconds(600));
  if (IsBroken()) return;
  if (!rests) return Break("rest", "the cluster does not come to rest");
  const uint64_t writes = writes_;
  world_->RunFor(kQuiet);
  if (writes_ != writes) {
    Break("I-31",
          std::to_string(writes_ - writes) + " writes after everything had come to rest: " + last_);
  }
}

}  // namespace windlass::sim
