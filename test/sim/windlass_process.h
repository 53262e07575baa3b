// Windlass in a simulated process: the production controllers, informers, queue, client and planner
// over the modelled network. Destroying it is a crash. The resync is off: nothing heals by
// accident.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "controller/deployment/deployment_controller.h"
#include "controller/runtime/runtime.h"
#include "kubeclient/client/client.h"
#include "kubeclient/client/event_recorder.h"
#include "kubeclient/client/guarded_transport.h"
#include "kubeclient/client/write_deadline.h"
#include "test/sim/faulty_network.h"
#include "test/sim/world.h"

namespace windlass::sim {

// Which controllers a process runs: the Deployment controller, and others beside it. `Only` leaves
// out the Deployment controller.
struct ProcessControllers {
  ProcessControllers() = default;
  ProcessControllers(ControllerList more) : beside(std::move(more)) {}
  static ProcessControllers Only(ControllerList list);

  ControllerList beside{};
  bool deployments = true;
};

class WindlassProcess {
 public:
  // Starts at once, as the leader.
  explicit WindlassProcess(World& world, ClientOptions options = {},
                           ProcessControllers controllers = {});

  // A hot standby: its caches follow, and nothing is written until Lead.
  struct Standby {};
  WindlassProcess(World& world, Standby, ClientOptions options = {},
                  ProcessControllers controllers = {});
  void Lead(TermOptions options);

  // For a process with the Deployment controller.
  const DeploymentController& controller() const { return *controller_; }
  const Runtime& runtime() const { return runtime_; }
  // Returns the longest time that a call, except for Events, has waited for its turn.
  Duration longest_wait() const { return longest_wait_; }
  uint64_t calls() { return process_->transport().calls(); }
  SimTransport& transport() { return process_->transport(); }
  FaultyNetwork& network() { return network_; }
  // Returns true if the process considers the API server to be away.
  bool away() const { return guard_.away(); }

 private:
  InformerEnvironment environment();

  std::unique_ptr<SimProcess> process_;
  FaultyNetwork network_;
  GuardedTransport guard_;
  WriteDeadline write_deadline_;
  Client client_;
  EventRecorder events_;
  const DeploymentController* controller_ = nullptr;
  Runtime runtime_;
  Duration longest_wait_{0};
};

// The fault at the n-th call of a process.
enum class FaultKind : uint8_t {
  kCrashBefore,  // the process dies; the server never sees the call
  kCrashAfter,   // the process dies once the call has taken effect
  kReplyLost,    // the call takes effect; the process gets no reply
};
struct Fault {
  uint64_t call = 0;
  FaultKind kind = FaultKind::kCrashBefore;
};

// What takes over after a crash: the same program started anew, or a standby whose watches lag.
enum class Successor : uint8_t { kRestarted, kStandby };

// Windlass under a supervisor: a second after a crash its successor takes over. There is at most
// one fault.
class SupervisedWindlass {
 public:
  explicit SupervisedWindlass(World& world, std::optional<Fault> fault = std::nullopt,
                              Successor successor = Successor::kRestarted,
                              ProcessControllers controllers = {});

  // Returns true if the fault has happened.
  bool struck() const { return struck_; }
  // Returns the calls of the first process: the number of faults that a scenario can have.
  uint64_t calls() { return running_ != nullptr ? running_->calls() : 0; }

 private:
  void Start();
  Fate Decide(uint64_t number);
  void Die();
  void GoOn();

  World& world_;
  const ProcessControllers controllers_;
  std::optional<Fault> fault_;
  bool struck_ = false;
  std::unique_ptr<WindlassProcess> running_;
  std::unique_ptr<WindlassProcess> standby_;
};

}  // namespace windlass::sim
