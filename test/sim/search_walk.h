// One walk of the search: two whole daemons with leader election, workloads of every kind in two
// namespaces, and everything that a plan has in store for them. All invariants hold at each write.
//
// When the faults end, nobody touches the workloads for a while: each rollout that nothing holds up
// must then end by itself (I-29), and no work may be left that nobody would do (I-34). The resync
// is off, so nothing heals by accident. At last each user asks for an image that works, and gets
// it; and then nothing is written any more (I-31).
//
//   SearchWalk walk(DrawPlan(7, false));
//   const std::string wrong = walk.Go();  // "" if all is well
//   walk.broken();                        // "I-43"
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "test/sim/call_fates.h"
#include "test/sim/in_place_invariants.h"
#include "test/sim/local_clock.h"
#include "test/sim/search_autoscaler.h"
#include "test/sim/search_deeds.h"
#include "test/sim/search_plan.h"
#include "test/sim/search_workload.h"
#include "test/sim/sim_daemon.h"
#include "test/sim/update_invariants.h"

namespace windlass::sim {

class SearchWalk final : private SearchDaemons {
 public:
  explicit SearchWalk(Plan plan, bool traced = false);

  // Returns "", or what is wrong.
  std::string Go();
  // Returns the first invariant that was broken; "" if none was.
  const std::string& broken() const { return broken_; }
  World& world() { return *world_; }
  // Returns how many calls and streams met a fault.
  uint64_t struck() const { return fates_->struck(); }
  // Returns how many writes of the daemons were judged, without Leases and Events.
  uint64_t writes() const { return writes_; }

 private:
  struct DaemonSlot {
    std::unique_ptr<LocalClock> clock;
    std::unique_ptr<SimDaemon> daemon;
    int starts = 0;
    bool stopping = false;
  };

  void Crash(size_t daemon, Duration away) override;
  void Stop(size_t daemon, Duration away) override;
  void Hold(size_t daemon, Duration duration) override;
  void Offline(size_t daemon, Duration duration) override;

  void Begin();
  void StartDaemon(DaemonSlot& slot);
  DaemonSlot& Slot(size_t daemon) { return slots_[daemon % slots_.size()]; }
  SearchWorkload* Workload(size_t id);
  void Do(const PlannedDeed& deed);
  void Autoscale(const PlannedDeed& deed);
  void RunTo(Duration time);
  // Returns true if something is wrong already, so that there is no use in going on.
  bool IsBroken() const;
  void OnChange(const Change& change);
  void JudgeAge(const Change& change);
  // Returns how long ago the first change happened that its sender had not seen, or may have acted
  // upon late for the sake of the modelled controllers' lags.
  Duration Lateness(const Change& change) const;
  void NoteOldView(const Change& change);
  void NoteUser(const Change& change);
  std::string OwnerOf(const Change& change) const;
  bool MayNotKnowOfGone(const Change& change) const;
  bool MayNotKnowSize(const Change& change) const;
  bool LosesHistory(const std::string& owner) const;
  // `of_rest`: the uid of the workload that a look at rest found broken, before `change` came.
  bool Blames(const std::string& invariant, const Change& change, const std::string& of_rest) const;
  void EndFaults();
  void AwaitUntouched();
  void AwaitFinished();
  void AwaitQuiet();
  // Returns the sum of what faults of these kinds may take at most.
  Duration LongestOf(const std::set<std::string>& kinds) const;
  Duration LongestBackOff() const;
  Duration TimeToConverge() const;
  bool UsedDeed(const std::string& what) const;
  bool HasFault(const std::string& kind) const;
  bool SomebodyIsIdle() const;
  bool IsOutOfReach(const SearchWorkload& workload) const;
  void Break(const std::string& invariant, const std::string& detail);
  Duration Now() const { return world_->loop().clock().Now().since_start; }

  const Plan plan_;
  std::unique_ptr<World> world_;
  std::unique_ptr<CallFates> fates_;
  std::unique_ptr<InPlaceInvariants> in_place_;
  std::unique_ptr<UpdateInvariants> updates_;
  std::vector<DaemonSlot> slots_;
  std::vector<std::unique_ptr<SearchWorkload>> workloads_;
  std::vector<std::unique_ptr<SearchAutoscaler>> autoscalers_;
  Duration lags_{0};  // of the controllers of ReplicaSets and ReplicationControllers
  // Owners that were written on an old view, by uid. What that led to stays: for example a pause
  // that was left by Pods which were no longer available.
  std::set<std::string> decided_late_;
  std::set<std::string> staged_late_;  // those of them that were so before the faults ended
  std::set<std::string> edited_;       // owners whose history a user has edited, by uid
  std::set<std::string> robbed_;       // owners of ReplicaSets whose Pods a user took away, by uid
  std::set<std::string> enlarged_;     // owners of ReplicaSets that a user gave Pods, by uid
  // When the last ReplicationControllerUpdate was deleted.
  MonotonicTime update_gone_{-seconds(3600)};
  uint64_t update_gone_revision_ = 0;
  uint64_t controller_edited_revision_ = 0;  // by a user, last
  // How many violations were looked at.
  size_t seen_ = 0;
  size_t seen_in_place_ = 0;
  size_t seen_updates_ = 0;
  uint64_t writes_ = 0;
  std::string last_;  // the last of them
  std::string broken_;
  std::string detail_;
};

}  // namespace windlass::sim
