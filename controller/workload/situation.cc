#include "controller/workload/situation.h"

#include <utility>

#include "controller/workload/workload_kind.h"
#include "kubeclient/api/pod_list.h"

namespace windlass::workload {

const Extension& Situation::extension() const {
  static const Extension kNone;
  const Extension* extension = workload.kind.extension();
  return extension != nullptr ? *extension : kNone;
}

bool Situation::has_progress_deadline() const {
  const auto& deadline = workload.progress_deadline_seconds;
  return deadline && *deadline != kUnlimited;
}

Request ListOfPods(const Workload& workload) {
  return Request::List(resources::kPods, workload.meta.namespace_,
                       MetadataOfLivePods(ToQuery(workload.selector)));
}

Read ReadPods(const Workload& workload, std::string why) {
  return {
      .request = ListOfPods(workload), .why = std::move(why), .digest = DigestBy(&ControlledPods)};
}

const Outcome* FindFresh(const Learned& learned, const Request& list) {
  const RequestKey asked = list.Identity();
  for (auto it = learned.rbegin(); it != learned.rend(); ++it) {
    if (it->asked == asked) return &*it;
    if (it->said.ok() && it->asked.resource == resources::kReplicaSets) return nullptr;
  }
  return nullptr;
}

}  // namespace windlass::workload
