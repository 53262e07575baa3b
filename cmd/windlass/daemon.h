// Daemon: creates all parts, connects them, and runs them from start to end.
//
//   start   → review rights → start informers → (win the Lease) → begin a term
//   SIGTERM → take no further keys → wait for calls in flight (≤ 2.5 s)
//               all writes answered → give up the Lease (≤ 2 s)  → end
//               otherwise           → leave our name in the Lease → end
//
// Without leader election there is no Lease to win or to give up.
//
// Core thread only, except where a part's header says otherwise.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/windlass/flags.h"
#include "cmd/windlass/heartbeat.h"
#include "cmd/windlass/http_responder.h"
#include "cmd/windlass/other_kinds.h"
#include "cmd/windlass/readiness.h"
#include "cmd/windlass/snapshot.h"
#include "controller/runtime/needed_right.h"
#include "controller/runtime/runtime.h"
#include "kubeclient/api/decode.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/core_loop.h"
#include "kubeclient/base/inbox.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/cache/back_off.h"
#include "kubeclient/client/client.h"
#include "kubeclient/client/event_recorder.h"
#include "kubeclient/client/guarded_transport.h"
#include "kubeclient/client/write_deadline.h"
#include "kubeclient/lease/leader_election.h"
#include "kubeclient/lease/lease_in_use.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

// Process exit codes (BI-03, BI-10, BI-12).
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitConfig = 3;
inline constexpr int kExitCredentials = 4;

class Daemon {
 public:
  // Runs `controllers`. Also reports objects of `other_kinds` that wait because no process of
  // Windlass handles them (other_kinds.h). All references must outlive the daemon. `symbols` must
  // also outlive the inbox and the timers, because their callbacks may hold symbols.
  Daemon(const Flags& flags, const Clock& clock, Log& log, SymbolTable& symbols, Inbox& inbox,
         TimerQueue& timers, Transport& transport, const ControllerList& controllers,
         std::vector<OtherKind> other_kinds = {});
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Begins. From now on the daemon works in callbacks of the inbox and the timers, until finished()
  // returns true.
  void Start();
  // Ends in order, as on the first SIGTERM or SIGINT. Idempotent.
  void Stop();
  bool finished() const { return finished_; }
  int exit_code() const { return exit_code_; }
  // Returns what /readyz answers now.
  Readiness HowReady() const;

  // Calls Start, runs a core loop until finished() returns true, and returns the exit code.
  int Run();

 private:
  void ReviewRights();
  void ReviewRightsAgain();
  void ReviewRightsSoon();
  void ReviewRightsAt(MonotonicTime due);
  void NoteReview(Result<std::vector<NeededRight>> missing);
  void NoteMissing(std::vector<NeededRight> missing);
  void RightsReviewed(Result<std::vector<NeededRight>> missing);
  void StartControllers();
  void LeadForGood();
  void Lead();
  void StepDown();
  void CampaignAnew();
  void AwaitAnswers(MonotonicTime until);
  void AwaitDrained(MonotonicTime until);
  void EndLastTerm();
  void StopElection(bool release, std::function<void()> stopped);
  void Finish(int exit_code);

  void ServerChanged(bool away);

  bool OpenPorts();
  void Beat();
  void Publish();
  void NoteActivity();
  void AwaitIdle();
  // Visits the controllers, each with its FullName (controllers_flag.h): "deployment-controller",
  // not "deployment". The names live as long as the daemon.
  void ForEachController(
      const std::function<void(std::string_view name, const WatchingController&)>& visit) const;
  std::vector<NeededRight> RightsNeeded() const;
  void FindMissing(std::function<void(Result<std::vector<NeededRight>>)> done);

  const Flags& flags_;
  const Clock& clock_;
  Log& log_;
  Inbox& inbox_;
  TimerQueue& timers_;
  Random random_;
  GuardedTransport transport_;
  Decoder decoder_;
  CacheBudget budget_;
  WriteDeadline write_deadline_;
  Client client_;
  EventRecorder events_;
  Runtime runtime_;
  OtherKinds other_kinds_;
  const std::vector<std::string> names_;  // "deployment-controller", …; in the order of runtime_
  LeaderElection election_;
  std::unique_ptr<LeaseInUse> lease_in_use_;  // only with --leader-elect=false and without --force
  Heartbeat heartbeat_;
  SnapshotBoard board_;
  std::unique_ptr<HttpResponder> metrics_;  // null if switched off
  std::unique_ptr<HttpResponder> probes_;   // null if switched off

  std::map<std::string, Histogram> request_duration_;
  Histogram rate_limiter_duration_ = RestClientHistogram();
  Histogram turn_cpu_ = TurnHistogram();
  std::vector<NeededRight> missing_rights_;
  uint64_t reviews_ = 0;              // number of reviews begun, without the review at start
  MonotonicTime last_review_;         // when the latest review began
  TimerId review_later_ = 0;          // 0 if no review is due
  BackOff review_back_off_{random_};  // after reviews that failed
  MonotonicTime last_activity_;
  bool awaiting_idle_ = false;
  bool leading_ = false;
  bool campaigning_anew_ = false;   // from CampaignAnew until the election starts again
  bool stopping_election_ = false;  // while AwaitAnswers stops the election
  bool stopping_ = false;
  bool finished_ = false;
  int exit_code_ = kExitOk;
};

}  // namespace windlass
