// Which cluster answers: the uid of namespace kube-system.
//
// Two clusters behind one address, or one that was set up anew, differ in it; an etcd put back to
// an earlier state does not, which is for the reflectors to notice. A missing right to read it
// disables this check and nothing else. A question that is not answered is asked again, ever more
// rarely, down to once in kForbiddenBackOffMax; after the answer that there is no such namespace,
// once in kNoIdentityProbe. Core thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "kubeclient/api/decode.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/cache/back_off.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

// A cluster without that namespace is one that is being set up, as a rule.
inline constexpr Duration kNoIdentityProbe = seconds(600);

class ClusterIdentity {
 public:
  // All references must outlive it.
  ClusterIdentity(const Clock& clock, Random& random, Log& log, TimerQueue& timers,
                  Transport& transport, Decoder& decoder);
  ~ClusterIdentity();
  ClusterIdentity(const ClusterIdentity&) = delete;
  ClusterIdentity& operator=(const ClusterIdentity&) = delete;

  // Asks until there is an answer. The first one is remembered; one that differs from it is
  // remembered in its place, and told. While a question is out, the next one waits for its answer;
  // after a change it waits for the back-off: where two clusters take turns, whoever is told would
  // start over all the time.
  void Check();

  // Gives up the question, if there is one. What is known stays.
  void Stop();

  // As last seen; nullopt while it is not known.
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
  TimerId timer_ = 0;     // the next question
  bool changed_ = false;  // with the latest answer: the timer decides
  bool asked_again_ = false;
  bool complained_ = false;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace windlass
