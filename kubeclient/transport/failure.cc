#include "kubeclient/transport/failure.h"

#include <charconv>

namespace windlass {
namespace {

// What the library was doing with a request when it failed. kGarbage: it was reading an answer that
// is not HTTP.
enum class Phase : uint8_t { kConnect, kHandshake, kWrite, kStatusLine, kGarbage, kCancel, kOther };

struct Row {
  std::string_view prefix;
  Phase phase;
};

struct ProxyRow {
  std::string_view prefix;
  ProxyFault fault;
};

// In each of these cases the proxy opened no tunnel, so the server has seen nothing.
constexpr ProxyRow kProxyTable[] = {
    {"Error resolving proxy address", ProxyFault::kUnreachable},
    {"Failed to connect to any resolved proxy endpoint", ProxyFault::kUnreachable},
    {"Failed to send connect request to proxy", ProxyFault::kHungUp},
    {"Failed to read HTTP status line from proxy", ProxyFault::kHungUp},
    {"Invalid HTTP status line during proxy connection", ProxyFault::kNoHttp},
    {"Expected a 200 response from proxy, received: ", ProxyFault::kRefused},
};

constexpr Row kTable[] = {
    {"Failed to connect to any resolved endpoint", Phase::kConnect},
    {"Error resolving address", Phase::kConnect},
    {"Failed to resolve address", Phase::kConnect},
    {"Error in SSL handshake", Phase::kHandshake},
    {"Failed to write request headers", Phase::kWrite},
    {"Failed to write request body", Phase::kWrite},
    // The library fails in this way if RequestBody::Withdraw has withheld the body
    // (cpprest_transport.cc).
    {"Unexpected end of request body stream", Phase::kWrite},
    {"Failed to read HTTP status line", Phase::kStatusLine},
    {"Invalid HTTP status line", Phase::kGarbage},
    {"Invalid chunked response header", Phase::kGarbage},
    {"Operation canceled", Phase::kCancel},
    {"Request canceled by user", Phase::kCancel},
};

Phase PhaseOf(std::string_view text) {
  for (const Row& row : kTable) {
    if (text.starts_with(row.prefix)) return row.phase;
  }
  return Phase::kOther;
}

// Bits 23 and up of an OpenSSL error are the number of OpenSSL's internal library that reports the
// error; 20 is SSL. Example: 0x0A000086, "certificate verify failed", is 20 * 2^23 + 0x86: library
// 20, reason 0x86.
bool IsOpenSslError(long code) { return (code >> 23) == 20; }

// Returns true if the server refused our certificate. With TLS 1.3 the server checks the
// certificate after our handshake is done. So the server's alert arrives instead of the status
// line, and nothing was executed.
// OpenSSL's reason is 1000 plus the number of the alert. Alerts 42–46, 48 and 49 concern the
// certificate, its CA or our access. Alert 116 says that the certificate is missing.
bool IsCertificateAlert(long code) {
  if (!IsOpenSslError(code)) return false;
  switch ((code & 0x7FFFFF) - 1000) {
    case 42:
    case 43:
    case 44:
    case 45:
    case 46:
    case 48:
    case 49:
    case 116: return true;
    default: return false;
  }
}

}  // namespace

std::optional<ProxyFailure> ProxyFailureOf(std::string_view text) {
  for (const ProxyRow& row : kProxyTable) {
    if (!text.starts_with(row.prefix)) continue;
    ProxyFailure failure{row.fault};
    if (row.fault == ProxyFault::kRefused) {
      const std::string_view code = text.substr(row.prefix.size());
      std::from_chars(code.data(), code.data() + code.size(), failure.status);
    }
    return failure;
  }
  return std::nullopt;
}

ErrorKind Classify(const NetworkFailure& failure) {
  if (ProxyFailureOf(failure.text)) return ErrorKind::kNotSent;
  switch (PhaseOf(failure.text)) {
    case Phase::kConnect: return ErrorKind::kNotSent;
    // Without an OpenSSL error, the peer hung up during the handshake. It is probably restarting,
    // and a retry may succeed.
    case Phase::kHandshake:
      return IsOpenSslError(failure.code) ? ErrorKind::kTls : ErrorKind::kNotSent;
    // The last write failed, so the server has not received the complete request.
    case Phase::kWrite: return ErrorKind::kNotSent;
    case Phase::kStatusLine:
      return IsCertificateAlert(failure.code) ? ErrorKind::kTls : ErrorKind::kAmbiguous;
    case Phase::kGarbage: return failure.read_only ? ErrorKind::kMalformed : ErrorKind::kAmbiguous;
    case Phase::kCancel: return ErrorKind::kCancelled;
    case Phase::kOther: break;
  }
  return failure.sent ? ErrorKind::kAmbiguous : ErrorKind::kNotSent;
}

}  // namespace windlass
