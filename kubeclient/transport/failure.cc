#include "kubeclient/transport/failure.h"

#include <cstdint>

namespace windlass {
namespace {

// Where in the life of a request the library reports each text.
enum class Phase : uint8_t { kConnect, kHandshake, kWrite, kStatusLine, kGarbage, kCancel, kOther };

struct Row {
  std::string_view prefix;
  Phase phase;
};

constexpr Row kTable[] = {
    {"Failed to connect to any resolved endpoint", Phase::kConnect},
    {"Error resolving address", Phase::kConnect},
    {"Failed to resolve address", Phase::kConnect},
    // A proxy that does not open the tunnel: the server has seen nothing.
    {"Error resolving proxy address", Phase::kConnect},
    {"Failed to connect to any resolved proxy endpoint", Phase::kConnect},
    {"Failed to send connect request to proxy", Phase::kConnect},
    {"Failed to read HTTP status line from proxy", Phase::kConnect},
    {"Invalid HTTP status line during proxy connection", Phase::kConnect},
    {"Expected a 200 response from proxy", Phase::kConnect},
    {"Error in SSL handshake", Phase::kHandshake},
    {"Failed to write request headers", Phase::kWrite},
    {"Failed to write request body", Phase::kWrite},
    // Our own body, withdrawn before it was handed over.
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

// An OpenSSL error packs its library into the upper bits: 20 is SSL (0x0A000086 = verify failed).
bool IsOpenSslError(long code) { return (code >> 23) == 20; }

// With TLS 1.3 a server refuses our certificate after its own handshake is done: the alert arrives
// instead of the status line, and nothing was executed. Reasons from 1000 on are received alerts.
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

ErrorKind Classify(const NetworkFailure& failure) {
  switch (PhaseOf(failure.text)) {
    case Phase::kConnect: return ErrorKind::kNotSent;
    // A peer that hangs up during the handshake is restarting, not misconfigured.
    case Phase::kHandshake:
      return IsOpenSslError(failure.code) ? ErrorKind::kTls : ErrorKind::kNotSent;
    // The last write did not go through, so no complete request was received.
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
