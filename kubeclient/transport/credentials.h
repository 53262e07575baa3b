// Where the transport gets the Authorization header from: the seam for token rotation and exec
// plugins.
#pragma once

#include <functional>
#include <optional>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"
#include "kubeclient/transport/secret.h"

namespace windlass {

// Thread-safe, like every implementation must be: asked once per request.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;

  // The value of the header for a request that starts now; empty when requests carry none (client
  // certificates). An error ends that request before anything is sent.
  using Answer = Result<Secret>;
  using Later = std::function<void(Answer)>;

  // The answer where it is at hand. Otherwise nothing, and `later` is called once, from a thread of
  // the source's own; not any more once the source is destroyed.
  virtual std::optional<Answer> Authorization(Later later) = 0;

  // The server answered 401 to a request that started at `started`: what was obtained before then
  // is not to be used again. What was obtained later stays, so that a storm of 401s renews it once
  // (BI-09).
  virtual void Refused(MonotonicTime started) = 0;
};

// "Bearer <token>"; empty for an empty token.
Secret BearerHeader(const Secret& token);
// "Basic <base64 of user:password>".
Secret BasicHeader(std::string_view user, const Secret& password);

// One header for the life of the process, or none.
class FixedCredentials final : public CredentialSource {
 public:
  explicit FixedCredentials(Secret header) : header_(std::move(header)) {}
  std::optional<Answer> Authorization(Later) override { return Answer(header_); }
  void Refused(MonotonicTime) override {}

 private:
  const Secret header_;
};

}  // namespace windlass
