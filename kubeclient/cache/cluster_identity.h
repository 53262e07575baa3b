// Which cluster answers: the uid of namespace kube-system.
//
// Two clusters behind one address, or one that was set up anew, differ in it; an etcd put back to
// an earlier state does not, which is for the reflectors to notice. A missing right to read it
// disables this check and nothing else. Core thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "kubeclient/api/decode.h"
#include "kubeclient/base/log.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

class ClusterIdentity {
 public:
  // All references must outlive it.
  ClusterIdentity(Log& log, Transport& transport, Decoder& decoder);
  ~ClusterIdentity();
  ClusterIdentity(const ClusterIdentity&) = delete;
  ClusterIdentity& operator=(const ClusterIdentity&) = delete;

  // Asks once. The first answer is remembered; one that differs from it is remembered in its place,
  // and told. While a question is out, the next one waits for its answer.
  void Check();

  // As last seen; nullopt while it is not known.
  const std::optional<Uid>& uid() const { return uid_; }

  std::function<void()> on_changed;

 private:
  void Ask();
  void OnReply(const Result<HttpResponse>& reply);
  void See(const Uid& uid);
  void NotKnown(const std::string& why);

  Log& log_;
  Transport& transport_;
  Decoder& decoder_;
  std::optional<Uid> uid_;
  CallId call_ = 0;
  bool asked_again_ = false;
  bool complained_ = false;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace windlass
