#include "controller/workload/status/end_with_refusal.h"

#include <optional>
#include <utility>

#include "controller/workload/status/deadline.h"
#include "controller/workload/status/refused_write.h"
#include "controller/workload/status/status.h"

namespace windlass::workload {

Step EndWithRefusal(const Situation& situation) {
  const Workload& workload = situation.workload;
  const Outcome* refused = EndOfWalk(workload, situation.learned);
  const bool tidies = refused != nullptr && refused->asked.verb == Verb::kDelete;
  if (!WasRefusalTold(workload, situation.learned)) {
    const Progress progress = workload.paused ? Progress::kPaused : Progress::kEvaluate;
    auto status = tidies ? WriteStatus(situation, progress) : WriteHeldUp(situation);
    if (Write* write = status ? std::get_if<Write>(&*status) : nullptr) {
      write->go_on_if_refused = true;  // a 409 for the status must not end the refusal's back-off
      return *std::move(status);
    }
  }
  Step end = Failed{.error = *situation.refused};
  const bool timed = !workload.paused && !workload.meta.deleting();
  return timed ? NoLaterThanDeadline(situation, std::move(end)) : end;
}

}  // namespace windlass::workload
