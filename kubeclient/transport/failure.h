// What a failure of cpprestsdk means: whether the server may have acted.
//
// The library's error codes lie: the category is always generic, and the number comes from
// whichever layer produced it. Its texts do not change, because the library is frozen. The table
// (C-016) is pinned by a test.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
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
  kUnreachable,  // its name is unknown, or nothing answers at its port
  kHungUp,       // it took the CONNECT and closed the connection
  kNoHttp,       // its answer is no HTTP
  kRefused,      // it answered, and not with 200
};
struct ProxyFailure {
  ProxyFault fault = ProxyFault::kUnreachable;
  int status = 0;  // of its answer; 0 unless kRefused
  bool operator==(const ProxyFailure&) const = default;
};

// Error::http_status of a failed tunnel, whatever the proxy answered: with kNotSent, it means that
// a proxy on the way opened no tunnel, and that the message says what to do.
inline constexpr int kNoTunnel = 502;

// Returns true if `error` says that a proxy opened no tunnel.
inline bool IsOfProxy(const Error& error) {
  return error.kind == ErrorKind::kNotSent && error.http_status == kNoTunnel;
}

// Returns what the proxy did, from the library's text of a failure. Returns nullopt if the failure
// is not one of a proxy.
std::optional<ProxyFailure> ProxyFailureOf(std::string_view text);

}  // namespace windlass
