// The Services of Rollouts, as the cache of an informer shows them. The informer starts with the
// first Rollout that names a Service, or whose status shows that it did. Without such a Rollout,
// nothing is watched and no right is needed (RO-187).
//
// A rollout waits for this informer in one case only: before the last Pods of a revision go, for
// its first list, at most 30 seconds. A new leader needs no barrier for it: every write to a
// Service bears the version that it was decided on. Core thread only.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/core/step.h"
#include "controller/rollout/service_facts.h"
#include "controller/runtime/controller_host.h"
#include "controller/runtime/needed_right.h"

namespace windlass::rollout {

class ServiceWatch {
 public:
  // Both references must outlive this.
  ServiceWatch(ControllerHost& host, const Store<Rollout>& rollouts);
  ServiceWatch(const ServiceWatch&) = delete;
  ServiceWatch& operator=(const ServiceWatch&) = delete;

  void Start();
  void Stop();
  // Call this for every change of the store of Rollouts.
  void RolloutChanged(const Change<Rollout>& change);

  // Returns what is known of the Services of the Rollout `key`. Borrows from the stores: valid
  // until their next change.
  ServiceFacts FactsOf(const ObjectKey& key) const;

  // Call both for each step of a Rollout's sync: Learn with what the sync has learned, before the
  // step is planned, and Plan with the step.
  //   - A planned write to a Service of which no sync learned has ended its sync. Then the API
  //     server is in trouble, for example it does not answer in time, and the rollout goes on
  //     without that Service for a while (RO-185).
  //   - A webhook that cannot be reached is a refusal, of which the sync learns.
  //   - A write that the API server accepted and did not keep is not repeated before a minute has
  //     passed: the change that it made wakes the Rollout.
  void Learn(const ObjectKey& rollout, const Learned& learned, WallTime now);
  void Plan(const ObjectKey& rollout, const std::optional<Step>& step);
  // Call when a term ends: its syncs end with it.
  void ForgetPlans() { planned_.clear(); }

  bool running() const { return running_since_.has_value(); }
  // Returns none while no Rollout names a Service.
  std::vector<NeededRight> RightsNeeded() const;
  // Returns what is wrong with the watch; "" if all is well, or it does not run.
  std::string Note() const;

 private:
  // A write to a Service that a sync is about to make.
  struct Planned {
    RequestKey asked;
    ServicePatch patch;
  };

  // A write that the API server accepted and did not keep.
  struct NotKept {
    ServicePatch patch;
    WallTime at{};  // of its reply
  };

  // When another client last took away what Windlass wrote into a Service, and when it did so
  // before; zero: not seen.
  struct Losses {
    WallTime last{};
    WallTime before{};
  };

  bool Wants(const Rollout& rollout) const;
  // Adds the Rollout to `wanting_` if it wants Services, and removes it otherwise.
  void LookAt(const Rollout& rollout);
  // Returns the Rollout that the annotation of the Service names; null if there is none.
  const Rollout* FindNoted(const Service& service) const;
  void Run();
  ServicesKnown Known() const;
  // Returns the Rollout that the Service is written for and that names it; null if there is none.
  const Rollout* FindOwner(const Service& service) const;
  // Returns true if another client took away the key or the annotation that Windlass wrote.
  bool IsLoss(const Service& before, const Service& now) const;
  // Notes whether the API server kept a write that it accepted. The reply tells, or a newer version
  // in the store. What another client takes away later was kept.
  void NoteIfKept(const Planned& planned, const Reply& reply, WallTime now);
  // Forgets all about a Service that does not exist.
  void Forget(const ObjectKey& service);
  NamedService Named(const Rollout& rollout, const std::string& name) const;
  void TellLosses(const ObjectKey& service, WallTime now, NamedService& named) const;
  // Adds the Rollout to `named_by_` for each of its Services if `names`, and removes it otherwise.
  void Index(const Rollout& rollout, bool names);
  // Wakes the Rollouts that name the Service.
  void WakeNaming(const ObjectKey& service);
  void ServiceChanged(const Change<Service>& change);

  ControllerHost& host_;
  const Store<Rollout>& rollouts_;
  SharedInformer<Service>& shared_;
  bool started_ = false;
  std::optional<MonotonicTime> running_since_{};
  std::set<ObjectKey> wanting_{};                        // Rollouts
  std::map<ObjectKey, std::set<ObjectKey>> named_by_{};  // Rollouts, by Service
  std::map<Uid, std::set<ObjectKey>> written_for_{};     // Services, by the uid of their annotation
  std::map<ObjectKey, Planned> planned_{};               // by Rollout
  std::map<ObjectKey, WallTime> failed_at_{};            // of Services that exist
  std::map<ObjectKey, FirstRefusal> refusals_{};         // of Services that exist
  std::map<ObjectKey, int> conflicts_{};                 // of Services that exist, in a row
  std::map<ObjectKey, Losses> losses_{};                 // of Services that exist
  std::map<ObjectKey, NotKept> not_kept_{};              // of Services that exist
};

}  // namespace windlass::rollout
