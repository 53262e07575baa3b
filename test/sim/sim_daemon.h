// A whole daemon in a simulated process: all controllers, informers, client and circuit breaker,
// and the real leader election on the Lease. It is connected as cmd/windlass/daemon.cc connects
// them. Destroying it is a crash, as by SIGKILL.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "controller/runtime/runtime.h"
#include "kubeclient/client/client.h"
#include "kubeclient/client/event_recorder.h"
#include "kubeclient/client/guarded_transport.h"
#include "kubeclient/client/write_deadline.h"
#include "kubeclient/lease/leader_election.h"
#include "test/sim/faulty_network.h"
#include "test/sim/world.h"

namespace windlass::sim {

class SimDaemon {
 public:
  struct Options {
    std::string identity;               // in the Lease; another one for each start (L-001)
    const LocalClock* clock = nullptr;  // of its machine; null: the world's
    size_t line_bytes_max = kLineBytesMax;
    size_t body_bytes_max = kBodyBytesMax;
    // As in SimTransport.
    std::function<CallFate(const HttpRequest&)> fate_of_call{};
    std::function<StreamFate(const HttpRequest&)> fate_of_stream{};
  };

  // Called when the daemon takes the API server to be away. May be null.
  std::function<void()> on_away;

  // Namespace "windlass-system" must exist. The resync is off: nothing heals by accident.
  SimDaemon(World& world, const Options& options);
  SimDaemon(const SimDaemon&) = delete;
  SimDaemon& operator=(const SimDaemon&) = delete;

  // SIGTERM: drains, and gives up the Lease if every write has its answer.
  void Stop();
  bool stopped() const { return stopped_; }

  bool leading() const { return leading_; }
  const Runtime& runtime() const { return runtime_; }
  FaultyNetwork& network() { return network_; }
  // Returns what the daemon is at, for reports.
  std::string State() const;

 private:
  InformerEnvironment environment();
  void ServerChanged(bool away);
  void Lead();
  void StepDown();
  void CampaignAnew();
  void AwaitAnswers(MonotonicTime until);
  void AwaitDrained(MonotonicTime until);
  void EndLastTerm();
  void StopElection(bool release, std::function<void()> stopped);
  MonotonicTime Now() { return process_->clock().Now(); }

  std::unique_ptr<SimProcess> process_;
  FaultyNetwork network_;
  GuardedTransport guard_;
  WriteDeadline write_deadline_;
  Client client_;
  EventRecorder events_;
  Runtime runtime_;
  LeaderElection election_;
  bool leading_ = false;
  bool campaigning_anew_ = false;
  bool stopping_election_ = false;
  bool stopping_ = false;
  bool stopped_ = false;
};

}  // namespace windlass::sim
