// What a new leader writes before it acts, so that a late scaling or deletion of the former
// leader fails (L-012). Every other effect of an update is harmless when it comes late: it is made
// from the version that the new leader goes on from, and it is what the new leader makes first.
#pragma once

#include <string_view>
#include <vector>

#include "controller/replication_controller/view.h"
#include "kubeclient/api/request.h"

namespace windlass::replication_controller {

// Returns a patch of each of the two controllers, if a scaling is stored that was not made yet,
// or a deletion is due: the new leader may find that it is not any more. `term` identifies its
// term.
std::vector<Request> FenceScaling(const View& view, std::string_view term);

}  // namespace windlass::replication_controller
