// Result<T>: a value, or an Error whose kind tells the caller what to do next.
//
// A function returns a Result if its caller needs to know why it failed. A parser whose callers
// only need to know that a text is wrong returns nullopt.
// Our code throws nothing except AssertionError (assert_scope.h). A file that calls a library
// catches the library's exceptions, or calls only functions that do not throw.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "kubeclient/base/assert.h"

namespace windlass {

// Two errors have the same kind if the caller should react to them in the same way, even if they
// have different causes (C-015).
enum class ErrorKind : uint8_t {
  // The server has not received the whole request, so it did nothing: the same request may be sent
  // again at once.
  kNotSent,
  kAmbiguous,  // sent, no usable answer: read before writing again (S-003)
  kCancelled,  // we cancelled the request
  // A certificate or the TLS handshake was refused. Mostly the configuration is wrong: retry
  // slowly.
  kTls,
  kUnauthorized,  // 401, or our credential plugin failed
  // A right is missing (403), or a webhook or policy denied the request (any code).
  kForbidden,
  kQuotaExceeded,         // 403: a ResourceQuota has no room
  kDisruptionBudget,      // 429 or 403: a PodDisruptionBudget allows no eviction of the Pod now
  kNamespaceTerminating,  // the namespace is being deleted, or is gone: forget the key
  kNotFound,              // 404
  kAlreadyExists,         // 409 with reason AlreadyExists
  kConflict,              // any other 409, or a JSON Patch that does not apply
  kGone,                  // 410: list again
  // 400, 413, 422, other 4xx, and a 500 that is due to the object. The same request fails again
  // until the object changes.
  kInvalid,
  kThrottled,  // 429, or our client has too many calls: nothing was executed; wait
  // A read failed at the server or on the way back, or a write failed before the server executed
  // it.
  kServer,
  kWebhook,  // 500: the API server could not call an admission webhook
  // Only the folder controller creates this kind: a sync gave up, because a request got no answer
  // in time, or because the API server did not complete a write in several tries.
  kTimeout,
  kMalformed,  // an answer, or a file, that cannot be understood
  kTooLarge,   // the answer to a read is above kBodyBytesMax: ask for fewer objects
  kConfig,     // wrong configuration: the message names the field and what to do
  kFenced,     // this process must not write, because it is not the leader or is shutting down
};

// Returns the Kubernetes-style name of a kind ("Conflict"), for logs and metric labels.
std::string_view Name(ErrorKind kind);

// What an ErrorKind does not show, but some callers need to know.
enum class ErrorDetail : uint8_t {
  kNone,
  kNotServed,  // 404: the API server does not serve the resource at all
  kDenied,     // a webhook or a ValidatingAdmissionPolicy denied the request
  kNoDryRun,   // 400: a webhook has side effects, so the API server refuses a dry run
  kHeldBack,   // kNotSent: the API server does not answer, so we did not try
  kNoAnswer,   // kAmbiguous: the request was sent, but the server did not complete it in time
  // kInvalid: more than one PodDisruptionBudget selects the Pod, so it cannot be evicted at all
  kManyBudgets,
  // kInvalid: the server accepted a write, and its reply shows that it did not store what was asked
  kNotKept,
};

// One cause in a Status of the API server: {"FieldValueInvalid", "must be …", "spec.replicas"}.
// Each text is as the server sent it, cut at kCauseBytesMax, and may be empty.
struct ErrorCause {
  std::string reason;
  std::string message{};
  std::string field{};
  bool operator==(const ErrorCause&) const = default;
};

// Limits of Error::causes, because a webhook may send any number of causes of any size.
inline constexpr size_t kCausesMax = 16;
inline constexpr size_t kCauseBytesMax = 1024;

struct Error {
  ErrorKind kind = ErrorKind::kMalformed;
  std::string message;         // one line; the server's own text if it sent one (D-787)
  int64_t retry_after_ms = 0;  // from Retry-After, clamped to [0, 60000]; 0 = not given
  // The HTTP code of the answer. It distinguishes errors of the same kind. Example: of the kInvalid
  // errors, 400 and 422 mean that the object is wrong, 413 and 415 do not.
  // Without an answer: kNoTunnel (failure.h) if a proxy opened no tunnel, otherwise 0.
  int http_status = 0;
  ErrorDetail detail = ErrorDetail::kNone;
  // Status.details.causes, at most kCausesMax of them, each text cut at kCauseBytesMax.
  std::vector<ErrorCause> causes{};

  // Prefixes the message with what was attempted: "scale replicaset ns/web-7c9: <message>".
  Error Context(std::string_view doing) && {
    message.insert(0, ": ").insert(0, doing);
    return std::move(*this);
  }
  bool operator==(const Error&) const = default;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Asserts ok().
  const T& value() const& {
    WL_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  T& value() & {
    WL_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    WL_ASSERT(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  // Asserts !ok().
  const Error& error() const& {
    WL_ASSERT(!ok());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    WL_ASSERT(!ok());
    return std::move(*std::get_if<1>(&state_));
  }
  bool operator==(const Result&) const = default;

 private:
  std::variant<T, Error> state_;
};

struct Unit {
  bool operator==(const Unit&) const = default;
};
using Status = Result<Unit>;  // success without a value: `return Unit{};`

}  // namespace windlass

#define WL_CONCAT_INNER(a, b) a##b
#define WL_CONCAT(a, b) WL_CONCAT_INNER(a, b)

// NOLINTBEGIN(bugprone-macro-parentheses): `declaration` cannot stand in parentheses.
// WINDLASS_TRY(auto x, Parse(text)); declares x as the value, or makes the enclosing function
// return the error.
#define WINDLASS_TRY(declaration, expression)                  \
  auto WL_CONCAT(wl_result_, __LINE__) = (expression);         \
  if (!WL_CONCAT(wl_result_, __LINE__).ok())                   \
    return std::move(WL_CONCAT(wl_result_, __LINE__)).error(); \
  declaration = std::move(WL_CONCAT(wl_result_, __LINE__)).value()
// NOLINTEND(bugprone-macro-parentheses)
