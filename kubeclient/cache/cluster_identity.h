// Finds out which cluster answers, by the uid of namespace kube-system.
//
//   - The uid changes if two clusters are behind one address, or if the cluster was set up anew.
//   - It stays if etcd was restored to an earlier state; the reflectors notice a restore.
// If an answer brings no uid, this class asks again: after kNoIdentityProbe if the namespace does
// not exist, otherwise at growing intervals up to kForbiddenBackOffMax. A process that may not read
// the namespace lacks only this check.
// Core thread only.
#pragma once

#include <functional>
#include <optional>

#include "kubeclient/api/decode.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/lifetime.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/cache/back_off.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

// The wait before the next request if kube-system does not exist: usually the cluster is still
// being set up.
inline constexpr Duration kNoIdentityProbe = seconds(600);

class ClusterIdentity {
 public:
  // All references must outlive this.
  ClusterIdentity(const Clock& clock, Random& random, Log& log, TimerQueue& timers,
                  Transport& transport, Decoder& decoder);
  ~ClusterIdentity();
  ClusterIdentity(const ClusterIdentity&) = delete;
  ClusterIdentity& operator=(const ClusterIdentity&) = delete;

  // Asks for the uid until there is an answer. The first uid is kept. A different uid later
  // replaces it, and on_changed is called.
  //   - If a request has been sent already, its answer is ignored, and the request is sent again.
  //   - If the latest answer changed the uid, the next request waits for the back-off. Without this
  //     wait, two clusters that answer in turn would cause on_changed all the time.
  void Check();

  // Cancels the request that has been sent, and the timer of the next request. The known uid stays.
  void Stop();

  // Returns the latest uid; nullopt if there was none yet.
  const std::optional<Uid>& uid() const { return uid_; }

  std::function<void()> on_changed;

 private:
  void Ask();
  void OnReply(const Result<HttpResponse>& reply);
  void See(const Uid& uid);
  void NotKnown(const std::string& why);
  void Complain(const std::string& why);
  void AskAfter(Duration wait);

  const Clock& clock_;
  Log& log_;
  TimerQueue& timers_;
  Transport& transport_;
  Decoder& decoder_;
  std::optional<Uid> uid_;
  BackOff back_off_;
  CallId call_ = 0;
  TimerId timer_ = 0;     // for the next request
  bool changed_ = false;  // the latest answer changed the uid: the timer decides when to ask
  bool asked_again_ = false;
  bool complained_ = false;
  Lifetime lifetime_;
};

}  // namespace windlass
