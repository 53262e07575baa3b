// Result<T>: a value, or an Error that says what the caller can do about it.
//
// Used at every fallible boundary. We throw no exceptions of our own; those of libraries are caught
// in the one wrapper that calls the library.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "kubeclient/base/assert.h"

namespace windlass {

// Named by what the caller will do, not by where it happened (C-015).
enum class ErrorKind : uint8_t {
  kNotSent,               // nothing reached the server: the same request may be sent again at once
  kAmbiguous,             // sent, no usable answer: read before writing again (S-003)
  kCancelled,             // we cancelled it
  kTls,                   // certificate or handshake refused: configuration, slow retry
  kUnauthorized,          // 401
  kForbidden,             // 403, a right is missing
  kQuotaExceeded,         // 403 of the quota admission
  kNamespaceTerminating,  // 403/409 with that cause: forget the key
  kNotFound,              // 404
  kAlreadyExists,         // 409 reason AlreadyExists
  kConflict,              // 409 reason Conflict, or a failed JSON Patch `test`
  kGone,                  // 410: list again
  kInvalid,               // 400, 413, 422: will not change until the object changes
  kThrottled,             // 429: nothing was executed, wait
  kServer,                // 5xx on a read, or a 5xx known to have done nothing
  kWebhook,               // 500, an admission webhook could not be called
  kMalformed,             // what came back, or a file, could not be understood
  kTooLarge,              // the answer to a read is above kBodyBytesMax: ask for less at once
  kConfig,                // wrong configuration: names field and remedy
  kFenced,                // the write gate is closed: not leader, or shutting down
};

// The Kubernetes-style name of a kind ("Conflict"), for logs and metric labels.
std::string_view Name(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::kMalformed;
  std::string message;         // one line; the server's own text where there is one (D-787)
  int64_t retry_after_ms = 0;  // from Retry-After, clamped to [0, 60000]; 0 = not given

  // Adds what was being attempted: "scale replicaset ns/web-7c9: <message>".
  Error Context(std::string_view doing) && {
    message = std::string(doing) + ": " + message;
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

  // Requires ok(); an assertion otherwise.
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

  // Requires !ok().
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

// NOLINTBEGIN(bugprone-macro-parentheses): a declaration has none.
// WINDLASS_TRY(auto x, Parse(text)); — x is the value, or the enclosing function returns the error.
#define WINDLASS_TRY(declaration, expression)                  \
  auto WL_CONCAT(wl_result_, __LINE__) = (expression);         \
  if (!WL_CONCAT(wl_result_, __LINE__).ok())                   \
    return std::move(WL_CONCAT(wl_result_, __LINE__)).error(); \
  declaration = std::move(WL_CONCAT(wl_result_, __LINE__)).value()
// NOLINTEND(bugprone-macro-parentheses)
