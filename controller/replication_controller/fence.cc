#include "controller/replication_controller/fence.h"

#include <string>

#include "controller/core/term_annotation.h"
#include "controller/replication_controller/patches.h"
#include "controller/replication_controller/run.h"
#include "controller/replication_controller/words.h"

namespace windlass::replication_controller {

std::vector<Request> FenceScaling(const View& view, std::string_view term) {
  std::vector<Request> patches;
  const ReplicationControllerUpdateStatus& stored = view.update.status;
  if (HasEnded(view.update)) return patches;
  if (!stored.scaling && stored.step != kStepCleanUp) return patches;
  for (const ReplicationController* controller : {view.old_controller, view.new_controller}) {
    if (controller == nullptr) continue;
    patches.push_back(Annotate(*controller, {{kTermAnnotation, std::string(term)}}));
  }
  return patches;
}

}  // namespace windlass::replication_controller
