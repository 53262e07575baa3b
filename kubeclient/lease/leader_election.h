// Leader election on a coordination.k8s.io/v1 Lease. It sets the time until which this process may
// write, its permit (WriteDeadline).
//
//   - The permit counts from the moment when a successful renewal was sent. Our clock also runs
//     while the machine is suspended (L-002, L-003).
//   - The times that other processes wrote into the Lease are ignored. A candidate takes the Lease
//     from its holder once the Lease has not changed for its leaseDurationSeconds, by the
//     candidate's clock.
//   - A Lease without holder is usually free at once (lease_view.h).
//   - A candidate watches the Lease, and reads it if the watch was silent for a retry period
//     (L-009).
// Core thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/client/write_deadline.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

// The most calls in a row before the candidate or leader waits for its next round. Example of four
// calls: a PUT that could not be sent, the same PUT again, which gets a 409, a GET, and a new PUT.
inline constexpr int kLeaseRoundCallsMax = 4;
// How long giving up the Lease may take (L-008).
inline constexpr Duration kLeaseReleaseMax = seconds(2);
// When a candidate's watch shows that the Lease was given up or deleted, the candidate waits for a
// random time below this limit. So the candidates come one by one (L-009).
inline constexpr Duration kLeaseTakeOverJitter = milliseconds(200);

// The four strings have no defaults, and none may be empty.
struct LeaderElectionOptions {
  std::string namespace_;     // of the Lease
  std::string name;           // of the Lease
  std::string identity;       // "<hostname>_<random>", new for each process (L-001)
  std::string field_manager;  // of writes to the Lease
  Duration lease_duration = seconds(15);
  Duration renew_deadline = seconds(10);
  Duration retry_period = seconds(2);
};

// Checks the times, so that a margin is left between a leader's last write and its successor's
// first write. Returns kConfig unless all of these hold:
//   - lease-duration is a whole number of seconds, at least 1 s. The Lease stores no fraction: with
//     15.5 s, other processes would wait for only 15 s
//   - lease-duration is longer than renew-deadline
//   - renew-deadline is longer than 1.2 times retry-period
//   - retry-period is at least 100 ms
// The message is one line. It names an option as in this list, with `prefix` in front, and says
// what the option must be.
Status CheckLeaderElectionOptions(const LeaderElectionOptions& options,
                                  const std::string& prefix = "");

class LeaderElection {
 public:
  // All references must outlive the LeaderElection.
  LeaderElection(const Clock& clock, Random& random, Log& log, TimerQueue& timers,
                 Transport& transport, WriteDeadline& write_deadline,
                 LeaderElectionOptions options);
  ~LeaderElection();
  LeaderElection(const LeaderElection&) = delete;
  LeaderElection& operator=(const LeaderElection&) = delete;

  // Campaigns until Stop. on_started_leading begins a term and on_stopped_leading ends it; the two
  // alternate. Writes are already allowed when on_started_leading is called, and already forbidden
  // when on_stopped_leading is called.
  void Start();
  // Call Stop or StopWithoutRelease once per Start. Each forbids writes, ends the term, and later
  // calls `stopped`.
  //
  // Stop releases the Lease if it is still ours (L-008), within 2 s. A successor then leads at
  // once, and raises no fence against late writes of ours. So call Stop only when every write of
  // the term has been answered. If late writes of another term may still arrive, Stop does not
  // release the Lease. Examples: the permit of our latest term ran out, or we tried to take the
  // Lease over and do not know whether it is ours.
  void Stop(std::function<void()> stopped);
  // Leaves our name in the Lease, because a write may still be on its way. A successor waits until
  // the Lease expires. taken_over() of the next leader is true, even if that is this process again.
  void StopWithoutRelease(std::function<void()> stopped);

  bool IsLeader() const;
  // These two functions are about the present term, or about our latest term if we do not lead.
  // taken_over: true if an earlier term, of another process or of ours, ended without a release of
  // the Lease. Late writes of that term may still arrive.
  // term: a text that no other term has (L-012).
  bool taken_over() const;
  const std::string& term() const;
  const std::string& holder() const;  // as seen last; "" = no holder
  // Returns when the latest successful renewal was sent; nullopt if this process does not lead.
  // Used by /livez (L-013).
  std::optional<MonotonicTime> last_renewal() const;

  std::function<void()> on_started_leading;
  std::function<void()> on_stopped_leading;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace windlass
