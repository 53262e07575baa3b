#include "controller/workload/status/refused_write.h"

#include <algorithm>
#include <string>
#include <utility>

#include "controller/workload/annotations/copied_annotations.h"
#include "controller/workload/conditions.h"
#include "controller/workload/workload_kind.h"

namespace windlass::workload {
namespace {

bool WasRefused(const Outcome& outcome) {
  return !outcome.said.ok() && IsRefusal(outcome.said.error().kind);
}

bool IsOfStatus(const Workload& workload, const RequestKey& asked) {
  return asked.verb == Verb::kPatch && asked.resource == workload.kind.traits().resource &&
         asked.subresource == "status";
}

// Returns the first refused write, leaving out status writes; the end of `learned` if there is
// none.
Learned::const_iterator FirstRefusal(const Workload& workload, const Learned& learned) {
  return std::ranges::find_if(learned, [&](const Outcome& outcome) {
    return WasRefused(outcome) && !IsOfStatus(workload, outcome.asked);
  });
}

// Returns the first status that the API server refused in this sync; null if there is none.
const Outcome* RefusedStatus(const Workload& workload, const Learned& learned) {
  const auto status = std::ranges::find_if(learned, [&](const Outcome& outcome) {
    return WasRefused(outcome) && IsOfStatus(workload, outcome.asked);
  });
  return status == learned.end() ? nullptr : &*status;
}

bool IsToTell(const Outcome& outcome) {
  const RequestKey& asked = outcome.asked;
  const bool changes = asked.verb == Verb::kPatch || asked.verb == Verb::kDelete;
  return WasRefused(outcome) && changes && asked.resource == resources::kReplicaSets &&
         asked.patch_type != PatchType::kStrategicMerge;
}

// Returns `end`. Exception: `end` is Wait, and a status write of this sync failed for another
// reason than a refusal, for example with a 409. Then returns this failure, so that the next sync
// writes the status soon.
Step UnlessStatusLostRace(const Workload& workload, const Learned& learned, Step end) {
  Wait* wait = std::get_if<Wait>(&end);
  if (wait == nullptr) return end;
  std::optional<Step> lost = EndIfStatusLost(workload, learned, /*or_may_pass=*/false);
  if (!lost) return end;
  Failed& failed = std::get<Failed>(*lost);
  failed.events = std::move(wait->events);
  failed.look_again_in = wait->look_again_in;
  return *std::move(lost);
}

}  // namespace

std::optional<std::string> WhyNotCopied(const Situation& situation) {
  const Workload& workload = situation.workload;
  const ReplicaSet* rs = situation.new_replica_set;
  const bool of_another = workload.follow_revision.has_value();
  if (rs == nullptr || of_another || workload.meta.deleting()) return std::nullopt;
  return WhyNotCopied(workload, *rs);
}

std::optional<Error> WhyNotKept(const Situation& situation) {
  for (const ReplicaSet* rs : situation.all) {
    const Outcome* latest =
        FindNotKept(situation.learned, resources::kReplicaSets, KeyOf(rs->meta));
    if (latest != nullptr) return latest->kept->error();
  }
  return std::nullopt;
}

const Outcome* EndOfWalk(const Workload& workload, const Learned& learned) {
  const auto end = std::ranges::find_if(learned, [&](const Outcome& outcome) {
    return outcome.ends_walk && !IsOfStatus(workload, outcome.asked);
  });
  return end == learned.end() ? nullptr : &*end;
}

std::optional<Error> RefusedWrite(const Workload& workload, const Learned& learned) {
  const Outcome* refused = EndOfWalk(workload, learned);
  if (refused == nullptr) {
    const auto first = std::ranges::find_if(learned, IsToTell);
    if (first == learned.end()) return std::nullopt;
    refused = &*first;
  }
  Error error = refused->said.error();
  error.message = RefusalText(refused->asked, error);
  return error;
}

void TellRefusedWrite(const Situation& situation, std::vector<Condition>& conditions) {
  std::string_view reason = kUpdateRefused;
  std::optional<std::string> words;
  if (situation.refused) {
    if (situation.not_kept) reason = kReplicaSetNotKept;
    words = situation.refused->message;
  } else {
    reason = kNotCopied;
    words = WhyNotCopied(situation);
  }
  if (!words) return RemoveCondition(conditions, kReplicaFailure);
  TellCondition(conditions,
                NewCondition(kReplicaFailure, "True", reason, *std::move(words), situation.now));
}

bool WasStatusRefused(const Workload& workload, const Learned& learned) {
  return RefusedStatus(workload, learned) != nullptr;
}

bool WasRefusalTold(const Workload& workload, const Learned& learned) {
  return std::any_of(FirstRefusal(workload, learned), learned.end(),
                     [&](const Outcome& outcome) { return IsOfStatus(workload, outcome.asked); });
}

bool TellsOfRefusal(const Workload& workload, const Step& step, const Learned& learned) {
  const Write* write = std::get_if<Write>(&step);
  return write != nullptr && IsOfStatus(workload, write->request.Identity()) &&
         FirstRefusal(workload, learned) != learned.end() && !WasRefusalTold(workload, learned);
}

std::optional<Step> EndIfStatusLost(const Workload& workload, const Learned& learned,
                                    bool or_may_pass) {
  const auto lost = std::ranges::find_if(learned, [&](const Outcome& outcome) {
    if (outcome.said.ok() || !IsOfStatus(workload, outcome.asked)) return false;
    const ErrorKind kind = outcome.said.error().kind;
    return !IsRefusal(kind) || (or_may_pass && MayPass(kind));
  });
  if (lost == learned.end()) return std::nullopt;
  return Failed{.error = lost->said.error()};
}

Step UnlessStatusRefused(const Workload& workload, const Learned& learned, Step end) {
  const Outcome* status = RefusedStatus(workload, learned);
  if (status == nullptr) return UnlessStatusLostRace(workload, learned, std::move(end));
  Failed failed{.error = status->said.error()};
  if (Failed* other = std::get_if<Failed>(&end)) failed = std::move(*other);
  if (Wait* wait = std::get_if<Wait>(&end)) {
    failed.events = std::move(wait->events);
    failed.look_again_in = wait->look_again_in;
  }
  failed.events.push_back({Event::Type::kWarning, "StatusUpdateRefused",
                           RefusalText(status->asked, status->said.error())});
  return failed;
}

}  // namespace windlass::workload
