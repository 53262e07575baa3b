// The end of a run.
#pragma once

#include <string>
#include <string_view>

#include "controller/core/step.h"
#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// Stores kStepDone, `phase` (kSucceeded or kRolledBack), and the last line (RC-12). If the spec
// asks for another new controller by now, the phase is kPreparing, and the next run is due.
// `warning` follows the line in status.message. Its message is empty if there is none.
Step Finish(const Situation& situation, std::string_view phase, std::string line,
            Event warning = {});

}  // namespace windlass::replication_controller
