#include "controller/workload/actions/collision.h"

#include <utility>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/decisions.h"
#include "controller/workload/revisions/new_replica_set.h"
#include "controller/workload/revisions/revisions.h"
#include "controller/workload/status/create_failure.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/canonical.h"
#include "kubeclient/api/decode.h"
#include "kubeclient/api/selector.h"

namespace windlass::workload {
namespace {

// If a ReplicaSet with the wanted name exists already, Windlass tries another name. After this many
// names for one template, it stops the rollout if Windlass probably made all ReplicaSets with these
// names, and another client changed each of them or took it over (WasTakenFromUs).
constexpr int32_t kCollisionsOfOneTemplate = 3;

// `found` is the ReplicaSet whose name the new ReplicaSet was to get. Returns true if Windlass
// probably made `found` for this workload, and another client changed it at once, in one of these
// cases:
// - `found` still belongs to the workload, but has another template, so Windlass did not recognise
//   it. An earlier update in place can cause this, too.
// - `found` does not belong to the workload, and is not older than the workload. It has no
//   revision, or a revision that no status has acknowledged.
// Returns false for an ordinary collision, or if `found` cannot be read. Example of an ordinary
// one: a former workload of that name made `found` (B-45).
bool WasTakenFromUs(const Workload& workload, const Reply& found) {
  SymbolTable symbols;
  Decoder decoder(symbols);
  const Result<ReplicaSet> rs = DecodeReplicaSet(decoder, found.body);
  if (!rs.ok()) return false;
  if (rs->meta.IsControlledBy(workload.meta.uid)) return true;
  if (rs->meta.creation_timestamp < workload.meta.creation_timestamp) return false;
  const std::optional<int64_t> revision = ParseRevision(RevisionText(rs->meta));
  return !revision || *revision > ParseRevision(workload.revision).value_or(0);
}

// Returns the uncached read of one ReplicaSet. Its name is computed from the template `canonical`
// and the collision count `collisions`; -1 stands for no collision count.
Request ReadOfName(const Workload& workload, const std::string& canonical, int64_t collisions) {
  const std::string hash = ComputeHash(canonical, collisions);
  return Request::Get(resources::kReplicaSets,
                      {workload.meta.namespace_, ReplicaSetName(workload.meta.name, hash)});
}

// Looks at three ReplicaSets: the one with the name of `parts`, and those with the two names tried
// before. Returns
// - if all three were taken from us (WasTakenFromUs): the step that reports this and makes no
//   further ReplicaSet (GiveUp), because otherwise Windlass would make ReplicaSets without end
//   (B-10)
// - if one of them is still to be read: an uncached read of it
// - if fewer names were tried, or one of the three is gone or an ordinary collision: nullopt
std::optional<Step> StopIfClimbing(const Situation& situation, const NewReplicaSet& parts) {
  const Workload& workload = situation.workload;
  const Result<std::string> canonical = CanonicalTemplate(*workload.template_json);
  int32_t collisions = workload.status.collision_count.value_or(0);
  if (!canonical.ok() || collisions < kCollisionsOfOneTemplate - 1) return std::nullopt;
  std::string names;
  for (int32_t i = 0; i < kCollisionsOfOneTemplate; ++i, --collisions) {
    // collisions == 0: the first name for a template. Its hash is normally computed without a
    // collision count (D-171). If no ReplicaSet has the name of that hash, the count 0 is tried: a
    // client may have written collisionCount: 0 before the ReplicaSet was made.
    Request read = ReadOfName(workload, *canonical, collisions == 0 ? -1 : collisions);
    const Outcome* found = FindOutcome(situation.learned, read.Identity());
    if (collisions == 0 && found != nullptr && !found->said.ok()) {
      read = ReadOfName(workload, *canonical, 0);
      found = FindOutcome(situation.learned, read.Identity());
    }
    if (found == nullptr)
      return Read{std::move(read),
                  "Windlass checks whether a webhook has changed the latest ReplicaSets of this "
                  "template, or another controller has taken them over"};
    if (!found->said.ok() || !WasTakenFromUs(workload, *found->said)) return std::nullopt;
    names += (names.empty() ? "" : ", ") + read.key().name;
  }
  return GiveUp(situation, parts.name,
                {ErrorKind::kInvalid,
                 "An admission webhook changes each ReplicaSet that Windlass makes for this pod "
                 "template, or another controller takes it over. This has happened to " +
                     names +
                     ". Find that webhook or controller, and exempt the ReplicaSets of this "
                     "workload from it. Then delete the ReplicaSets named here"},
                Retry::kOnSpecChange);
}

// Returns the reply to the create of the ReplicaSet `name`; null if this sync has not created it.
const Reply* AnswerToCreate(const Situation& situation, const std::string& name) {
  const Request create =
      Request::Create(resources::kReplicaSets, {situation.workload.meta.namespace_, name}, "");
  for (const Outcome& outcome : situation.learned) {
    if (outcome.said.ok() && create.IsLike(outcome.asked)) return &*outcome.said;
  }
  return nullptr;
}

// Returns true if every later sync will recognise the ReplicaSet in `answer` as the new one, by
// owner, labels and template. If the wanted template is not known, owner and labels decide
// (RO-014).
//
// Decodes the reply again, and does not take the ReplicaSet from the cache. Since the reply, the
// cache may have lost the ReplicaSet or got a later version. This function is rarely called,
// because the cache usually shows the created ReplicaSet as the new one.
bool CameBackAsSent(const Situation& situation, const Reply& answer) {
  const Workload& workload = situation.workload;
  SymbolTable symbols;
  Decoder decoder(symbols);
  const Result<ReplicaSet> rs = DecodeReplicaSet(decoder, answer.body);
  if (!rs.ok()) return false;
  return rs->meta.IsControlledBy(workload.meta.uid) &&
         Matches(workload.selector, rs->meta.labels) &&
         (!situation.wanted.known || situation.wanted.Is(rs->template_fingerprint));
}

// Returns true if our ReplicaSet `name` was made just now: its revision is higher than the one that
// the workload publishes.
bool IsUnacknowledged(const Situation& situation, const std::string& name) {
  const int64_t acknowledged = ParseRevision(situation.workload.revision).value_or(0);
  for (const ReplicaSet* rs : situation.all) {
    if (rs->meta.name != name) continue;
    // A ReplicaSet that had another number before, or was complete, was not made just now. Its name
    // is that of the present template, but it has another template, usually because of an update in
    // place.
    if (rs->meta.annotations.Find(kRevisionHistory) || CompleteAs(*rs)) return false;
    return RevisionOf(rs->meta).value_or(0) > acknowledged;
  }
  return false;
}

}  // namespace

Step AfterNameWasTaken(const Situation& situation, const RefusedCreate& refused,
                       const NewReplicaSet& parts) {
  const Workload& workload = situation.workload;
  const Failed failed{.error = refused.error, .retry = Retry::kBackOff};
  // If the names differ, the status has counted this collision already, or the template has changed
  // since.
  if (parts.name != refused.name) return failed;

  Request read = Request::Get(resources::kReplicaSets, {workload.meta.namespace_, refused.name});
  const Outcome* found = FindOutcome(situation.learned, read.Identity());
  if (found == nullptr) return Read{std::move(read), "the name of the new replicaset is taken"};
  if (!found->said.ok()) return failed;  // gone again, or not readable: no collision (D-176)

  if (auto step = StopIfClimbing(situation, parts)) return *step;

  const int32_t collisions = workload.status.collision_count.value_or(0);
  if (collisions == kUnlimited) return failed;  // the counter is at its limit
  StatusDraft draft{.status = workload.status, .now = situation.now};
  draft.status.collision_count = collisions + 1;
  auto write = UnlessTried(
      situation,
      Write{.request = workload.kind.WriteStatus(workload, draft),
            .because = {decisions::kCountNameCollision,
                        {{"replicaset", refused.name}, {"collisions", collisions + 1}}}});
  // If `write` is nullopt, a status write of this sync failed before. The next sync collides again,
  // and then tries again to count the collision (D-178).
  return write ? *write : failed;
}

std::optional<Step> AfterCreate(const Situation& situation, const std::string& name) {
  const Reply* answer = AnswerToCreate(situation, name);
  const bool changed = answer != nullptr && !CameBackAsSent(situation, *answer);
  if (changed || IsUnacknowledged(situation, name)) {
    return GiveUp(
        situation, name,
        {ErrorKind::kInvalid,
         "the API server stored this ReplicaSet, but not with the pod template, the labels and "
         "the owner that Windlass sent. Exempt the ReplicaSets of this workload from the "
         "admission webhook that changes them, and then delete this ReplicaSet"},
        Retry::kOnSpecChange);
  }
  if (answer == nullptr) return std::nullopt;
  return Failed{
      .error = {ErrorKind::kNotFound, "replica set \"" + name +
                                          "\" was deleted, or taken over by another owner, as soon "
                                          "as it was created; Windlass tries again"},
      .retry = Retry::kBackOff};
}

}  // namespace windlass::workload
