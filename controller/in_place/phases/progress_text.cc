#include "controller/in_place/phases/progress_text.h"

#include "controller/in_place/batch/budget.h"
#include "controller/in_place/phases/cause.h"
#include "controller/workload/sizes/room_to_grow.h"
#include "controller/workload/workload_kind.h"

namespace windlass::in_place {
namespace {

// Returns the first Pod that an admission policy keeps out of traffic; null if there is none.
const Pod* KeptOut(const InPlace& in_place) {
  if (in_place.pods) {
    for (const RolloutPod& one : in_place.pods->all) {
      if (one.verdict.kept_out) return one.pod;
    }
  }
  if (const LeftPods* left = in_place.left()) {
    for (const LeftDrained& one : left->drained) {
      if (one.kept_out) return one.pod;
    }
  }
  return nullptr;
}

// Returns why an updated Pod of the host is not available, and the remedy; "" if all are available.
std::string WhyNotAvailable(const PodsInPlace& pods) {
  for (const RolloutPod& one : pods.all) {
    const PodStanding& pod = one.standing;
    if (!pod.updated || pod.stand_in || pod.available) continue;
    const std::string name = "pod " + one.pod->meta.name;
    if (pod.unschedulable) return name + " has no node: make room for it";
    if (pod.exempt) return "the node of " + name + " is lost: repair the node, or delete the Pod";
    return name + " is not available yet";
  }
  return {};
}

}  // namespace

std::string Numbers(const workload::Situation& situation) {
  const PodCounts counts = InPlaceOf(situation).counts();
  const bool returning = InPlaceOf(situation).phase() == InPlacePhase::kReturning;
  std::string text = std::to_string(counts.patched) + " of " +
                     std::to_string(situation.workload.replicas) + " Pods are " +
                     (returning ? "back" : "patched");
  if (counts.patched > 0) {
    text += ", " + std::to_string(counts.settled) + " of them " +
            (counts.settled == 1 ? "is done" : "are done");
  }
  if (counts.in_flight > 0) {
    text += ", " + std::to_string(counts.in_flight) + (counts.in_flight == 1 ? " is" : " are") +
            " being updated";
  }
  return text;
}

std::string WaitsForPod(const InPlace& in_place) {
  for (const RolloutPod& one : in_place.pods->all) {
    const PodStanding& pod = one.standing;
    if (pod.updated && !pod.stand_in && !pod.available && pod.waited_for()) {
      return "pod " + one.pod->meta.name + " is not available yet";
    }
  }
  return {};
}

std::string WaitsForResize(const InPlace& in_place) {
  for (const RolloutPod& one : in_place.pods->all) {
    const PodState* state = one.state();
    if (state == nullptr || !one.standing.resizing) continue;
    const PodResize said = ParsePodResize(one.pod->resize.text());
    const std::string& why = said.message.empty() ? said.error : said.message;
    if (!why.empty()) return "pod " + one.pod->meta.name + " waits for its resize: " + why;
  }
  return {};
}

std::string KeptOutText(const InPlace& in_place) {
  const Pod* out = KeptOut(in_place);
  if (out == nullptr) return {};
  return "pod " + out->meta.name +
         " stays out of traffic: the API server accepts the patch that returns the Pod to "
         "traffic, and does not keep it. Find the admission policy or webhook that undoes this "
         "patch, and exempt the Pods of this workload from it";
}

std::string WaitsForOthers(const PodsInPlace& pods) {
  if (!pods.beside) return {};
  return "waiting until " + *pods.beside +
         " is gone: strategy Recreate runs one template at a time";
}

std::string WithoutNode(const PodsInPlace& pods) {
  for (const RolloutPod& one : pods.all) {
    const PodStanding& pod = one.standing;
    const bool more = pod.stand_in || pods.limits.returning;
    if (more && pod.updated && pod.unschedulable)
      return "pod " + one.pod->meta.name + " has no node yet";
  }
  return {};
}

std::string After(std::string_view link, const std::string& text) {
  return text.empty() ? std::string() : std::string(link) + text;
}

std::optional<std::string> RefusedPod(const ReplicaSet& rs) {
  const Condition* failure = workload::FailureOf(rs);
  if (failure == nullptr || rs.status.replicas >= rs.replicas) return std::nullopt;
  return "replica set " + rs.meta.name + " cannot create Pods: " + failure->message;
}

std::string MissingAtLimit(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  const PodsInPlace& pods = *in_place.pods;
  std::string missing = WhyNotAvailable(pods);
  const std::string_view link = missing.empty() ? "" : "; ";
  const std::string room = pods.failing ? pods.failing->first.text : WithoutNode(pods);
  if (!room.empty()) return missing + After(link, room);
  for (const ReplicaSet* rs : {in_place.pending(), in_place.host()}) {
    if (const auto refused = RefusedPod(*rs)) return missing + After(link, *refused);
  }
  return missing;
}

bool IsMaxUnavailableUsedUp(const PodsInPlace& pods) {
  return pods.limits.max_unavailable > 0 && Budget(pods.all, pods.limits) == 0;
}

std::string WaitsForRoom(const workload::Situation& situation) {
  const InPlace& in_place = InPlaceOf(situation);
  if (in_place.against()) {
    const Cause why = CauseOf(*in_place.against());
    const std::string remedy = RemedyFor(why, situation.workload.kind);
    return why.text + (remedy.empty() ? "" : ": " + remedy);
  }
  if (std::string pod = WaitsForPod(in_place); !pod.empty()) return pod;
  const PodsInPlace& pods = *in_place.pods;
  if (IsMaxUnavailableUsedUp(pods)) {
    return "waiting for Pods that are not available: maxUnavailable " +
           std::to_string(pods.limits.max_unavailable) + " is used up";
  }
  if (Budget(pods.all, pods.limits) > 0) return "waiting until a Pod can be patched";
  return "waiting for a stand-in, because maxUnavailable is 0" + After(": ", WithoutNode(pods));
}

}  // namespace windlass::in_place
