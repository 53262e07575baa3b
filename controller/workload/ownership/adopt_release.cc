#include "controller/workload/ownership/adopt_release.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "controller/workload/decisions.h"
#include "controller/workload/requests/replica_set_requests.h"
#include "controller/workload/workload_kind.h"

namespace windlass::workload {
namespace {

// Returns true if `asked` is a patch of a ReplicaSet's owner references. Windlass sends no other
// strategic merge patch of a ReplicaSet.
bool IsOfOwners(const RequestKey& asked) {
  return asked.resource == resources::kReplicaSets &&
         asked.patch_type == PatchType::kStrategicMerge;
}

Request ReadOf(const Workload& workload) {
  return Request::Get(workload.kind.traits().resource, KeyOf(workload.meta));
}

// Returns the answer if this sync has already sent a patch of the same owner references as `patch`;
// else null. Does not compare the bodies, because they may contain different resourceVersions.
const Outcome* FindAttempt(const Learned& learned, const Request& patch) {
  const auto found = std::ranges::find_if(
      learned, [&](const Outcome& outcome) { return patch.IsLike(outcome.asked); });
  return found == learned.end() ? nullptr : &*found;
}

std::string MemberText(const nlohmann::json& metadata, const char* field) {
  const auto found = metadata.find(field);
  return found != metadata.end() && found->is_string() ? found->get<std::string>() : "";
}

// Returns the answer to `read`, a read of the workload. Returns null
//   - if this sync has not sent `read`
//   - if it has sent another request since, apart from patches of owner references: meanwhile a
//     user may have deleted the workload with --cascade=orphan
const Outcome* FindFreshRead(const Learned& learned, const Request& read) {
  const RequestKey asked = read.Identity();
  for (auto it = learned.rbegin(); it != learned.rend(); ++it) {
    if (it->asked == asked) return &*it;
    if (!IsOfOwners(it->asked)) return nullptr;
  }
  return nullptr;
}

// Returns why the workload must not adopt ReplicaSets, as `read`, the latest read of the workload,
// shows (D-103). Returns nullopt if the workload may adopt them.
std::optional<Error> WhyNotToAdopt(const Workload& cached, const Result<Reply>& read) {
  if (!read.ok()) return read.error();
  const auto live = nlohmann::json::parse(read->body, nullptr, /*allow_exceptions=*/false);
  const auto metadata = live.is_object() ? live.value("metadata", nlohmann::json()) : live;
  if (!metadata.is_object())
    return Error{ErrorKind::kMalformed,
                 "the " + std::string(cached.kind.traits().name()) + " has no metadata"};
  const std::string name = KeyOf(cached.meta).ToString();
  const std::string uid = MemberText(metadata, "uid");
  const std::string wanted = cached.meta.uid.ToString();
  if (uid != wanted) {
    return Error{ErrorKind::kConflict, "original " + std::string(cached.kind.traits().name()) +
                                           " " + name + " is gone: got uid " + uid + ", wanted " +
                                           wanted};
  }
  const std::string deleted = MemberText(metadata, "deletionTimestamp");
  if (deleted.empty()) return std::nullopt;
  return Error{ErrorKind::kConflict, name + " has just been deleted at " + deleted};
}

Write Release(const Workload& workload, const ReplicaSet& rs) {
  return {.request = ReleaseReplicaSet(workload, rs),
          .because = {decisions::kReleaseReplicaSet, {{"replicaset", rs.meta.name}}},
          .go_on_if_refused = true};
}

Write Adopt(const Workload& workload, const ReplicaSet& rs) {
  return {.request = AdoptReplicaSet(workload, rs),
          .because = {decisions::kAdoptReplicaSet,
                      {{"replicaset", rs.meta.name}, {"owners", rs.meta.owner_references.size()}}},
          .go_on_if_refused = true};
}

bool IsTooLate(ErrorKind kind, bool release) {
  return kind == ErrorKind::kNotFound || (release && kind == ErrorKind::kInvalid);
}

}  // namespace

std::optional<Step> SettleOwnership(const View& view, const Claims& claims,
                                    const Learned& learned) {
  const Workload& workload = view.workload;
  std::optional<Error> first_error;
  const auto note = [&first_error](Error error) {
    if (!first_error) first_error = std::move(error);
  };
  // Returns true if this sync has sent `write` already. If `write` failed, and `first_error` is
  // empty, puts the error of `write` into `first_error`. Exception: a failure because `write` was
  // too late (IsTooLate) is no error.
  const auto tried = [&](const Write& write, bool release) {
    const Outcome* outcome = FindAttempt(learned, write.request);
    if (outcome == nullptr) return false;
    if (outcome->said.ok() || IsTooLate(outcome->said.error().kind, release)) return true;
    Error error = outcome->said.error();
    if (IsRefusal(error.kind)) {
      error.message = RefusalText(outcome->asked, error);
    } else {
      error = std::move(error).Context(write.request.Describe());
    }
    note(std::move(error));
    return true;
  };
  // Returns true if there is an error, and the sync has sent all requests that it may send.
  // SettleOwnership then returns the error, and a retry does the rest. If it returned one more
  // request instead, the planner would end the sync as a success, without back-off.
  const auto leave_it = [&] { return first_error && learned.size() >= kRequestsPerSyncMax; };

  for (const ReplicaSet* rs : claims.to_release) {
    Write release = Release(workload, *rs);
    if (!tried(release, true) && !leave_it()) return release;
  }
  for (const ReplicaSet* rs : claims.to_adopt) {
    Write adopt = Adopt(workload, *rs);
    if (tried(adopt, false) || leave_it()) continue;
    const Outcome* read = FindFreshRead(learned, ReadOf(workload));
    if (read == nullptr) {
      return Read{ReadOf(workload),
                  "Windlass checks that the workload still exists before it adopts a ReplicaSet"};
    }
    auto why_not = WhyNotToAdopt(workload, read->said);
    if (!why_not) return adopt;
    note(std::move(*why_not));
    break;
  }
  if (!first_error) return std::nullopt;
  return Failed{.error = std::move(*first_error), .retry = Retry::kBackOff};
}

}  // namespace windlass::workload
