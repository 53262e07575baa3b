// Judges failures of cpprestsdk: may the server have acted on the request?
//
// The library's error codes mislead: their category is always generic, and the meaning of the
// number depends on the layer that produced it (OpenSSL or the system). So Classify looks at
//   1. the library's text, which shows in which phase the request failed
//   2. the number, only for a TLS handshake or a status line that failed: it distinguishes an error
//      of OpenSSL from an error of the system
//   3. NetworkFailure::read_only, only for an answer that is not HTTP
//   4. NetworkFailure::sent, only for a text that is not in the table
// The texts do not change, because the library is in maintenance mode. A test pins the table of
// texts (C-016).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kubeclient/base/result.h"

namespace windlass {

struct NetworkFailure {
  long code = 0;           // http_exception::error_code().value()
  std::string_view text;   // http_exception::what()
  bool read_only = false;  // a GET: an answer that is not HTTP is kMalformed, else kAmbiguous
  // False if the library has certainly not sent the whole request, because it has not begun to read
  // the body. A request without a body, such as a GET, always counts as sent.
  bool sent = true;
};

// Returns kNotSent, kAmbiguous, kTls, kCancelled or kMalformed. A failure with a text that is not
// in the table is kNotSent if `sent` is false, else kAmbiguous.
ErrorKind Classify(const NetworkFailure& failure);

// Why a proxy opened no tunnel.
enum class ProxyFault : uint8_t {
  kUnreachable,  // the proxy's name is unknown, or nothing answers at its port
  kHungUp,       // the proxy closed the connection before its answer was complete
  kNoHttp,       // the proxy's answer is not HTTP
  kRefused,      // the proxy answered, but not with 200
};
struct ProxyFailure {
  ProxyFault fault = ProxyFault::kUnreachable;
  int status = 0;  // of the proxy's answer; 0 unless kRefused
  bool operator==(const ProxyFailure&) const = default;
};

// The value of Error::http_status if a proxy opened no tunnel; the proxy's own status is in
// ProxyFailure::status. In an error of kind kNotSent, 502 always means the proxy, and the message
// says what to do. In other errors, 502 is the HTTP status of an answer.
inline constexpr int kNoTunnel = 502;

// Returns true if `error` says that a proxy opened no tunnel.
inline bool IsOfProxy(const Error& error) {
  return error.kind == ErrorKind::kNotSent && error.http_status == kNoTunnel;
}

// Returns what the proxy did, judged by the library's text of a failure. Returns nullopt if no
// proxy caused the failure.
std::optional<ProxyFailure> ProxyFailureOf(std::string_view text);

}  // namespace windlass
