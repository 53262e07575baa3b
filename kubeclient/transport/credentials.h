// CredentialSource: supplies the transport with its Authorization header. Token files and exec
// plugins implement CredentialSource (kubeclient/config).
#pragma once

#include <functional>
#include <optional>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"
#include "kubeclient/transport/secret.h"

namespace windlass {

// Every implementation must be thread-safe. The transport calls Authorization once per request.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;

  // The header's value for a request that starts now; empty if requests carry no such header
  // (client certificates). An error fails the request before anything is sent.
  using Answer = Result<Secret>;
  using Later = std::function<void(Answer)>;

  // Returns the answer if the source has one now. Otherwise returns nullopt, and later the source
  // calls `later` once, on the source's own thread. If the source is destroyed first, `later` is
  // not called.
  virtual std::optional<Answer> Authorization(Later later) = 0;

  // Call when the server answered 401 to a request that started at `started`.
  // A source that can get new credentials drops the credentials that it got before `started`, and
  // keeps later ones. A hundred 401s at once cause a single renewal (BI-09).
  virtual void Refused(MonotonicTime started) = 0;
};

// Returns "Bearer <token>", or an empty Secret for an empty token.
Secret BearerHeader(const Secret& token);
// Returns "Basic <base64 of user:password>".
Secret BasicHeader(std::string_view user, const Secret& password);

// Gives every request the same header, or none if that header is empty.
class FixedCredentials final : public CredentialSource {
 public:
  explicit FixedCredentials(Secret header) : header_(std::move(header)) {}
  std::optional<Answer> Authorization(Later) override { return Answer(header_); }
  void Refused(MonotonicTime) override {}

 private:
  const Secret header_;
};

}  // namespace windlass
