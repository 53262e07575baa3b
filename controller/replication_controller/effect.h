// A write that changes the cluster, unless it was sent in this sync already.
#pragma once

#include <utility>

#include "controller/core/step.h"
#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// Returns the write; Wait if this sync made it already, because then the API server dropped what
// was sent.
inline Step Effect(const Situation& situation, Request request, Because because) {
  Step step = Write{std::move(request), std::move(because)};
  if (WasSent(step, situation.learned)) return Wait{};
  return step;
}

}  // namespace windlass::replication_controller
