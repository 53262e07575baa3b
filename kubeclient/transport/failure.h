// What a failure of cpprestsdk means: whether the server may have acted.
//
// The library's error codes mislead: the category is always generic, and the meaning of the number
// depends on the layer that produced it (OpenSSL or the system). So this file judges first by the
// library's text, and by the number only where the text shows the layer. The texts do not change,
// because the library is in maintenance mode. A test pins the table of texts (C-016).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kubeclient/base/result.h"

namespace windlass {

struct NetworkFailure {
  long code = 0;           // http_exception::error_code().value()
  std::string_view text;   // http_exception::what()
  bool read_only = false;  // a GET: an unreadable answer is kMalformed instead of kAmbiguous
  bool sent = true;        // the last byte of the request may have reached the socket
};

// Returns kNotSent, kAmbiguous, kTls, kCancelled or kMalformed; kAmbiguous when in doubt.
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

// Error::http_status of a failed tunnel, whatever the proxy answered. Together with kNotSent, this
// value means that a proxy on the way opened no tunnel, and that the message says what to do.
inline constexpr int kNoTunnel = 502;

// Returns true if `error` says that a proxy opened no tunnel.
inline bool IsOfProxy(const Error& error) {
  return error.kind == ErrorKind::kNotSent && error.http_status == kNoTunnel;
}

// Returns what the proxy did, judged by the library's text of a failure. Returns nullopt if no
// proxy caused the failure.
std::optional<ProxyFailure> ProxyFailureOf(std::string_view text);

}  // namespace windlass
