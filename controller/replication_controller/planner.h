// The rolling update of ReplicationControllers: from one view, the next step. Pure; view.h says how
// to run it. The phases of an update, each in a file of its own:
//
//   validate   nobody else owns or scales the controllers
//   prepare    the new controller exists, the sizes before are noted (relabel, new_controller,
//              services)
//   roll       up, wait, down (scale: the arithmetic; external_scale: somebody else scales)
//   clean_up   delete, keep or rename (rename, journal)
#pragma once

#include "controller/core/step.h"
#include "controller/replication_controller/view.h"

namespace windlass::replication_controller {

Step Next(const View& view, const Learned& learned, WallTime now);

}  // namespace windlass::replication_controller
