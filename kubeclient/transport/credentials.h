// Where the transport gets the bearer token from: the seam for token rotation and exec plugins.
#pragma once

#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"
#include "kubeclient/transport/secret.h"

namespace windlass {

// Thread-safe, like every implementation must be: asked once per request.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;

  // The token for a request that starts now; empty when requests carry none (client certificates).
  // An error ends that request before anything is sent.
  virtual Result<Secret> BearerToken() = 0;

  // The server answered 401 to a request that started at `started`: a token obtained before then is
  // not to be used again. One obtained later stays, so that a storm of 401s renews it once
  // (cpp-stack §3).
  virtual void Refused(MonotonicTime started) = 0;
};

// One token for the life of the process, or none.
class FixedCredentials final : public CredentialSource {
 public:
  explicit FixedCredentials(Secret token) : token_(std::move(token)) {}
  Result<Secret> BearerToken() override { return token_; }
  void Refused(MonotonicTime) override {}

 private:
  const Secret token_;
};

}  // namespace windlass
