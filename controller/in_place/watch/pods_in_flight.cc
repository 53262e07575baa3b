#include "controller/in_place/watch/pods_in_flight.h"

#include <utility>

#include "controller/in_place/batch/disruption.h"
#include "controller/in_place/pod/availability.h"
#include "controller/in_place/pod/completion.h"
#include "controller/in_place/pod/pod_state.h"
#include "controller/in_place/pod/revision_of_pod.h"

namespace windlass {

PodsInFlight::PodsInFlight(const Clock& clock, FaultLog& faults, Store<Pod>& pods,
                           in_place::NodeOf node_of)
    : clock_(clock), faults_(faults), pods_(pods), node_of_(std::move(node_of)) {
  pods.OnChange([this](const Change<Pod>& change) { PodChanged(change); });
}

std::vector<const Pod*> PodsInFlight::In(const Symbol& namespace_,
                                         const std::function<bool(const Pod&)>& skips) {
  std::vector<const Pod*> in_flight;
  auto next = noted_.lower_bound(ObjectKey{namespace_, ""});
  while (next != noted_.end() && next->namespace_ == namespace_) {
    const Pod* pod = pods_.Find(*next);
    if (pod != nullptr && skips(*pod)) {
      ++next;
    } else if (pod != nullptr && MayBeDown(*pod)) {
      in_flight.push_back(pod);
      ++next;
    } else {
      next = noted_.erase(next);
    }
  }
  return in_flight;
}

bool PodsInFlight::MayBeDown(const Pod& pod) const {
  bool may_be_down = true;
  CatchFault([&] { may_be_down = JudgeMayBeDown(pod); },
             [&](const char* fault) { faults_.Note(resources::kPods, KeyOf(pod.meta), fault); });
  return may_be_down;
}

// A Pod to which admission put back the old image (kPutBack) is not being restarted. But its own
// workload counts it as in flight until the patch is to be sent again (TryAgainAt). So it counts
// here for the same time.
bool PodsInFlight::JudgeMayBeDown(const Pod& pod) const {
  if (pod.meta.deleting()) return false;
  if (in_place::IsUnreadyAfterPatch(pod)) return true;
  std::optional<Result<in_place::PodState>> said = in_place::PodStateOf(pod);
  if (!said || !said->ok()) return false;
  in_place::PodState& state = **said;
  if (state.drain) return true;
  const WallTime now = clock_.Wall();
  const in_place::RevisionBasis basis = in_place::BasisOfPatch(pod, state);
  if (basis == in_place::RevisionBasis::kForeign) return false;
  if (basis == in_place::RevisionBasis::kPutBack) return now < in_place::TryAgainAt(state);
  in_place::NoteHeard(pod, node_of_(pod), state);
  return in_place::IsInFlight(pod, &state, now);
}

void PodsInFlight::PodChanged(const Change<Pod>& change) {
  const Pod* now = change.new_object;
  const ObjectKey key = KeyOf((now != nullptr ? now : change.old_object)->meta);
  if (now != nullptr && MayBeDown(*now)) {
    noted_.insert(key);
  } else {
    noted_.erase(key);
  }
}

}  // namespace windlass
