// The Services of Rollouts, as the cache of an informer shows them. The informer starts with the
// first Rollout that names a Service, or whose status shows that it named one before. Until then,
// Windlass watches no Service and needs no right (RO-187). Once started, the informer runs until
// Stop.
//
// Before a rollout removes the last Pods of a revision, it waits for the informer's first list, at
// most 30 seconds. A new leader does not wait for this list (leadership_barrier.h): every write to
// a Service bears the version that was read, so a write that was decided on an older version fails.
// Core thread only.
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
#include "kubeclient/api/decode_interest.h"

namespace windlass::rollout {

class ServiceWatch {
 public:
  // `host` and `rollouts` must outlive the ServiceWatch.
  ServiceWatch(ControllerHost& host, const Store<Rollout>& rollouts);
  ServiceWatch(const ServiceWatch&) = delete;
  ServiceWatch& operator=(const ServiceWatch&) = delete;

  void Start();
  void Stop();
  // Call this for every change of the store of Rollouts.
  void RolloutChanged(const Change<Rollout>& change);

  // Returns what is known of the Services of the Rollout `key`. The result borrows from the stores
  // and from this object, so it is valid only until a store changes or Learn is called.
  ServiceFacts FactsOf(const ObjectKey& key) const;

  // Call these functions for each step of a Rollout's sync: Learn before the step is planned, with
  // what the sync has learned; Plan with the planned step; and BeforeWrite before a planned write
  // is sent. Learn finds out how the last planned write to a Service ended:
  //   - The write was not sent, for example because the caches are too old: Learn forgets it.
  //   - It was sent, and `learned` has no outcome of it: the write has ended an earlier sync,
  //     usually because the API server is in trouble. Example: it did not answer in time. The
  //     rollout then goes on without that Service for 30 seconds (RO-185).
  //   - Another client had changed the Service (409): Learn counts the conflict.
  //   - The API server refused the write, for example because it could not reach a webhook: a
  //     refusal does not end the sync, and Learn remembers the API server's words.
  //   - The API server accepted the write and did not keep it: Windlass does not repeat the write
  //     for a minute. Otherwise the repetition would never end, because each such write changes the
  //     Service, and each change of the Service wakes the Rollout.
  void Learn(const ObjectKey& rollout, const Learned& learned, WallTime now);
  void Plan(const ObjectKey& rollout, const std::optional<Step>& step);
  void BeforeWrite(const ObjectKey& rollout, const Request& write);
  // Call this when a leader's term ends: the term's syncs end with it, so the outcomes of their
  // writes never come.
  void ForgetPlans() { planned_.clear(); }

  bool running() const { return running_since_.has_value(); }
  // Returns an empty list until a Rollout has started the informer.
  std::vector<NeededRight> RightsNeeded() const;
  // Returns what is wrong with the watch; "" if all is well, or if the watch does not run.
  std::string Note() const;

 private:
  // A write to a Service that a sync is about to make.
  struct Planned {
    RequestKey asked;
    ServicePatch patch;
    bool is_sent = false;
  };

  // A write that the API server accepted and did not keep.
  struct NotKept {
    ServicePatch patch;
    WallTime at{};  // when the reply came
  };

  // The last two times when another client removed the key or annotation that Windlass wrote; a
  // zero time stands for no such event.
  struct Losses {
    WallTime last{};
    WallTime before{};
  };

  bool Wants(const Rollout& rollout) const;
  // If Wants returns true, adds the Rollout to `wanting_`, and starts the informer if Start was
  // called. If Wants returns false, removes the Rollout from `wanting_` and forgets its planned
  // write.
  void LookAt(const Rollout& rollout);
  // Returns the Rollout that the annotation of the Service names; null if there is none.
  const Rollout* FindNoted(const Service& service) const;
  void Run();
  ServicesKnown Known() const;
  // Returns the Rollout for which Windlass wrote the Service, if that Rollout still names the
  // Service and is not being deleted; otherwise null.
  const Rollout* FindOwner(const Service& service) const;
  // Returns true if another client removed the key or the annotation that Windlass wrote.
  bool IsLoss(const Service& before, const Service& now) const;
  // Notes whether the API server kept `planned`, a write that it accepted. The write was kept if
  // the reply, or the Service in the store, shows it, even if another client undoes it later. Does
  // nothing if the reply was not checked (Write::check).
  void NoteIfKept(const Planned& planned, const Outcome& outcome, WallTime now);
  // Forgets everything about a Service that does not exist any more.
  void Forget(const ObjectKey& service);
  NamedService Named(const Rollout& rollout, const std::string& name) const;
  void TellLosses(const ObjectKey& service, WallTime now, NamedService& named) const;
  // If `names` is true, adds the Rollout to `named_by_` for each Service that it names; otherwise
  // removes the Rollout from there.
  void Index(const Rollout& rollout, bool names);
  // Wakes the Rollouts that name the Service.
  void WakeNaming(const ObjectKey& service);
  // What the notes in a changed Service say. All members are unset if a fault keeps Windlass from
  // reading the notes (object_fault.h).
  struct Seen {
    std::optional<Uid> was{};         // the Rollout that the former version was written for
    std::optional<Uid> is{};          // the Rollout that the present version is written for
    const Rollout* former = nullptr;  // the Rollout of `was`; null if it is gone
    const Rollout* owner = nullptr;   // the Rollout of `is`; null if it is gone
    bool is_loss = false;             // IsLoss
    bool is_kept = false;  // the Service now shows the patch that the API server had not kept
  };
  Seen See(const Service* before, const Service* now) const;
  void ServiceChanged(const Change<Service>& change);
  // Wakes the Rollouts that name the Service, and the Rollout that its annotation names. Called
  // when the Service becomes unreadable or readable: the store may stay the same, and then
  // ServiceChanged is not called.
  void ReadabilityChanged(const ObjectKey& service);

  ControllerHost& host_;
  const Store<Rollout>& rollouts_;
  RegisteredInterest interest_;
  SharedInformer<Service>& shared_;
  bool started_ = false;
  std::optional<MonotonicTime> running_since_{};
  std::set<ObjectKey> wanting_{};                        // Rollouts
  std::map<ObjectKey, std::set<ObjectKey>> named_by_{};  // Rollouts, by Service
  std::map<Uid, std::set<ObjectKey>> written_for_{};     // Services, by the uid of their annotation
  std::map<ObjectKey, Planned> planned_{};               // by Rollout
  std::map<ObjectKey, WallTime> failed_at_{};            // of Services that exist
  std::map<ObjectKey, FirstRefusal> refusals_{};         // of Services that exist
  std::map<ObjectKey, int> conflicts_{};                 // of existing Services: 409s in a row
  std::map<ObjectKey, Losses> losses_{};                 // of Services that exist
  std::map<ObjectKey, NotKept> not_kept_{};              // of Services that exist
};

}  // namespace windlass::rollout
