// DaemonProcess: a daemon in a simulated process. Its destruction is the end of the process.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cmd/windlass/daemon.h"
#include "controller/deployment/deployment_controller.h"
#include "test/sim/sim_process.h"
#include "test/sim/world.h"
#include "test/support/recording_log.h"
#include "test/unit/daemon/holding_network.h"

namespace windlass {

// Returns flags for the simulated world: no operations port, the Lease in a namespace it has.
inline Flags FlagsInWorld() {
  Flags flags;
  flags.metrics_bind_address = "0";
  flags.leader_elect_namespace = "default";
  return flags;
}

class DaemonProcess {
 public:
  explicit DaemonProcess(sim::World& world, Flags the_flags = FlagsInWorld(),
                         const ControllerList& controllers = {DeploymentControllerEntry()},
                         std::vector<OtherKind> other_kinds = {})
      : flags(std::move(the_flags)),
        process(world.Boot()),
        network(process->clock(), process->timers(), process->transport()),
        daemon(flags, process->clock(), log, symbols, inbox, process->timers(), network,
               controllers, std::move(other_kinds)) {}

  bool Logged(const std::string& text) const {
    return std::ranges::any_of(
        log.lines, [&](const std::string& line) { return line.find(text) != std::string::npos; });
  }

  // Each member must outlive those below it.
  SymbolTable symbols;
  Inbox inbox;
  RecordingLog log;
  const Flags flags;
  std::unique_ptr<sim::SimProcess> process;
  HoldingNetwork network;
  Daemon daemon;
};

}  // namespace windlass
