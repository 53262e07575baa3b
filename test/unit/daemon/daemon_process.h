// A daemon in a simulated process. Destroying it is the end of the process, however it came.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "cmd/windlass/daemon.h"
#include "controller/runtime/deployment_controller.h"
#include "test/sim/sim_process.h"
#include "test/sim/world.h"
#include "test/support/recording_log.h"
#include "test/unit/daemon/holding_network.h"

namespace windlass {

// Without the operations port, and with the Lease in a namespace that the world has.
inline Flags FlagsInWorld() {
  Flags flags;
  flags.metrics_bind_address = "0";
  flags.leader_elect_namespace = "default";
  return flags;
}

class DaemonProcess {
 public:
  explicit DaemonProcess(sim::World& world, Flags the_flags = FlagsInWorld())
      : flags(std::move(the_flags)),
        process(world.Boot()),
        network(process->clock(), process->timers(), process->transport()),
        daemon(flags, process->clock(), log, symbols, inbox, process->timers(), network,
               {DeploymentControllerEntry()}) {}

  bool Logged(const std::string& text) const {
    return std::ranges::any_of(
        log.lines, [&](const std::string& line) { return line.find(text) != std::string::npos; });
  }

  // In the order in which they must outlive each other.
  SymbolTable symbols;
  Inbox inbox;
  RecordingLog log;
  const Flags flags;
  std::unique_ptr<sim::SimProcess> process;
  HoldingNetwork network;
  Daemon daemon;
};

}  // namespace windlass
